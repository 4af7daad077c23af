#include "net/internal/request_body.h"

#include <fmt/format.h>

#include "net/limits.h"

namespace agt::net {

struct RequestParser::Callbacks {
  static RequestParser& self(llhttp_t* parser) { return *static_cast<RequestParser*>(parser->data); }

  static int headers_complete(llhttp_t* parser) {
    self(parser).head_complete_ = true;
    return 0;
  }
  static int body(llhttp_t* parser, const char* at, std::size_t bytes) {
    auto& me = self(parser);
    if (me.body_ == nullptr) return -1;
    if (bytes > me.body_bytes_max_ - me.body_->size()) {
      me.too_large_ = true;
      return -1;
    }
    me.body_->append(at, bytes);
    return 0;
  }
  static int extension(llhttp_t* parser, const char* /*at*/, std::size_t bytes) {
    auto& me = self(parser);
    me.extension_bytes_ += bytes;
    return me.extension_bytes_ > chunk_extension_bytes_max ? -1 : 0;
  }
  // The guard has read the head; only trailers are of interest here, and of these only how many.
  static int field(llhttp_t* parser, const char* /*at*/, std::size_t bytes) {
    auto& me = self(parser);
    if (!me.head_complete_) return 0;
    me.trailer_bytes_ += bytes;
    return me.trailer_bytes_ > trailer_bytes_max ? -1 : 0;
  }
  static int message_complete(llhttp_t* parser) {
    self(parser).complete_ = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t value = [] {
      llhttp_settings_t s{};
      s.on_headers_complete = headers_complete;
      s.on_body = body;
      s.on_chunk_extension_name = extension;
      s.on_chunk_extension_value = extension;
      s.on_header_field = field;
      s.on_header_value = field;
      s.on_message_complete = message_complete;
      return s;
    }();
    return value;
  }
};

RequestParser::RequestParser() = default;

std::optional<Refused> RequestParser::check(std::string_view raw_head, const Framing& framing) {
  llhttp_init(&parser_, HTTP_REQUEST, &Callbacks::settings());
  parser_.data = this;
  extension_bytes_ = trailer_bytes_ = overhead_bytes_ = 0;
  head_complete_ = complete_ = too_large_ = false;
  const auto outcome = llhttp_execute(&parser_, raw_head.data(), raw_head.size());
  const auto refused = [](std::string message) {
    return Refused{.status = 400, .error = {.code = Code::bad_http, .message = std::move(message)}};
  };
  if (outcome != HPE_OK && outcome != HPE_PAUSED && outcome != HPE_PAUSED_UPGRADE) {
    const char* const reason = llhttp_get_error_reason(&parser_);
    return refused(
        fmt::format("The request head is malformed: {}.", reason != nullptr ? reason : llhttp_errno_name(outcome)));
  }
  const bool chunked = (parser_.flags & F_CHUNKED) != 0;
  const auto length = (parser_.flags & F_CONTENT_LENGTH) != 0 ? parser_.content_length : 0;
  const bool has_body = framing.kind == Framing::Kind::chunked || framing.length > 0;
  const bool agrees = head_complete_ && chunked == (framing.kind == Framing::Kind::chunked) &&
                      length == framing.length && complete_ != has_body;
  if (!agrees) return refused("The length of the request's body is ambiguous.");
  return std::nullopt;
}

Result<RequestParser::Decoded> RequestParser::decode(std::string_view bytes, std::string& body, std::size_t bytes_max) {
  body_ = &body;
  body_bytes_max_ = bytes_max;
  const auto before = body.size();
  const auto outcome = llhttp_execute(&parser_, bytes.data(), bytes.size());
  body_ = nullptr;
  if (too_large_) return fail(Code::body_too_large, fmt::format("The body is larger than {} bytes.", bytes_max));
  if (outcome != HPE_OK && !(outcome == HPE_PAUSED && complete_)) {
    const char* const reason = llhttp_get_error_reason(&parser_);
    return fail(Code::bad_http,
                fmt::format("The chunked body is malformed: {}.",
                            reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(outcome)));
  }
  const auto taken = complete_ ? static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - bytes.data()) : bytes.size();
  // A body of one-byte chunks has five bytes of framing for each of its own. More is no body but an attempt to keep us
  // busy, for example with a chunk size of endless zeros.
  overhead_bytes_ += taken - (body.size() - before);
  constexpr std::size_t overhead_per_byte_max = 8;
  if (overhead_bytes_ > 2 * trailer_bytes_max + overhead_per_byte_max * body.size())
    return fail(Code::bad_http, "The chunked body is mostly framing.");
  return Decoded{.taken = taken, .complete = complete_};
}

}  // namespace agt::net
