#include <gtest/gtest.h>

#include <set>

#include "catalogue/clients.h"
#include "catalogue/models.h"
#include "catalogue/presets.h"
#include "catalogue/route_presets.h"

namespace agt::catalogue {
namespace {

TEST(Models, an_exact_row_is_not_estimated) {
  const auto facts = Catalogue::built_in()->lookup("anthropic", "claude-opus-5-5");
  EXPECT_EQ(facts.id, "claude-opus-5-5");
  EXPECT_EQ(facts.display_name, "Claude Opus 5.5");
  EXPECT_EQ(facts.context_tokens, 1'000'000);
  EXPECT_EQ(facts.thinking, ThinkingStyle::effort);
  EXPECT_FALSE(facts.estimated);
}

TEST(Models, the_longest_pattern_wins) {
  const auto catalogue = Catalogue::built_in();
  EXPECT_EQ(catalogue->lookup("anthropic", "claude-opus-4-5-20251101").output_tokens, 64'000);
  EXPECT_EQ(catalogue->lookup("anthropic", "claude-opus-4-20250514").output_tokens, 32'000);
  EXPECT_TRUE(catalogue->lookup("gemini", "gemini-3.5-flash").thinking_minimal);
  EXPECT_FALSE(catalogue->lookup("gemini", "gemini-3.8-flash-001").thinking_minimal);
}

TEST(Models, a_pattern_does_not_lend_its_name) {
  const auto facts = Catalogue::built_in()->lookup("openai", "gpt-5.5-2026-05-01");
  EXPECT_EQ(facts.id, "gpt-5.5-2026-05-01");
  EXPECT_EQ(facts.display_name, "gpt-5.5-2026-05-01");
}

TEST(Models, sampling_is_refused_by_anthropic_models_after_opus_4_6) {
  const auto catalogue = Catalogue::built_in();
  EXPECT_TRUE(catalogue->lookup("anthropic", "claude-opus-4-6").sampling_accepted);
  EXPECT_TRUE(catalogue->lookup("anthropic", "claude-sonnet-4-5-20250929").sampling_accepted);
  for (const auto* model : {"claude-opus-4-7", "claude-opus-4-8", "claude-opus-5", "claude-sonnet-5"})
    EXPECT_FALSE(catalogue->lookup("anthropic", model).sampling_accepted) << model;
}

TEST(Models, system_messages_inside_a_conversation_came_with_opus_4_8) {
  const auto catalogue = Catalogue::built_in();
  EXPECT_FALSE(catalogue->lookup("anthropic", "claude-opus-4-7").system_mid_conversation);
  EXPECT_FALSE(catalogue->lookup("anthropic", "claude-haiku-4-5").system_mid_conversation);
  EXPECT_TRUE(catalogue->lookup("anthropic", "claude-opus-4-8").system_mid_conversation);
  EXPECT_TRUE(catalogue->lookup("anthropic", "claude-sonnet-5").system_mid_conversation);
}

TEST(Models, gemini_3_thinks_by_level_and_wants_its_signatures_back) {
  const auto catalogue = Catalogue::built_in();
  const auto three = catalogue->lookup("gemini", "gemini-3-pro-preview");
  EXPECT_EQ(three.thinking, ThinkingStyle::level);
  EXPECT_TRUE(three.signatures_required);
  EXPECT_TRUE(three.json_schema_tools);
  const auto two = catalogue->lookup("gemini", "gemini-2.5-pro");
  EXPECT_EQ(two.thinking, ThinkingStyle::budget);
  EXPECT_EQ(two.thinking_budget_max, 32'768);
  EXPECT_FALSE(two.thinking_can_be_off);
  EXPECT_FALSE(two.signatures_required);
}

TEST(Models, an_alias_offers_the_same_models_with_facts_of_its_own) {
  const auto catalogue = Catalogue::built_in();
  EXPECT_TRUE(catalogue->lookup("vertex", "gemini-2.5-flash").json_schema_tools);
  EXPECT_FALSE(catalogue->lookup("code-assist", "gemini-2.5-flash").json_schema_tools);
}

TEST(Models, a_preset_falls_back_to_the_rows_of_every_provider) {
  const auto facts = Catalogue::built_in()->lookup("openrouter", "deepseek/deepseek-chat");
  EXPECT_EQ(facts.context_tokens, 131'072);
  EXPECT_FALSE(facts.images);
  EXPECT_FALSE(facts.estimated);
}

TEST(Models, an_unknown_model_gets_the_defaults_of_its_provider_and_is_estimated) {
  const auto catalogue = Catalogue::built_in();
  const auto facts = catalogue->lookup("gemini", "nano-banana");
  EXPECT_TRUE(facts.estimated);
  EXPECT_EQ(facts.thinking, ThinkingStyle::level);
  EXPECT_TRUE(catalogue->lookup("ollama", "my-model").estimated);
}

TEST(Models, the_demo_model_is_there) {
  const auto catalogue = Catalogue::built_in();
  ASSERT_EQ(catalogue->list("demo").size(), 1U);
  EXPECT_EQ(catalogue->list("demo")[0].id, "demo");
}

TEST(Models, lists_name_no_patterns_and_no_model_twice) {
  const auto catalogue = Catalogue::built_in();
  for (const auto* provider : {"anthropic", "openai", "gemini", "vertex"}) {
    std::set<std::string> seen;
    for (const auto& facts : catalogue->list(provider)) {
      EXPECT_FALSE(facts.id.contains('*')) << facts.id;
      EXPECT_TRUE(seen.insert(facts.id).second) << facts.id;
    }
    EXPECT_FALSE(seen.empty()) << provider;
  }
}

TEST(Models, every_row_says_where_it_comes_from_and_stands_once) {
  const auto catalogue = Catalogue::built_in();
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& row : catalogue->rows()) {
    EXPECT_FALSE(row.source.empty()) << row.match;
    EXPECT_EQ(row.checked.size(), 10U) << row.match;
    EXPECT_TRUE(seen.emplace(row.provider, row.match).second) << row.provider << " " << row.match;
  }
}

TEST(Models, an_unknown_fact_is_refused_with_its_place) {
  const auto parsed =
      Catalogue::parse(R"({"providers":[{"provider":"x","families":[{"models":[{"match":"m","thinks":true}]}]}]})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Code::schema);
  EXPECT_TRUE(parsed.error().message.contains("providers[0].families[0].models[0].thinks")) << parsed.error().message;
}

TEST(Models, a_listed_pattern_is_refused) {
  EXPECT_FALSE(
      Catalogue::parse(R"({"providers":[{"provider":"x","families":[{"models":[{"match":"m*","listed":true}]}]}]})"));
}

TEST(Providers, the_native_ones_come_first) {
  const auto& all = providers();
  ASSERT_GE(all.size(), 6U);
  EXPECT_EQ(all[0].name, "gemini");
  EXPECT_FALSE(all[0].preset);
  EXPECT_TRUE(all.back().preset);
}

TEST(Providers, a_preset_speaks_as_its_family) {
  const auto* openrouter = find_provider("openrouter");
  ASSERT_NE(openrouter, nullptr);
  EXPECT_EQ(openrouter->dialect, "openai_chat");
  EXPECT_EQ(openrouter->key_style, KeyStyle::bearer);
  EXPECT_EQ(openrouter->base_url, "https://openrouter.ai/api/v1");
  EXPECT_TRUE(openrouter->key_required);
}

TEST(Providers, only_local_ones_use_plain_http_and_need_no_key) {
  for (const auto& provider : providers()) {
    EXPECT_EQ(provider.base_url.starts_with("http://"), provider.local) << provider.name;
    if (provider.local) {
      EXPECT_FALSE(provider.key_required) << provider.name;
    }
    EXPECT_FALSE(provider.base_url.ends_with('/')) << provider.name;
    EXPECT_FALSE(provider.note.empty()) << provider.name;
  }
}

TEST(Providers, names_are_unique) {
  std::set<std::string> seen;
  for (const auto& provider : providers()) EXPECT_TRUE(seen.insert(provider.name).second) << provider.name;
}

TEST(Providers, a_typing_error_is_guessed) {
  EXPECT_EQ(nearest_provider("openruter"), "openrouter");
  EXPECT_EQ(nearest_provider("antropic"), "anthropic");
  EXPECT_EQ(nearest_provider("zzzz"), "");
  EXPECT_EQ(find_provider("zzzz"), nullptr);
}

TEST(RoutePresets, name_models_that_their_provider_is_known_for) {
  const auto catalogue = Catalogue::built_in();
  std::set<std::string> seen;
  for (const auto& preset : route_presets()) {
    EXPECT_TRUE(seen.insert(preset.name).second) << preset.name;
    EXPECT_FALSE(preset.title.empty() || preset.rules.empty()) << preset.name;
    for (const auto& rule : preset.rules)
      for (const auto& target : rule.targets) {
        const auto who = target.substr(0, target.find('/'));
        const auto model = target.substr(who.size() + 1);
        EXPECT_NE(find_provider(who), nullptr) << target;
        EXPECT_TRUE(model == "*" || !catalogue->lookup(who, model).estimated) << target;
      }
  }
  EXPECT_NE(find_route_preset("stand-ins"), nullptr);
  EXPECT_EQ(find_route_preset("stand"), nullptr);
}

TEST(Clients, the_base_url_ends_as_the_client_needs_it) {
  const auto url = [](std::string_view client) { return base_url(*find_client(client), "http://127.0.0.1:8045"); };
  EXPECT_EQ(url("claude-code"), "http://127.0.0.1:8045");
  EXPECT_EQ(url("codex"), "http://127.0.0.1:8045/v1");
  EXPECT_EQ(url("gemini-cli"), "http://127.0.0.1:8045");
  EXPECT_EQ(url("openai-sdk"), "http://127.0.0.1:8045/v1");
  EXPECT_EQ(url("anthropic-sdk"), "http://127.0.0.1:8045");
}

TEST(Clients, a_snippet_shows_the_same_ending_as_the_table) {
  for (const auto& client : clients()) {
    if (client.dialect == "any") continue;
    EXPECT_TRUE(client.snippet.contains("{host}" + client.suffix)) << client.name;
    if (client.suffix.empty()) {
      EXPECT_FALSE(client.snippet.contains("{host}/v1")) << client.name;
    }
  }
}

TEST(Clients, a_snippet_is_filled_completely) {
  for (const auto& client : clients()) {
    const auto text = snippet(client, {.host = "http://h:1", .key = "sk-1", .model = "demo"});
    EXPECT_TRUE(text.contains("http://h:1")) << client.name;
    EXPECT_TRUE(text.contains("sk-1")) << client.name;
    EXPECT_TRUE(text.contains("demo")) << client.name;
    EXPECT_FALSE(text.contains("{host}") || text.contains("{key}") || text.contains("{model}")) << client.name;
  }
}

TEST(Clients, are_recognised_by_their_user_agent) {
  EXPECT_EQ(client_of_user_agent("claude-cli/2.1.330 (external, sdk-cli)")->name, "claude-code");
  EXPECT_EQ(client_of_user_agent("codex_exec/0.169.0")->name, "codex");
  EXPECT_EQ(client_of_user_agent("GeminiCLI-tui/0.61.0/gemini-2.5-flash")->name, "gemini-cli");
  EXPECT_EQ(client_of_user_agent("Mozilla/5.0"), nullptr);
}

}  // namespace
}  // namespace agt::catalogue
