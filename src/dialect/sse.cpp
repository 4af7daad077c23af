#include "dialect/sse.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "dialect/limits.h"

namespace agt::dialect {

namespace {

// The first CR or LF at or after `from`. memchr is several times faster than a search for one of two characters.
std::size_t line_end(std::string_view text, std::size_t from) {
  const auto lf = text.find('\n', from);
  const auto cr = text.substr(0, lf).find('\r', from);
  return std::min(lf, cr);
}

}  // namespace

void SseDecoder::feed(std::string_view bytes) {
  if (at_ > 0) {
    buffer_.erase(0, at_);
    scanned_ -= at_;
    at_ = 0;
  }
  buffer_ += bytes;
}

bool SseDecoder::take_line(std::string_view& line) {
  if (first_) {
    constexpr std::string_view bom = "\xEF\xBB\xBF";
    if (buffer_.size() < bom.size() && bom.starts_with(buffer_)) return false;
    if (buffer_.starts_with(bom)) at_ = scanned_ = bom.size();
    first_ = false;
  }
  if (skip_lf_ && at_ < buffer_.size()) {
    if (buffer_[at_] == '\n') scanned_ = ++at_;
    skip_lf_ = false;
  }
  const auto end = line_end(buffer_, scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return false;
  }
  line = std::string_view(buffer_).substr(at_, end - at_);
  skip_lf_ = buffer_[end] == '\r';
  at_ = scanned_ = end + 1;
  return true;
}

void SseDecoder::field(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") {
    name_ = value;
  } else if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  }
}

bool SseDecoder::dispatch(SseEvent& event) {
  const bool complete = has_data_;
  if (complete) {
    std::swap(out_name_, name_);
    std::swap(out_data_, data_);
    event = {.name = out_name_, .data = out_data_};
  }
  name_.clear();
  data_.clear();
  has_data_ = false;
  return complete;
}

Result<bool> SseDecoder::next(SseEvent& event) {
  std::string_view line;
  while (take_line(line)) {
    if (line.empty()) {
      if (dispatch(event)) return true;
      continue;
    }
    field(line);
    if (data_.size() > sse_event_bytes_max)
      return fail(Code::translate_reply, "The upstream sent an event that is too long.");
  }
  if (buffer_.size() - at_ > sse_event_bytes_max)
    return fail(Code::translate_reply, "The upstream sent a line that is too long.");
  return false;
}

Result<bool> SseDecoder::finish(SseEvent& event) {
  if (at_ < buffer_.size()) {
    field(std::string_view(buffer_).substr(at_));
    at_ = scanned_ = buffer_.size();
  }
  return dispatch(event);
}

void append_sse(std::string& out, std::string_view name, std::string_view data) {
  assert(data.find_first_of("\r\n") == std::string_view::npos);
  out.reserve(out.size() + name.size() + data.size() + 18);
  if (!name.empty()) {
    out += "event: ";
    out += name;
    out += '\n';
  }
  out += "data: ";
  out += data;
  out += "\n\n";
}

}  // namespace agt::dialect
