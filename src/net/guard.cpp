#include "net/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/name_set.h"
#include "core/text.h"
#include "net/internal/field_syntax.h"
#include "net/limits.h"
#include "net/target.h"

namespace agt::net {
namespace {

using Step = std::expected<void, Refused>;

std::unexpected<Refused> refuse(int status, Code code, std::string message) {
  return std::unexpected(Refused{.status = status, .error = {.code = code, .message = std::move(message)}});
}
std::unexpected<Refused> malformed(std::string message) { return refuse(400, Code::bad_http, std::move(message)); }

// Names that mean something here or at an upstream. Some servers read `_` as `-` (CGI did), so `Content_Length` must
// not slip by as an unknown field.
constexpr NameSet known_names(std::to_array<std::string_view>({"host",
                                                               "content-length",
                                                               "transfer-encoding",
                                                               "content-type",
                                                               "content-encoding",
                                                               "connection",
                                                               "keep-alive",
                                                               "upgrade",
                                                               "te",
                                                               "trailer",
                                                               "expect",
                                                               "authorization",
                                                               "x-api-key",
                                                               "x-goog-api-key",
                                                               "origin",
                                                               "referer",
                                                               "cookie",
                                                               "sec-fetch-site",
                                                               "proxy-authorization",
                                                               "proxy-connection",
                                                               "forwarded",
                                                               "x-forwarded-for",
                                                               "x-forwarded-host",
                                                               "x-forwarded-proto"}));

bool aliases_known_name(std::string_view name) {
  std::string dashed(name);
  std::ranges::replace(dashed, '_', '-');
  return known_names.contains(dashed);
}

// Fields that may come once, and that the guard itself reads.
enum class Once : std::uint8_t {
  host,
  content_length,
  transfer_encoding,
  content_type,
  authorization,
  x_api_key,
  x_goog_api_key,
  origin,
  expect,
  none
};
constexpr std::array<std::string_view, 9> once_names{"host",           "content-length", "transfer-encoding",
                                                     "content-type",   "authorization",  "x-api-key",
                                                     "x-goog-api-key", "origin",         "expect"};

Once once(std::string_view name) {
  for (std::size_t i = 0; i < once_names.size(); ++i)
    if (text::iequals(name, once_names[i])) return static_cast<Once>(i);
  return Once::none;
}

constexpr std::array<bool, 256> not_in_hosts = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view(" \t,/@?#\\\"<>")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_allowed_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> methods{"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return std::ranges::find(methods, method) != methods.end();
}

class Reader {
 public:
  explicit Reader(std::string_view raw) : rest_(raw) {}

  std::expected<GuardedRequest, Refused> read() {
    TRY_OK(request_line());
    constexpr std::size_t usual_fields = 16;
    fields_ = rest_;
    request_.head.headers.begin_text(fields_, usual_fields);
    for (;;) {
      TRY(const auto line, next_line());
      if (line.empty()) break;
      TRY_OK(field(line));
    }
    if (!rest_.empty()) return malformed("The request head goes on after its empty line.");
    TRY_OK(framing());
    TRY_OK(expectation());
    if (!seen_[static_cast<std::size_t>(Once::host)]) return malformed("The request has no host field.");
    if (request_.http_1_0) request_.keep_alive = false;
    return std::move(request_);
  }

 private:
  // Without its CRLF.
  std::expected<std::string_view, Refused> next_line() {
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return malformed("The request head is not complete.");
    if (end == 0 || rest_[end - 1] != '\r') return malformed("A line of the request head ends with a bare LF.");
    const auto line = rest_.substr(0, end - 1);
    rest_.remove_prefix(end + 1);
    return line;
  }

  Step request_line() {
    TRY(const auto line, next_line());
    const auto method_end = line.find(' ');
    const auto target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || method_end == target_end)
      return malformed("The request line must be: method, target, version.");
    const auto method = line.substr(0, method_end);
    const auto target = line.substr(method_end + 1, target_end - method_end - 1);
    const auto version = line.substr(target_end + 1);

    if (!is_token(method)) return malformed("The method is not a token.");
    if (target.size() > target_bytes_max)
      return refuse(414, Code::head_too_large,
                    fmt::format("The request target is longer than {} bytes.", target_bytes_max));
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return malformed("The version must be HTTP/1.1.");
    request_.http_1_0 = version == "HTTP/1.0";
    if (!is_allowed_method(method))
      return refuse(405, Code::method, fmt::format("The method {} is not served here.", text::quoted(method, 20)));
    auto parsed = parse_target(method, target);
    if (!parsed) return malformed(std::move(parsed).error());
    request_.head.method = method;
    request_.head.target = target;
    request_.head.path = std::move(parsed->path);
    request_.head.query = std::move(parsed->query);
    return {};
  }

