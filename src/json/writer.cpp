#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "json/escapes.h"

namespace agt::json {
namespace {

// The highest bit of each byte that needs an escape, and perhaps of bytes above such a one.
constexpr std::uint64_t marked(std::uint64_t bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  const auto below = [](std::uint64_t v, std::uint64_t n) { return (v - ones * n) & ~v & tops; };
  return below(bytes, 0x20) | below(bytes ^ (ones * '"'), 1) | below(bytes ^ (ones * '\\'), 1);
}

// Whether nothing in `s` needs an escape. For names, which are short.
bool is_plain(std::string_view s) {
  std::uint64_t eight = 0;
  for (; s.size() >= sizeof eight; s.remove_prefix(sizeof eight)) {
    std::memcpy(&eight, s.data(), sizeof eight);
    if (marked(eight) != 0) break;
  }
  return std::ranges::none_of(s, needs_escape);
}

}  // namespace

void append_quoted(std::string& out, std::string_view s) {
  out += '"';
  while (!s.empty()) {
    const auto before = out.size();
    const auto usual = s.size() + s.size() / 8;
    const auto room = escape_room(s.size());
    // Not the size that is passed in: libstdc++ 12 passes the new capacity when it reallocates.
    out.resize_and_overwrite(before + usual + room, [&](char* all, std::size_t /*size*/) {
      char* const begin = all + before;
      const auto copied = escape(begin, begin + usual, s.data(), s.data() + s.size());
      s.remove_prefix(static_cast<std::size_t>(copied.from - s.data()));
      return static_cast<std::size_t>(copied.at - all);
    });
  }
  out += '"';
}

std::string quoted(std::string_view s) {
  std::string out;
  append_quoted(out, s);
  return out;
}

void Writer::separate() {
  if (comma_due_) out_ += ',';
  comma_due_ = true;
}

void Writer::open(char c) {
  separate();
  out_ += c;
  ++depth_;
  comma_due_ = false;
}

void Writer::close(char c) {
  assert(depth_ > 0);
  out_ += c;
  --depth_;
  comma_due_ = true;
}

void Writer::key(std::string_view name) {
  if (name.empty() || !is_plain(name)) {
    separate();
    append_quoted(out_, name);
    out_ += ':';
  } else {
    const auto before = out_.size();
    const auto after = before + name.size() + 3 + (comma_due_ ? 1 : 0);
    out_.resize_and_overwrite(after, [&](char* all, std::size_t /*size*/) {
      char* at = all + before;
      if (comma_due_) *at++ = ',';
      *at++ = '"';
      std::memcpy(at, name.data(), name.size());
      at += name.size();
      *at++ = '"';
      *at = ':';
      return after;
    });
  }
  comma_due_ = false;
}

void Writer::token(std::string_view text) {
  assert(!text.empty());
  separate();
  out_ += text;
}

void Writer::value(std::string_view s) {
  separate();
  append_quoted(out_, s);
}

void Writer::value(const Words& words) {
  const auto literal = words.literal();
  if (!literal) return value(words.plain());
  separate();
  out_ += '"';
  out_ += *literal;
  out_ += '"';
}

void Writer::integer(std::int64_t n) {
  const fmt::format_int digits(n);
  token({digits.data(), digits.size()});
}

void Writer::value(double n) {
  assert(std::isfinite(n));
  constexpr double exact_max = 9007199254740992.0;
  if (std::trunc(n) == n && std::fabs(n) < exact_max)
    integer(static_cast<std::int64_t>(n));
  else
    token(fmt::format("{}", n));
}

void Writer::thousandths(std::int64_t n) {
  separate();
  if (n < 0) out_ += '-';
  const auto size = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  const fmt::format_int whole(size / 1000);
  out_.append(whole.data(), whole.size());
  auto rest = size % 1000;
  if (rest == 0) return;
  out_ += '.';
  for (std::uint64_t unit = 100; rest != 0; rest %= unit, unit /= 10) out_ += static_cast<char>('0' + rest / unit);
}

void Writer::fields(const std::vector<RawField>& extras) {
  for (const auto& extra : extras) field(extra.key, extra.value);
}

std::string Writer::take() && {
  assert(depth_ == 0);
  return std::move(out_);
}

}  // namespace agt::json
