// Named client keys: shown once when made, kept as a SHA-256 digest. (The primary key is the setting proxy.api_key.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/secret.h"
#include "json/raw.h"
#include "store/vault.h"

namespace agt::store {

struct ClientKey {
  std::string id{};      // "key_…"
  std::string name{};    // unique among keys that are not revoked
  std::string digest{};  // SHA-256 of the key, 64 hexadecimal digits
  std::string hint{};    // "sk-…a1b2": enough to recognise it, not to use it
  std::int64_t created_ms = 0;
  std::optional<std::int64_t> revoked_ms{};
  json::Raw limits{};  // JSON object, or empty
};

struct NewClientKey {
  ClientKey key{};
  Secret plain{};  // to be shown now and never again
};

[[nodiscard]] Result<std::vector<ClientKey>> client_keys(Vault& vault);  // the revoked ones too
[[nodiscard]] Result<NewClientKey> add_client_key(Vault& vault, std::string_view name, const json::Raw& limits = {});
[[nodiscard]] Result<> set_client_key_limits(Vault& vault, std::string_view id_or_name, const json::Raw& limits);

// A new key of the same name and limits, but for an end that has passed. The old one works for `overlap_ms` more, named
// "NAME (old)" until then; of nothing, it is revoked at once.
[[nodiscard]] Result<NewClientKey> rotate_client_key(Vault& vault, std::string_view id_or_name,
                                                     std::int64_t overlap_ms);
[[nodiscard]] Result<> revoke_client_key(Vault& vault, std::string_view id_or_name);

// SHA-256 in hexadecimal. Callers keep the digests of live keys in a snapshot and look a client's key up by it, so
// that the time of the look-up says nothing about any key.
[[nodiscard]] std::string key_digest(std::string_view plain);

}  // namespace agt::store
