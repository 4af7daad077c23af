#include "dialect/signs.h"

#include <algorithm>
#include <array>

#include "core/name_set.h"
#include "core/text.h"

namespace agt::dialect {
namespace {

constexpr std::array<std::string_view, 3> key_headers{"x-api-key", "x-goog-api-key", "api-key"};
constexpr std::string_view bearer = "bearer ";

}  // namespace

Signs read_signs(const HeaderLookup& header, const QueryLookup& query) {
  Signs signs;
  signs.google = header("x-goog-api-key") || header("x-goog-api-client") || query("key") || query("pageSize");
  signs.anthropic =
      header("anthropic-version").has_value() || header("user-agent").value_or("").starts_with("claude-cli");
  signs.version = header("anthropic-version").value_or("");
  signs.upgrade = text::iequals(header("upgrade").value_or(""), "websocket");
  signs.sse = query("alt").value_or("") == "sse";
  return signs;
}

Result<Secret> client_key(const HeaderLookup& header, const QueryLookup& query) {
  Secret found;
  bool conflict = false;
  const auto take = [&](std::string_view key) {
    if (key.empty()) return;
    conflict = conflict || (!found.empty() && !found.matches(key));
    found = Secret(std::string(key));
  };
  const auto authorization = header("authorization").value_or("");
  if (authorization.size() > bearer.size() && text::iequals(authorization.substr(0, bearer.size()), bearer))
    take(text::trimmed(authorization.substr(bearer.size())));
  for (const auto name : key_headers) take(text::trimmed(header(name).value_or("")));
  take(query("key").value_or(""));
  if (conflict) return fail(Code::bad_http, "The request carries two different keys; send one.");
  return found;
}

bool is_credential_header(std::string_view name) {
  constexpr NameSet credentials(std::to_array<std::string_view>(
      {"authorization", "proxy-authorization", "cookie", "x-api-key", "x-goog-api-key", "api-key"}));
  return credentials.contains(name);
}

}  // namespace agt::dialect
