// From a model's name to the ordered targets that may serve it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "ir/conversation.h"
#include "relay/snapshot.h"

namespace agt::relay {

struct Route {
  std::string why{};              // "rule 2: fast-*", "accounts that list it", …: for the trace
  std::vector<Target> targets{};  // models resolved; never empty
};

// The first rule that matches decides. Without one: a name of the form provider/model or account/model; else the
// accounts that list the model; else the providers whose catalogue knows it; else compatible servers, which may have
// anything; else, for a model that no provider is known for, every provider there is. Targets of the client's own
// dialect come first, because they need no translation.
// Code::model_unknown or Code::no_account, saying how to mend it.
[[nodiscard]] Result<Route> plan(const Snapshot& snapshot, std::string_view model, ir::Dialect client);

// Code::schema when the pattern is no valid regular expression, or empty.
[[nodiscard]] Result<> check_pattern(std::string_view match);
[[nodiscard]] bool matches(std::string_view match, std::string_view model);

}  // namespace agt::relay
