// Desk turns one request into one reply: routing, credentials, scripts, validation, the answer. It knows no sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/http.h"
#include "sim/ids.h"
#include "sim/problem.h"
#include "sim/replies.h"
#include "sim/request_log.h"
#include "sim/routes.h"
#include "sim/script.h"
#include "sim/script_book.h"
#include "sim/token_desk.h"

namespace agt::sim {

struct Now {
  std::int64_t unix_ms = 0;
};

// The reply and the script that its delivery must follow.
struct Handled {
  Reply reply{};
  Script script{};
  bool refreshed = false;  // a call of the token endpoint, however it ended
};

class Desk {
 public:
  Desk(std::uint64_t seed, std::string_view secret, bool keep_log)
      : ids(seed), signer(secret), tokens(ids), log(keep_log) {}

  [[nodiscard]] Handled handle(const Request& request, const Route& route, Now now);
  [[nodiscard]] Reply control(const Request& request);

  bool tls = false;  // the addresses that it tells begin with https
  Minter ids;
  Signer signer;
  ScriptBook scripts{};
  std::optional<Script> replayed{};  // what a recorded upstream has said, instead of every answer to a prompt
  TokenDesk tokens;
  RequestLog log;
  Counters counters{};

 private:
  [[nodiscard]] Outcome<Script> script_for(const Request& request, const Route& route, std::string_view model);
  [[nodiscard]] Outcome<> admit(const Request& request, const Route& route, Now now);
  [[nodiscard]] Reply answer_turn(Turn& turn, const Request& request, const Route& route, const Script& script,
                                  Now now);
  [[nodiscard]] Reply converse(const Request& request, const Route& route, json::Value root, const Script& script,
                               Now now);
  [[nodiscard]] Reply without_body(const Route& route, const Request& request);
};

// The credential that a request carries, whichever way; empty when none.
[[nodiscard]] std::string credential(const Request& request);

}  // namespace agt::sim
