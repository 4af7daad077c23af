#include "pool/choose.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "core/text.h"
#include "pool/limits.h"

namespace agt::pool {
namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view model) {
  return std::ranges::any_of(patterns, [&](const std::string& p) { return text::wildcard_match(p, model); });
}

// How much a session likes an account: weighted rendezvous hashing. Accounts of equal weight need no logarithm.
double liking(std::uint64_t session, const Hot& hot) {
  constexpr double step = 0x1.0p-53;
  const auto unit = (static_cast<double>(static_cast<std::int64_t>(mixed(session, hot.hash) >> 11U)) + 0.5) * step;
  return hot.weight == 1 ? unit : std::pow(unit, 1.0 / hot.weight);
}

// Which of several come first; a reserve is below every priority.
int rank_of(const Hot& hot, const Slot& slot, Instant now) {
  return is_last(hot, slot, now) ? hot.priority - reserve_rank : hot.priority;
}

// More than its share of what was sent lately: a session that may go anywhere goes elsewhere (bounded loads).
double crowded_from(const Field& field, const Wish& wish, Instant now) {
  const bool counts = wish.session != 0 && field.use != nullptr && field.slots.size() > 1;
  if (!counts) return std::numeric_limits<double>::max();
  return crowded_least + crowded_share * field.use->recent(now) / static_cast<double>(field.slots.size());
}

// Larger is better, within one rank.
double score(const Hot& hot, const Wish& wish) {
  if (wish.mode == Mode::performance_first) return -(hot.in_flight + 1.0) / hot.weight;
  return wish.session == 0 ? -hot.served : liking(wish.session, hot);
}

}  // namespace

std::string_view name(Mode mode) {
  switch (mode) {
    case Mode::cache_first: return "cache_first";
    case Mode::balance: return "balance";
    case Mode::performance_first: return "performance_first";
  }
  std::unreachable();
}

bool includes_model(const Account& account, std::string_view model) {
  return account.models.empty() || any_matches(account.models, model);
}
bool excludes_model(const Account& account, std::string_view model) { return any_matches(account.excluded, model); }
bool serves_model(const Account& account, std::string_view model) {
  return includes_model(account, model) && !excludes_model(account, model);
}

// FNV-1a, finished by mixed(): labels differ in few bits.
// Eight bytes a step: sessions are hashed with every request, and up to 1 KB long.
// Sixteen bytes at once, each pair multiplied and folded: texts of a session are long.
std::uint64_t hash_of(std::string_view text) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t first = 0x9E3779B97F4A7C15ULL, second = 0xBF58476D1CE4E5B9ULL;
  auto hash = mixed(text.size(), 0);
  std::array<std::uint64_t, 2> pair{};
  const auto fold = [&] {
    const auto product = static_cast<Wide>(pair[0] ^ hash ^ first) * (pair[1] ^ second);
    hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  };
  for (; text.size() >= sizeof pair; text.remove_prefix(sizeof pair)) {
    std::memcpy(pair.data(), text.data(), sizeof pair);
    fold();
  }
  pair = {};
  std::memcpy(pair.data(), text.data(), text.size());
  fold();
  return mixed(hash, 1);
}

// The finaliser of splitmix64.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  auto x = a + 0x9E3779B97F4A7C15ULL * (b + 1);
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

std::optional<Obstacle> obstacle(const Field& field, const Slot& slot, std::span<const std::uint32_t> tried,
                                 Instant now) {
  const auto& hot = field.hot(slot);
  const auto& site = field.sites[slot.site];
  // The rest that ends last is the one that counts.
  Obstacle worst{.reason = slot.why, .until = slot.open_at};
  if (hot.open_at > worst.until) worst = {.reason = hot.why, .until = hot.open_at};
  if (site.open_at > worst.until) worst = {.reason = site.why, .until = site.open_at};
  if (worst.until > now) return worst;
  if (!tried.empty() && std::ranges::find(tried, slot.account) != tried.end())
    return Obstacle{.reason = SkipReason::already_tried, .until = Instant::min()};
  if (hot.limit > 0 && hot.in_flight >= hot.limit) return Obstacle{.reason = SkipReason::busy, .until = Instant::min()};
  return std::nullopt;
}

namespace {

// Most are, and to say so costs a fraction of naming what stands against one.
bool is_plainly_free(const Field& field, const Slot& slot, const Wish& wish, Instant now) {
  const auto& hot = field.hot(slot);
  return wish.tried.empty() && slot.open_at <= now && hot.open_at <= now && field.sites[slot.site].open_at <= now &&
         (hot.limit <= 0 || hot.in_flight < hot.limit);
}

}  // namespace

Choice choose(const Field& field, const Wish& wish, Instant now) {
  Choice choice;
  int rank = 0;
  double best = 0;
  std::uint64_t turn = 0;  // of several equals the one that served longest ago
  const bool spreads = wish.session != 0 && wish.mode != Mode::performance_first && !field.uses.empty();
  const double crowded = crowded_from(field, wish, now);
  for (std::size_t i = 0; i < field.slots.size(); ++i) {
    const auto& slot = field.slots[i];
    if (const auto against =
            is_plainly_free(field, slot, wish, now) ? std::nullopt : obstacle(field, slot, wish.tried, now)) {
      ++choice.counts[static_cast<std::size_t>(against->reason)];
      choice.any_busy = choice.any_busy || against->reason == SkipReason::busy;
      if (against->until == Instant::min() || against->until >= choice.back_at) continue;
      choice.first_back = i;
      choice.back_at = against->until;
      continue;
    }
    const auto& hot = field.hot(slot);
    const int own_rank = rank_of(hot, slot, now);
    if (choice.slot && own_rank < rank) {
      ++choice.counts[static_cast<std::size_t>(SkipReason::lower_rank)];
      continue;
    }
    auto value = score(hot, wish);
    // Only of one that would be chosen: looking at all of them costs more than all the rest.
    const bool leads = !choice.slot || own_rank > rank || value >= best;
    if (spreads && leads && field.uses[i].recent(now) > crowded * hot.weight) value -= 1;
    if (choice.slot) ++choice.counts[static_cast<std::size_t>(SkipReason::lower_rank)];
    if (choice.slot && own_rank == rank && value < best) continue;
    if (choice.slot && own_rank == rank && value == best && hot.turn >= turn) continue;
    choice.slot = i;
    turn = hot.turn;
    rank = own_rank;
    best = value;
  }
  return choice;
}

}  // namespace agt::pool
