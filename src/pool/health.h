// The health of what can fail: an account, an account for one model, a site, a site for one model. Pure.
//
// ready → (a blow) → resting → (the time is over) → half open: one request goes first → (it is accepted) → ready.
#pragma once

#include <optional>
#include <string>

#include "core/clock.h"
#include "pool/account.h"
#include "pool/limits.h"
#include "pool/pace.h"

namespace agt::pool {

// Whom a failure concerns.
enum class Blame : std::uint8_t { nobody, account_model, account, site_model, site };

// A failure as the pool is told of it.
struct Blow {
  Blame blame = Blame::nobody;
  Code code{};
  std::optional<Milliseconds> told{};  // how long the provider said to wait
  std::string message{};
  std::string set_by{};
};

struct Health {
  Rest rest{};
  Instant set_at{};  // when the last blow fell
  int failures = 0;  // in a row
  bool on_probation = false;
  Instant probe_until{};  // nobody else before this while the first one is under way

  Pace pace{};  // what its limits have taught

  // Nothing of it is worth keeping.
  [[nodiscard]] bool is_blank(Instant now) const { return failures == 0 && !pace.is_kept(now); }
  // Requests that go out change it.
  [[nodiscard]] bool counts_sends(Instant now) const { return on_probation || pace.is_known(now); }
  // The moment from which a request may be sent.
  [[nodiscard]] Instant open_at() const {
    const auto opens = rest.until > pace.open_at() ? rest.until : pace.open_at();
    return on_probation && probe_until > opens ? probe_until : opens;
  }
};

// Takes a blow that a request sent at `sent_at` got; gives the rest that follows, or nothing. Of several requests that
// were under way together only the first makes the next rest longer. Of two rests the longer counts. `chance` is from
// 0 to 1; `sustained`: what went well before, a second; 0 when nobody knows.
[[nodiscard]] std::optional<Milliseconds> take(Health& health, const Blow& blow, Instant sent_at, Instant now,
                                               double chance, double sustained = 0);
// A request that was sent at `sent_at` was accepted: what happened before is forgotten.
void recover(Health& health, Instant sent_at);
// A request goes out; the first one after a rest goes alone.
void sent(Health& health, Instant now);

// How long to rest for the nth failure in a row; nothing: no rest; Milliseconds::max(): until somebody acts.
[[nodiscard]] std::optional<Milliseconds> rest_for(Code code, std::optional<Milliseconds> told, int failures,
                                                   double chance);

// Tokens for retries that nobody's limits caused: a provider that is down must not be asked more because it is down.
// A retry that was worth it gives its token back.
class RetryBudget {
 public:
  void earn();
  void give_back();
  [[nodiscard]] bool spend();

 private:
  double tokens_ = 10;
};

}  // namespace agt::pool
