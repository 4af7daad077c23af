// When to ask again: whatever a header or a body says of it, the wait is nothing or lies within the limits.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "provider/hints.h"
#include "provider/quota.h"
#include "provider/upstream_clock.h"

namespace {

namespace provider = agt::provider;
using agt::Milliseconds;

void check(std::optional<Milliseconds> wait) {
  if (wait && (*wait < Milliseconds(0) || *wait > std::chrono::days(366))) std::abort();
}

void check_share(std::optional<double> left) {
  if (left && !(*left >= 0 && *left <= 1)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array names{"retry-after",
                             "retry-after-ms",
                             "date",
                             "anthropic-ratelimit-requests-reset",
                             "anthropic-ratelimit-unified-5h-reset",
                             "anthropic-ratelimit-unified-5h-utilization",
                             "x-ratelimit-reset-tokens",
                             "x-ratelimit-limit-tokens"};
  const auto wall = agt::from_unix_ms(1'790'000'000'000);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  agt::net::Headers headers{{"anthropic-ratelimit-requests-remaining", "0"},
                            {"anthropic-ratelimit-unified-5h-status", "rejected"},
                            {"x-ratelimit-remaining-tokens", "0"}};
  for (const auto* name : names) headers.add(name, text);
  check(provider::retry_after(headers, wall));
  check(provider::retry_after({{"retry-after", text}}, wall));
  check(provider::retry_after({{"retry-after", text}}, provider::upstream_wall(headers, wall)));
  const auto exhausted = provider::exhausted(headers, wall);
  check(exhausted ? std::optional(exhausted->wait) : std::nullopt);
  headers.remove("anthropic-ratelimit-unified-5h-status");
  const auto counted = provider::exhausted(headers, wall);
  check(counted ? std::optional(counted->wait) : std::nullopt);
  check(provider::reset_in_body(text, wall));
  check(provider::spelled_duration(text));
  [[maybe_unused]] const auto moment = provider::spelled_time(text);
  for (const auto& window : provider::quota_in(headers, "m", wall)) check_share(window.left);
  for (const auto& window : provider::quota_in_buckets(text, wall)) check_share(window.left);
  return 0;
}
