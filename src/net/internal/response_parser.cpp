#include "net/internal/response_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/text.h"
#include "net/internal/field_syntax.h"
#include "net/internal/response_head.h"
#include "net/limits.h"

namespace agt::net {
namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return fail(Code::translate_reply, fmt::format("The upstream's answer is not well-formed HTTP: {}.", why));
}

std::string_view reason(const llhttp_t& parser, llhttp_errno_t outcome) {
  const char* const told = llhttp_get_error_reason(&parser);
  return told != nullptr && *told != '\0' ? told : llhttp_errno_name(outcome);
}

}  // namespace

struct ResponseParser::Callbacks {
  static ResponseParser& self(llhttp_t* parser) { return *static_cast<ResponseParser*>(parser->data); }

  static int discard(ResponseParser& me, std::size_t bytes) {
    me.discarded_bytes_ += bytes;
    return me.discarded_bytes_ > response_trailer_bytes_max ? -1 : 0;
  }
  static int trailer(llhttp_t* parser, const char* /*at*/, std::size_t bytes) {
    auto& me = self(parser);
    return me.head_complete_ ? discard(me, bytes) : 0;
  }
  static int extension(llhttp_t* parser, const char* /*at*/, std::size_t bytes) { return discard(self(parser), bytes); }
  static int headers_complete(llhttp_t* parser) {
    self(parser).head_complete_ = true;
    return 0;
  }
  static int body(llhttp_t* parser, const char* at, std::size_t bytes) {
    auto& me = self(parser);
    if (me.content_end_ == nullptr) return -1;
    if (me.content_end_ != at) std::memmove(me.content_end_, at, bytes);
    me.content_end_ += bytes;
    return 0;
  }
  static int message_complete(llhttp_t* parser) {
    self(parser).complete_ = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t value_of_all = [] {
      llhttp_settings_t s{};
      s.on_header_field = trailer;
      s.on_header_value = trailer;
      s.on_headers_complete = headers_complete;
      s.on_chunk_extension_name = extension;
      s.on_chunk_extension_value = extension;
      s.on_body = body;
      s.on_message_complete = message_complete;
      return s;
    }();
    return value_of_all;
  }
};

void ResponseParser::begin(bool to_head_request) {
  head_ = {};
  length_.reset();
  chunked_ = false;
  scanned_ = 0;
  to_head_request_ = to_head_request;
  head_complete_ = complete_ = keep_alive_ = false;
  framing_ = Framing::none;
  left_ = 0;
  discarded_bytes_ = 0;
}

Result<std::optional<std::size_t>> ResponseParser::find_head_end(std::string_view received) {
  constexpr std::string_view version = "HTTP/1.";
  if (const auto begin = received.substr(0, version.size()); begin != version.substr(0, begin.size()))
    return malformed("it does not begin with HTTP/1");
  while (scanned_ < received.size()) {
    const auto line_feed = received.find('\n', scanned_);
    if (line_feed == std::string_view::npos) break;
    if (line_feed == 0 || received[line_feed - 1] != '\r') return malformed("a line of its head ends with a bare LF");
    if (received[scanned_] == ' ' || received[scanned_] == '\t') return malformed("a field is folded over two lines");
    scanned_ = line_feed + 1;
    if (scanned_ > response_head_bytes_max) break;
    if (line_feed >= 3 && received[line_feed - 2] == '\n') return scanned_;
  }
  if (received.size() >= response_head_bytes_max) return malformed("its head is too long");
  return std::nullopt;
}

// find_head_end() has seen that every line ends with CRLF and that none is folded.
Result<bool> ResponseParser::read_head(std::string_view raw) {
  const auto first = raw.find('\n');
  TRY(keep_alive_, read_status(raw.substr(0, first - 1)));
  constexpr std::size_t usual_fields = 16;
  const auto fields = raw.substr(first + 1);
  head_.headers.begin_text(fields, usual_fields);
  TRY_OK(read_fields(fields));
  if (head_.status == 101) return malformed("it switches protocols, which was not asked for");
  if (head_.status < 100 || head_.status > 599) return malformed("its status is out of range");
  if (head_.status < 200) {
    begin(to_head_request_);
    return true;
  }
  TRY_OK(read_framing(raw));
  return false;
}

