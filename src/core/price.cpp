#include "core/price.h"

#include <algorithm>

namespace agt {

std::optional<std::int64_t> cost_of(const Price& price, const TokenCounts& tokens) {
  if (!tokens.any()) return std::nullopt;
  const auto input = tokens.input.value_or(0);
  const auto output = tokens.output.value_or(0);
  const bool is_long = price.long_above && input > *price.long_above;
  const auto& rates = is_long ? price.long_rates : price.rates;
  // A provider's parts may exceed its total; no part is counted twice and none below zero.
  const auto read = std::clamp<std::int64_t>(tokens.cache_read.value_or(0), 0, std::max<std::int64_t>(input, 0));
  const auto written =
      std::clamp<std::int64_t>(tokens.cache_write.value_or(0), 0, std::max<std::int64_t>(input - read, 0));
  const auto thought = std::clamp<std::int64_t>(tokens.reasoning.value_or(0), 0, std::max<std::int64_t>(output, 0));
  const auto sum = (input - read - written) * rates.input + read * rates.cache_read.value_or(rates.input) +
                   written * rates.cache_write.value_or(rates.input) + (output - thought) * rates.output +
                   thought * rates.reasoning.value_or(rates.output);
  constexpr std::int64_t per_thousandth = 1000;  // tokens × millionths ÷ a million tokens, in billionths
  return (sum + per_thousandth / 2) / per_thousandth;
}

}  // namespace agt
