#include "json/escapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace agt::json {
namespace {

constexpr std::size_t longest_escape = 6;  // \u00XX
constexpr std::ptrdiff_t block = 64;

// What follows the backslash; 'u' for those that need their number, 0 for all that need no escape.
constexpr std::array<char, 256> escape_letters = [] {
  std::array<char, 256> letters{};
  for (std::size_t c = 0; c < 0x20; ++c) letters[c] = 'u';
  letters['\b'] = 'b', letters['\f'] = 'f', letters['\n'] = 'n', letters['\r'] = 'r', letters['\t'] = 't';
  letters['"'] = '"', letters['\\'] = '\\';
  return letters;
}();

constexpr std::array<char, 256> simple_escapes = [] {
  std::array<char, 256> meant{};
  for (std::size_t c = 0; c < meant.size(); ++c) meant[c] = static_cast<char>(c);
  meant['b'] = '\b', meant['f'] = '\f', meant['n'] = '\n', meant['r'] = '\r', meant['t'] = '\t';
  return meant;
}();

constexpr std::array<bool, 256> escapable = [] {
  std::array<bool, 256> table{};
  for (const char c : {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// The length of the escape at `at`, 0 when it is none.
[[gnu::noinline]] std::ptrdiff_t escape_length(const char* at, const char* end, bool& surrogates) {
  if (end - at < 2) return 0;
  if (escapable[static_cast<unsigned char>(at[1])]) return 2;
  constexpr std::ptrdiff_t whole = 6;
  if (at[1] != 'u' || end - at < whole || !std::all_of(at + 2, at + whole, is_hex)) return 0;
  surrogates = surrogates || (at[2] | 0x20) == 'd';  // or a Korean syllable, which does no harm
  return whole;
}

// The four digits behind \u. Rare, and kept out of the way of the others.
[[gnu::noinline]] char* put_number(char* at, char c) {
  return fmt::format_to(at, "{:04x}", static_cast<unsigned char>(c));
}

inline char* put_escape(char* at, char c) {
  const char letter = escape_letters[static_cast<unsigned char>(c)];
  *at++ = '\\';
  *at++ = letter;
  return letter == 'u' ? put_number(at, c) : at;
}

char* put_utf8(char* at, std::uint32_t point) {
  const auto byte = [&](std::uint32_t bits) { *at++ = static_cast<char>(bits); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0U | (point >> 6U));
    byte(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    byte(0xE0U | (point >> 12U));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  } else {
    byte(0xF0U | (point >> 18U));
    byte(0x80U | ((point >> 12U) & 0x3FU));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  }
  return at;
}

std::uint32_t hex4(std::string_view s) {
  std::uint32_t value = 0;
  std::from_chars(s.data(), s.data() + std::min<std::size_t>(4, s.size()), value, 16);
  return value;
}

// The \uXXXX at `from`, or the pair of them.
Copied take_unicode_escape(char* at, const char* from, const char* end) {
  constexpr std::uint32_t replacement = 0xFFFD;
  constexpr std::ptrdiff_t length = 6;
  const auto number_at = [end](const char* escape) {
    return hex4({escape + 2, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, end - escape - 2))});
  };
  const auto behind = [&](const char* escape) { return escape + std::min(length, end - escape); };
  const auto first = number_at(from);
  from = behind(from);
  if (first < 0xD800 || first > 0xDFFF) return {put_utf8(at, first), from};
  const bool pair = first < 0xDC00 && end - from >= length && from[0] == '\\' && from[1] == 'u';
  const auto second = pair ? number_at(from) : 0;
  if (second < 0xDC00 || second > 0xDFFF) return {put_utf8(at, replacement), from};
  return {put_utf8(at, 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00)), behind(from)};
}

// The escape at `from`; a lone backslash at the end is nothing.
Copied take_escape(char* at, const char* from, const char* end) {
  if (end - from < 2) return {at, end};
  if (from[1] == 'u') return take_unicode_escape(at, from, end);
  *at++ = simple_escapes[static_cast<unsigned char>(from[1])];
  return {at, from + 2};
}

#ifdef __SSE2__

// A bit for each of the 64 bytes that `is` likes.
std::uint64_t bits_of(const char* bytes, auto is) {
  std::uint64_t bits = 0;
  constexpr unsigned width = sizeof(__m128i);
  for (unsigned i = 0; i < block / width; ++i) {
    const __m128i part = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i * width));
    bits |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(is(part)))) << (i * width);
  }
  return bits;
}

__m128i is_backslash(__m128i bytes) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')); }

__m128i is_u(__m128i bytes) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8('u')); }

__m128i is_special(__m128i bytes) {
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  return _mm_or_si128(_mm_or_si128(control, quote), is_backslash(bytes));
}

// Both need another block behind the one they work on: they copy 64 bytes wherever a run begins, however short it is.
Copied escape_blocks(char* at, const char* last, const char* from, const char* end) {
  for (; end - from >= 2 * block && at <= last; from += block) {
    std::ptrdiff_t taken = 0;
    for (auto hits = bits_of(from, is_special); hits != 0; hits &= hits - 1) {
      const std::ptrdiff_t hit = std::countr_zero(hits);
      std::memcpy(at, from + taken, block);
      at = put_escape(at + (hit - taken), from[hit]);
      taken = hit + 1;
    }
    std::memcpy(at, from + taken, block);
    at += block - taken;
  }
  return {at, from};
}

