#include "relay/simulation/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "pool/limits.h"
#include "relay/limits.h"
#include "relay/simulation/upstream.h"

namespace agt::relay::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int clients = 4;
constexpr std::size_t broken_max = 20;

std::string account_id(int index) { return "a" + std::to_string(index); }
int index_of(const std::string& id) { return std::stoi(id.substr(1)); }

class World final {
 public:
  explicit World(const Setting& setting)
      : setting_(setting), rng_(setting.seed), upstream_(rules(), setting.accounts, models, setting.seed * 7 + 1) {
    std::vector<pool::Account> accounts;
    for (int i = 0; i < setting.accounts; ++i)
      accounts.push_back(
          {.id = account_id(i), .label = account_id(i), .provider = "p", .max_concurrency = setting.max_concurrency});
    accounts.front().reserve_percent = 20;
    accounts.front().reserve_strict = true;
    pool_.set_accounts(std::move(accounts));
    outage_ = {rules().outage_begin, setting.outage ? rules().outage_end : Instant::max() - 1h};
    for (int m = 0; m < models; ++m)
      routes_.push_back({.why = "simulated", .targets = {{.who = "p", .model = "m" + std::to_string(m)}}});
    served_by_.resize(static_cast<std::size_t>(setting.accounts));
  }

  Figures run() {
    at(beginning, [this] { arrive(); });
    if (setting_.reserve) at(beginning + setting_.length / 4, [this] { tell_quota(); });
    while (!events_.empty()) {
      std::pop_heap(events_.begin(), events_.end());
      const auto event = std::move(events_.back());
      events_.pop_back();
      now_ = event.when;
      event.what();
      check();
    }
    finish();
    return figures_;
  }

 private:
  struct Event {
    Instant when{};
    std::uint64_t order = 0;
    std::function<void()> what{};
    bool operator<(const Event& other) const { return when != other.when ? when > other.when : order > other.order; }
  };

  // One client request, from its arrival to its end.
  struct Request final : pool::Waker {
    World* world = nullptr;
    std::uint64_t number = 0;
    int model = 0;
    int session = 0;
    std::string client{};
    Instant begun{};
    Instant wait_begun{};
    Instant::duration waited{};
    std::uint64_t turn = 0;  // of waiting: what is older is void
    std::unique_ptr<Pursuit> pursuit{};
    std::optional<pool::Lease> lease{};
    bool waiting = false;
    bool committed = false;
    int sends = 0;
    void wake() override { world->woken(*this); }
  };

  [[nodiscard]] Upstream::Rules rules() {
    const auto end = beginning + setting_.length;
    Upstream::Rules out{.faults = setting_.faults, .limits = setting_.limits, .plan = setting_.plan};
    if (setting_.outage) out.outage_begin = beginning + setting_.length / 3;
    if (setting_.outage) out.outage_end = out.outage_begin + 60s;
    if (setting_.dies)
      out.dead_account = static_cast<int>(setting_.seed % static_cast<std::uint64_t>(setting_.accounts));
    if (setting_.dies) out.death = beginning + setting_.length / 2;
    if (setting_.calm_end) out.calm_from = end - 300s;
    return out;
  }

  void at(Instant when, std::function<void()> what) {
    events_.push_back({.when = when, .order = ++order_, .what = std::move(what)});
    std::push_heap(events_.begin(), events_.end());
  }
  [[nodiscard]] bool counts() const { return now_ >= beginning + setting_.warm_up; }
  [[nodiscard]] double chance() { return std::uniform_real_distribution<double>(0, 1)(rng_); }
  void broken(std::string what) {
    if (figures_.broken.size() < broken_max)
      figures_.broken.push_back(
          fmt::format("{:.3f} s: {}", std::chrono::duration<double>(now_ - beginning).count(), what));
  }

  // The first account is down to its reserve for the first model.
  void tell_quota() {
    reserved_until_ = now_ + setting_.length / 8;
    if (setting_.bug == Bug::forgets_reserves) return;
    pool_.note_quota(account_id(0), {{.models = "m0", .percent = 10, .resets_at = reserved_until_}}, now_);
  }

