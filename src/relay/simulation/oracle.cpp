// Schedulers that know what nobody can know: what every account has left at every moment, or how fast each may be
// asked. What the first cannot do, no scheduler can; what the second cannot do, none can that has not learned how much
// an account lends at once. How far the pool is from them is the price of learning.
#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <random>

#include "relay/simulation/upstream.h"
#include "relay/simulation/world.h"

namespace agt::relay::simulation {
namespace {

class Oracle {
 public:
  Oracle(const Setting& setting, Foresight foresight)
      : setting_(setting),
        foresight_(foresight),
        rng_(setting.seed),
        upstream_({.limits = setting.limits, .plan = setting.plan}, setting.accounts, models, setting.seed * 7 + 1),
        served_by_(static_cast<std::size_t>(setting.accounts)) {}

  Figures run() {
    const auto end = beginning + setting_.length;
    for (auto now = beginning; now < end;) {
      for (int model = 0; model < models; ++model) serve(model, now);
      const auto session = static_cast<int>(chance() * sessions * std::max(1.0, setting_.plan));
      auto& line = lines_[session % models];
      line.push_back({.begun = now, .session = session});
      serve(session % models, now);
      now += std::chrono::duration_cast<Instant::duration>(
          std::chrono::duration<double>(-std::log(1 - chance()) / setting_.load));
    }
    for (int model = 0; model < models; ++model) serve(model, end + setting_.wait);
    figures_.jain = jain_of(served_by_);
    figures_.wait_p99_s = percentile_99(waits_);
    return figures_;
  }

 private:
  struct Waiting {
    Instant begun{};
    int session = 0;
  };

  [[nodiscard]] double chance() { return std::uniform_real_distribution<double>(0, 1)(rng_); }
  [[nodiscard]] bool counts(Instant when) const { return when >= beginning + setting_.warm_up; }

  [[nodiscard]] Upstream::Standing standing(int account, int model, Instant now) {
    if (foresight_ == Foresight::of_everything) return upstream_.standing(account, model, now);
    const auto next = next_[{account, model}];
    return {.left = std::chrono::duration<double>(now - next).count(), .opens_at = std::max(now, next)};
  }

  // Serves those in line as soon as it can be done, up to a moment.
  void serve(int model, Instant until) {
    auto& line = lines_[model];
    while (!line.empty()) {
      auto now = std::max(clocks_[model], line.front().begun);
      auto opens_at = Instant::max();
      for (int i = 0; i < setting_.accounts; ++i) opens_at = std::min(opens_at, standing(i, model, now).opens_at);
      if (opens_at > until && line.front().begun + setting_.wait > until) return;
      const auto first = line.front();
      line.pop_front();
      if (opens_at > first.begun + setting_.wait) {
        end(first, first.begun + setting_.wait, std::nullopt);
        continue;
      }
      now = std::max(now, opens_at);
      clocks_[model] = now;
      end(first, now, best(first.session, model, now));
    }
  }

  // Its own account while that has something left, else the one that has most.
  [[nodiscard]] int best(int session, int model, Instant now) {
    int best = 0;
    double most = -1;
    const auto home = homes_.find(session);
    for (int i = 0; i < setting_.accounts; ++i) {
      const auto now_of = standing(i, model, now);
      if (now_of.opens_at > now) continue;
      const bool is_home = home != homes_.end() && home->second == i;
      if (now_of.left <= most && !is_home) continue;
      best = i;
      most = now_of.left;
      if (is_home) break;
    }
    if (counts(now)) ++figures_.sends;
    if (foresight_ == Foresight::of_rates) {
      const std::chrono::duration<double> gap(1 / (limit_of(best).per_second * setting_.plan));
      next_[{best, model}] = now + std::chrono::duration_cast<Instant::duration>(gap);
    } else if (upstream_.ask(best, model, now).error) {
      ++figures_.limited;
    }
    return best;
  }

  void end(const Waiting& one, Instant now, std::optional<int> account) {
    if (!counts(one.begun)) {
      if (account) homes_[one.session] = *account;
      return;
    }
    ++figures_.requests;
    waits_.push_back(std::chrono::duration<double>(now - one.begun).count());
    if (!account) return;
    ++figures_.served;
    ++served_by_[static_cast<std::size_t>(*account)];
    const auto [home, is_new] = homes_.try_emplace(one.session, *account);
    if (!is_new) ++figures_.sessions_seen;
    if (!is_new && home->second == *account) ++figures_.sessions_kept;
    home->second = *account;
  }

  Setting setting_;
  Foresight foresight_;
  std::mt19937_64 rng_;
  Upstream upstream_;
  Figures figures_{};
  std::map<int, std::deque<Waiting>> lines_{};
  std::map<int, Instant> clocks_{};
  std::map<int, int> homes_{};
  std::map<std::pair<int, int>, Instant> next_{};  // account, model: one at a time, evenly
  std::vector<std::uint64_t> served_by_;
  std::vector<double> waits_{};
};

}  // namespace

Figures foresee(const Setting& setting, Foresight foresight) { return Oracle(setting, foresight).run(); }

}  // namespace agt::relay::simulation
