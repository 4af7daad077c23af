// Admission: what may come in at all, decided from the head alone, before a byte of the body is read. Always on, also
// without keys, because it is what keeps web pages out. Pure.
#pragma once

#include <string>

#include "core/result.h"
#include "net/http.h"
#include "net/server.h"
#include "relay/snapshot.h"

namespace agt::relay {

inline constexpr std::string_view json_type = "application/json";

// Host, Origin and Sec-Fetch-Site. Codes host_refused, origin_refused.
[[nodiscard]] Result<> admit_visit(const net::RequestHead& head, const Admission& rules);

// A body, if there is one, is of this type. Code::content_type.
[[nodiscard]] Result<> admit_type(const net::RequestHead& head, std::string_view wanted);

// All of these for who takes plain JSON only. Also Code::content_encoding.
[[nodiscard]] Result<> admit_page(const net::RequestHead& head, const Admission& rules);

// Where the connection comes from. Code::peer_refused.
[[nodiscard]] Result<> admit_peer(const net::Peer& peer, const Admission& rules);

// The key that was shown; nullptr without one, or one that nobody demands and nobody knows. Codes key_missing,
// key_unknown.
[[nodiscard]] Result<const ClientKey*> admit_key(const Secret& shown, const Admission& rules);

// That it still lives and may be used from there. Codes key_expired, key_elsewhere.
[[nodiscard]] Result<> admit_use(const ClientKey& key, const net::Peer& peer, WallTime now);

[[nodiscard]] bool allows_model(const ClientKey* key, std::string_view model);  // nullptr: no key, no limits

}  // namespace agt::relay
