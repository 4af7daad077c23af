#include "relay/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <utility>
#include <vector>

#include "core/text.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

bool is_regex(std::string_view match) { return match.size() >= 2 && match.starts_with('/') && match.ends_with('/'); }

// The model's name comes from a client. By default the library tries one way through the pattern after the other, and
// /(a+)+/ then takes 2 s for 26 letters and for ever for 60. In this mode it follows all ways at once; the price is
// that a pattern cannot refer back to what it found.
std::regex compiled(std::string_view match) {
  const auto words = match.substr(1, match.size() - 2);
  return {words.begin(), words.end(), std::regex::ECMAScript | std::regex_constants::__polynomial};
}

// The library writes repetitions out when it reads a pattern: /a{9999999}/ takes a minute, and /((a{99}){99}){99}/ room
// for a million states. This walk tells how long a pattern gets, before anybody reads it.
class WrittenOut {
 public:
  explicit WrittenOut(std::string_view words) : words_(words) {}

  Result<> check() {
    while (at_ < words_.size()) {
      const char c = words_[at_];
      if (c == '{') {
        TRY_OK(repetition());
      } else if (c == '\\' && at_ + 1 < words_.size() && is_digit(words_[at_ + 1]) && words_[at_ + 1] != '0') {
        return refuse(at_, "it refers back to what it found, which is not supported");
      } else {
        take(c);
      }
    }
    return {};
  }

 private:
  void take(char c) {
    if (c == '(') {
      outer_.push_back(sum_ + last_);
      sum_ = last_ = 0;
    } else if (c == ')' && !outer_.empty()) {
      last_ += sum_;
      sum_ = outer_.back();
      outer_.pop_back();
    } else if (!std::string_view("*+?|^$)").contains(c)) {
      sum_ += std::exchange(last_, 1);
      if (c == '\\') ++at_;
      if (c == '[') to_end_of_set();
    }
    ++at_;
  }

  void to_end_of_set() {
    for (++at_; at_ < words_.size() && words_[at_] != ']'; ++at_)
      if (words_[at_] == '\\') ++at_;
  }

  // {n}, {n,} or {n,m}; anything else is for the library to refuse.
  Result<> repetition() {
    const auto begin = at_++;
    std::size_t most = 0;
    for (; at_ < words_.size() && (is_digit(words_[at_]) || words_[at_] == ','); ++at_) {
      if (words_[at_] == ',') continue;
      std::size_t count = 0;
      for (; at_ < words_.size() && is_digit(words_[at_]); ++at_) {
        count = count * 10 + static_cast<std::size_t>(words_[at_] - '0');
        if (count > repetitions_max)
          return refuse(begin, fmt::format("it repeats something more than {} times", repetitions_max));
      }
      --at_;
      most = std::max(most, count);
    }
    last_ *= std::max<std::size_t>(most, 1);
    if (last_ + sum_ > pattern_written_out_max)
      return refuse(begin, fmt::format("its repetitions make more than {} characters of it", pattern_written_out_max));
    return {};
  }

  [[nodiscard]] static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  // Places are counted from the first slash, from 1.
  [[nodiscard]] std::unexpected<Error> refuse(std::size_t at, std::string_view why) const {
    return fail(Code::schema, fmt::format("\"/{}/\", character {}: {}.", text::quoted(words_), at + 2, why), "match");
  }

  std::string_view words_;
  std::size_t at_ = 0;
  std::size_t sum_ = 0;   // of the innermost open group, without its last part
  std::size_t last_ = 0;  // what a repetition behind it would repeat
  std::vector<std::size_t> outer_{};
};

}  // namespace

Result<> check_pattern(std::string_view match) {
  if (match.empty() || match.size() > pattern_bytes_max)
    return fail(Code::schema, fmt::format("A pattern must have 1 to {} bytes.", pattern_bytes_max), "match");
  if (!is_regex(match)) return {};
  TRY_OK(WrittenOut(match.substr(1, match.size() - 2)).check());
  try {
    static_cast<void>(compiled(match));
  } catch (const std::regex_error& error) {
    return fail(Code::schema,
                fmt::format("\"{}\" is not a valid regular expression: {}.", text::quoted(match), error.what()),
                "match");
  }
  return {};
}

bool matches(std::string_view match, std::string_view model) {
  if (!is_regex(match)) return text::wildcard_match(match, model);
  try {
    return std::regex_match(model.begin(), model.end(), compiled(match));
  } catch (const std::regex_error&) {
    return false;  // check_pattern refused it when the rule was made
  }
}

}  // namespace agt::relay
