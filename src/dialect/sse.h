// Server-sent events, both ways. The decoder is incremental: any split of the bytes gives the same events.
// Source: WHATWG HTML, "Server-sent events", 2026-11; with CR, LF and CRLF ends, comments, BOM, several data lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace agt::dialect {

// Views are valid until the next call on the decoder.
struct SseEvent {
  std::string_view name{};  // "" when the stream gives none
  std::string_view data{};  // data lines joined with '\n'
};

class SseDecoder {
 public:
  // Gives the bytes to the decoder; take events with next() until it has none before feeding again.
  void feed(std::string_view bytes);
  // The next complete event: true and `event` filled, or false when more bytes are needed. Events without data are
  // skipped. Code::translate_reply when an event is longer than sse_event_bytes_max.
  [[nodiscard]] Result<bool> next(SseEvent& event);
  // After the last byte: an event whose closing blank line is missing counts too, as Google's server leaves it out.
  [[nodiscard]] Result<bool> finish(SseEvent& event);

 private:
  [[nodiscard]] bool take_line(std::string_view& line);
  [[nodiscard]] bool dispatch(SseEvent& event);
  void field(std::string_view line);

  std::string buffer_{};
  std::size_t at_ = 0;       // first byte of the line that is not complete yet
  std::size_t scanned_ = 0;  // bytes before this hold no line end after at_
  bool skip_lf_ = false;     // the last line ended in CR: a LF that follows belongs to it
  bool first_ = true;
  std::string name_{};
  std::string data_{};
  bool has_data_ = false;
  std::string out_name_{};
  std::string out_data_{};
};

// Appends one event. `name` may be empty; `data` must not hold a line end (JSON written by us does not).
void append_sse(std::string& out, std::string_view name, std::string_view data);

}  // namespace agt::dialect
