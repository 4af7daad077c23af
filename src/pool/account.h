// An account as the pool sees it: who it is and what it may serve. No credential, no address.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/failure.h"

namespace agt::pool {

struct Account {
  std::string id{};
  std::string label{};
  std::string provider{};
  bool enabled = true;
  std::vector<std::string> models{};    // wildcards; empty: all
  std::vector<std::string> excluded{};  // wildcards
  int priority = 0;                     // higher first
  int max_concurrency = 0;              // 0: no limit
};

// Why an account was passed over. The words are those of the API and the UI.
enum class SkipReason : std::uint8_t {
  off,
  needs_reauth,
  verification,
  forbidden,
  key_rejected,
  cooling,
  quota,
  model_missing,
  model_excluded,
  feature_missing,
  busy,
  already_tried,
  lower_rank,
};
[[nodiscard]] std::string_view name(SkipReason reason);

// A decision about one account, with what it rested on.
struct Skip {
  std::shared_ptr<const Account> account{};
  SkipReason reason{};
  std::optional<Milliseconds> remaining{};  // cooling, quota: until it is back
  std::optional<Code> code{};               // cooling, quota: what sent it to rest
  std::string set_by{};                     // the trace that did
};

// A rest period. `model` empty: the whole account.
struct Rest {
  Instant until{};
  Code code{};
  std::string message{};  // what the provider said, clipped
  std::string set_by{};
};

}  // namespace agt::pool
