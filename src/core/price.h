// What tokens cost. Money is whole numbers: rates in millionths of a dollar for a million tokens, costs in billionths
// of a dollar, so that sums over years stay exact.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agt {

struct TokenCounts {
  std::optional<std::int64_t> input{};   // cached tokens are in it
  std::optional<std::int64_t> output{};  // as is reasoning
  std::optional<std::int64_t> cache_read{};
  std::optional<std::int64_t> cache_write{};
  std::optional<std::int64_t> reasoning{};

  [[nodiscard]] bool any() const { return input || output; }
};

// What has no rate of its own costs what input or output cost.
struct TokenRates {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::optional<std::int64_t> cache_read{};
  std::optional<std::int64_t> cache_write{};       // kept for the provider's usual time
  std::optional<std::int64_t> cache_write_long{};  // kept for longer; usage does not tell the two apart yet
  std::optional<std::int64_t> reasoning{};
};

struct Price {
  TokenRates rates{};
  std::optional<std::int64_t> long_above{};  // of input tokens: a request with more costs the long rates throughout
  TokenRates long_rates{};
  std::string source{};   // where it was read …
  std::string checked{};  // … and when, YYYY-MM-DD; "" for what the user said
};

// In billionths of a dollar, rounded half up. Nothing when nobody knows how many tokens there were.
[[nodiscard]] std::optional<std::int64_t> cost_of(const Price& price, const TokenCounts& tokens);

// Immutable; asked by the thread that writes the ledger.
class PriceList {
 public:
  virtual ~PriceList() = default;
  // Nothing: the price is not known, which is something else than 0.
  [[nodiscard]] virtual std::optional<Price> price(std::string_view provider, std::string_view model,
                                                   std::int64_t unix_ms) const = 0;
};

}  // namespace agt
