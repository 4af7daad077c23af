#include "relay/pattern.h"

#include <fmt/format.h>

#include <regex>

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

}  // namespace

Result<> check_pattern(std::string_view match) {
  if (match.empty() || match.size() > pattern_bytes_max)
    return fail(Code::schema, fmt::format("A pattern must have 1 to {} bytes.", pattern_bytes_max), "match");
  if (!is_regex(match)) return {};
  try {
    static_cast<void>(compiled(match));
  } catch (const std::regex_error& error) {
    if (error.code() == std::regex_constants::error_complexity)
      return fail(
          Code::schema,
          fmt::format("\"{}\" refers back to what it found (\\1), which is not supported.", text::quoted(match)),
          "match");
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
