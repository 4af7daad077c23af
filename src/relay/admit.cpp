#include "relay/admit.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace agt::relay {
namespace {

// "1.2.3.4:8045" or "[fe80::1]:8045": a name could be rebound by DNS to us, a literal could not.
bool is_our_literal(std::string_view host, unsigned short port) {
  const auto tail = ":" + std::to_string(port);
  if (!host.ends_with(tail)) return false;
  const auto address = host.substr(0, host.size() - tail.size());
  if (address.starts_with('[')) return address.ends_with(']');
  const auto is_part = [](std::string_view part) {
    const auto n = text::parse_number<unsigned>(part);
    return n && *n < 256 && (part.size() == 1 || part[0] != '0');
  };
  const auto parts = text::split(address, '.');
  return parts.size() == 4 && std::ranges::all_of(parts, is_part);
}

Result<> admit_host(const net::RequestHead& head, const Admission& rules) {
  const auto host = head.headers.get_or("host", "");
  if (std::ranges::any_of(rules.hosts, [&](const std::string& own) { return text::iequals(own, host); })) return {};
  if (rules.lan && is_our_literal(host, rules.port)) return {};
  return fail(Code::host_refused,
              fmt::format("The host \"{}\" is not this gateway's; a foreign name may be a rebinding attack.",
                          text::quoted(host, 80)));
}

Result<> admit_origin(const net::RequestHead& head, const Admission& rules) {
  if (const auto origin = head.headers.get("origin")) {
    const auto lowered = text::lowered(*origin);
    const bool own =
        std::ranges::any_of(rules.hosts, [&](const std::string& host) { return lowered == "http://" + host; });
    const bool allowed = std::ranges::find(rules.origins, lowered) != rules.origins.end();
    if (!own && !allowed)
      return fail(Code::origin_refused,
                  fmt::format("Requests from the web page {} are refused.", text::quoted(*origin, 80)));
    if (allowed) return {};
  }
  const auto site = head.headers.get_or("sec-fetch-site", "none");
  // same-site is refused too: another port of localhost is "same-site" with this one.
  if ((site != "none" && site != "same-origin") || head.headers.count("sec-fetch-site") > 1)
    return fail(Code::origin_refused, "Requests that a foreign web page caused are refused.");
  return {};
}

}  // namespace

Result<> admit_visit(const net::RequestHead& head, const Admission& rules) {
  TRY_OK(admit_host(head, rules));
  return admit_origin(head, rules);
}

Result<> admit_type(const net::RequestHead& head, std::string_view wanted) {
  const bool has_body = head.headers.has("transfer-encoding") || head.headers.get_or("content-length", "0") != "0";
  if (!has_body) return {};
  const auto type = head.headers.get_or("content-type", "");
  if (!text::iequals(text::trimmed(type.substr(0, type.find(';'))), wanted))
    return fail(Code::content_type, fmt::format("The body must be {}, not \"{}\".", wanted, text::quoted(type, 80)));
  return {};
}

Result<> admit_page(const net::RequestHead& head, const Admission& rules) {
  TRY_OK(admit_visit(head, rules));
  TRY_OK(admit_type(head, json_type));
  const auto encoding = head.headers.get_or("content-encoding", "identity");
  if (!text::iequals(text::trimmed(encoding), "identity"))
    return fail(Code::content_encoding,
                fmt::format("The content-encoding \"{}\" is not supported here.", text::quoted(encoding, 80)));
  return {};
}

Result<> admit_peer(const net::Peer& peer, const Admission& rules) {
  if (peer.loopback) return {};
  // Nobody else can reach a port on loopback, but the port may have been open a moment ago.
  if (rules.lan && (rules.networks.empty() || net::any_contains(rules.networks, peer.address))) return {};
  return fail(Code::peer_refused, fmt::format("Requests from the address {} are refused.", peer.address));
}

Result<const ClientKey*> admit_key(const Secret& shown, const Admission& rules) {
  if (!shown.empty()) {
    if (rules.primary_key.matches(shown.reveal())) return &rules.primary;
    if (!rules.keys.empty())
      if (const auto named = rules.keys.find(rules.digest(shown.reveal())); named != rules.keys.end())
        return &named->second;
  }
  if (!rules.keys_demanded) return nullptr;
  if (shown.empty()) return fail(Code::key_missing, "This gateway demands a key, and the request has none.");
  return fail(Code::key_unknown, "This gateway does not know the key that the request shows.");
}

Result<> admit_use(const ClientKey& key, const net::Peer& peer, WallTime now) {
  const auto& limits = key.limits;
  if (limits.expires && *limits.expires <= now)
    return fail(Code::key_expired, fmt::format("The key \"{}\" has expired.", text::quoted(key.name, 60)));
  if (!limits.networks.empty() && !net::any_contains(limits.networks, peer.address))
    return fail(Code::key_elsewhere, fmt::format("The key \"{}\" may not be used from the address {}.",
                                                 text::quoted(key.name, 60), peer.address));
  return {};
}

bool allows_model(const ClientKey* key, std::string_view model) {
  if (key == nullptr || key->limits.models.empty()) return true;
  return std::ranges::any_of(key->limits.models,
                             [&](const std::string& pattern) { return text::wildcard_match(pattern, model); });
}

}  // namespace agt::relay
