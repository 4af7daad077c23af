// The trace of one request: every decision with what it rested on at that moment. It feeds the monitor, `agt trace`
// and the one honest sentence in an error body. Written by one journey, read after it is over.
#pragma once

#include <cstdint>
#include <memory>
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
#include "relay/plan.h"
#include "relay/tape.h"

namespace agt::relay {

enum class Lane : std::uint8_t { none, passthrough, envelope, translate, local };
[[nodiscard]] std::string_view name(Lane lane);

// What was decided after a failed attempt.
enum class Next : std::uint8_t { same_account, next_account, next_target, stop };
[[nodiscard]] std::string_view name(Next next);

// One call to an upstream, or one look into the pool that found nobody.
struct Attempt {
  const Target* target = nullptr;                  // in the trace's route
  std::shared_ptr<const pool::Account> account{};  // nullptr when nobody was free
  Lane lane = Lane::none;
  pool::Skips skipped{};  // who was passed over for this one
  Microseconds waited{};  // before it, for an account
  Microseconds begun{};   // since the start of the request
  Microseconds ended{};
  int status = 0;  // 0: no answer came
  net::CallTimings timings{};
  std::optional<Error> error{};
  provider::Scope scope{};
  provider::HintSource hint{};
  provider::Confidence confidence{};
  std::optional<Milliseconds> rest{};  // how long the account was sent to rest
  std::optional<Next> next{};

  [[nodiscard]] std::string_view provider() const;                        // the account's, or who the target names
  [[nodiscard]] std::string_view model() const { return target->model; }  // the upstream's name
  [[nodiscard]] std::string_view account_id() const;                      // "" when nobody was free
  [[nodiscard]] std::string_view account_label() const;
};

struct Trace {
  std::string id{};
  WallTime started{};
  std::string method{};
  std::string path{};
  std::string_view dialect{};  // a name of ours, like the operation
  std::string_view operation{};
  std::string client_model{};
  std::string user_agent{};
  std::string traceparent{};  // of the client's own trace, as it was sent; "": none
  std::string client_key{};   // the name of the key, never the key
  bool stream = false;
  std::string correction{};  // how a wrong path was understood
  SharedRoute route{};       // nullptr when it never came to one
  std::vector<Attempt> attempts{};
  std::vector<ir::Loss> losses{};
  std::vector<KeptMessage> messages{};  // as many as the user wants kept

  bool announced = false;  // started() was told of it
  int status = 0;          // what the client got; 0: it was gone before
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

// What the ledger's columns do not say of it: method, operation, decisions, times. What is empty is left out. Packed as
// json/packed.h tells, and appended.
void append_packed(std::string& out, const Trace& trace);

// The JSON object that append_packed() wrote; nothing when the bytes are damaged.
[[nodiscard]] std::optional<std::string> trace_json(std::string_view kept);

// What happened, whose problem it is and what to do, in one or two sentences.
[[nodiscard]] std::string sentence(const Trace& trace);

}  // namespace agt::relay
