// The trace of one request: every decision with what it rested on at that moment. It feeds the monitor, `agt trace`
// and the one honest sentence in an error body. Written by one journey, read after it is over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "ir/conversation.h"
#include "ir/loss.h"
#include "net/client.h"
#include "pool/account.h"
#include "provider/classify.h"

namespace agt::relay {

enum class Lane : std::uint8_t { none, passthrough, translate, local };
[[nodiscard]] std::string_view name(Lane lane);

// What was decided after a failed attempt.
enum class Next : std::uint8_t { next_account, next_target, stop };
[[nodiscard]] std::string_view name(Next next);

// One call to an upstream, or one look into the pool that found nobody.
struct Attempt {
  std::string provider{};
  std::string model{};       // the upstream's name
  std::string account_id{};  // "" when nobody was free
  std::string account_label{};
  Lane lane = Lane::none;
  std::vector<pool::Skip> skipped{};  // who was passed over for this one
  Microseconds begun{};               // since the start of the request
  Microseconds ended{};
  int status = 0;  // 0: no answer came
  net::CallTimings timings{};
  std::optional<Error> error{};
  provider::Scope scope{};
  provider::HintSource hint{};
  std::optional<Milliseconds> rest{};  // how long the account was sent to rest
  std::optional<Next> next{};
};

struct Trace {
  std::string id{};
  WallTime started{};
  std::string method{};
  std::string path{};
  std::string dialect{};
  std::string operation{};
  std::string client_model{};
  std::string user_agent{};
  std::string client_key{};  // the name of the key, never the key
  bool stream = false;
  std::string correction{};            // how a wrong path was understood
  std::string rule{};                  // the rule that matched, or how a target was found without one
  std::vector<std::string> targets{};  // provider/model, in order
  std::vector<Attempt> attempts{};
  std::vector<ir::Loss> losses{};

  int status = 0;  // what the client got; 0: it was gone before
  std::optional<Error> error{};
  ir::Usage usage{};
  bool usage_estimated = false;
  std::optional<ir::Stop> stop{};
  std::optional<Microseconds> first_byte{};  // to the client
  Microseconds total{};
  std::size_t bytes_in = 0;
  std::size_t bytes_out = 0;

  [[nodiscard]] const Attempt* served() const;  // the attempt whose answer the client got, or nullptr
};

// Losses that can change the answer; the harmless ones are not counted for the client.
[[nodiscard]] std::size_t counted_losses(const std::vector<ir::Loss>& losses);

[[nodiscard]] std::string to_json(const Trace& trace);

// What happened, whose problem it is and what to do, in one or two sentences.
[[nodiscard]] std::string sentence(const Trace& trace);

}  // namespace agt::relay
