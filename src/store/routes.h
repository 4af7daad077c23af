// Routes: the ordered rules that say where a model name goes. The first that matches decides.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "store/vault.h"

namespace agt::store {

struct Route {
  std::string match{};                 // exact, with `*`, or /regex/
  std::vector<std::string> targets{};  // provider/model or label/model, tried in order
  bool strict = false;                 // true: what translation would lose is refused with the name of the field

  friend bool operator==(const Route&, const Route&) = default;
};

// Positions count from 0; the position of a route is its index in routes().
[[nodiscard]] Result<std::vector<Route>> routes(Vault& vault);
[[nodiscard]] Result<std::size_t> insert_route(Vault& vault, const Route& route,
                                               std::optional<std::size_t> position = {});  // default: last
[[nodiscard]] Result<> replace_route(Vault& vault, std::size_t position, const Route& route);
[[nodiscard]] Result<> move_route(Vault& vault, std::size_t from, std::size_t to);
[[nodiscard]] Result<> remove_route(Vault& vault, std::size_t position);
[[nodiscard]] Result<> replace_routes(Vault& vault, const std::vector<Route>& all);  // the whole list, in one commit

}  // namespace agt::store
