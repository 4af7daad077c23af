#include <fmt/format.h>

#include "core/text.h"
#include "net/client.h"

namespace agt::net {
namespace {

std::unexpected<Error> bad(std::string_view what) {
  return fail(Code::config, fmt::format("The upstream proxy's URL is not usable: {}.", what));
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view url) {
  Proxy proxy;
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos)
    return bad("it has no scheme; write http://host:port or socks5://host:port");
  const auto scheme = text::lowered(url.substr(0, scheme_end));
  if (scheme == "http")
    proxy.kind = Proxy::Kind::http_connect;
  else if (scheme == "socks5" || scheme == "socks5h")
    proxy.kind = Proxy::Kind::socks5;
  else
    return bad(fmt::format("the scheme {} is not http or socks5", text::quoted(scheme, 20)));
  auto rest = url.substr(scheme_end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);

  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const auto credentials = rest.substr(0, at);
    const auto colon = credentials.find(':');
    if (colon == std::string_view::npos) return bad("its credentials must be user:password");
    auto user = text::percent_decoded(credentials.substr(0, colon));
    auto password = text::percent_decoded(credentials.substr(colon + 1));
    if (!user || !password) return bad("its credentials hold a malformed percent escape");
    // RFC 1929 has one byte for each length.
    if (user->empty() || user->size() > 255 || password->size() > 255)
      return bad("its user or password is empty or too long");
    if (user->contains(':')) return bad("its user holds a colon");
    proxy.user = *std::move(user);
    proxy.password = Secret(*std::move(password));
    rest.remove_prefix(at + 1);
  }
  // Reading it as an http URL settles brackets, the alphabet of host names and the port.
  const auto parsed = parse_url(fmt::format("http://{}", rest));
  if (!parsed) return bad("its host or port is malformed");
  if (!parsed->path.empty()) return bad("it has a path");
  const bool has_port = rest.rfind(':') != std::string_view::npos && !rest.ends_with(']');
  if (!has_port) return bad("it has no port");
  proxy.host = parsed->host;
  proxy.port = parsed->port;
  return proxy;
}

}  // namespace agt::net