  Step field(std::string_view line) {
    if (request_.head.headers.size() >= header_fields_max)
      return refuse(431, Code::head_too_large,
                    fmt::format("The request has more than {} header fields.", header_fields_max));
    const auto name = line.substr(0, token_size(line));
    if (name.empty() || name.size() == line.size() || line[name.size()] != ':') return nameless(line);
    const auto value = text::trimmed(line.substr(name.size() + 1));
    if (!is_field_value(value))
      return malformed(fmt::format("The value of the header {} holds a control character.", text::quoted(name, 60)));
    if (name.contains('_') && aliases_known_name(name))
      return malformed(fmt::format("The header {} could be taken for another one.", text::quoted(name, 60)));
    TRY_OK(special(once(name), name, value));
    request_.head.headers.place(fields_, name, value);
    return {};
  }

  // Why a line does not begin with a name and a colon.
  static Step nameless(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') return malformed("A header field is folded over two lines.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("A header line has no colon.");
    return malformed(fmt::format("The header name {} is not a token.", text::quoted(line.substr(0, colon), 60)));
  }

  Step special(Once which, std::string_view name, std::string_view value) {
    if (which == Once::none) {
      if (text::iequals(name, "connection")) connection(value);
      return {};
    }
    const auto index = static_cast<std::size_t>(which);
    if (seen_[index]) return malformed(fmt::format("The header {} comes twice.", once_names[index]));
    seen_[index] = true;
    values_[index] = value;
    if (which == Once::host && !is_host(value)) return malformed("The host field is empty or malformed.");
    return {};
  }

  static bool is_host(std::string_view value) {
    return !value.empty() &&
           std::ranges::none_of(value, [](char c) { return not_in_hosts[static_cast<unsigned char>(c)]; });
  }

  void connection(std::string_view value) {
    for (const auto option : text::split(value, ','))
      if (text::iequals(text::trimmed(option), "close")) request_.keep_alive = false;
  }

  Step framing() {
    const auto length = value_of(Once::content_length);
    const auto encoding = value_of(Once::transfer_encoding);
    if (length && encoding) return malformed("The request has both content-length and transfer-encoding.");
    if (encoding) {
      if (request_.http_1_0) return malformed("HTTP/1.0 has no transfer-encoding.");
      if (!text::iequals(*encoding, "chunked"))
        return refuse(501, Code::bad_http, "The only transfer-encoding understood here is chunked.");
      request_.framing = {.kind = Framing::Kind::chunked};
      return {};
    }
    if (!length) return {};
    constexpr std::size_t digits_max = 10;
    const auto bytes = text::parse_number<std::uint64_t>(*length);
    if (!bytes || length->size() > digits_max || length->front() < '0' || length->front() > '9')
      return malformed("The content-length is not a number of at most ten digits.");
    request_.framing = {.kind = Framing::Kind::length, .length = *bytes};
    return {};
  }

  Step expectation() {
    const auto expected = value_of(Once::expect);
    if (!expected) return {};
    if (!text::iequals(*expected, "100-continue"))
      return refuse(417, Code::expectation, "The only expectation understood here is 100-continue.");
    request_.expects_continue = !request_.http_1_0 && request_.framing.kind != Framing::Kind::none;
    return {};
  }

  [[nodiscard]] std::optional<std::string_view> value_of(Once which) const {
    const auto index = static_cast<std::size_t>(which);
    return seen_[index] ? std::optional(values_[index]) : std::nullopt;
  }

  std::string_view rest_;
  std::string_view fields_{};
  GuardedRequest request_{};
  std::array<bool, once_names.size()> seen_{};
  std::array<std::string_view, once_names.size()> values_{};
};

}  // namespace

std::expected<GuardedRequest, Refused> guard(std::string_view raw) { return Reader(raw).read(); }

std::expected<std::optional<std::size_t>, Refused> find_head_end(std::string_view received, std::size_t& scanned) {
  if (!received.empty() && !token_characters[static_cast<unsigned char>(received.front())])
    return malformed("This is not HTTP: a request begins with its method.");
  while (scanned < received.size()) {
    const auto line_feed = received.find('\n', scanned);
    if (line_feed == std::string_view::npos) break;
    if (line_feed == 0 || received[line_feed - 1] != '\r')
      return malformed("A line of the request head ends with a bare LF.");
    const auto length = line_feed + 1;
    if (length > head_bytes_max) break;
    const bool empty_line = line_feed >= 3 && received[line_feed - 2] == '\n';
    scanned = length;
    if (empty_line) return length;
  }
  const bool in_first_line = scanned == 0;
  if (in_first_line && received.size() > target_bytes_max + 64)
    return refuse(414, Code::head_too_large,
                  fmt::format("The request target is longer than {} bytes.", target_bytes_max));
  if (received.size() >= head_bytes_max)
    return refuse(431, Code::head_too_large, fmt::format("The request head is longer than {} bytes.", head_bytes_max));
  return std::nullopt;
}

}  // namespace agt::net
