// What clients may continue by an id alone: conversations that the gateway has answered, kept for a while in memory.
// Bounded in number, size and age; one client key never sees what another one said. Any thread may call.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.h"

namespace agt::relay {

class Memories {
 public:
  void keep(std::string_view client_key, std::string_view id, std::string text, Instant now);
  [[nodiscard]] std::optional<std::string> find(std::string_view client_key, std::string_view id, Instant now);

 private:
  using Name = std::pair<std::string, std::string>;  // client key, id
  struct Entry {
    Name name{};
    std::string text{};
    Instant until{};
  };
  void drop_oldest();

  std::mutex mutex_{};
  std::list<Entry> entries_{};  // oldest first
  std::map<Name, std::list<Entry>::iterator> by_name_{};
  std::size_t bytes_ = 0;
};

}  // namespace agt::relay
