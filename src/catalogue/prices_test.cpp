#include "catalogue/prices.h"

#include <gtest/gtest.h>

#include "core/clock.h"

namespace agt::catalogue {
namespace {

constexpr std::int64_t in_2026 = 1'795'000'000'000;  // 2026-11-18
constexpr std::int64_t in_2027 = 1'800'000'000'000;  // 2027-01-15

std::shared_ptr<const Prices> built_in(std::string_view overrides = "") {
  auto prices = Prices::with(overrides);
  EXPECT_TRUE(prices) << (prices ? "" : prices.error().message);
  return *prices;
}

TEST(Price, parts_of_the_input_have_their_own_rates) {
  const Price price{
      .rates = {.input = 3'000'000, .output = 15'000'000, .cache_read = 300'000, .cache_write = 3'750'000}};
  // 1000 plain, 2000 read, 500 written, 100 out: 3000 + 600 + 1875 + 1500 millionths of a dollar
  EXPECT_EQ(cost_of(price, {.input = 3500, .output = 100, .cache_read = 2000, .cache_write = 500}), 6'975'000);
  EXPECT_EQ(cost_of(price, {.input = 1}), 3'000);
  EXPECT_EQ(cost_of(price, {.output = 0}), 0);
  EXPECT_EQ(cost_of(price, {}), std::nullopt) << "without a count nothing is known";
  EXPECT_EQ(cost_of(price, {.input = 10, .cache_read = 999}), 3'000) << "a part is no more than its whole";
}

TEST(Price, what_has_no_rate_of_its_own_costs_what_its_whole_costs) {
  const Price price{.rates = {.input = 1'000'000, .output = 2'000'000}};
  EXPECT_EQ(cost_of(price, {.input = 10, .output = 10, .cache_read = 5, .reasoning = 4}), 30'000);
  const Price thinking{.rates = {.input = 0, .output = 2'000'000, .reasoning = 1'000'000}};
  EXPECT_EQ(cost_of(thinking, {.output = 10, .reasoning = 4}), 16'000);
}

TEST(Price, a_long_request_costs_the_long_rates_throughout) {
  const Price price{.rates = {.input = 1'000'000, .output = 1'000'000},
                    .long_above = 100,
                    .long_rates = {.input = 2'000'000, .output = 3'000'000}};
  EXPECT_EQ(cost_of(price, {.input = 100, .output = 1}), 101'000);
  EXPECT_EQ(cost_of(price, {.input = 101, .output = 1}), 205'000);
}

TEST(Prices, every_row_that_is_compiled_in_has_a_source_and_a_date) {
  const auto prices = built_in();
  EXPECT_GT(prices->rows().size(), 80U);
  for (const auto& row : prices->rows()) {
    EXPECT_FALSE(row.price.source.empty()) << row.match;
    EXPECT_EQ(row.price.checked.size(), 10U) << row.match;
    const auto& rates = row.price.rates;
    EXPECT_LE(rates.cache_read.value_or(0), rates.input) << row.match;
    EXPECT_GE(rates.output, rates.input) << row.match;
  }
}

TEST(Prices, an_id_wins_over_patterns_and_a_longer_pattern_over_a_shorter) {
  const auto prices = built_in();
  EXPECT_EQ(prices->find("anthropic", "claude-opus-5-5", in_2026)->price.rates.input, 4'000'000);
  EXPECT_EQ(prices->find("anthropic", "claude-opus-5", in_2026)->price.rates.input, 5'000'000);
  EXPECT_EQ(prices->find("openai", "gpt-4.1-mini-2025-04-14", in_2026)->price.rates.input, 400'000);
  EXPECT_EQ(prices->find("vertex", "gemini-2.5-pro", in_2026)->price.long_above, 200'000);
}

TEST(Prices, what_is_not_listed_is_unknown) {
  const auto prices = built_in();
  EXPECT_EQ(prices->price("anthropic", "claude-fable-5-2", in_2026), std::nullopt);
  EXPECT_EQ(prices->price("openai-compatible", "gpt-5", in_2026), std::nullopt);
  EXPECT_EQ(prices->price("openai", "", in_2026), std::nullopt);
  EXPECT_EQ(prices->price("demo", "demo", in_2026)->rates.input, 0) << "which is something else than 0";
}

TEST(Prices, an_announced_end_is_kept) {
  const auto prices = built_in();
  EXPECT_EQ(prices->find("gemini", "gemini-3.8-flash", in_2026)->price.rates.input, 750'000);
  EXPECT_EQ(prices->find("gemini", "gemini-3.8-flash", in_2027)->price.rates.input, 1'500'000);
}

TEST(Prices, what_the_user_says_counts) {
  const auto prices = built_in("openai/gpt-5*=1/2/0.1/1.5, openrouter/a/b=0.5/0.6");
  const auto* row = prices->find("openai", "gpt-5", in_2026);
  ASSERT_NE(row, nullptr);
  EXPECT_TRUE(row->from_user);
  EXPECT_EQ(row->price.rates.input, 1'000'000);
  EXPECT_EQ(row->price.rates.cache_write, 1'500'000);
  EXPECT_EQ(prices->find("openrouter", "a/b", in_2026)->price.rates.output, 600'000);
  EXPECT_FALSE(prices->find("openai", "gpt-4.1", in_2026)->from_user);
}

TEST(Prices, an_override_that_says_nothing_is_told) {
  for (const auto* bad : {"openai=1/2", "openai/x=1", "openai/x=1/2/3/4/5", "openai/x=one/2", "openai/x=-1/2", "/x=1/2",
                          "openai/=1/2", "openai/x=nan/1"}) {
    const auto prices = Prices::with(bad);
    ASSERT_FALSE(prices) << bad;
    EXPECT_TRUE(prices.error().message.contains(bad)) << prices.error().message;
  }
}

TEST(Prices, a_file_with_a_mistake_names_it) {
  const auto field = [](std::string_view rows) {
    const auto prices =
        Prices::parse(std::string(R"({"prices":[{"provider":"p","source":"s","checked":"2026-01-01","models":[)") +
                      std::string(rows) + "]}]}");
    return prices ? std::string("none") : prices.error().field;
  };
  EXPECT_EQ(field(R"({"match":"m","input":1,"output":1})"), "none");
  EXPECT_EQ(field(R"({"match":"m","input":1,"output":1,"cash":1})"), "prices[0].models[0].cash");
  EXPECT_EQ(field(R"({"match":"m","input":1})"), "prices[0].models[0]");
  EXPECT_EQ(field(R"({"match":"m","input":1,"output":1,"before":"soon"})"), "prices[0].models[0].before");
  EXPECT_EQ(field(R"({"match":"m","input":1,"output":1,"long_above":5})"), "prices[0].models[0]");
}

}  // namespace
}  // namespace agt::catalogue
