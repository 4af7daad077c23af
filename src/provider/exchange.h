// What some accounts get from their provider before they can be asked, and keep for a while: the access token of a
// service account, the project that a user belongs to. Got once for all requests that wait for it, and renewed ahead
// of its end by the first request that sees it coming, which does not wait.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"
#include "core/secret.h"
#include "net/client.h"
#include "net/runtime.h"
#include "net/task.h"
#include "provider/family.h"

namespace agt::provider {

struct Obtained {
  Secret value{};
  WallTime good_until{};
};

// How a family gets it. `name` is for messages: "access token".
struct Exchange {
  std::string_view name{};
  bool (*wanted)(const Upstream& upstream) = nullptr;  // false: the account is ready as it is
  // The call; its body is the second.
  Result<std::pair<net::Call, Secret>> (*ask)(const Upstream& upstream, WallTime now) = nullptr;
  Result<Obtained> (*read)(int status, std::string_view body, WallTime now) = nullptr;
  void (*apply)(Upstream& upstream, const Secret& value) = nullptr;
};

// Whether something that was got at `since` and is good until `until` must be renewed before a request uses it (now),
// or beside it (ahead).
enum class Renewal : std::uint8_t { none, ahead, now };
[[nodiscard]] Renewal renewal(WallTime since, WallTime until, WallTime now);

// Keeps what was got. Shared by all workers; outlives the runtime.
class Exchanges {
 public:
  Exchanges(const Clock& clock, const Log& log) : clock_(clock), log_(log) {}

  // Puts into `upstream` what it needs to be called, getting it first where nobody has. The getting is not the
  // request's own: it goes on when the client leaves.
  [[nodiscard]] Task<Result<>> make_ready(Upstream& upstream, net::Worker& worker, net::Timeouts timeouts);

  // The provider refused what make_ready put in: the next one gets it anew. False when it has been renewed since.
  bool refused(const Upstream& ready);

 private:
  struct Entry {
    std::size_t fingerprint = 0;  // of what it was got for: another credential is another matter
    std::optional<Obtained> obtained{};
    WallTime since{};
    bool running = false;
    std::optional<Error> failure{};
    Instant failed_at{};
  };
  struct Look {
    std::optional<Secret> value{};
    std::optional<Error> failure{};
    bool start = false;
  };
  [[nodiscard]] Look look(const Upstream& upstream, std::size_t fingerprint, Instant begun);
  [[nodiscard]] Task<> run(Upstream upstream, std::size_t fingerprint, net::Timeouts timeouts, net::Worker& worker);
  [[nodiscard]] Task<Result<Obtained>> get(const Upstream& upstream, net::Timeouts timeouts, net::Worker& worker);

  const Clock& clock_;
  const Log& log_;
  std::mutex mutex_{};
  std::map<std::string, Entry, std::less<>> entries_{};  // by account id
};

}  // namespace agt::provider
