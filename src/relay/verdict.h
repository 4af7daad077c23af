// What to do after a failed attempt. Pure; the only place where retry rules live.
#pragma once

#include <optional>

#include "core/clock.h"
#include "provider/classify.h"
#include "relay/trace.h"

namespace agt::relay {

struct Verdict {
  Next next{};
  std::optional<Milliseconds> rest{};  // for how long the account rests
  bool whole_account = false;          // or only for this model
};

// `attempts_left`: upstream calls that may still be made for this request.
[[nodiscard]] Verdict verdict(const Error& error, provider::Scope scope, int attempts_left);

}  // namespace agt::relay
