// What is checked of a routing rule.
#pragma once

#include <string>
#include <vector>

#include "admin/routes.h"
#include "catalogue/models.h"
#include "core/result.h"
#include "json/writer.h"
#include "store/accounts.h"
#include "store/routes.h"

namespace agt::admin {

// The pattern and the targets are well-formed. Code::schema with the field.
[[nodiscard]] Result<> check_route(const store::Route& route);

// What keeps its targets from serving now, and what the later ones cannot do that the first can. No error: accounts may
// be added later, and less may be enough. A rule's targets are never routed again, so there is nothing like a cycle.
[[nodiscard]] std::vector<std::string> warnings_of(const store::Route& route,
                                                   const std::vector<store::Account>& accounts,
                                                   const catalogue::Catalogue& catalogue);

// What the rules before it do to the rule at `position`: one that takes everything it could match hides it.
[[nodiscard]] std::vector<std::string> warnings_of_order(const std::vector<store::Route>& routes, std::size_t position);

// As a list of the API, each with its warnings.
void write_routes(json::Writer& w, const std::vector<store::Route>& routes,
                  const std::vector<store::Account>& accounts);

// With an if-match header, the rules must be those that the caller has seen. Call it under Gateway::changing.
[[nodiscard]] Result<> check_unchanged(const Call& call);

void write_words(json::Writer& w, std::string_view key, const std::vector<std::string>& words);

}  // namespace agt::admin
