// The account pool: who exists, who rests, who serves, who waits. One mutex around pure functions; every call takes
// microseconds. Any thread may call.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "pool/choose.h"
#include "pool/health.h"
#include "pool/roster.h"
#include "pool/sessions.h"

namespace agt::pool {

class Pool;

// What is asked for. Borrows; the model outlives the lease.
struct Ask {
  std::string_view who{};    // a provider, else an account by id or label, else a group
  std::string_view model{};  // the upstream's name of the model
  Mode mode = Mode::balance;
  std::uint64_t session = 0;             // a hash; 0: none
  std::string_view pinned{};             // an account by id or label that is preferred whenever it may serve; "": none
  Milliseconds patience{};               // how much longer the request may wait
  std::span<const std::string> tried{};  // account ids that this request has used up
  bool is_retry = false;                 // it has been counted before
  bool carries_state = false;            // of the account that its session stays with: that one first in every mode
};

// The right to use one account for one request. Dropping it without a word counts as cancelled: no blame.
class Lease {
 public:
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        state_(std::move(other.state_)),
        model_(other.model_),
        session_(other.session_),
        sent_at_(other.sent_at_) {}
  Lease& operator=(Lease&& other) noexcept {  // what this one held goes with the other
    std::swap(pool_, other.pool_);
    std::swap(state_, other.state_);
    std::swap(model_, other.model_);
    std::swap(session_, other.session_);
    std::swap(sent_at_, other.sent_at_);
    return *this;
  }
  ~Lease();

  [[nodiscard]] const Account& account() const { return *state_->account; }
  [[nodiscard]] std::shared_ptr<const Account> shared_account() const { return state_->account; }

  // The upstream has taken the request: its first semantic byte is here. Ends what the account was on probation for,
  // and binds the session to it.
  void accepted(Instant now);
  // It failed. Gives the rest that follows: Milliseconds::max() until somebody acts, nothing when nobody rests.
  // `chance`: 0 to 1, so that guesses of many do not end together.
  [[nodiscard]] std::optional<Milliseconds> failed(const Blow& blow, Instant now, double chance);
  // One token of the site's budget for a request that is a retry which no limit has caused.
  [[nodiscard]] bool may_retry();

 private:
  friend class Pool;
  Lease(Pool* pool, std::shared_ptr<State> state, std::string_view model, std::uint64_t session, Instant sent_at)
      : pool_(pool), state_(std::move(state)), model_(model), session_(session), sent_at_(sent_at) {}
  Pool* pool_;  // null once moved from
  std::shared_ptr<State> state_;
  std::string_view model_;
  std::uint64_t session_;
  Instant sent_at_;
};

// The outcome of asking: a lease or nothing, and why everybody else was passed over.
struct Leased {
  std::optional<Lease> lease{};
  Skips skipped{};
  // Without a lease: when the first one is back. Nothing: nobody comes back by itself.
  std::optional<Instant> back_at{};
  std::shared_ptr<const Account> first_back{};
  bool any_busy = false;  // somebody is only busy: it may be free at any moment
  bool stays = false;     // others could serve, but the session stays with its account
  bool in_line = false;   // others could serve, but those who wait go one after the other
};

// Whom to tell that a waiting request may look again. Called under the pool's lock: must not call the pool, nor wait.
class Waker {
 public:
  virtual ~Waker() = default;
  virtual void wake() = 0;
};

// A place in the line of those who wait. Dropping it leaves the line.
class Ticket {
 public:
  Ticket(Ticket&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), place_(std::move(other.place_)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(place_, other.place_);
    return *this;
  }
  ~Ticket();
  // The lease, if it was this one's turn; else when to look again.
  [[nodiscard]] Leased claim(Instant now);

 private:
  friend class Pool;
  Ticket(Pool* pool, std::pair<std::uint64_t, std::uint64_t> place) : pool_(pool), place_(place) {}
  Pool* pool_;
  std::pair<std::uint64_t, std::uint64_t> place_;
};

// A rest as listed to people.
struct Resting {
  std::string account_id{};
  std::string model{};  // "": all of its models
  Rest rest{};
  std::optional<Instant> since{};  // nothing: before the restart, or the provider's window decides
};

// A view of one account for a dry run: what would become of it.
struct Standing {
  std::shared_ptr<const Account> account{};
  std::optional<Skip> skip{};  // nothing: it may serve
};

class Pool {
 public:
  // Replaces the accounts. The state of those that stay is kept.
  void set_accounts(std::vector<Account> accounts);
  // Ends all rests of the account and of its site: after a new key, a good test or by hand.
  void forgive(std::string_view account_id);
  // What is left of an account's quota, instead of what was told before. At or below the account's reserve it is asked
  // last, or not at all, until the reset of the window.
  void note_quota(std::string_view account_id, std::vector<QuotaLeft> windows, Instant now);

  [[nodiscard]] Leased lease(const Ask& ask, Instant now);
  // Puts a request into the line: first come, first served for each client, and the clients take turns. Nothing when
  // the line is full. The waker outlives the ticket.
  [[nodiscard]] std::optional<Ticket> wait(const Ask& ask, std::string_view client, Waker& waker, Instant now);
  // Everybody whom the ask could mean, in the order in which they would be asked; changes nothing.
  [[nodiscard]] std::vector<Standing> standings(const Ask& ask, Instant now);

