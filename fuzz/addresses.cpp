// Addresses that people and other programs write: URLs, proxies, request targets, queries. What is understood reads the
// same when it is written again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/text.h"
#include "net/client.h"
#include "net/http.h"
#include "net/target.h"

namespace {

namespace net = agt::net;
namespace text = agt::text;

void check_url(std::string_view spelled) {
  const auto url = net::parse_url(spelled);
  if (!url) return;
  if (url->host.empty() || url->port == 0 || url->path.ends_with('/')) std::abort();
  if (url->host.find_first_of(" \t\r\n@/\\?#") != std::string::npos) std::abort();
  const auto again = net::parse_url((url->tls ? "https://" : "http://") + url->authority() + url->path);
  if (!again || again->tls != url->tls || again->host != url->host || again->port != url->port ||
      again->path != url->path)
    std::abort();
}

void check_proxy(std::string_view spelled) {
  const auto proxy = net::parse_proxy(spelled);
  if (!proxy && proxy.error().message.empty()) std::abort();
  if (proxy && (proxy->host.empty() || proxy->port == 0)) std::abort();
}

void check_target(std::string_view spelled) {
  const auto target = net::parse_target("GET", spelled);
  if (!target && target.error().empty()) std::abort();
  if (!target) return;
  if (target->path.contains("//") || target->path.contains('\\') || target->path.contains('\0')) std::abort();
  if (target->path.contains("/../") || target->path.ends_with("/..")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_url(input);
  check_url("https://" + std::string(input));
  check_proxy(input);
  check_proxy("socks5://" + std::string(input));
  check_target(input);
  check_target("/" + std::string(input));
  if (const auto key = net::query_parameter(input, "key")) {
    const auto without = net::without_query_parameter(input, "key");
    if (net::query_parameter(without, "key")) std::abort();
  }
  if (text::percent_decoded(text::percent_encoded(input)) != input) std::abort();
  return 0;
}
