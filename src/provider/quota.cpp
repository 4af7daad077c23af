#include "provider/quota.h"

#include <algorithm>
#include <span>

#include "core/text.h"
#include "json/document.h"
#include "provider/hints.h"

namespace agt::provider {
namespace {

constexpr std::string_view openai_prefix = "x-ratelimit-";
constexpr std::string_view anthropic_prefix = "anthropic-ratelimit-";
constexpr std::string_view unified_prefix = "anthropic-ratelimit-unified-";

bool begins(std::string_view name, std::string_view prefix) {
  return name.size() > prefix.size() && text::iequals(name.substr(0, prefix.size()), prefix);
}

// Only windows about which something is known.
void add(std::vector<QuotaWindow>& windows, QuotaWindow window) {
  if (window.limit && window.remaining && *window.limit > 0)
    window.left = std::clamp(static_cast<double>(*window.remaining) / static_cast<double>(*window.limit), 0.0, 1.0);
  if (window.remaining || window.left || window.resets) windows.push_back(std::move(window));
}

// Every answer brings these headers, so each is looked at once. Nothing for a window that is not counted.
QuotaWindow* window_of(std::span<QuotaWindow> windows, std::string_view kind) {
  const auto found = std::ranges::find_if(windows, [&](const auto& one) { return text::iequals(one.name, kind); });
  return found == windows.end() ? nullptr : &*found;
}

std::optional<std::int64_t> count(std::string_view value) { return text::parse_number<std::int64_t>(value); }

// x-ratelimit-WHAT-KIND (OpenAI's guide to rate limits, 2026)
void read_openai(std::span<QuotaWindow> windows, std::string_view rest, std::string_view value, WallTime now) {
  const auto dash = std::min(rest.find('-'), rest.size() - 1);
  const auto what = rest.substr(0, dash);
  auto* const window = window_of(windows, rest.substr(dash + 1));
  if (window == nullptr) return;
  if (text::iequals(what, "limit")) window->limit = count(value);
  if (text::iequals(what, "remaining")) window->remaining = count(value);
  if (!text::iequals(what, "reset")) return;
  if (const auto reset = spelled_duration(value)) window->resets = now + *reset;
}

// anthropic-ratelimit-KIND-WHAT (Anthropic's page on rate limits, 2026)
void read_anthropic(std::span<QuotaWindow> windows, std::string_view rest, std::string_view value) {
  const auto dash = std::min(rest.rfind('-'), rest.size() - 1);
  const auto what = rest.substr(dash + 1);
  auto* const window = window_of(windows, rest.substr(0, dash));
  if (window == nullptr) return;
  if (text::iequals(what, "limit")) window->limit = count(value);
  if (text::iequals(what, "remaining")) window->remaining = count(value);
  if (text::iequals(what, "reset")) window->resets = spelled_time(value);
}

// anthropic-ratelimit-unified-KIND-WHAT, the windows of subscriptions: their resets are seconds since 1970, and their
// use is a share.
void read_unified(std::span<QuotaWindow> windows, std::string_view rest, std::string_view value) {
  const auto dash = std::min(rest.rfind('-'), rest.size() - 1);
  const auto what = rest.substr(dash + 1);
  auto* const window = window_of(windows, rest.substr(0, dash));
  if (window == nullptr) return;
  const auto used = text::iequals(what, "utilization") ? text::parse_number<double>(value) : std::nullopt;
  if (used && !window->left) window->left = std::clamp(1.0 - *used, 0.0, 1.0);
  if (text::iequals(what, "status") && text::iequals(value, "rejected")) window->left = 0.0;
  if (!text::iequals(what, "reset")) return;
  if (const auto reset = count(value)) window->resets = WallTime(Seconds(*reset));
}

std::vector<QuotaWindow> named(std::initializer_list<std::string_view> kinds, WallTime now) {
  std::vector<QuotaWindow> windows;
  windows.reserve(kinds.size());
  for (const auto kind : kinds) windows.push_back({.name = std::string(kind), .seen = now});
  return windows;
}

}  // namespace

std::optional<WallTime> spelled_time(std::string_view spelled) {
  // YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)
  constexpr std::size_t shortest = 20;
  if (spelled.size() < shortest || spelled[4] != '-' || spelled[7] != '-' || spelled[13] != ':' || spelled[16] != ':')
    return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    return text::parse_number<unsigned>(spelled.substr(at, size));
  };
  const auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
  const auto hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto zone_at = std::min(spelled.find_first_not_of("0123456789.", 19), spelled.size());
  const auto zone = spelled.substr(zone_at);
  Milliseconds offset(0);
  if (zone.size() == 6 && zone[3] == ':') {
    const auto hours = text::parse_number<int>(zone.substr(1, 2));
    const auto minutes = text::parse_number<int>(zone.substr(4, 2));
    if (!hours || !minutes || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
    offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    if (zone[0] == '-') offset = -offset;
  } else if (zone != "Z") {
    return std::nullopt;
  }
  return WallTime(std::chrono::sys_days(date).time_since_epoch()) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + Seconds(*second) - offset;
}

std::vector<QuotaWindow> quota_in(const net::Headers& headers, WallTime now) {
  std::vector<QuotaWindow> openai;
  std::vector<QuotaWindow> anthropic;
  std::vector<QuotaWindow> unified;
  for (const auto& [name, spelled] : headers) {
    const auto value = text::trimmed(spelled);
    if (begins(name, openai_prefix)) {
      if (openai.empty()) openai = named({"requests", "tokens"}, now);
      read_openai(openai, name.substr(openai_prefix.size()), value, now);
    } else if (begins(name, unified_prefix)) {
      if (unified.empty()) unified = named({"5h", "7d", "7d_opus", "7d_sonnet"}, now);
      read_unified(unified, name.substr(unified_prefix.size()), value);
    } else if (begins(name, anthropic_prefix)) {
      if (anthropic.empty()) anthropic = named({"requests", "tokens", "input-tokens", "output-tokens"}, now);
      read_anthropic(anthropic, name.substr(anthropic_prefix.size()), value);
    }
  }
  std::vector<QuotaWindow> known;
  for (auto* const windows : {&openai, &anthropic, &unified})
    for (auto& window : *windows) add(known, std::move(window));
  return known;
}

std::vector<QuotaWindow> quota_in_buckets(std::string_view body, WallTime now) {
  std::vector<QuotaWindow> windows;
  const auto document = json::Document::parse(body);
  if (!document) return windows;
  for (const auto bucket : document->root()["buckets"].children()) {
    QuotaWindow window{.name = bucket["modelId"].text_or(""), .seen = now};
    if (window.name.empty()) continue;
    window.remaining = text::parse_number<std::int64_t>(bucket["remainingAmount"].text_or(""));
    if (bucket["remainingFraction"].present())
      window.left = std::clamp(bucket["remainingFraction"].number_or(0), 0.0, 1.0);
    window.resets = spelled_time(bucket["resetTime"].text_or(""));
    add(windows, std::move(window));
  }
  return windows;
}

void QuotaBook::note(std::string_view account_id, std::vector<QuotaWindow> windows) {
  if (windows.empty()) return;
  const std::scoped_lock lock(mutex_);
  auto found = windows_.find(account_id);
  if (found == windows_.end()) found = windows_.emplace(account_id, std::vector<QuotaWindow>()).first;
  for (auto& window : windows) {
    auto& known = found->second;
    const auto same = std::ranges::find(known, window.name, &QuotaWindow::name);
    if (same != known.end())
      *same = std::move(window);
    else if (known.size() < windows_max)
      known.push_back(std::move(window));
  }
}

void QuotaBook::note(std::string_view account_id, const net::Headers& headers, WallTime now) {
  note(account_id, quota_in(headers, now));
}

std::vector<QuotaWindow> QuotaBook::of(std::string_view account_id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = windows_.find(account_id);
  return found == windows_.end() ? std::vector<QuotaWindow>() : found->second;
}

void QuotaBook::forget(std::string_view account_id) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = windows_.find(account_id); found != windows_.end()) windows_.erase(found);
}

}  // namespace agt::provider