  [[nodiscard]] std::vector<Resting> resting(Instant now) const;
  // Long rests that were set since the last call; and putting them back after a restart.
  [[nodiscard]] std::vector<Resting> take_unsaved();
  void restore(const Resting& resting);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t waiting() const;

 private:
  friend class Lease;
  friend class Ticket;
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // when it is its client's turn, when it came
  struct Waiting {
    std::string who{};
    std::string client{};
    std::vector<std::string> tried{};
    std::string pinned{};
    Mode mode{};
    std::uint64_t session = 0;
    bool carries_state = false;
    Waker* waker = nullptr;
    std::uint64_t lane = 0;          // for whom and which model
    std::string_view asked_model{};  // the same, in the memory of the one who asks: leases refer to it
    std::optional<Leased> granted{};
    Instant until{};  // its patience ends
    [[nodiscard]] Ask ask(Instant now) const;
  };

  // pool.cpp; all under the mutex
  [[nodiscard]] Leased lease_now(const Ask& ask, Instant now);
  [[nodiscard]] static std::uint64_t session_of(const Ask& ask, const Roster& roster);
  [[nodiscard]] Lease grant(Roster& roster, std::size_t slot, const Ask& ask, std::uint64_t session, Instant now);
  struct Preference {
    std::optional<std::size_t> slot{};
    std::optional<Instant> waits_until{};  // it may not serve yet, and the request should rather wait
    bool is_over = false;                  // the session must find another account
  };
  [[nodiscard]] Preference preference(const Roster& roster, const Ask& ask, std::uint64_t session,
                                      std::span<const std::uint32_t> tried, Instant now);
  struct Decision {
    std::optional<std::size_t> slot{};
    std::uint64_t session = 0;
    std::vector<std::uint32_t> tried{};
    std::optional<Choice> choice{};           // nothing when nobody had to be compared
    std::optional<std::size_t> stays_with{};  // it may not serve yet, and the request should rather wait …
    std::optional<Instant> waits_until{};     // … until then
  };
  [[nodiscard]] Decision decide(const Roster& roster, const Ask& ask, Instant now);
  [[nodiscard]] Leased granted(Roster& roster, const Ask& ask, const Decision& decision, Instant now);
  [[nodiscard]] Skip skip_of(const Roster& roster, const Slot& slot, Obstacle against, Instant now) const;
  void tell_skips(const Roster& roster, const Choice* choice, std::optional<std::size_t> chosen,
                  std::span<const std::uint32_t> tried, Instant now, Leased& out) const;
  [[nodiscard]] std::vector<std::uint32_t> indexes_of(std::span<const std::string> ids) const;

  // report.cpp: what leases tell
  void release(State& state);
  void accept(State& state, std::string_view model, std::uint64_t session, Instant sent_at, Instant now);
  [[nodiscard]] bool is_overrun(std::string_view account_id, std::string_view model, Instant then) const;
  [[nodiscard]] std::optional<Milliseconds> blow(State& state, std::string_view model, const Blow& blow,
                                                 Instant sent_at, Instant now, double chance);
  [[nodiscard]] std::optional<Milliseconds> eject(State& state, const Blow& blow, Instant now);
  void note_unsaved(const State& state, std::string_view model, Milliseconds rest);

  // line.cpp: those who wait
  struct Lane {  // those who wait for the same
    std::string who{};
    std::string model{};
    std::size_t size = 0;
    std::map<Place, Waiting*> waiting{};  // without those who have been granted an account
    // Of the last look: somebody may serve it now, or it waits for its pace alone.
    bool is_open = false;
    std::optional<Instant> paced_until{};
    Instant opens_at = Instant::max();         // the next account, or those who wait for their pace
    std::optional<std::uint64_t> looked_at{};  // Registry::changes() then
  };
  void serve_line(Instant now);
  [[nodiscard]] bool serve(Waiting& waiting, bool may_visit, Instant now);
  void look_at(Lane& lane, Instant now);
  [[nodiscard]] bool waits_for_home(const Waiting& waiting, const Roster& roster, Instant now);
  static void wake_first(const Lane& lane);
  [[nodiscard]] std::optional<Instant> paced_until(std::uint64_t lane) const;
  [[nodiscard]] Leased in_line(const Ask& ask, Instant until, Instant now);
  [[nodiscard]] Leased claim(Place place, Instant now);
  void leave(Place place);

  mutable std::mutex mutex_{};
  Registry registry_{};
  Sessions sessions_{};
  std::map<Place, Waiting> line_{};
  std::map<std::uint64_t, Lane> lanes_{};
  std::vector<std::pair<Place, Waiting*>> turns_{};                                      // kept for its memory
  std::map<std::string, std::pair<std::uint64_t, std::size_t>, std::less<>> clients_{};  // last turn, how many wait
  std::uint64_t turn_ = 0;
  std::uint64_t arrivals_ = 0;
  std::vector<std::pair<std::string, std::string>> unsaved_{};  // account, model
  double served_floor_ = 0;
  std::uint64_t grants_ = 0;
  Instant latest_{};  // the latest time that anybody told
};

}  // namespace agt::pool