Copied unescape_blocks(char* at, const char* from, const char* end) {
  while (end - from >= 2 * block) {
    std::ptrdiff_t taken = 0;
    auto hits = bits_of(from, is_backslash);
    while (hits != 0) {
      const std::ptrdiff_t hit = std::countr_zero(hits);
      std::memcpy(at, from + taken, block);
      at += hit - taken;
      taken = hit + 2;
      if (from[hit + 1] == 'u') {
        const auto copied = take_unicode_escape(at, from + hit, end);
        at = copied.at;
        taken = copied.from - from;
      } else {
        *at++ = simple_escapes[static_cast<unsigned char>(from[hit + 1])];
      }
      hits = taken < block ? hits & (~std::uint64_t{0} << static_cast<unsigned>(taken)) : 0;
    }
    if (taken < block) {
      std::memcpy(at, from + taken, block);
      at += block - taken;
      taken = block;
    }
    from += taken;
  }
  return {at, from};
}

// Which of the 64 characters at `at` are escaped, found without a branch as simdjson does it: runs of backslashes of
// odd length end in an escape, and an addition carries through runs. `first` says it of the block's first character.
std::uint64_t escaped_in(const char* at, std::uint64_t& first) {
  constexpr std::uint64_t even = 0x5555555555555555U;
  const auto slashes = bits_of(at, is_backslash) & ~first;
  if ((slashes | first) == 0) return 0;
  const auto behind = slashes << 1U | first;
  const auto odd_starts = slashes & ~even & ~behind;
  std::uint64_t ends = 0;
  first = __builtin_add_overflow(odd_starts, slashes, &ends) ? 1 : 0;
  return (even ^ (ends << 1U)) & behind;
}

// The escapes of one block that has others than simple ones.
void look_closely(const char* at, const char* end, std::uint64_t escaped, EscapesSeen& seen) {
  for (; escaped != 0 && seen.wrong == nullptr; escaped &= escaped - 1) {
    const char* const backslash = at + std::countr_zero(escaped) - 1;
    if (escape_length(backslash, end, seen.surrogates) == 0) seen.wrong = backslash;
  }
}

// Up to where the blocks are looked at.
const char* check_blocks(const char* at, const char* end, EscapesSeen& seen) {
  std::uint64_t first = 0;
  for (; end - at >= block && seen.wrong == nullptr; at += block) {
    const auto escaped = escaped_in(at, first);
    bool all_simple = true;
    for (auto rest = escaped; rest != 0; rest &= rest - 1)
      all_simple &= escapable[static_cast<unsigned char>(at[std::countr_zero(rest)])];
    if (!all_simple) look_closely(at, end, escaped, seen);
  }
  return at - static_cast<std::ptrdiff_t>(first);  // a backslash whose other half is still to come
}

// Takes a byte off `size` for each escape. False: one is by number.
bool count_blocks(const char*& at, const char* end, std::size_t& size) {
  std::uint64_t first = 0;
  for (; end - at >= block; at += block) {
    const auto escaped = escaped_in(at, first);
    if (escaped != 0 && (escaped & bits_of(at, is_u)) != 0) return false;
    size -= static_cast<std::size_t>(std::popcount(escaped));
  }
  at -= static_cast<std::ptrdiff_t>(first);
  return true;
}

#else

bool count_blocks(const char*& /*at*/, const char* /*end*/, std::size_t& /*size*/) { return true; }
const char* check_blocks(const char* at, const char* /*end*/, EscapesSeen& /*seen*/) { return at; }
Copied escape_blocks(char* at, const char* /*last*/, const char* from, const char* /*end*/) { return {at, from}; }
Copied unescape_blocks(char* at, const char* from, const char* /*end*/) { return {at, from}; }

#endif

}  // namespace

bool needs_escape(char c) { return escape_letters[static_cast<unsigned char>(c)] != 0; }

std::size_t escape_room(std::size_t bytes) {
  constexpr std::size_t most = (longest_escape + 1) * block;  // a block, and what is copied behind it
  return std::min(bytes * longest_escape, most);
}

Copied escape(char* at, const char* last, const char* from, const char* end) {
  auto copied = escape_blocks(at, last, from, end);
  while (copied.from != end && copied.at <= last) {
    const char c = *copied.from++;
    if (needs_escape(c))
      copied.at = put_escape(copied.at, c);
    else
      *copied.at++ = c;
  }
  return copied;
}

EscapesSeen check_escapes(const char* at, const char* end) {
  EscapesSeen seen;
  at = check_blocks(at, end, seen);
  while (seen.wrong == nullptr && at < end) {
    const auto length = *at == '\\' ? escape_length(at, end, seen.surrogates) : 1;
    if (length == 0) seen.wrong = at;
    at += length;
  }
  return seen;
}

std::optional<std::size_t> unescaped_size(std::string_view literal) {
  const char* at = literal.data();
  const char* const end = at + literal.size();
  auto size = literal.size();
  if (!count_blocks(at, end, size)) return std::nullopt;
  while (at < end) {
    const bool escape = *at == '\\' && end - at > 1;
    if (escape && at[1] == 'u') return std::nullopt;
    size -= escape ? 1 : 0;
    at += escape ? 2 : 1;
  }
  return size;
}

char* unescape(char* at, std::string_view literal) {
  const char* const end = literal.data() + literal.size();
  auto copied = unescape_blocks(at, literal.data(), end);
  while (copied.from != end) {
    if (*copied.from == '\\')
      copied = take_escape(copied.at, copied.from, end);
    else
      *copied.at++ = *copied.from++;
  }
  return copied.at;
}

}  // namespace agt::json
