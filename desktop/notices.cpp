#include "notices.h"

#include <glib.h>

#include <algorithm>
#include <utility>

#include "words.h"

namespace agt::desktop {
namespace {

bool is_for_all(const json::Value& rest) {
  const auto model = rest["model"].text_or("");
  return model.empty() || model == "*";
}

// An account for a few named models is out when each of them rests.
bool rests_wholly(const json::Value& account) {
  std::set<std::string> resting;
  for (const auto rest : account["rests"].children()) resting.insert(rest["model"].text_or(""));
  for (const auto model : account["models"].children())
    if (!resting.contains(model.text_or(""))) return false;
  return account["models"].size() > 0;
}

AccountNow account_in(const json::Value& value) {
  AccountNow account{.id = value["id"].text_or(""), .label = value["label"].text_or("")};
  const auto state = value["state"].text_or("");
  account.serves = state == "ready" || state == "resting";
  account.needs_you = state == "needs_sign_in" || state == "unusable";
  for (const auto rest : value["rests"].children()) {
    if (!is_for_all(rest) && !rests_wholly(value)) continue;  // the other models serve
    account.serves = false;
    if (!rest["remaining_ms"].present())
      account.needs_you = true;
    else
      account.back_in_ms = std::max(account.back_in_ms.value_or(0), rest["remaining_ms"].integer_or(0));
  }
  if (account.needs_you) account.back_in_ms.reset();
  return account;
}

std::string clock_of(std::int64_t now_ms, std::int64_t wait_ms) {
  constexpr std::int64_t per_second = 1000;
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local((now_ms + wait_ms) / per_second);
  if (time == nullptr) return {};
  g_autofree char* text = g_date_time_format(time, "%H:%M");
  return text != nullptr ? std::string(text) : std::string();
}

}  // namespace

const char* preference_of(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::account: return "notify_account";
    case NoticeKind::capacity: return "notify_capacity";
    case NoticeKind::gateway: return "notify_gateway";
  }
  return "";
}

std::vector<AccountNow> accounts_in(const json::Value& list) {
  std::vector<AccountNow> accounts;
  for (const auto each : list.children())
    if (each["enabled"].boolean_or(false)) accounts.push_back(account_in(each));
  return accounts;
}

bool Notices::may_tell(NoticeKind kind, std::int64_t now_ms) {
  auto& last = last_.at(static_cast<std::size_t>(kind));
  if (last && now_ms - *last < notice_pause_ms) return false;
  last = now_ms;
  return true;
}

std::optional<Notice> Notices::about_accounts(const std::vector<AccountNow>& accounts, std::int64_t now_ms) {
  std::set<std::string> needing;
  std::string names;
  std::string first;
  for (const auto& account : accounts) {
    if (!account.needs_you) continue;
    needing.insert(account.id);
    if (known_.contains(account.id)) continue;
    if (first.empty()) first = account.id;
    names += (names.empty() ? "" : ", ") + account.label;
  }
  std::erase_if(known_, [&](const std::string& id) { return !needing.contains(id); });
  if (names.empty() || (looked_ && !may_tell(NoticeKind::account, now_ms))) return std::nullopt;
  const bool is_one = needing.size() == known_.size() + 1;
  known_ = std::move(needing);
  if (!looked_) return std::nullopt;
  return Notice{.kind = NoticeKind::account,
                .title = words().account_needs_you,
                .text = std::move(names),
                .page = is_one ? "/accounts/" + first : "/accounts"};
}

std::optional<Notice> Notices::about_capacity(const std::vector<AccountNow>& accounts, std::int64_t now_ms) {
  const auto serving = std::ranges::find_if(accounts, &AccountNow::serves);
  const bool out = !accounts.empty() && serving == accounts.end();
  if (!looked_) out_ = out;
  if (out == out_) return std::nullopt;
  if (!out) {
    out_ = false;
    if (serving == accounts.end()) return std::nullopt;  // there is no account any more
    return Notice{
        .kind = NoticeKind::capacity, .title = words().ready_again, .text = serving->label, .page = "/accounts"};
  }
  if (!may_tell(NoticeKind::capacity, now_ms)) return std::nullopt;
  out_ = true;
  std::optional<std::int64_t> soonest;
  for (const auto& account : accounts)
    if (account.back_in_ms && (!soonest || *account.back_in_ms < *soonest)) soonest = account.back_in_ms;
  return Notice{.kind = NoticeKind::capacity,
                .title = words().none_ready,
                .text = soonest ? filled(words().first_back, "time", clock_of(now_ms, *soonest)) : words().none_back,
                .page = "/accounts"};
}

std::vector<Notice> Notices::learn(const std::vector<AccountNow>& accounts, std::int64_t now_ms) {
  std::vector<Notice> news;
  for (auto& notice : {about_accounts(accounts, now_ms), about_capacity(accounts, now_ms)})
    if (notice) news.push_back(*notice);
  looked_ = true;
  return news;
}

std::optional<Notice> Notices::gateway_gone(std::int64_t now_ms) {
  looked_ = false;  // what the next one says at first is no news
  if (!may_tell(NoticeKind::gateway, now_ms)) return std::nullopt;
  return Notice{
      .kind = NoticeKind::gateway, .title = words().gateway_ended, .text = words().gateway_ended_text, .page = "/"};
}

}  // namespace agt::desktop
