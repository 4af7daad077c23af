// From a model's name to the ordered targets that may serve it. Pure.
#pragma once

#include <functional>
#include <map>
#include <memory>
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
  bool strict = false;            // what translation would lose is refused
};
using SharedRoute = std::shared_ptr<const Route>;

// The first rule that matches decides. Without one: a name of the form provider/model or account/model; else the
// accounts that list the model; else the providers whose catalogue knows it; else compatible servers, which may have
// anything; else, for a model that no provider is known for, every provider there is. Targets of the client's own
// dialect come first, because they need no translation.
// Code::model_unknown or Code::no_account, saying how to mend it.
[[nodiscard]] Result<Route> plan(const Snapshot& snapshot, std::string_view model, ir::Dialect client);

// Remembers the plans for one snapshot: a configuration changes seldom, and the same few models are asked for again and
// again. One per worker.
class Planner {
 public:
  [[nodiscard]] Result<SharedRoute> plan(const std::shared_ptr<const Snapshot>& snapshot, std::string_view model,
                                         ir::Dialect client);

 private:
  std::shared_ptr<const Snapshot> snapshot_{};
  std::map<std::string, SharedRoute, std::less<>> routes_{};  // by dialect and model
  std::string key_{};                                         // kept for its memory
};

}  // namespace agt::relay
