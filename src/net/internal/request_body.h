// llhttp's part on the server side: a second opinion on the head that the guard let through, and chunked bodies.
#pragma once

#include <llhttp.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "net/guard.h"

namespace agt::net {

class RequestParser {
 public:
  RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Feeds the same head. Refuses when llhttp refuses, or reads another framing out of it than the guard did.
  [[nodiscard]] std::optional<Refused> check(std::string_view raw_head, const Framing& framing);

  struct Decoded {
    std::size_t taken = 0;
    bool complete = false;
  };
  // After check() of a chunked request: decodes what has come of its body and appends it to `body`, up to `bytes_max`
  // in all. Extensions and trailers are bounded and discarded.
  [[nodiscard]] Result<Decoded> decode(std::string_view bytes, std::string& body, std::size_t bytes_max);

 private:
  struct Callbacks;

  llhttp_t parser_{};
  std::string* body_ = nullptr;
  std::size_t body_bytes_max_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::size_t overhead_bytes_ = 0;
  bool head_complete_ = false;
  bool complete_ = false;
  bool too_large_ = false;
};

}  // namespace agt::net
