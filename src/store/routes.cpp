#include "store/routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "store/limits.h"
#include "store/rows.h"

namespace agt::store {
namespace {

Result<> check_route(const Route& route) {
  if (text::trimmed(route.match).empty())
    return fail(Code::schema, "match: must be a model name, a pattern with *, or /regex/", "match");
  if (route.targets.empty()) return fail(Code::schema, "targets: at least one is needed", "targets");
  for (std::size_t i = 0; i < route.targets.size(); ++i) {
    const auto& target = route.targets[i];
    const auto slash = target.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == target.size()) {
      const auto field = fmt::format("targets[{}]", i);
      return fail(
          Code::schema,
          fmt::format("{}: must be provider/model or account-label/model, not \"{}\"", field, text::quoted(target)),
          field);
    }
  }
  return {};
}

Result<std::vector<Route>> read_all(Database& database) {
  TRY(auto select, database.prepare("SELECT match, targets, strict FROM routes ORDER BY position"));
  std::vector<Route> all;
  while (true) {
    TRY(const bool more, select.step());
    if (!more) return all;
    TRY(auto targets, list_of(select.text(1)));
    all.push_back({.match = select.text(0), .targets = std::move(targets), .strict = select.integer(2) != 0});
  }
}

// The list is short and changes by hand: it is written whole, so positions are always 0, 1, 2 …
Result<> write_all(Database& database, const std::vector<Route>& all) {
  if (all.size() > routes_max) return fail(Code::conflict, fmt::format("there may be at most {} routes", routes_max));
  TRY_OK(database.execute("DELETE FROM routes"));
  for (std::size_t i = 0; i < all.size(); ++i) {
    TRY(auto insert, database.prepare("INSERT INTO routes VALUES (?1, ?2, ?3, ?4)"));
    TRY_OK(insert.bind(i).bind(all[i].match).bind(list_text(all[i].targets)).bind(all[i].strict).run());
  }
  return {};
}

std::unexpected<Error> no_position(std::size_t position, std::size_t size) {
  const auto has = size == 0 ? std::string("there are none") : fmt::format("they are numbered 0 to {}", size - 1);
  return fail(Code::path_unknown, fmt::format("there is no route {}: {}", position, has));
}

// Reads the list, lets `change` edit it, writes it back, in one commit.
template <class Change>
Result<> edit(Vault& vault, Change change) {
  auto session = vault.session();
  TRY(auto transaction, Transaction::begin(session.database));
  TRY(auto all, read_all(session.database));
  TRY_OK(change(all));
  TRY_OK(write_all(session.database, all));
  return transaction.commit();
}

}  // namespace

Result<std::vector<Route>> routes(Vault& vault) {
  auto session = vault.session();
  return read_all(session.database);
}

Result<std::size_t> insert_route(Vault& vault, const Route& route, std::optional<std::size_t> position) {
  TRY_OK(check_route(route));
  std::size_t placed = 0;
  TRY_OK(edit(vault, [&](std::vector<Route>& all) -> Result<> {
    placed = position.value_or(all.size());
    if (placed > all.size()) return no_position(placed, all.size());
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(placed), route);
    return {};
  }));
  return placed;
}

Result<> replace_route(Vault& vault, std::size_t position, const Route& route) {
  TRY_OK(check_route(route));
  return edit(vault, [&](std::vector<Route>& all) -> Result<> {
    if (position >= all.size()) return no_position(position, all.size());
    all[position] = route;
    return {};
  });
}

Result<> move_route(Vault& vault, std::size_t from, std::size_t to) {
  return edit(vault, [from, to](std::vector<Route>& all) -> Result<> {
    if (from >= all.size()) return no_position(from, all.size());
    if (to >= all.size()) return no_position(to, all.size());
    auto moved = std::move(all[from]);
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(from));
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(to), std::move(moved));
    return {};
  });
}

Result<> remove_route(Vault& vault, std::size_t position) {
  return edit(vault, [position](std::vector<Route>& all) -> Result<> {
    if (position >= all.size()) return no_position(position, all.size());
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(position));
    return {};
  });
}

Result<> replace_routes(Vault& vault, const std::vector<Route>& all) {
  for (const auto& route : all) TRY_OK(check_route(route));
  return edit(vault, [&all](std::vector<Route>& stored) -> Result<> {
    stored = all;
    return {};
  });
}

}  // namespace agt::store
