// Reads a response: the head, then the body by its framing, decoded in place. Chunks are llhttp's part (not lenient),
// so it must agree on the head that announces them.
#pragma once

#include <llhttp.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "net/http.h"

namespace agt::net {

class ResponseParser {
 public:
  ResponseParser() = default;
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Before each response. A HEAD request gets no body, whatever the fields say.
  void begin(bool to_head_request);

  // The length of the response head in `received` when it is complete. Code::translate_reply when it cannot be one.
  [[nodiscard]] Result<std::optional<std::size_t>> find_head_end(std::string_view received);
  // `raw` is that head. True when it was an interim one (1xx) and the next follows.
  [[nodiscard]] Result<bool> read_head(std::string_view raw);

  [[nodiscard]] ResponseHead take_head() { return std::move(head_); }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] bool until_close() const { return framing_ == Framing::until_close; }
  [[nodiscard]] std::optional<std::uint64_t> bytes_left() const;  // of a body with content-length

  // Of the `size` bytes at `data`, `taken` belong to the body's transfer, and its first `body` bytes are now content.
  struct Decoded {
    std::size_t taken = 0;
    std::size_t body = 0;
  };
  [[nodiscard]] Result<Decoded> decode(char* data, std::size_t size);
  // So many bytes of a body with content-length were read past this parser.
  void skip(std::size_t bytes);

 private:
  struct Callbacks;
  enum class Framing : std::uint8_t { none, length, chunked, until_close };
  [[nodiscard]] Result<bool> read_status(std::string_view line);  // false: HTTP/1.0
  [[nodiscard]] Result<> read_field(std::string_view fields, std::string_view line);
  [[nodiscard]] Result<> read_fields(std::string_view fields);
  void read_connection(std::string_view options);
  [[nodiscard]] Result<> read_framing(std::string_view raw);

  llhttp_t parser_{};
  ResponseHead head_{};
  std::optional<std::uint64_t> length_{};  // content-length
  bool chunked_ = false;                   // transfer-encoding
  std::size_t scanned_ = 0;
  bool to_head_request_ = false;
  bool head_complete_ = false;  // to llhttp
  bool keep_alive_ = false;
  bool complete_ = false;
  Framing framing_ = Framing::none;
  std::uint64_t left_ = 0;
  std::size_t discarded_bytes_ = 0;  // extensions and trailers
  char* content_end_ = nullptr;      // while decoding
};

}  // namespace agt::net