  void arrive() {
    auto request = std::make_unique<Request>();
    auto& one = *request;
    one.world = this;
    one.number = ++arrivals_;
    one.session = static_cast<int>(chance() * sessions * std::max(1.0, setting_.plan));
    one.model = one.session % models;
    one.client = "c" + std::to_string(one.session % clients);
    one.begun = now_;
    const int attempts = setting_.bug == Bug::retries_without_end ? 1000 : attempts_max;
    one.pursuit = std::make_unique<Pursuit>(
        pool_, routes_[static_cast<std::size_t>(one.model)],
        Pursuit::Asker{.mode = setting_.mode,
                       .session = static_cast<std::uint64_t>(one.session) + 1,
                       .client = one.client,
                       .waker = [&one]() -> pool::Waker& { return one; }},
        Pursuit::Limits{.attempts = attempts, .wait = setting_.wait, .deadline = now_ + attempts_deadline});
    open_.emplace(one.number, std::move(request));
    const auto number = one.number;
    if (upstream_.in_outage(now_)) ++figures_.outage_requests;
    step(one);
    if (open_.contains(number))
      at(now_ + attempts_deadline + setting_.wait + 1s, [this, number] {
        if (open_.contains(number) && !open_.at(number)->committed) broken("a request did not end before its deadline");
      });
    const auto next = now_ + std::chrono::duration_cast<Instant::duration>(
                                 std::chrono::duration<double>(-std::log(1 - chance()) / setting_.load));
    if (next < beginning + setting_.length) at(next, [this] { arrive(); });
  }

  void step(Request& one) {
    auto step = one.pursuit->next(now_);
    switch (step.kind) {
      case Pursuit::Step::Kind::over: end(one, false); return;
      case Pursuit::Step::Kind::wait: wait(one, step.wait); return;
      case Pursuit::Step::Kind::call: send(one, *std::move(step.lease)); return;
    }
  }

  void wait(Request& one, Milliseconds time) {
    one.waiting = true;
    ++waiting_;
    one.wait_begun = now_;
    if (setting_.bug == Bug::never_ends_a_wait && one.number % 50 == 0) return;
    at(now_ + time, [this, number = one.number, turn = ++one.turn] { resume(number, turn); });
  }

  void woken(Request& one) {
    if (setting_.bug == Bug::never_ends_a_wait && one.number % 50 == 0) return;
    at(now_, [this, number = one.number, turn = one.turn] { resume(number, turn); });
  }

  void resume(std::uint64_t number, std::uint64_t turn) {
    const auto found = open_.find(number);
    if (found == open_.end() || !found->second->waiting || found->second->turn != turn) return;
    auto& one = *found->second;
    one.waiting = false;
    --waiting_;
    one.waited += now_ - one.wait_begun;
    one.pursuit->waited(std::chrono::ceil<Milliseconds>(now_ - one.wait_begun));
    step(one);
  }

  void send(Request& one, pool::Lease lease) {
    const int account = index_of(lease.account().id);
    if (counts()) ++figures_.sends;
    ++one.sends;
    if (one.sends > attempts_max) broken("more attempts than allowed");
    if (one.committed) broken("an attempt after the first byte had gone to the client");
    if (upstream_.in_outage(now_)) ++figures_.outage_sends;
    if (upstream_.is_dead(account, now_)) ++figures_.dead_sends;
    inspect_send(account, one.model);
    one.lease.emplace(std::move(lease));
    const auto answer = upstream_.ask(account, one.model, now_);
    at(now_ + answer.after, [this, number = one.number, answer, account, sent = now_] {
      if (answer.error)
        fail(*open_.at(number), answer, account, sent);
      else
        commit(*open_.at(number), answer, account);
    });
  }

