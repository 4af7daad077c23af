#include "relay/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace agt::relay {
namespace {

using pool::SkipReason;

std::string_view words_of(SkipReason reason) {
  switch (reason) {
    case SkipReason::off: return "switched off";
    case SkipReason::needs_reauth: return "waiting for somebody to sign in again";
    case SkipReason::verification: return "waiting to be verified at the provider";
    case SkipReason::forbidden: return "not allowed to use this model";
    case SkipReason::key_rejected: return "refused by the provider for its key";
    case SkipReason::cooling: return "rate limited or cooling down";
    case SkipReason::quota: return "out of quota";
    case SkipReason::reserved: return "down to its protected reserve";
    case SkipReason::model_missing: return "without this model";
    case SkipReason::model_excluded: return "kept from this model";
    case SkipReason::feature_missing: return "without what the request needs";
    case SkipReason::busy: return "busy with as many requests as it may have";
    case SkipReason::pinned_elsewhere: return "left alone for another that the session stays with";
    case SkipReason::group_mismatch: return "of another group";
    case SkipReason::proxy_down: return "behind a proxy that is down";
    case SkipReason::already_tried: return "tried already";
    case SkipReason::lower_rank: return "of lower rank";
  }
  std::unreachable();
}

using Counts = std::array<std::uint32_t, pool::skip_reasons>;

Counts counted(const std::vector<Attempt>& attempts) {
  Counts sum{};
  for (const auto& attempt : attempts)
    if (attempt.account == nullptr)
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += attempt.skipped.counts[i];
  return sum;
}

// "2 of 3 accounts are out of quota, 1 is switched off": the most frequent cause first.
std::string causes(const Counts& counts, std::uint32_t total) {
  std::vector<std::pair<std::uint32_t, SkipReason>> sorted;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) sorted.emplace_back(counts[i], static_cast<SkipReason>(i));
  std::ranges::stable_sort(sorted, std::greater<>{}, &std::pair<std::uint32_t, SkipReason>::first);
  if (total == 1) return fmt::format("The only account is {}", words_of(sorted.front().second));
  if (sorted.size() == 1) return fmt::format("All {} accounts are {}", total, words_of(sorted.front().second));
  std::string out;
  for (const auto& [count, reason] : sorted)
    out += out.empty()
               ? fmt::format("{} of {} accounts {} {}", count, total, count == 1 ? "is" : "are", words_of(reason))
               : fmt::format(", {} {} {}", count, count == 1 ? "is" : "are", words_of(reason));
  return out;
}

// The code of what keeps most of them, as far as it is known.
std::optional<Code> dominating_code(const std::vector<Attempt>& attempts, bool any_back) {
  std::vector<std::pair<Code, int>> counts;
  for (const auto& attempt : attempts) {
    if (attempt.account != nullptr) continue;
    for (const auto& skip : attempt.skipped.listed) {
      if (!skip.code || (any_back && !skip.remaining)) continue;
      const auto found = std::ranges::find(counts, *skip.code, &std::pair<Code, int>::first);
      if (found == counts.end())
        counts.emplace_back(*skip.code, 1);
      else
        ++found->second;
    }
  }
  const auto most = std::ranges::max_element(counts, {}, &std::pair<Code, int>::second);
  return most == counts.end() ? std::nullopt : std::optional(most->first);
}

}  // namespace

std::string with_remedy(const Error& error) {
  const auto remedy = error.remedy();
  if (remedy.empty() || error.message.empty()) return error.message + std::string(remedy);
  const bool ends = std::string_view(".!?:;)\"'}>").contains(error.message.back());
  return fmt::format("{}{} {}", error.message, ends ? "" : ".", remedy);
}

std::string shown_wait(Milliseconds t) {
  using namespace std::chrono_literals;
  const auto s = std::chrono::ceil<Seconds>(t).count();
  constexpr long long minute = 60;
  constexpr long long hour = 3600;
  constexpr long long day = 86400;
  if (s < 2 * minute) return fmt::format("{} s", s);
  if (s < hour) return fmt::format("{} min", (s + minute - 1) / minute);
  if (s < day) return fmt::format("{} h {} min", s / hour, s % hour / minute);
  return fmt::format("{} days {} h", s / day, s % day / hour);
}

Error nobody_free(const std::vector<Attempt>& attempts, std::optional<Milliseconds> back_in, std::string_view model,
                  std::string_view target, bool line_full) {
  const auto shown = text::quoted(model, 80);
  const auto counts = counted(attempts);
  std::uint32_t total = 0;
  for (const auto count : counts) total += count;
  if (total == 0)
    return {.code = Code::no_account,
            .message =
                fmt::format("No account of {} is set up, so nobody can serve \"{}\".", text::quoted(target, 80), shown),
            .field = "model"};
  const bool all_busy = counts[static_cast<std::size_t>(SkipReason::busy)] > 0 && !back_in;
  const auto code = dominating_code(attempts, back_in.has_value());
  Error error{.code = code.value_or(all_busy ? Code::concurrency : Code::no_account)};
  error.message = fmt::format("Nobody can serve \"{}\" now. {}.", shown, causes(counts, total));
  if (back_in) error.message += fmt::format(" The first one is back in {}.", shown_wait(*back_in));
  if (line_full) error.message += " Too many requests are waiting already.";
  if (error.code == Code::no_account) error.field = "model";
  error.retry_after = back_in;
  return error;
}

}  // namespace agt::relay
