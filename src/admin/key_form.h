// The limits of a client key in JSON, as the API takes them and as they lie in the vault.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/gateway.h"
#include "core/result.h"
#include "json/document.h"
#include "json/raw.h"
#include "json/writer.h"
#include "relay/key_limits.h"

namespace agt::admin {

// Code::schema with the field. Members that are not there leave the limit as it is; null, 0 and [] take it away.
[[nodiscard]] Result<> take_limits(const json::Value& body, relay::KeyLimits& limits);
[[nodiscard]] Result<relay::KeyLimits> key_limits_in(const json::Raw& kept);
void write_limits(json::Writer& w, const relay::KeyLimits& limits);  // the members that there are
[[nodiscard]] json::Raw kept_limits(const relay::KeyLimits& limits);

// What keys with a budget have used today, from the ledger: a new start gives nothing back.
[[nodiscard]] Result<> restore_spending(Gateway& gateway);

[[nodiscard]] Result<std::vector<net::Network>> networks_in(std::span<const std::string> words, std::string_view field);

}  // namespace agt::admin