  // No send while a told time is not over, into a strict reserve, or to anybody whose key is refused; and one at a time
  // after a rest.
  void inspect_send(int account, int model) {
    if (const auto told = told_.find({account, model}); told != told_.end() && now_ < told->second) {
      ++figures_.known_limited;
      broken(fmt::format("sent to {} although it had said when to come back", account_id(account)));
    }
    if (account == 0 && model == 0 && now_ < reserved_until_) broken("a strict reserve was touched");
    if (refused_.contains(account)) broken(fmt::format("sent to {} after its key was refused", account_id(account)));
    if (const auto probe = probes_.find({account, model}); probe != probes_.end()) {
      if (now_ - probe->second < pool::probe_patience)
        broken(fmt::format("two at once to {}, which had not answered since its rest", account_id(account)));
      probe->second = now_;
    }
  }

  void commit(Request& one, const Verdicted& answer, int account) {
    one.committed = true;
    one.lease->accepted(now_);
    probes_.erase({account, one.model});
    ++served_by_[static_cast<std::size_t>(account)];
    note_session(one.session, account);
    at(now_ + answer.length, [this, number = one.number, answer, account] {
      auto& same = *open_.at(number);
      if (!answer.breaks_midway) return end(same, true);
      if (setting_.bug == Bug::retries_after_commit) return step(same);
      tell(same, {.code = Code::stream_cut, .message = "cut"}, provider::Scope::provider_model);
      end(same, true);  // the client got its error event; a retry is not ours to make
    });
  }

  Pursuit::Consequence tell(Request& one, const Error& error, provider::Scope scope) {
    return one.pursuit->failed(*one.lease, error, scope, "tr", now_, chance());
  }

  void fail(Request& one, const Verdicted& answer, int account, Instant sent) {
    refused_lately_ = true;
    auto error = *answer.error;
    auto scope = answer.scope;
    note_refusal(one, error, account, sent);
    switch (setting_.bug) {
      case Bug::ignores_the_told_time: error.retry_after.reset(); break;
      case Bug::forgets_limits:
        if (error.code == Code::unknown_429) scope = provider::Scope::request;
        break;
      case Bug::asks_a_dead_account:
        if (error.code == Code::key_rejected) error.code = Code::unknown_429;
        break;
      case Bug::blames_the_account_for_all:
        if (error.code == Code::overloaded) {
          scope = provider::Scope::account;
          error.retry_after = 600s;
        }
        break;
      case Bug::none:
      case Bug::never_ends_a_wait:
      case Bug::retries_without_end:
      case Bug::leaks_leases:
      case Bug::skips_half_open:
      case Bug::retries_after_commit:
      case Bug::forgets_reserves: break;
    }
    const auto decided = tell(one, error, scope);
    if (setting_.bug == Bug::skips_half_open && decided.rest && *decided.rest != Milliseconds::max())
      at(now_ + *decided.rest, [this, account] { pool_.forgive(account_id(account)); });
    one.lease.reset();
    if (decided.next == Next::stop) return end(one, false);
    step(one);
  }

  void note_refusal(const Request& one, const Error& error, int account, Instant sent) {
    if (error.code == Code::key_rejected) refused_.insert({account, now_});
    if (error.code != Code::unknown_429) return;
    if (counts()) ++figures_.limited;
    probes_[{account, one.model}] = Instant{};  // from now on one at a time, until it has answered
    if (!error.retry_after) return;
    auto& told = told_[{account, one.model}];
    told = std::max(told, now_ + *error.retry_after);
    static_cast<void>(sent);
  }

  void note_session(int session, int account) {
    const auto [home, is_new] = homes_.try_emplace(session, account);
    if (!is_new && counts()) ++figures_.sessions_seen;
    if (!is_new && counts() && home->second == account) ++figures_.sessions_kept;
    home->second = account;
  }

  void end(Request& one, bool served) {
    if (counts()) ++figures_.requests;
    if (served && counts()) ++figures_.served;
    // While the provider is down everybody waits, whatever the pool does.
    const bool is_usual = one.begun < outage_.first || one.begun >= outage_.second + 30s;
    if (is_usual && counts()) waits_.push_back(std::chrono::duration<double>(one.waited).count());
    if (served && setting_.calm_end && now_ > beginning + setting_.length - 120s && one.lease)
      calm_served_.insert({index_of(one.lease->account().id), now_});
    if (setting_.bug == Bug::leaks_leases && one.lease) leaked_.push_back(*std::move(one.lease));
    open_.erase(one.number);
  }