// "HTTP/1.1 200 OK" (RFC 9112 §4); some servers leave out the reason and the space before it.
Result<bool> ResponseParser::read_status(std::string_view line) {
  constexpr std::size_t minor_at = 7, status_at = 9, reason_at = 12;
  const bool shaped = line.size() >= reason_at && (line[minor_at] == '0' || line[minor_at] == '1') &&
                      line[minor_at + 1] == ' ' && (line.size() == reason_at || line[reason_at] == ' ');
  const auto status = shaped ? text::parse_number<int>(line.substr(status_at, reason_at - status_at)) : std::nullopt;
  if (!status || !is_field_value(line)) return malformed("its status line is broken");
  head_.status = *status;
  return line[minor_at] == '1';
}

Result<> ResponseParser::read_fields(std::string_view fields) {
  for (auto lines = fields;;) {
    const auto end = lines.find('\n');
    if (end <= 1) return {};
    TRY_OK(read_field(fields, lines.substr(0, end - 1)));
    lines.remove_prefix(end + 1);
  }
}

Result<> ResponseParser::read_field(std::string_view fields, std::string_view line) {
  if (head_.headers.size() >= response_fields_max) return malformed("it has too many fields");
  const auto name = line.substr(0, token_size(line));
  if (name.empty() || name.size() == line.size() || line[name.size()] != ':')
    return malformed("a field has no proper name");
  const auto value = text::trimmed(line.substr(name.size() + 1));
  if (!is_field_value(value)) return malformed("a field holds a control character");
  head_.headers.place(fields, name, value);
  if (text::iequals(name, "connection")) read_connection(value);
  if (text::iequals(name, "content-length")) {
    const bool digits = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    const auto length = digits ? text::parse_number<std::uint64_t>(value) : std::nullopt;
    if (!length || length_) return malformed("its content-length is not one number");
    length_ = length;
  }
  if (text::iequals(name, "transfer-encoding")) {
    if (chunked_ || !text::iequals(value, "chunked")) return malformed("its transfer-encoding is not chunked");
    chunked_ = true;
  }
  return {};
}

void ResponseParser::read_connection(std::string_view options) {
  // HTTP/1.0 with keep-alive is not worth it: its servers get a new connection each time.
  for (const auto option : text::split(options, ','))
    if (text::iequals(text::trimmed(option), "close")) keep_alive_ = false;
}

Result<> ResponseParser::read_framing(std::string_view raw) {
  if (chunked_ && length_) return malformed("it has both content-length and transfer-encoding");
  if (to_head_request_ || !has_body(head_.status)) {
    framing_ = Framing::none;
    complete_ = true;
    return {};
  }
  if (chunked_) {
    framing_ = Framing::chunked;
    llhttp_init(&parser_, HTTP_RESPONSE, &Callbacks::settings());
    parser_.data = this;
    const auto outcome = llhttp_execute(&parser_, raw.data(), raw.size());
    if (outcome != HPE_OK || !head_complete_) return malformed(reason(parser_, outcome));
    return {};
  }
  if (length_) {
    framing_ = Framing::length;
    left_ = *length_;
    complete_ = left_ == 0;
    return {};
  }
  framing_ = Framing::until_close;
  keep_alive_ = false;
  return {};
}

std::optional<std::uint64_t> ResponseParser::bytes_left() const {
  return framing_ == Framing::length ? std::optional(left_) : std::nullopt;
}

void ResponseParser::skip(std::size_t bytes) {
  left_ -= bytes;
  complete_ = left_ == 0;
}

Result<ResponseParser::Decoded> ResponseParser::decode(char* data, std::size_t size) {
  switch (framing_) {
    case Framing::none: return Decoded{};
    case Framing::until_close: return Decoded{.taken = size, .body = size};
    case Framing::length: {
      const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size));
      skip(bytes);
      return Decoded{.taken = bytes, .body = bytes};
    }
    case Framing::chunked: break;
  }
  content_end_ = data;
  const auto outcome = llhttp_execute(&parser_, data, size);
  const auto content = static_cast<std::size_t>(content_end_ - data);
  content_end_ = nullptr;
  if (outcome != HPE_OK && !(outcome == HPE_PAUSED && complete_)) return malformed(reason(parser_, outcome));
  const auto taken = complete_ ? static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - data) : size;
  return Decoded{.taken = taken, .body = content};
}

}  // namespace agt::net
