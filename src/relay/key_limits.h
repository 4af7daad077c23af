// What a named client key may do. Part of the snapshot, so a change counts from the next request on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "net/network.h"

namespace agt::relay {

struct KeyLimits {
  std::vector<std::string> models{};     // as clients name them, with `*`; empty: all
  std::vector<net::Network> networks{};  // where its requests come from; empty: anywhere
  std::optional<WallTime> expires{};
  std::int64_t requests_per_minute = 0;  // 0: no limit; as for the next two
  std::int64_t concurrency = 0;
  std::int64_t tokens_per_day = 0;  // input and output, by the day of UTC

  [[nodiscard]] bool counts() const { return requests_per_minute > 0 || concurrency > 0 || tokens_per_day > 0; }
};

struct ClientKey {
  std::string name{};
  KeyLimits limits{};
};

}  // namespace agt::relay
