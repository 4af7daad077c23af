#include "provider/hints.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/text.h"
#include "json/document.h"
#include "provider/upstream_clock.h"

namespace agt::provider {
namespace {

constexpr Milliseconds hint_max = std::chrono::hours(24 * 31);

std::optional<Milliseconds> clamped(double milliseconds) {
  if (!(milliseconds >= 0)) return Milliseconds(0);
  return Milliseconds(static_cast<long long>(std::min(milliseconds, static_cast<double>(hint_max.count()))));
}

// RFC 9110 §5.6.7, the form that may be sent; the obsolete two are not seen from providers.
std::optional<WallTime> http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const auto* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return told_moment(Seconds(timegm(&parts)));
}

Milliseconds until(WallTime reset, WallTime wall) {
  return std::clamp<Milliseconds>(std::chrono::ceil<Milliseconds>(reset - wall), Milliseconds(0), hint_max);
}

// Two ways of telling the same limits: a moment beside "remaining: 0" (Anthropic's rate limits), and a duration beside
// it (OpenAI's and those of compatible servers). Seen 2026-10.
std::optional<Milliseconds> counted_limits(const net::Headers& headers, WallTime wall) {
  std::optional<Milliseconds> latest;
  const auto later = [&latest](std::optional<Milliseconds> wait) {
    if (wait && (!latest || *wait > *latest)) latest = wait;
  };
  for (const auto* kind : {"requests", "tokens", "input-tokens", "output-tokens"}) {
    const auto stem = std::string("anthropic-ratelimit-") + kind;
    if (headers.get_or(stem + "-remaining", "") != "0") continue;
    if (const auto reset = spelled_time(headers.get_or(stem + "-reset", ""))) later(until(*reset, wall));
  }
  for (const auto* kind : {"requests", "tokens"}) {
    if (headers.get_or(std::string("x-ratelimit-remaining-") + kind, "") != "0") continue;
    later(spelled_duration(headers.get_or(std::string("x-ratelimit-reset-") + kind, "")));
  }
  return latest;
}

struct Window {
  std::string_view name;
  Code code;
  bool whole_account;
};
// The windows of subscriptions; those of one model have a suffix. Their resets are unix seconds.
constexpr std::array windows{Window{"5h", Code::window_5h, true}, Window{"7d", Code::weekly, true},
                             Window{"7d_oi", Code::weekly, false}};

std::optional<Exhausted> rejected_window(const net::Headers& headers, WallTime wall) {
  std::optional<Exhausted> latest;
  for (const auto& window : windows) {
    const auto stem = "anthropic-ratelimit-unified-" + std::string(window.name);
    if (headers.get_or(stem + "-status", "") != "rejected") continue;
    const auto seconds = text::parse_number<long long>(text::trimmed(headers.get_or(stem + "-reset", "")));
    if (!seconds) continue;
    const auto wait = until(told_moment(Seconds(*seconds)), wall);
    if (!latest || wait > latest->wait)
      latest = Exhausted{.wait = wait, .code = window.code, .whole_account = window.whole_account};
  }
  return latest;
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
  Seconds offset(0);
  if (zone.size() == 6 && zone[3] == ':') {
    const auto hours = text::parse_number<int>(zone.substr(1, 2));
    const auto minutes = text::parse_number<int>(zone.substr(4, 2));
    if (!hours || !minutes || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
    offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    if (zone[0] == '-') offset = -offset;
  } else if (zone != "Z") {
    return std::nullopt;
  }
  return told_moment(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                     std::chrono::minutes(*minute) + Seconds(*second) - offset);
}

std::optional<Milliseconds> spelled_duration(std::string_view spelled) {
  struct Unit {
    std::string_view word;
    double ms;
  };
  constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1e3}, Unit{"m", 6e4}, Unit{"h", 36e5}, Unit{"d", 864e5}};
  double sum = 0;
  auto rest = text::trimmed(spelled);
  if (rest.empty()) return std::nullopt;
  while (!rest.empty()) {
    const auto size = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const auto number = text::parse_number<double>(rest.substr(0, size));
    rest.remove_prefix(size);
    const auto unit = std::ranges::find_if(units, [&](const Unit& one) { return rest.starts_with(one.word); });
    if (!number || unit == units.end()) return std::nullopt;
    sum += *number * unit->ms;
    rest.remove_prefix(unit->word.size());
  }
  return clamped(sum);
}

WallTime upstream_wall(const net::Headers& headers, WallTime ours) {
  const auto date = headers.get("date");
  return date ? http_date(text::trimmed(*date)).value_or(ours) : ours;
}

std::optional<Milliseconds> retry_after(const net::Headers& headers, WallTime wall) {
  if (const auto ms = headers.get("retry-after-ms"))
    if (const auto value = text::parse_number<double>(text::trimmed(*ms))) return clamped(*value);
  const auto after = headers.get("retry-after");
  if (!after) return std::nullopt;
  const auto spelled = text::trimmed(*after);
  if (const auto seconds = text::parse_number<double>(spelled)) return clamped(*seconds * 1000);
  if (const auto date = http_date(spelled)) return until(*date, wall);
  return std::nullopt;
}

std::optional<Exhausted> exhausted(const net::Headers& headers, WallTime wall) {
  if (const auto window = rejected_window(headers, wall)) return window;
  if (const auto wait = counted_limits(headers, wall)) return Exhausted{.wait = *wait};
  return std::nullopt;
}

std::optional<Milliseconds> reset_in_body(std::string_view body, WallTime wall) {
  const auto document = json::Document::parse(body);
  if (!document) return std::nullopt;
  auto root = document->root();
  if (root.is_array()) root = root[std::size_t{0}];
  const auto error = root["error"];
  if (const auto seconds = error["resets_at"].integer_or(0); seconds > 0)
    return until(told_moment(Seconds(seconds)), wall);
  for (const auto detail : error["details"].children())
    if (const auto moment = spelled_time(detail["metadata"]["quotaResetTimeStamp"].text_or("")))
      return until(*moment, wall);
  return std::nullopt;
}

}  // namespace agt::provider
