// What the gateway keeps for clients whose protocol makes them forget it: thinking and signatures beside tool calls.
// Bounded in number, size and age; one client key never gets what another one's answer held. Any thread may call.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "dialect/keepsakes.h"

namespace agt::relay {

class Keepsakes {
 public:
  void keep(std::string_view client_key, std::string_view call_id, dialect::Keepsake kept, Instant now);
  // nullptr when there is none.
  [[nodiscard]] std::shared_ptr<const dialect::Keepsake> find(std::string_view client_key, std::string_view call_id,
                                                              Instant now);
  [[nodiscard]] std::size_t size();

 private:
  using Name = std::pair<std::string, std::string>;  // client key, id of the call
  struct Entry {
    Name name{};
    std::shared_ptr<const dialect::Keepsake> kept{};
    Instant until{};
  };
  using Place = std::list<Entry>::iterator;
  void drop(Place place);

  std::mutex mutex_{};
  std::list<Entry> entries_{};  // oldest first
  std::map<Name, Place> by_name_{};
  std::size_t bytes_ = 0;
};

}  // namespace agt::relay
