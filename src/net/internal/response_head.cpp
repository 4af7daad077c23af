#include "net/internal/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/text.h"
#include "net/internal/field_syntax.h"

namespace agt::net {

using namespace std::string_view_literals;

namespace {

struct Phrase {
  int status;
  std::string_view text;
};

constexpr std::array phrases{
    Phrase{200, "OK"},
    Phrase{201, "Created"},
    Phrase{202, "Accepted"},
    Phrase{204, "No Content"},
    Phrase{206, "Partial Content"},
    Phrase{301, "Moved Permanently"},
    Phrase{302, "Found"},
    Phrase{303, "See Other"},
    Phrase{304, "Not Modified"},
    Phrase{307, "Temporary Redirect"},
    Phrase{308, "Permanent Redirect"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{402, "Payment Required"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{406, "Not Acceptable"},
    Phrase{408, "Request Timeout"},
    Phrase{409, "Conflict"},
    Phrase{410, "Gone"},
    Phrase{411, "Length Required"},
    Phrase{412, "Precondition Failed"},
    Phrase{413, "Content Too Large"},
    Phrase{414, "URI Too Long"},
    Phrase{415, "Unsupported Media Type"},
    Phrase{417, "Expectation Failed"},
    Phrase{421, "Misdirected Request"},
    Phrase{422, "Unprocessable Content"},
    Phrase{426, "Upgrade Required"},
    Phrase{428, "Precondition Required"},
    Phrase{429, "Too Many Requests"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{499, "Client Closed Request"},
    Phrase{500, "Internal Server Error"},
    Phrase{501, "Not Implemented"},
    Phrase{502, "Bad Gateway"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Gateway Timeout"},
    Phrase{529, "Overloaded"},
};

constexpr std::size_t field_bytes = 4;  // of a field, beside its name and its value

template <class Number>
void append_number(std::string& out, Number value, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto found = std::ranges::lower_bound(phrases, status, {}, &Phrase::status);
  if (found != phrases.end() && found->status == status) return found->text;
  return status < 300 ? "OK" : status < 400 ? "Redirect" : "Error";
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

bool is_framing_field(std::string_view name) {
  switch (name.size()) {
    case 4: return text::iequals(name, "date");
    case 10: return text::iequals(name, "connection") || text::iequals(name, "keep-alive");
    case 14: return text::iequals(name, "content-length");
    case 17: return text::iequals(name, "transfer-encoding");
    default: return false;
  }
}

bool is_writable_field(std::string_view name, std::string_view value) {
  return is_token(name) && is_field_value(value);
}

void append_response_head(std::string& out, const ResponseHead& head, const ResponseFraming& framing,
                          std::string_view date) {
  constexpr std::size_t framing_bytes_max = 200;  // the status line, the date and what `framing` asks for
  const auto room = out.size() + head.headers.bytes() + head.headers.size() * field_bytes + framing_bytes_max;
  if (out.capacity() < room) out.reserve(room);
  out += "HTTP/1.1 "sv;
  append_number(out, head.status);
  out += ' ';
  out += reason_phrase(head.status);
  out += "\r\n"sv;
  append_field(out, "date", date);
  append_fields(out, head.headers);
  switch (framing.kind) {
    case ResponseFraming::Kind::none:
    case ResponseFraming::Kind::until_close: break;
    case ResponseFraming::Kind::length:
      out += "content-length: "sv;
      append_number(out, framing.length);
      out += "\r\n"sv;
      break;
    case ResponseFraming::Kind::chunked: out += "transfer-encoding: chunked\r\n"sv; break;
  }
  if (framing.close) out += "connection: close\r\n"sv;
  out += "\r\n"sv;
}

namespace {

char* put_field(char* at, std::string_view name, std::string_view value) {
  std::memcpy(at, name.data(), name.size());
  at += name.size();
  *at++ = ':';
  *at++ = ' ';
  if (!value.empty()) std::memcpy(at, value.data(), value.size());
  at += value.size();
  *at++ = '\r';
  *at++ = '\n';
  return at;
}

}  // namespace

void append_field(std::string& out, std::string_view name, std::string_view value) {
  const auto before = out.size();
  const auto after = before + name.size() + value.size() + field_bytes;
  // Not the size that is passed in: libstdc++ 12 passes the new capacity when it reallocates.
  out.resize_and_overwrite(after, [&](char* all, std::size_t /*size*/) {
    put_field(all + before, name, value);
    return after;
  });
}

void append_fields(std::string& out, const Headers& headers) {
  const auto before = out.size();
  std::size_t most = before;
  for (const auto& [name, value] : headers) most += name.size() + value.size() + field_bytes;
  out.resize_and_overwrite(most, [&](char* all, std::size_t /*size*/) {
    char* at = all + before;
    for (const auto& [name, value] : headers)
      if (!is_framing_field(name) && is_writable_field(name, value)) at = put_field(at, name, value);
    return static_cast<std::size_t>(at - all);
  });
}

void append_chunk_size(std::string& out, std::size_t bytes) {
  append_number(out, bytes, 16);
  out += "\r\n"sv;
}

}  // namespace agt::net
