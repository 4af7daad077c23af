// Ready-made rules among those of the user.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/routes.h"

namespace agt::admin {

// Puts rules among those that are there: one whose pattern is there already gets their targets, a new one
// stands right behind the one before it, the first in front of all. Tells what became of each, in their order.
struct RouteChange {
  std::string_view kind{};  // new, changed, unchanged
  std::size_t position = 0;
  std::string match{};
  std::vector<std::string> before{};  // its targets
};
[[nodiscard]] std::vector<RouteChange> laid_in(std::vector<store::Route>& routes,
                                               const std::vector<store::Route>& rules);

}  // namespace agt::admin
