// Writing message heads: pure functions that append to a string.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace agt::net {

[[nodiscard]] std::string_view reason_phrase(int status);
// 1xx, 204 and 304 have no body, whatever their fields say.
[[nodiscard]] bool has_body(int status);

struct ResponseFraming {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::length;
  std::uint64_t length = 0;
  bool close = false;
};

// Appends the head with its empty line. Framing fields in `head` are replaced by `framing`; a field that holds a
// control character is left out, so that nobody can smuggle a line through a value.
void append_response_head(std::string& out, const ResponseHead& head, const ResponseFraming& framing,
                          std::string_view date);

// All but the framing fields and those that may not be written.
void append_fields(std::string& out, const Headers& headers);

// "name: value\r\n"
void append_field(std::string& out, std::string_view name, std::string_view value);

// "<size in hex>\r\n"
void append_chunk_size(std::string& out, std::size_t bytes);

// True for a name that is a token and a value without CR, LF, NUL or other control characters but HTAB.
[[nodiscard]] bool is_writable_field(std::string_view name, std::string_view value);
// content-length, transfer-encoding, connection, keep-alive, date: what the writer sets itself.
[[nodiscard]] bool is_framing_field(std::string_view name);

}  // namespace agt::net
