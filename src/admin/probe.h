// Asking an upstream for its models: what tests an account, and tells the quota of some.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "admin/gateway.h"
#include "core/secret.h"

namespace agt::admin {

struct Probe {
  int status = 0;  // 0: no answer
  std::optional<Error> error{};
  std::optional<std::size_t> models{};  // how many it lists
  net::CallTimings timings{};
  std::optional<Milliseconds> clock_ahead{};  // our clock before the upstream's, where its answer is dated
};
// One call that costs nothing, with the account's current access token where it has one. What the answer says about
// its quota is noted.
[[nodiscard]] Task<Probe> ask_upstream(const Gateway& gateway, provider::Upstream upstream, net::Timeouts timeouts,
                                       net::Worker& worker);

// How many models a list of any dialect names; nothing when it is no such list.
[[nodiscard]] std::optional<std::size_t> listed(std::string_view body);

// `text` with every occurrence of the secret replaced.
[[nodiscard]] std::string without(std::string text, const Secret& secret);

}  // namespace agt::admin
