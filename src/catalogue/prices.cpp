#include "catalogue/prices.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/text.h"

namespace agt::catalogue {

extern const char* const prices_json;

namespace {

constexpr double dollars_max = 1e6;  // for a million tokens
constexpr double millionths = 1e6;

std::optional<std::int64_t> in_millionths(double dollars) {
  if (!(dollars >= 0) || dollars > dollars_max) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(dollars * millionths));
}

Result<std::int64_t> rate_in(json::Value value) {
  TRY(const auto dollars, value.number());
  const auto rate = in_millionths(dollars);
  if (!rate) return value.refuse("dollars for a million tokens");
  return *rate;
}

// Sets one rate; false when `member` is not the name of one.
Result<bool> set_rate(TokenRates& rates, json::Value member) {
  struct Optional {
    std::string_view name{};
    std::optional<std::int64_t> TokenRates::* field = nullptr;
  };
  constexpr std::array optionals{
      Optional{"cache_read", &TokenRates::cache_read}, Optional{"cache_write", &TokenRates::cache_write},
      Optional{"cache_write_long", &TokenRates::cache_write_long}, Optional{"reasoning", &TokenRates::reasoning}};
  if (member.key_is("input")) {
    TRY(rates.input, rate_in(member));
    return true;
  }
  if (member.key_is("output")) {
    TRY(rates.output, rate_in(member));
    return true;
  }
  for (const auto& [name, field] : optionals) {
    if (!member.key_is(name)) continue;
    TRY(rates.*field, rate_in(member));
    return true;
  }
  return false;
}

Result<std::int64_t> begin_of_day(json::Value value) {
  TRY(const auto spelled, value.text());
  const auto number = [&](std::size_t at, std::size_t size) {
    return spelled.size() == 10 ? text::parse_number<unsigned>(std::string_view(spelled).substr(at, size))
                                : std::nullopt;
  };
  const auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (!year || !month || !day) return value.refuse("a day as YYYY-MM-DD");
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return value.refuse("a day as YYYY-MM-DD");
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days(date).time_since_epoch()).count();
}

Result<PriceRow> read_row(PriceRow row, json::Value object) {
  for (const auto member : object.children()) {
    TRY(const bool known, set_rate(row.price.rates, member));
    if (known) continue;
    if (member.key_is("match")) {
      TRY(row.match, member.text());
    } else if (member.key_is("before")) {
      TRY(row.before, member.text());
      TRY(row.until_ms, begin_of_day(member));
    } else if (member.key_is("long_above")) {
      TRY(row.price.long_above, member.integer());
    } else if (member.key_is("long")) {
      for (const auto rate : member.children()) {
        TRY(const bool is_rate, set_rate(row.price.long_rates, rate));
        if (!is_rate) return rate.refuse("the name of a rate");
      }
    } else {
      return member.refuse("the name of a rate, or match, before, long_above, long");
    }
  }
  if (row.match.empty()) return object.refuse("a row with match");
  if (!object["input"].exists() || !object["output"].exists()) return object.refuse("a row with input and output");
  if (object["long"].exists() != object["long_above"].exists())
    return object.refuse("a row with both of long_above and long, or none");
  return row;
}

std::unexpected<Error> wrong(std::string_view entry, std::string_view why) {
  return fail(Code::schema, fmt::format("\"{}\" is no price: {}.", text::quoted(entry, 100), why));
}

}  // namespace

Result<std::shared_ptr<const Prices>> Prices::parse(std::string_view json) {
  TRY(const auto document, json::Document::parse(json));
  auto prices = std::shared_ptr<Prices>(new Prices);
  for (const auto provider : document.root()["prices"].children()) TRY_OK(prices->read_provider(provider));
  for (const auto alias : document.root()["aliases"].children()) {
    TRY(const auto name, alias["provider"].text());
    TRY(const auto like, alias["like"].text());
    const auto known = prices->rows_;
    const auto before = prices->rows_.size();
    for (auto row : known) {
      if (row.provider != like) continue;
      row.provider = name;
      prices->rows_.push_back(std::move(row));
    }
    if (prices->rows_.size() == before) return alias["like"].refuse("the name of a provider above");
  }
  return prices;
}

Result<std::shared_ptr<const Prices>> Prices::with(std::string_view overrides) {
  TRY(const auto built_in, parse(prices_json));
  auto prices = std::shared_ptr<Prices>(new Prices);
  for (const auto entry : text::split(overrides, ','))
    if (const auto spelled = text::trimmed(entry); !spelled.empty()) TRY_OK(prices->read_override(spelled));
  prices->rows_.insert(prices->rows_.end(), built_in->rows_.begin(), built_in->rows_.end());
  return prices;
}

Result<> Prices::read_provider(json::Value provider) {
  PriceRow common;
  TRY(common.provider, provider["provider"].text());
  TRY(common.price.source, provider["source"].text());
  TRY(common.price.checked, provider["checked"].text());
  for (const auto model : provider["models"].children()) {
    TRY(auto row, read_row(common, model));
    rows_.push_back(std::move(row));
  }
  return {};
}

// A model's name may have slashes of its own; no provider's has.
Result<> Prices::read_override(std::string_view entry) {
  const auto equals = entry.rfind('=');
  const auto slash = entry.find('/');
  if (equals == std::string_view::npos || slash == std::string_view::npos || slash > equals)
    return wrong(entry, "say PROVIDER/MODEL=INPUT/OUTPUT, in dollars for a million tokens");
  PriceRow row{.provider = std::string(text::trimmed(entry.substr(0, slash))),
               .match = std::string(text::trimmed(entry.substr(slash + 1, equals - slash - 1))),
               .price = {.source = "prices.overrides"},
               .from_user = true};
  if (row.provider.empty() || row.match.empty()) return wrong(entry, "provider and model must not be empty");
  constexpr std::size_t least = 2, most = 4;
  std::vector<std::int64_t> rates;
  for (const auto spelled : text::split(entry.substr(equals + 1), '/')) {
    const auto dollars = text::parse_number<double>(text::trimmed(spelled));
    const auto rate = dollars ? in_millionths(*dollars) : std::nullopt;
    if (!rate) return wrong(entry, fmt::format("\"{}\" is no number of dollars", text::quoted(spelled, 40)));
    rates.push_back(*rate);
  }
  if (rates.size() < least || rates.size() > most)
    return wrong(entry, "give two to four numbers: input, output, cache read, cache write");
  row.price.rates = {.input = rates[0], .output = rates[1]};
  if (rates.size() > least) row.price.rates.cache_read = rates[2];
  if (rates.size() == most) row.price.rates.cache_write = rates[3];
  rows_.push_back(std::move(row));
  return {};
}

const PriceRow* Prices::find(std::string_view provider, std::string_view model, std::int64_t unix_ms) const {
  const PriceRow* best = nullptr;
  for (const auto& row : rows_) {
    if (row.provider != provider || unix_ms >= row.until_ms) continue;
    if (best != nullptr && best->from_user && !row.from_user) break;  // what the user says counts, pattern or not
    if (row.match == model) {
      if (best == nullptr || best->match != model) best = &row;  // the first of two with different ends
      continue;
    }
    if (best != nullptr && (best->match == model || row.match.size() <= best->match.size())) continue;
    if (text::wildcard_match(row.match, model)) best = &row;
  }
  return best;
}

std::optional<Price> Prices::price(std::string_view provider, std::string_view model, std::int64_t unix_ms) const {
  const auto* row = find(provider, model, unix_ms);
  return row == nullptr ? std::nullopt : std::optional(row->price);
}

}  // namespace agt::catalogue
