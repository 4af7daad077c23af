// What is checked of a routing rule.
#pragma once

#include <string>
#include <vector>

#include "catalogue/models.h"
#include "core/result.h"
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

}  // namespace agt::admin
