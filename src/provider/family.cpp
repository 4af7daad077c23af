#include "provider/family.h"

#include <algorithm>
#include <array>

#include "core/name_set.h"
#include "core/text.h"
#include "core/version.h"
#include "dialect/signs.h"

namespace agt::provider {
namespace {

// Not forwarded: what belongs to one connection (RFC 9110 §7.6.1), what the client writes itself, what tells where the
// client sits, content-encoding, because the body has been decoded, and accept-encoding, because we read the reply too.
constexpr NameSet kept_back(std::to_array<std::string_view>({
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "content-encoding",
    "expect",
    "accept-encoding",
    "user-agent",
    "origin",
    "referer",
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "priority",
}));

constexpr NameSet returned_exact(std::to_array<std::string_view>({
    "content-type",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
    "request-id",
    "x-request-id",
    "openai-processing-ms",
    "openai-version",
    "openai-model",
}));
constexpr auto returned_prefixes = std::to_array<std::string_view>({"x-ratelimit-", "anthropic-ratelimit-"});

bool is_kept_back(std::string_view name) {
  if (dialect::is_credential_header(name)) return true;
  if (name.size() > 4 && text::iequals(name.substr(0, 4), "sec-")) return true;
  return kept_back.contains(name);
}

void add_key(net::Headers& headers, const Upstream& upstream) {
  const auto key = upstream.key.reveal();
  if (key.empty()) return;
  switch (upstream.key_style) {
    case KeyStyle::bearer:
      headers.add("authorization", "Bearer ");
      headers.extend_last(key);
      return;
    case KeyStyle::x_api_key: headers.add("x-api-key", key); return;
    case KeyStyle::x_goog_api_key: headers.add("x-goog-api-key", key); return;
    case KeyStyle::none: return;
  }
}

bool is_returned(std::string_view name) {
  const auto begins = [name](std::string_view prefix) {
    return name.size() > prefix.size() && text::same_letters(name.substr(0, prefix.size()), prefix);
  };
  return returned_exact.contains(name) || std::ranges::any_of(returned_prefixes, begins);
}

}  // namespace

net::Headers own_headers_only() {
  net::Headers headers;
  headers.add("accept", "application/json");
  headers.add("user-agent", user_agent);
  headers.add("accept-encoding", "identity");
  return headers;
}

net::Call prepare(const Upstream& upstream, const Want& want, std::string_view body, const net::Headers* client_headers,
                  const net::Timeouts& timeouts) {
  const bool sends_body = !body.empty() || (want.operation != dialect::Operation::list_models &&
                                            want.operation != dialect::Operation::show_model);
  auto placed = want;
  placed.project = upstream.project;
  placed.location = upstream.location;
  net::Headers headers;
  // One piece of memory for all: what the client sent, and what is added here.
  constexpr std::size_t own_fields = 8;
  constexpr std::size_t own_bytes = 400;
  headers.reserve(own_fields + (client_headers == nullptr ? 0 : client_headers->size()),
                  own_bytes + (client_headers == nullptr ? 0 : client_headers->bytes()));
  if (client_headers != nullptr)
    for (const auto& header : *client_headers)
      if (!is_kept_back(header.name)) headers.add(header.name, header.value);
  for (const auto& header : upstream.family->own_headers)
    if (!headers.has(header.name)) headers.add(header.name, header.value);
  if (sends_body && !headers.has("content-type")) headers.add("content-type", "application/json");
  if (!headers.has("accept")) headers.add("accept", want.stream ? "text/event-stream" : "application/json");
  headers.add("user-agent", user_agent);
  headers.add("accept-encoding", "identity");
  add_key(headers, upstream);
  return {.method = sends_body ? "POST" : "GET",
          .url = upstream.base,
          .target = upstream.family->target(upstream.base.path, placed),
          .headers = std::move(headers),
          .body = body,
          .timeouts = timeouts};
}

net::Headers returned_headers(const net::Headers& upstream) {
  net::Headers out;
  constexpr std::size_t own_fields = 6;  // the relay's own
  constexpr std::size_t own_bytes = 300;
  out.reserve(upstream.size() + own_fields, upstream.bytes() + own_bytes);
  for (const auto& header : upstream)
    if (is_returned(header.name)) out.add(header.name, header.value);
  return out;
}

}  // namespace agt::provider