  void check() {
    if (pool_.waiting() > pool::waiting_max) broken("the line is longer than its bound");
    if (pool_.waiting() > waiting_) broken("somebody waits in line who has gone");
    // An overload is the provider's affair: an account may rest for it no longer than an ejection.
    if (!std::exchange(refused_lately_, false)) return;
    for (const auto& one : pool_.resting(now_))
      if (one.rest.code == Code::overloaded) broken("an account rests for its provider's overload");
  }

  void finish() {
    if (!open_.empty()) broken(fmt::format("{} requests never ended", open_.size()));
    const auto dead = rules().dead_account;
    // Everybody who can serve does so again when all is calm. Few requests may not reach all.
    if (setting_.calm_end && setting_.load >= 1 && setting_.mode == pool::Mode::performance_first)
      for (int i = 0; i < setting_.accounts; ++i)
        if (i != dead && !calm_served_.contains(i)) broken(fmt::format("{} starves", account_id(i)));
    for (int i = 0; i < setting_.accounts; ++i)
      if (const auto held = pool_.lease({.who = account_id(i), .model = "unused"}, now_ + 24h);
          i != dead && !held.lease)
        broken(fmt::format("{} is not free although nothing is under way", account_id(i)));
    auto usable = served_by_;
    if (dead >= 0) usable.erase(usable.begin() + dead);
    figures_.jain = jain_of(usable);
    figures_.wait_p99_s = percentile_99(waits_);
  }

  Setting setting_;
  std::mt19937_64 rng_;
  Upstream upstream_;
  pool::Pool pool_{};
  std::vector<Route> routes_{};
  Instant now_ = beginning;
  std::uint64_t arrivals_ = 0;
  std::size_t waiting_ = 0;
  bool refused_lately_ = false;
  std::pair<Instant, Instant> outage_{};
  std::uint64_t order_ = 0;
  std::vector<Event> events_{};  // a heap
  std::vector<pool::Lease> leaked_{};
  std::unordered_map<std::uint64_t, std::unique_ptr<Request>> open_{};
  Figures figures_{};
  std::map<std::pair<int, int>, Instant> told_{};    // account, model: not before
  std::map<std::pair<int, int>, Instant> probes_{};  // limited and not served since: the last send
  std::map<int, Instant> refused_{};
  Instant reserved_until_{};
  std::map<int, Instant> calm_served_{};
  std::map<int, int> homes_{};
  std::vector<std::uint64_t> served_by_{};
  std::vector<double> waits_{};
};

}  // namespace

std::string_view name(Bug bug) {
  switch (bug) {
    case Bug::none: return "none";
    case Bug::ignores_the_told_time: return "ignores_the_told_time";
    case Bug::forgets_limits: return "forgets_limits";
    case Bug::asks_a_dead_account: return "asks_a_dead_account";
    case Bug::never_ends_a_wait: return "never_ends_a_wait";
    case Bug::blames_the_account_for_all: return "blames_the_account_for_all";
    case Bug::retries_without_end: return "retries_without_end";
    case Bug::leaks_leases: return "leaks_leases";
    case Bug::skips_half_open: return "skips_half_open";
    case Bug::retries_after_commit: return "retries_after_commit";
    case Bug::forgets_reserves: return "forgets_reserves";
  }
  std::unreachable();
}

double jain_of(const std::vector<std::uint64_t>& served) {
  double sum = 0;
  double squares = 0;
  for (const auto one : served) {
    sum += static_cast<double>(one);
    squares += static_cast<double>(one) * static_cast<double>(one);
  }
  return squares > 0 ? sum * sum / (static_cast<double>(served.size()) * squares) : 1;
}

double percentile_99(std::vector<double> all) {
  if (all.empty()) return 0;
  std::ranges::sort(all);
  return all[all.size() * 99 / 100];
}

Figures simulate(const Setting& setting) { return World(setting).run(); }

}  // namespace agt::relay::simulation
