// Reads requests off a Wire with llhttp, one at a time; what follows a request on the wire waits for the next call.
#pragma once

#include <llhttp.h>

#include <string>

#include "sim/http.h"
#include "sim/wire.h"

namespace agt::sim {

class RequestReader {
 public:
  explicit RequestReader(Wire& wire);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  enum class Got : std::uint8_t { request, closed, broken };
  // Fills `request`; its buffers are reused from call to call.
  [[nodiscard]] Got next(Request& request);
  [[nodiscard]] const char* why_broken() const { return reason_; }

 private:
  static const llhttp_settings_t& settings();
  [[nodiscard]] Got finish(Request& request);

  Wire& wire_;
  llhttp_t parser_{};
  Request* filling_ = nullptr;
  std::string buffer_{};
  std::size_t begin_ = 0;  // of what is not parsed yet
  std::size_t end_ = 0;
  std::size_t head_bytes_ = 0;
  bool last_was_value_ = true;
  bool complete_ = false;
  const char* reason_ = "";
};

}  // namespace agt::sim
