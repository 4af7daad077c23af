// Keeps what is known of quotas fresh: accounts whose provider can be asked what is left are asked now and then, and
// whatever providers have said meanwhile is handed to the pool.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/gateway.h"

namespace agt::admin {

// How long until an account is asked again, after so many failures in a row; `told`: when its provider wants it.
// `chance` from -1 to 1 spreads accounts that began together.
[[nodiscard]] Milliseconds quota_wait(Milliseconds interval, int failures, std::optional<Milliseconds> told,
                                      double chance);

// What the pool makes of it: windows about which enough is known.
[[nodiscard]] std::vector<pool::QuotaLeft> quota_left(const provider::Quota& quota, WallTime wall, Instant now);

// Lives as long as the runtime runs. Everything happens on one worker's thread.
class QuotaKeeper {
 public:
  explicit QuotaKeeper(Gateway& gateway) : gateway_(gateway) {}
  [[nodiscard]] Task<> run(net::Worker& worker);  // until the runtime stops

 private:
  struct Due {
    Instant next{};
    int failures = 0;
    int rounds = 0;
    bool running = false;
  };
  void tell_pool();
  void follow(const relay::Snapshot& snapshot, Instant now);
  void begin_due(net::Worker& worker);
  [[nodiscard]] Task<> refresh(provider::Upstream upstream, net::Timeouts timeouts, net::Worker& worker);

  Gateway& gateway_;
  std::shared_ptr<const relay::Snapshot> seen_{};  // the accounts that dues_ are of
  Milliseconds interval_{};
  std::map<std::string, Due, std::less<>> dues_{};  // by account id
  std::size_t running_ = 0;
};

}  // namespace agt::admin
