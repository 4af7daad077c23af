#include "provider/quota.h"

#include <fmt/format.h>

#include <algorithm>

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

std::optional<std::int64_t> number_at(const net::Headers& headers, const std::string& name) {
  const auto value = headers.get(name);
  return value ? text::parse_number<std::int64_t>(text::trimmed(*value)) : std::nullopt;
}

// Only windows about which something is known.
void add(std::vector<QuotaWindow>& windows, QuotaWindow window) {
  if (window.limit && window.remaining && *window.limit > 0)
    window.left = std::clamp(static_cast<double>(*window.remaining) / static_cast<double>(*window.limit), 0.0, 1.0);
  if (window.remaining || window.left || window.resets) windows.push_back(std::move(window));
}

void read_openai(const net::Headers& headers, WallTime now, std::vector<QuotaWindow>& windows) {
  for (const std::string_view kind : {"requests", "tokens"}) {
    QuotaWindow window{.name = std::string(kind), .seen = now};
    window.limit = number_at(headers, fmt::format("{}limit-{}", openai_prefix, kind));
    window.remaining = number_at(headers, fmt::format("{}remaining-{}", openai_prefix, kind));
    const auto reset = spelled_duration(headers.get_or(fmt::format("{}reset-{}", openai_prefix, kind), ""));
    if (reset) window.resets = now + *reset;
    add(windows, std::move(window));
  }
}

void read_anthropic(const net::Headers& headers, WallTime now, std::vector<QuotaWindow>& windows) {
  for (const std::string_view kind : {"requests", "tokens", "input-tokens", "output-tokens"}) {
    QuotaWindow window{.name = std::string(kind), .seen = now};
    window.limit = number_at(headers, fmt::format("{}{}-limit", anthropic_prefix, kind));
    window.remaining = number_at(headers, fmt::format("{}{}-remaining", anthropic_prefix, kind));
    window.resets = spelled_time(headers.get_or(fmt::format("{}{}-reset", anthropic_prefix, kind), ""));
    add(windows, std::move(window));
  }
}

// Windows of subscriptions: their resets are seconds since 1970, and their use is a share.
void read_unified(const net::Headers& headers, WallTime now, std::vector<QuotaWindow>& windows) {
  for (const std::string_view kind : {"5h", "7d", "7d_opus", "7d_sonnet"}) {
    QuotaWindow window{.name = std::string(kind), .seen = now};
    const auto stem = fmt::format("{}{}", unified_prefix, kind);
    if (const auto used = text::parse_number<double>(headers.get_or(stem + "-utilization", "")))
      window.left = std::clamp(1.0 - *used, 0.0, 1.0);
    if (text::iequals(headers.get_or(stem + "-status", ""), "rejected")) window.left = 0.0;
    if (const auto reset = number_at(headers, stem + "-reset")) window.resets = WallTime(Seconds(*reset));
    add(windows, std::move(window));
  }
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
  std::vector<QuotaWindow> windows;
  bool openai = false;
  bool anthropic = false;
  for (const auto& field : headers) {
    openai = openai || begins(field.name, openai_prefix);
    anthropic = anthropic || begins(field.name, anthropic_prefix);
  }
  if (openai) read_openai(headers, now, windows);
  if (anthropic) read_anthropic(headers, now, windows);
  if (anthropic) read_unified(headers, now, windows);
  return windows;
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
