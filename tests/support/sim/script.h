// Script is how one request is told to go wrong, or to be answered otherwise than usual. It comes as JSON (header
// x-sim, POST /sim/script) or as compact options inside an API key ("sim:status=429,retry_after=7").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "json/document.h"
#include "sim/http.h"
#include "sim/markers.h"

namespace agt::sim {

enum class Split : std::uint8_t { whole, byte, random };
enum class Stall : std::uint8_t { never, accept, head, body, mid };

// An error event inside a stream that began with 200.
struct ErrorEvent {
  std::int64_t after = 1;  // so many deltas come first
  std::string type{};
  std::string message = "Overloaded";
};

struct UsageWords {
  std::optional<std::int64_t> input{};
  std::optional<std::int64_t> output{};
  std::optional<std::int64_t> cached{};
  std::optional<std::int64_t> cache_write{};
  std::optional<std::int64_t> reasoning{};
};

struct Script {
  // the status line and what stands instead of the answer
  std::optional<int> status{};
  std::vector<Header> headers{};
  std::optional<std::string> body{};
  bool body_is_json = true;
  std::string error{};
  std::string retry_after{};
  // time
  int delay_ms = 0;
  int first_byte_delay_ms = 0;
  int chunk_delay_ms = 0;
  Stall stall = Stall::never;
  int stall_ms = 0;
  // bytes
  Split split = Split::whole;
  std::uint64_t split_seed = 0;
  std::optional<std::int64_t> reset_at{};
  std::optional<std::int64_t> truncate_at{};
  std::optional<ErrorEvent> error_event{};
  bool no_finish = false;
  bool no_done = false;
  std::string garbage{};
  std::optional<std::int64_t> content_length_lie{};
  std::optional<std::string> raw{};
  int after_raw_ms = 0;    // nothing more is said, but the connection stays; of a replay only
  std::string encoding{};  // compressed so (compression.h)
  // the answer
  std::optional<std::string> text{};
  std::vector<WantedCall> tool_calls{};
  std::optional<std::int64_t> chunks{};
  std::optional<std::int64_t> chunk_bytes{};
  std::optional<std::int64_t> reply_bytes{};
  std::optional<std::string> thinking{};
  std::optional<UsageWords> usage{};
  std::string stop{};
  // the token endpoint
  std::optional<bool> rotate{};
  std::optional<std::int64_t> grace_ms{};
  std::optional<std::int64_t> expires_in{};

  // True when the reply leaves in one write, untouched.
  [[nodiscard]] bool delivers_plainly() const;
};

// An unknown field is an error: a typo in a test must not pass as "no fault".
[[nodiscard]] Result<Script> parse_script(json::Value object);
[[nodiscard]] Result<Script> parse_script(std::string_view json);
[[nodiscard]] UsageWords parse_usage(json::Value object);

// "status=429,retry_after=7" → {"status":429,"retry_after":7}. Values may be percent-encoded.
[[nodiscard]] std::string options_as_json(std::string_view options);

// The options of a key that carries some ("any-sim:status=429"), or nothing.
[[nodiscard]] std::optional<std::string_view> options_in_key(std::string_view key);

}  // namespace agt::sim
