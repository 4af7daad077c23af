// Who shows wrong keys, by the address of the connection (never by what a header says). One that has shown too many is
// refused for a while without a look at its key. Programs of this computer share one address, so there only the wrong
// keys are refused: nobody can lock the others out.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "net/server.h"

namespace agt::relay {

class WrongKeys {
 public:
  // Before the key is looked at. Code::key_guesses.
  [[nodiscard]] Result<> admit(const net::Peer& peer, Instant now);
  // One was wrong: what the client is told, which is `refusal` or, when it was one too many, key_guesses.
  [[nodiscard]] Error note(const net::Peer& peer, Error refusal, Instant now);

 private:
  struct Tries {
    std::string address{};
    double left = 0;  // fills up again with time
    Instant at{};
  };
  using Order = std::list<Tries>;
  [[nodiscard]] static double left_now(const Tries& tries, Instant now);

  std::mutex mutex_{};
  Order order_{};  // the last one to fail stands first
  std::map<std::string_view, Order::iterator, std::less<>> by_address_{};
  std::atomic<bool> any_ = false;  // most gateways never see a wrong key
};

}  // namespace agt::relay
