#include "sim/delivery.h"

#include <fmt/format.h>

#include <algorithm>

namespace agt::sim {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

void append_head(std::string& out, const Reply& reply, std::int64_t length, After after) {
  auto into = std::back_inserter(out);
  fmt::format_to(into, "HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(reply.headers, [&](const Header& h) { return text::iequals(h.name, name); });
  };
  if (!has("content-type")) fmt::format_to(into, "content-type: {}\r\n", reply.content_type);
  if (reply.stream)
    out += "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n";
  else if (reply.status != 204 && !has("content-length"))
    fmt::format_to(into, "content-length: {}\r\n", length);
  for (const auto& header : reply.headers) fmt::format_to(into, "{}: {}\r\n", header.name, header.value);
  if (after == After::close) out += "connection: close\r\n";
  out += "\r\n";
}

void append_chunk(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  char size[16];
  std::size_t at = sizeof size;
  for (auto left = bytes.size(); left > 0; left >>= 4U) size[--at] = digits[left & 15U];
  out.append(size + at, sizeof size - at);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

}  // namespace

std::string encoded(const Reply& reply, After after) {
  std::string out;
  if (!reply.stream) {
    out.reserve(reply.body.size() + 768);
    append_head(out, reply, static_cast<std::int64_t>(reply.body.size()), after);
    return out + reply.body;
  }
  const auto& frames = reply.frames;
  out.reserve(frames.bytes.size() + frames.marks.size() * 8 + 768);
  append_head(out, reply, 0, after);
  for (std::size_t i = 0; i < frames.marks.size(); ++i)
    if (!frames.at(i).empty()) append_chunk(out, frames.at(i));
  return out += "0\r\n\r\n";
}

Frames edited(Frames frames, const Script& script, bool finish_is_two_events, std::string_view error) {
  const bool wants = script.no_finish || script.no_done || script.error_event || !script.garbage.empty();
  if (!wants) return frames;
  Frames out;
  std::int64_t deltas = 0;
  for (std::size_t i = 0; i < frames.marks.size(); ++i) {
    const auto kind = frames.marks[i].kind;
    if (script.error_event && (deltas >= script.error_event->after || kind == FrameKind::finish)) {
      out.bytes += error;
      out.close(FrameKind::done);
      return out;
    }
    const bool last = kind == FrameKind::done;
    if (script.no_finish && (kind == FrameKind::finish || (last && finish_is_two_events))) continue;
    if (script.no_done && last) continue;
    out.bytes += frames.at(i);
    out.close(kind);
    if (kind != FrameKind::delta || deltas++ != 0 || script.garbage.empty()) continue;
    out.bytes += script.garbage;
    out.close(FrameKind::delta);
  }
  return out;
}

Ended Delivery::wait(int ms) {
  if (ms > 0 && wire_.peer_leaves_within(ms)) return Ended::peer_gone;
  return Ended::complete;
}

Ended Delivery::send_pieces(std::string_view bytes) {
  if (script_.split == Split::whole) return wire_.write(bytes) ? Ended::complete : Ended::peer_gone;
  constexpr std::size_t piece_max = 64;
  while (!bytes.empty()) {
    const auto size = script_.split == Split::byte ? 1 : std::min<std::size_t>(bytes.size(), rng_() % piece_max + 1);
    if (!wire_.write(bytes.substr(0, size))) return Ended::peer_gone;
    bytes.remove_prefix(size);
  }
  return Ended::complete;
}

Ended Delivery::send_body(std::string_view bytes) {
  const auto left = [&](const std::optional<std::int64_t>& limit) { return limit ? *limit - body_sent_ : INT64_MAX; };
  const auto room = std::max<std::int64_t>(0, std::min(left(script_.reset_at), left(script_.truncate_at)));
  const auto size = std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(room));
  const auto sent = send_pieces(bytes.substr(0, size));
  if (sent != Ended::complete) return sent;
  body_sent_ += static_cast<std::int64_t>(size);
  const bool limited = script_.reset_at || script_.truncate_at;
  if (!limited || static_cast<std::int64_t>(size) < room) return Ended::complete;
  if (script_.reset_at && body_sent_ >= *script_.reset_at) {
    // Lets the peer read what came before: a RST discards what its kernel still holds.
    if (wait(30) == Ended::peer_gone) return Ended::peer_gone;
    wire_.reset();
  }
  return Ended::cut;
}

Ended Delivery::send_head(std::string_view head) {
  if (script_.stall != Stall::head) return send_pieces(head);
  const auto half = head.size() / 2;
  if (const auto sent = send_pieces(head.substr(0, half)); sent != Ended::complete) return sent;
  if (const auto waited = wait(script_.stall_ms); waited != Ended::complete) return waited;
  return send_pieces(head.substr(half));
}

Ended Delivery::send_whole(std::string_view body) {
  if (script_.stall != Stall::mid) return send_body(body);
  const auto half = body.size() / 2;
  if (const auto sent = send_body(body.substr(0, half)); sent != Ended::complete) return sent;
  if (const auto waited = wait(script_.stall_ms); waited != Ended::complete) return waited;
  return send_body(body.substr(half));
}

Ended Delivery::send_stream(const Frames& frames) {
  std::string chunk;
  const auto middle = frames.marks.size() / 2;
  bool begun = false;
  for (std::size_t i = 0; i < frames.marks.size(); ++i) {
    if (script_.stall == Stall::mid && i == middle)
      if (const auto waited = wait(script_.stall_ms); waited != Ended::complete) return waited;
    if (begun && frames.marks[i].kind != FrameKind::start)
      if (const auto waited = wait(script_.chunk_delay_ms); waited != Ended::complete) return waited;
    begun = true;
    if (frames.at(i).empty()) continue;
    chunk.clear();
    append_chunk(chunk, frames.at(i));
    if (const auto sent = send_body(chunk); sent != Ended::complete) return sent;
  }
  return send_body("0\r\n\r\n");
}

Ended Delivery::deliver(const Reply& reply, After after) {
  if (script_.delivers_plainly()) return wire_.write(encoded(reply, after)) ? Ended::complete : Ended::peer_gone;
  if (const auto waited = wait(script_.delay_ms); waited != Ended::complete) return waited;
  if (script_.stall == Stall::accept)
    if (const auto waited = wait(script_.stall_ms); waited != Ended::complete) return waited;
  if (script_.raw) {
    const auto sent = send_body(*script_.raw);
    if (sent == Ended::complete)
      if (const auto waited = wait(script_.after_raw_ms); waited != Ended::complete) return waited;
    return sent == Ended::complete ? Ended::cut : sent;
  }
  std::string head;
  append_head(head, reply, static_cast<std::int64_t>(reply.body.size()) + script_.content_length_lie.value_or(0),
              after);
  if (const auto sent = send_head(head); sent != Ended::complete) return sent;
  if (const auto waited = wait(script_.first_byte_delay_ms); waited != Ended::complete) return waited;
  if (script_.stall == Stall::body)
    if (const auto waited = wait(script_.stall_ms); waited != Ended::complete) return waited;
  // reset_at 0 and truncate_at 0 end it before the first byte of the body.
  if (const auto sent = send_body({}); sent != Ended::complete) return sent;
  const auto sent = reply.stream ? send_stream(reply.frames) : send_whole(reply.body);
  if (sent != Ended::complete) return sent;
  return script_.content_length_lie ? Ended::cut : Ended::complete;
}

}  // namespace agt::sim
