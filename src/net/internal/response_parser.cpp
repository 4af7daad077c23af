#include "net/internal/response_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/text.h"
#include "net/internal/response_head.h"
#include "net/limits.h"

namespace agt::net {
namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return fail(Code::translate_reply, fmt::format("The upstream's answer is not well-formed HTTP: {}.", why));
}

}  // namespace

struct ResponseParser::Callbacks {
  static ResponseParser& self(llhttp_t* parser) { return *static_cast<ResponseParser*>(parser->data); }

  static int discard(ResponseParser& me, std::size_t bytes) {
    me.discarded_bytes_ += bytes;
    return me.discarded_bytes_ > response_trailer_bytes_max ? -1 : 0;
  }
  static int field(llhttp_t* parser, const char* at, std::size_t bytes) {
    auto& me = self(parser);
    if (me.head_complete_) return discard(me, bytes);
    if (me.head_.headers.size() >= response_fields_max) return -1;
    me.head_.headers.add({at, bytes}, {});
    return 0;
  }
  static int value(llhttp_t* parser, const char* at, std::size_t bytes) {
    auto& me = self(parser);
    if (me.head_complete_) return discard(me, bytes);
    me.head_.headers.extend_last({at, bytes});
    return 0;
  }
  static int extension(llhttp_t* parser, const char* /*at*/, std::size_t bytes) { return discard(self(parser), bytes); }
  static int headers_complete(llhttp_t* parser) {
    auto& me = self(parser);
    me.head_complete_ = true;
    return me.to_head_request_ ? 1 : 0;
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
      s.on_header_field = field;
      s.on_header_value = value;
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
  llhttp_init(&parser_, HTTP_RESPONSE, &Callbacks::settings());
  parser_.data = this;
  head_ = {};
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

Result<bool> ResponseParser::read_head(std::string_view raw) {
  head_.headers.reserve(16, raw.size());
  const auto outcome = llhttp_execute(&parser_, raw.data(), raw.size());
  if (outcome != HPE_OK && outcome != HPE_PAUSED && outcome != HPE_PAUSED_UPGRADE) {
    const char* const reason = llhttp_get_error_reason(&parser_);
    return malformed(reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(outcome));
  }
  if (!head_complete_) return malformed("its head ends too early");
  for (const auto& [name, value] : head_.headers)
    if (!is_writable_field(name, value)) return malformed("a field holds a control character");
  head_.status = parser_.status_code;
  if (head_.status == 101) return malformed("it switches protocols, which was not asked for");
  if (head_.status < 100 || head_.status > 599) return malformed("its status is out of range");
  if (head_.status < 200) {
    begin(to_head_request_);
    return true;
  }
  TRY_OK(read_framing());
  return false;
}

Result<> ResponseParser::read_framing() {
  keep_alive_ = llhttp_should_keep_alive(&parser_) == 1;
  const bool encoded = (parser_.flags & F_TRANSFER_ENCODING) != 0;
  if (to_head_request_ || !has_body(head_.status)) {
    framing_ = Framing::none;
    complete_ = true;
    return {};
  }
  if (encoded) {
    const auto encoding = head_.headers.get_or("transfer-encoding", "");
    if (!text::iequals(encoding, "chunked") || head_.headers.count("transfer-encoding") != 1)
      return malformed("its transfer-encoding is not chunked");
    framing_ = Framing::chunked;
    return {};
  }
  if ((parser_.flags & F_CONTENT_LENGTH) != 0) {
    // llhttp has refused more than one and anything but digits; its counter lives on in the parser.
    framing_ = Framing::length;
    const auto length = text::parse_number<std::uint64_t>(head_.headers.get_or("content-length", ""));
    if (!length) return malformed("its content-length is not a number");
    left_ = *length;
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
  if (outcome != HPE_OK && !(outcome == HPE_PAUSED && complete_)) {
    const char* const reason = llhttp_get_error_reason(&parser_);
    return malformed(reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(outcome));
  }
  const auto taken = complete_ ? static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - data) : size;
  return Decoded{.taken = taken, .body = content};
}

}  // namespace agt::net
