// The escapes of JSON strings (RFC 8259 §7), put in and taken out. Private to the room.
//
// Requests of coding agents are full of code, and code is full of quotes and line ends: an escape every dozen bytes. A
// branch for each is what costs, so 64 bytes are looked at together and their escapes are the bits of one number.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace agt::json {

struct Copied {
  char* at;          // behind what was written
  const char* from;  // behind what was read
};

// Writes [from, end) with its escapes, as long as `at` is not beyond `last`, behind which there must be escape_room()
// of the whole.
[[nodiscard]] Copied escape(char* at, const char* last, const char* from, const char* end);
[[nodiscard]] std::size_t escape_room(std::size_t bytes);
[[nodiscard]] bool needs_escape(char c);

// Writes what the literal, given without its quotes, stands for: never more bytes than it has itself.
[[nodiscard]] char* unescape(char* at, std::string_view literal);

struct EscapesSeen {
  const char* wrong = nullptr;  // the first that is none
  bool surrogates = false;      // halves of a UTF-16 pair, perhaps alone
};
// `at` is at a backslash or at the end.
[[nodiscard]] EscapesSeen check_escapes(const char* at, const char* end);

// How many bytes the literal stands for; nothing when escapes by number must be looked at for that.
[[nodiscard]] std::optional<std::size_t> unescaped_size(std::string_view literal);

}  // namespace agt::json
