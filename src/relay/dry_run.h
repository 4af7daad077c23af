// What would happen to a request: which rule, whom it would ask in which order, and what would go out. Sends nothing,
// changes nothing, shows no secret.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "json/writer.h"
#include "net/http.h"
#include "relay/relay.h"

namespace agt::relay {

struct Hypothetical {
  std::string path{};
  std::string query{};
  std::string model{};  // in place of the body's; "" keeps it
  std::string body{};   // "": a greeting in the dialect of the path
  net::Headers headers{};
  std::string client_key{};  // the name of the key that the client would show
  // What if: accounts by id or label, or providers, that are taken for exhausted.
  std::vector<std::string> without{};
};

// One JSON object. A request that would be refused is no failure of this function: the object has the error.
[[nodiscard]] std::string dry_run(const Services& services, const std::shared_ptr<const Snapshot>& snapshot,
                                  const Hypothetical& asked);

}  // namespace agt::relay
