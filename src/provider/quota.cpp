#include "provider/quota.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "json/document.h"
#include "provider/hints.h"

namespace agt::provider {
namespace {

constexpr std::string_view openai_prefix = "x-ratelimit-";
constexpr std::string_view anthropic_prefix = "anthropic-ratelimit-";
constexpr std::string_view unified_prefix = "anthropic-ratelimit-unified-";
constexpr std::string_view five_hours = "5h";
constexpr std::string_view week = "7d";

// The windows of subscriptions, and which models they are about.
struct UnifiedWindow {
  std::string_view name{};
  std::string_view models{};
};
constexpr std::array unified_windows{UnifiedWindow{five_hours}, UnifiedWindow{week}, UnifiedWindow{"7d_opus", "*opus*"},
                                     UnifiedWindow{"7d_sonnet", "*sonnet*"}};

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

void read_openai(const net::Headers& headers, std::string_view model, WallTime now, std::vector<QuotaWindow>& windows) {
  for (const std::string_view kind : {"requests", "tokens"}) {
    QuotaWindow window{.name = std::string(kind), .models = std::string(model), .seen = now};
    window.limit = number_at(headers, fmt::format("{}limit-{}", openai_prefix, kind));
    window.remaining = number_at(headers, fmt::format("{}remaining-{}", openai_prefix, kind));
    const auto reset = spelled_duration(headers.get_or(fmt::format("{}reset-{}", openai_prefix, kind), ""));
    if (reset) window.resets = now + *reset;
    add(windows, std::move(window));
  }
}

void read_anthropic(const net::Headers& headers, std::string_view model, WallTime now,
                    std::vector<QuotaWindow>& windows) {
  for (const std::string_view kind : {"requests", "tokens", "input-tokens", "output-tokens"}) {
    QuotaWindow window{.name = std::string(kind), .models = std::string(model), .seen = now};
    window.limit = number_at(headers, fmt::format("{}{}-limit", anthropic_prefix, kind));
    window.remaining = number_at(headers, fmt::format("{}{}-remaining", anthropic_prefix, kind));
    window.resets = spelled_time(headers.get_or(fmt::format("{}{}-reset", anthropic_prefix, kind), ""));
    add(windows, std::move(window));
  }
}

// Windows of subscriptions: their resets are seconds since 1970, and their use is a share.
void read_unified(const net::Headers& headers, WallTime now, std::vector<QuotaWindow>& windows) {
  for (const auto& [kind, models] : unified_windows) {
    QuotaWindow window{.name = std::string(kind), .models = std::string(models), .seen = now};
    const auto stem = fmt::format("{}{}", unified_prefix, kind);
    if (const auto used = text::parse_number<double>(headers.get_or(stem + "-utilization", "")))
      window.left = std::clamp(1.0 - *used, 0.0, 1.0);
    if (text::iequals(headers.get_or(stem + "-status", ""), "rejected")) window.left = 0.0;
    if (const auto reset = number_at(headers, stem + "-reset")) window.resets = WallTime(Seconds(*reset));
    add(windows, std::move(window));
  }
}

}  // namespace

std::vector<QuotaWindow> quota_in(const net::Headers& headers, std::string_view model, WallTime now) {
  std::vector<QuotaWindow> windows;
  bool openai = false;
  bool anthropic = false;
  for (const auto& field : headers) {
    openai = openai || begins(field.name, openai_prefix);
    anthropic = anthropic || begins(field.name, anthropic_prefix);
  }
  if (openai) read_openai(headers, model, now, windows);
  if (anthropic) read_anthropic(headers, model, now, windows);
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
    window.models = window.name;
    window.remaining = text::parse_number<std::int64_t>(bucket["remainingAmount"].text_or(""));
    if (bucket["remainingFraction"].present())
      window.left = std::clamp(bucket["remainingFraction"].number_or(0), 0.0, 1.0);
    window.resets = spelled_time(bucket["resetTime"].text_or(""));
    add(windows, std::move(window));
  }
  return windows;
}

std::optional<QuotaWindow> quota_in_refusal(const Diagnosis& refusal, std::string_view model, WallTime now) {
  const auto& error = refusal.error;
  if (error.failure_class() != FailureClass::quota_exhausted || !error.retry_after) return std::nullopt;
  // The windows of subscriptions have their names from the headers.
  const auto named = error.code == Code::window_5h ? five_hours : error.code == Code::weekly ? week : name(error.code);
  const bool whole = refusal.scope == Scope::account;
  return QuotaWindow{.name = std::string(named),
                     .models = std::string(whole ? std::string_view() : model),
                     .left = 0.0,
                     .resets = now + *error.retry_after,
                     .seen = now};
}

QuotaBook::Entry& QuotaBook::entry_of(std::string_view account_id) {
  auto found = entries_.find(account_id);
  if (found == entries_.end()) found = entries_.emplace(account_id, Entry()).first;
  if (!std::exchange(found->second.changed, true)) changed_.emplace_back(account_id);
  return found->second;
}

void QuotaBook::note(std::string_view account_id, std::vector<QuotaWindow> windows) {
  if (windows.empty()) return;
  const std::scoped_lock lock(mutex_);
  auto& known = entry_of(account_id).quota.windows;
  for (auto& window : windows) {
    const auto same = std::ranges::find_if(
        known, [&](const QuotaWindow& one) { return one.name == window.name && one.models == window.models; });
    if (same != known.end())
      *same = std::move(window);
    else if (known.size() < windows_max)
      known.push_back(std::move(window));
    else
      *std::ranges::min_element(known, {}, &QuotaWindow::seen) = std::move(window);
  }
}

void QuotaBook::note(std::string_view account_id, const net::Headers& headers, std::string_view model, WallTime now) {
  note(account_id, quota_in(headers, model, now));
}

void QuotaBook::note_asked(std::string_view account_id, Result<std::vector<QuotaWindow>> windows, WallTime now) {
  const std::scoped_lock lock(mutex_);
  auto& quota = entry_of(account_id).quota;
  quota.asked = now;
  quota.failure.reset();
  if (windows) {
    quota.windows = *std::move(windows);
    if (quota.windows.size() > windows_max) quota.windows.resize(windows_max);
  } else {  // what was told before is still the best that is known
    quota.failure = std::move(windows).error();
  }
}

Quota QuotaBook::of(std::string_view account_id, WallTime now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(account_id);
  if (found == entries_.end()) return {};
  auto quota = found->second.quota;
  for (auto& window : quota.windows) {
    if (!window.resets || *window.resets > now) continue;
    window.remaining.reset();
    window.left.reset();
    window.resets.reset();
  }
  return quota;
}

void QuotaBook::forget(std::string_view account_id) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = entries_.find(account_id); found != entries_.end()) entries_.erase(found);
}

std::vector<std::string> QuotaBook::take_changed() {
  const std::scoped_lock lock(mutex_);
  auto changed = std::exchange(changed_, {});
  for (const auto& id : changed)
    if (const auto found = entries_.find(id); found != entries_.end()) found->second.changed = false;
  return changed;
}

}  // namespace agt::provider
