#include "provider/quota.h"

#include <algorithm>
#include <cmath>
#include <span>

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

// A window that headers tell of, and which models it is about; limits per minute are those of the model that was asked.
struct Kind {
  std::string_view name{};
  std::string_view models{};
};

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
  if (used && !std::isnan(*used) && !window->left) window->left = std::clamp(1.0 - *used, 0.0, 1.0);
  if (text::iequals(what, "status") && text::iequals(value, "rejected")) window->left = 0.0;
  if (!text::iequals(what, "reset")) return;
  if (const auto reset = count(value)) window->resets = told_moment(Seconds(*reset));
}

std::vector<QuotaWindow> named(std::initializer_list<Kind> kinds, WallTime now) {
  std::vector<QuotaWindow> windows;
  windows.reserve(kinds.size());
  for (const auto& [name, models] : kinds)
    windows.push_back({.name = std::string(name), .models = std::string(models), .seen = now});
  return windows;
}

}  // namespace

std::vector<QuotaWindow> quota_in(const net::Headers& headers, std::string_view model, WallTime now) {
  std::vector<QuotaWindow> openai;
  std::vector<QuotaWindow> anthropic;
  std::vector<QuotaWindow> unified;
  for (const auto& [name, spelled] : headers) {
    const auto value = text::trimmed(spelled);
    if (begins(name, openai_prefix)) {
      if (openai.empty()) openai = named({{"requests", model}, {"tokens", model}}, now);
      read_openai(openai, name.substr(openai_prefix.size()), value, now);
    } else if (begins(name, unified_prefix)) {
      if (unified.empty())
        unified = named({{five_hours, ""}, {week, ""}, {"7d_opus", "*opus*"}, {"7d_sonnet", "*sonnet*"}}, now);
      read_unified(unified, name.substr(unified_prefix.size()), value);
    } else if (begins(name, anthropic_prefix)) {
      if (anthropic.empty())
        anthropic =
            named({{"requests", model}, {"tokens", model}, {"input-tokens", model}, {"output-tokens", model}}, now);
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
