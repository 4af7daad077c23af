// What to do after a failed attempt. Pure; the only place where retry rules live.
#pragma once

#include "pool/health.h"
#include "provider/classify.h"
#include "relay/trace.h"

namespace agt::relay {

struct Verdict {
  Next next{};
  pool::Blame blame{};  // who rests, if anybody
  // The retry is not the answer to a limit: it costs a token, so that a provider that is down is not asked more for it.
  bool costs_token = false;
  // The same account may be asked once more when there is nobody else.
  bool once_more = false;
};

// `attempts_left`: upstream calls that may still be made for this request.
[[nodiscard]] Verdict verdict(const Error& error, provider::Scope scope, int attempts_left);

}  // namespace agt::relay
