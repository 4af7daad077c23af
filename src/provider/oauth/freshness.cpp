#include "provider/oauth/freshness.h"

#include <algorithm>
#include <cmath>

namespace agt::provider::oauth {

Freshness freshness(Milliseconds remaining, Milliseconds lifetime, double chance) {
  // A token that lives for seconds only has no room for the usual margins.
  const auto slack = std::min(expiry_slack, lifetime / 10);
  if (remaining <= slack) return Freshness::expired;
  const auto margin = std::min(std::max(lifetime * refresh_margin_percent / 100, refresh_margin_min), lifetime / 2);
  const auto jitter = static_cast<double>(margin.count()) * refresh_jitter * std::clamp(chance, -1.0, 1.0);
  return remaining < margin + Milliseconds(std::llround(jitter)) ? Freshness::due : Freshness::fresh;
}

Milliseconds retry_after(int failures) {
  constexpr int doublings_max = 10;
  return std::min(retry_first * (1 << std::clamp(failures - 1, 0, doublings_max)), retry_max);
}

double chance_of(std::string_view name) {
  // FNV-1a, then the avalanche of murmur3: the last characters must count as much as the first.
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdU;
  constexpr int mantissa_bits = 53;
  const auto fraction = static_cast<double>(hash >> (64U - mantissa_bits)) / static_cast<double>(1ULL << mantissa_bits);
  return 2.0 * fraction - 1.0;
}

}  // namespace agt::provider::oauth
