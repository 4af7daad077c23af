#include "json/writer.h"

#include <fmt/format.h>

#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace agt::json {
namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// The highest bit of each byte that needs an escape, and perhaps of bytes above such a one.
constexpr std::uint64_t marked(std::uint64_t bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  const auto below = [](std::uint64_t v, std::uint64_t n) { return (v - ones * n) & ~v & tops; };
  return below(bytes, 0x20) | below(bytes ^ (ones * '"'), 1) | below(bytes ^ (ones * '\\'), 1);
}

// How many bytes at the start of `s` need no escape.
std::size_t plain_prefix(std::string_view s) {
  const char* const text = s.data();
  const auto size = s.size();
  std::size_t i = 0;
#ifdef __SSE2__
  constexpr std::size_t width = sizeof(__m128i);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control_max = _mm_set1_epi8(0x1F);
  for (; i + width <= size; i += width) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control_max), bytes);
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    const auto hits = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, special)));
    if (hits != 0) return i + static_cast<std::size_t>(std::countr_zero(hits));
  }
#endif
  for (std::uint64_t eight = 0; i + sizeof(eight) <= size; i += sizeof(eight)) {
    std::memcpy(&eight, text + i, sizeof(eight));
    if (marked(eight) != 0) break;
  }
  while (i < size && !needs_escape(text[i])) ++i;
  return i;
}

// `s`, which needs no escape, between quotes, and a colon behind it when it is a name.
void append_plain(std::string& out, std::string_view s, bool comma, bool colon) {
  const auto before = out.size();
  const auto after = before + s.size() + 2 + (comma ? 1 : 0) + (colon ? 1 : 0);
  // Not the size that is passed in: libstdc++ 12 passes the new capacity when it reallocates.
  out.resize_and_overwrite(after, [&](char* all, std::size_t /*size*/) {
    char* at = all + before;
    if (comma) *at++ = ',';
    *at++ = '"';
    std::memcpy(at, s.data(), s.size());
    at += s.size();
    *at++ = '"';
    if (colon) *at = ':';
    return after;
  });
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_quoted(std::string& out, std::string_view s) {
  auto plain = plain_prefix(s);
  if (plain == s.size() && !s.empty()) return append_plain(out, s, false, false);
  out += '"';
  while (true) {
    plain = plain_prefix(s);
    out.append(s, 0, plain);
    if (plain == s.size()) break;
    append_escape(out, s[plain]);
    s.remove_prefix(plain + 1);
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
  if (!name.empty() && plain_prefix(name) == name.size()) {
    append_plain(out_, name, comma_due_, true);
    comma_due_ = false;
    return;
  }
  separate();
  append_quoted(out_, name);
  out_ += ':';
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
