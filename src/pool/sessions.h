// Which account a session stays with. Bounded in number and age; the one not seen for longest goes first.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/clock.h"

namespace agt::pool {

class Sessions {
 public:
  // The account's id, or "" when the session has none or was away for too long. Good until the next call.
  [[nodiscard]] std::string_view find(std::uint64_t session, Instant now);
  void bind(std::uint64_t session, std::string_view account_id, Instant now);
  // The session was served elsewhere; true when that has become a habit, and it should move.
  [[nodiscard]] bool visits_often(std::uint64_t session, Instant now);
  void forget(std::uint64_t session);
  [[nodiscard]] std::size_t size() const { return by_session_.size(); }

 private:
  struct Bond {
    std::uint64_t session = 0;
    std::string account_id{};
    Instant seen{};
    int visits = 0;  // of other accounts, each soon after the one before
    Instant visited{};
  };
  std::list<Bond> bonds_{};  // the one seen last in front
  std::unordered_map<std::uint64_t, std::list<Bond>::iterator> by_session_{};
};

}  // namespace agt::pool
