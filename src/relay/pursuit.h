// How one request finds somebody who serves it: whom it asks next, when it waits, when it gives up. Knows the pool and
// the time it is told, no network: the simulation drives the same code.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pool/pool.h"
#include "relay/plan.h"
#include "relay/trace.h"
#include "relay/verdict.h"

namespace agt::relay {

class Pursuit {
 public:
  struct Asker {
    pool::Mode mode{};
    std::uint64_t session = 0;
    bool carries_state = false;  // as in pool::Ask
    std::string_view pinned{};
    std::string_view client{};              // who waits in line takes turns by this
    std::function<pool::Waker&()> waker{};  // asked for before the first wait
  };
  struct Limits {
    int attempts = 3;     // upstream calls
    Milliseconds wait{};  // in all, for accounts
    Instant deadline{};   // nothing new is begun after this
  };
  // Borrows all of it.
  Pursuit(pool::Pool& pool, const Route& route, Asker asker, Limits limits)
      : pool_(pool), route_(route), asker_(std::move(asker)), limits_(limits) {}

  // A target for which nobody was free.
  struct Passed {
    const Target* target = nullptr;
    pool::Skips skipped{};
  };
  struct Step {
    enum class Kind : std::uint8_t { call, wait, over };
    Kind kind = Kind::over;
    const Target* target = nullptr;      // call: where; wait: for whom
    std::optional<pool::Lease> lease{};  // call
    pool::Skips skipped{};               // call: who was passed over for it
    Milliseconds wait{};                 // wait: at most so long; a wake-up ends it earlier
    std::vector<Passed> passed{};
    std::optional<Milliseconds> back_in{};  // over: when the first account is back
    bool line_full = false;                 // over: it would have waited, but too many wait already
  };
  [[nodiscard]] Step next(Instant now);
  void waited(Milliseconds time) { waited_ += time; }

  // The call failed; who rests, and whether there is a next one.
  struct Consequence {
    Next next{};
    pool::Blame blame{};
    std::optional<Milliseconds> rest{};
  };
  [[nodiscard]] Consequence failed(pool::Lease& lease, const Error& error, provider::Scope scope,
                                   std::string_view trace_id, Instant now, double chance);
  // The leased account is asked once more at once, with what it refused left out: that counts as a call.
  [[nodiscard]] bool may_ask_again(Instant now);
  [[nodiscard]] int calls() const { return calls_; }

 private:
  [[nodiscard]] pool::Ask ask_for(const Target& target, Instant now) const;
  [[nodiscard]] Milliseconds patience(Instant now) const;
  [[nodiscard]] std::optional<Step> round(Instant now, Step& nobody);
  [[nodiscard]] Step call(const Target& target, pool::Leased leased);
  [[nodiscard]] Step wait_or_end(Step nobody, Instant now);

  pool::Pool& pool_;
  const Route& route_;
  Asker asker_;
  Limits limits_;
  int calls_ = 0;
  int unreached_ = 0;  // calls to servers that could not be reached
  Milliseconds waited_{};
  std::vector<std::string> tried_{};  // accounts that failed and do not rest
  bool once_more_ = false;            // one of them may be asked again when there is nobody else
  bool asked_again_ = false;
  bool costs_token_ = false;  // the next call is a retry that no limit has caused
  bool pausing_ = false;
  std::optional<pool::Ticket> ticket_{};
  const Target* awaited_ = nullptr;

  // Of the round before: who is back first.
  const Target* best_ = nullptr;
  std::optional<Instant> back_at_{};
  bool any_busy_ = false;
};

}  // namespace agt::relay
