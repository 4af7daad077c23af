#include "admin/account_story.h"

#include <fmt/format.h>

#include <algorithm>

namespace agt::admin {
namespace {

constexpr double percent = 100;

// Of an account's rests the one that matters most: of all its models before one model, then the longest.
const pool::Resting* deciding(const store::Account& account, const std::vector<pool::Resting>& rests) {
  const pool::Resting* worst = nullptr;
  for (const auto& one : rests) {
    if (one.account_id != account.id) continue;
    const auto weight = [](const pool::Resting& rest) { return std::pair(rest.model.empty(), rest.rest.until); };
    if (worst == nullptr || weight(one) > weight(*worst)) worst = &one;
  }
  return worst;
}

const provider::QuotaWindow* reserved_window(const store::Account& account, const provider::Quota& quota) {
  const auto found =
      std::ranges::find_if(quota.windows, [&](const auto& window) { return is_below_reserve(account, window); });
  return found == quota.windows.end() ? nullptr : &*found;
}

std::string of_models(std::string_view models) {
  return models.empty() ? std::string() : fmt::format(" for {}", models);
}

AccountStory story_of_rest(const pool::Resting& resting, const AccountView& view) {
  const auto& rest = resting.rest;
  AccountStory story{.what = fmt::format("It rests{} ({}).", of_models(resting.model), name(rest.code)),
                     .code = rest.code,
                     .since_ms = wall_of(resting.since, view),
                     .evidence = rest.message,
                     .request = rest.set_by};
  const auto remedy = facts(rest.code).remedy;
  if (rest.until == pool::until_somebody_acts) {
    story.next = fmt::format("It is not asked again before you act. {}", remedy);
    return story;
  }
  story.back_in_ms = std::chrono::ceil<Milliseconds>(rest.until - view.now).count();
  story.next = rest.code == Code::protected_reserve
                   ? fmt::format("It serves again when the window is reset. {}", remedy)
                   : fmt::format("One request tries it when the time is over; `reset` tries it at once. {}", remedy);
  return story;
}

AccountStory story_of_reserve(const store::Account& account, const provider::QuotaWindow& window,
                              const AccountView& view) {
  AccountStory story{.what = fmt::format("It is below its reserve{}: {:.0f} % of \"{}\" are left, {} % are kept.",
                                         of_models(window.models), percent * window.left.value_or(0), window.name,
                                         account.reserve_percent),
                     .code = Code::protected_reserve,
                     .since_ms = unix_ms(window.seen),
                     .evidence = "What the provider said is left.",
                     .next = "It is asked after all others until the window is reset. " +
                             std::string(facts(Code::protected_reserve).remedy)};
  if (window.resets) story.back_in_ms = std::chrono::ceil<Milliseconds>(*window.resets - view.wall).count();
  return story;
}

}  // namespace

std::optional<std::int64_t> wall_of(std::optional<Instant> moment, const AccountView& view) {
  if (!moment) return std::nullopt;
  return unix_ms(view.wall) - std::chrono::duration_cast<Milliseconds>(view.now - *moment).count();
}

bool is_below_reserve(const store::Account& account, const provider::QuotaWindow& window) {
  return account.reserve_percent > 0 && window.left && window.resets &&
         percent * *window.left <= account.reserve_percent;
}

std::string_view state_of(const store::Account& account, bool usable, const AccountView& view) {
  if (!usable) return "unusable";
  if (view.tokens && view.tokens->refused_ms) return "needs_sign_in";
  if (!account.enabled) return "disabled";
  return deciding(account, view.rests) != nullptr ? "resting" : "ready";
}

AccountStory story_of(const store::Account& account, const Result<provider::Upstream>& upstream,
                      const AccountView& view) {
  if (!upstream)
    return {.what = "It cannot be used as it is set up.",
            .code = upstream.error().code,
            .since_ms = account.updated_ms,
            .evidence = upstream.error().message,
            .next = "It is left out until its settings are corrected."};
  if (view.tokens && view.tokens->refused_ms)
    return {.what = "Its sign-in has ended.",
            .code = Code::token_revoked,
            .since_ms = view.tokens->refused_ms,
            .evidence = view.tokens->refused_why,
            .next = "It is not asked again before somebody signs in: `agt account login --account ID`."};
  if (!account.enabled)
    return {.what = "It was switched off.",
            .since_ms = account.updated_ms,
            .next = "It serves again when it is switched on: `agt account enable ID`."};
  if (const auto* rest = deciding(account, view.rests)) return story_of_rest(*rest, view);
  if (const auto* window = reserved_window(account, view.quota)) return story_of_reserve(account, *window, view);
  if (view.tokens && view.tokens->last_failure)
    return {.what = "It serves, but its access token could not be renewed.",
            .code = view.tokens->last_failure->code,
            .evidence = view.tokens->last_failure->message,
            .next = "The gateway tries again by itself."};
  return {.what = "It serves."};
}

void write_story(json::Writer& w, const AccountStory& story) {
  w.key("story");
  w.begin_object();
  w.field("what", story.what);
  if (story.code) w.field("code", name(*story.code));
  if (story.since_ms) w.field("since_ms", *story.since_ms);
  if (story.back_in_ms) w.field("back_in_ms", *story.back_in_ms);
  w.field("evidence", story.evidence);
  w.field("request", story.request);
  w.field("next", story.next);
  w.end_object();
}

}  // namespace agt::admin
