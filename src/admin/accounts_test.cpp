// What is checked of accounts and rules before they are stored, and the small pure parts.
#include <gtest/gtest.h>

#include "admin/account_form.h"
#include "admin/fields.h"
#include "admin/probe.h"
#include "admin/route_rules.h"
#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

using testing::all_families;

// The field at fault, or "" when the form is fine.
std::string fault(std::string_view form) {
  const auto document = json::Document::parse(form);
  if (!document) return "(not JSON)";
  const auto account = filled({}, document->root());
  if (!account) return account.error().field;
  const auto checked = check_account(*account, all_families);
  return checked ? "" : checked.error().field;
}

struct Case {
  const char* form;
  const char* fault;
};

TEST(AccountForm, names_the_field_at_fault) {
  const Case cases[] = {
      {R"({"provider":"openai","key":"sk-1"})", ""},
      {R"({"provider":"openai"})", "key"},
      {R"({"provider":"demo"})", ""},
      {R"({"provider":"opnai","key":"sk-1"})", "provider"},
      {R"({"key":"sk-1"})", "provider"},
      {R"({"provider":"openai","key":"sk 1"})", "key"},
      {R"({"provider":"openai","key":"sk-1\n"})", "key"},
      {R"({"provider":"openai","key":7})", "key"},
      {R"({"provider":"openai","key":"sk-1","labl":"x"})", "labl"},
      {R"({"provider":"openai","key":"sk-1","models":"x"})", "models"},
      {R"({"provider":"openai","key":"sk-1","models":["a",""]})", "models[1]"},
      {R"({"provider":"openai","key":"sk-1","priority":"high"})", "priority"},
      {R"({"provider":"openai","key":"sk-1","priority":99999999999})", "priority"},
      {R"({"provider":"openai","key":"sk-1","key_header":"cookie"})", "key_header"},
      {R"({"provider":"openai","key":"sk-1","key_header":"X-API-Key"})", ""},
      {R"({"provider":"openai-compatible","key":"sk-1"})", "base_url"},
      {R"({"provider":"openai-compatible","key":"sk-1","base_url":"example.com/v1"})", "base_url"},
      {R"({"provider":"openai-compatible","key":"sk-1","base_url":"ftp://example.com"})", "base_url"},
      {R"({"provider":"openai-compatible","key":"sk-1","base_url":"https://u:p@example.com"})", "base_url"},
      {R"({"provider":"openai-compatible","key":"sk-1","base_url":"http://example.com/v1"})", "base_url"},
      {R"({"provider":"openai-compatible","key":"sk-1","base_url":"http://example.com/v1","insecure_http":true})", ""},
      {R"({"provider":"openai-compatible","base_url":"http://127.0.0.1:1234/v1"})", ""},
      {R"({"provider":"openai-compatible","base_url":"http://localhost:1234"})", ""},
      {R"({"provider":"openai-compatible","base_url":"http://localhost.evil.example:1234"})", "base_url"},
      {R"([])", ""},
  };
  for (const auto& [form, expected] : cases) {
    if (std::string_view(form) == "[]") continue;
    EXPECT_EQ(fault(form), expected) << form;
  }
  EXPECT_FALSE(filled({}, json::Document::parse("[]")->root()));
}

TEST(AccountForm, keeps_a_stored_key_from_another_host) {
  const store::Account old{.provider = "openai", .credential = Secret("sk-1")};
  auto moved = old;
  moved.base_url = "https://elsewhere.example/v1";
  EXPECT_EQ(check_change(old, moved, false, all_families).error().field, "key");
  EXPECT_TRUE(check_change(old, moved, true, all_families));
  auto renamed = old;
  renamed.label = "other";
  EXPECT_TRUE(check_change(old, renamed, false, all_families));
  auto same_host = old;
  same_host.base_url = "https://api.openai.com/v2";
  EXPECT_TRUE(check_change(old, same_host, false, all_families));
}

TEST(AccountForm, never_shows_the_key) {
  json::Writer w;
  const store::Account account{.id = "acc_1", .provider = "openai", .credential = Secret("sk-secret-0123456789")};
  const std::vector<pool::Resting> rests;
  write_account(w, account, {.families = all_families, .rests = rests}, Detail::story);
  const auto shown = std::move(w).take();
  EXPECT_FALSE(shown.contains("secret")) << shown;
  EXPECT_TRUE(shown.contains(R"("key_hint":"…6789")")) << shown;
}

TEST(RouteRules, refuse_what_cannot_work) {
  EXPECT_TRUE(check_route({.match = "gpt-*", .targets = {"openai/*"}}));
  EXPECT_EQ(check_route({.match = "", .targets = {"openai/*"}}).error().field, "match");
  EXPECT_EQ(check_route({.match = "/(/", .targets = {"openai/*"}}).error().field, "match");
  EXPECT_EQ(check_route({.match = "x", .targets = {}}).error().field, "targets");
  EXPECT_EQ(check_route({.match = "x", .targets = {"openai/*", "gpt"}}).error().field, "targets[1]");
}

TEST(RouteRules, warn_of_targets_that_nobody_serves) {
  const std::vector<store::Account> accounts{{.id = "acc_1", .label = "work", .provider = "openai"},
                                             {.id = "acc_2", .label = "home", .provider = "gemini", .enabled = false}};
  const auto warning = [&](std::string target) {
    const auto all =
        warnings_of({.match = "*", .targets = {std::move(target)}}, accounts, *catalogue::Catalogue::built_in());
    return all.empty() ? std::string() : all.front();
  };
  EXPECT_EQ(warning("openai/*"), "");
  EXPECT_EQ(warning("work/gpt-5"), "");
  EXPECT_EQ(warning("demo/demo"), "");
  EXPECT_EQ(warning("home/x"), "Every account of \"home\" is disabled.");
  EXPECT_TRUE(warning("anthropic/x").starts_with("No account of \"anthropic\" is set up yet"));
  EXPECT_EQ(warning("wrok/x"), "\"wrok\" is no provider, account or group; did you mean \"work\"?");
}

TEST(RouteRules, warn_of_models_that_no_account_may_serve) {
  const std::vector<store::Account> accounts{
      {.id = "acc_1", .label = "work", .provider = "openai", .excluded_models = {"gpt-5*"}, .groups = {"team"}}};
  const auto warnings = [&](std::string match, std::string target) {
    return warnings_of({.match = std::move(match), .targets = {std::move(target)}}, accounts,
                       *catalogue::Catalogue::built_in());
  };
  EXPECT_EQ(warnings("a", "team/gpt-5"),
            std::vector<std::string>{"The model lists of \"team\" keep every account of it from gpt-5."});
  EXPECT_EQ(warnings("gpt-5", "team/*").size(), 1U) << "the rule decides the model";
  EXPECT_TRUE(warnings("gpt-*", "team/*").empty()) << "the request decides it";
  EXPECT_TRUE(warnings("a", "team/gpt-4.1").empty());
}

TEST(RouteRules, warn_of_a_stand_in_that_can_do_less) {
  const std::vector<store::Account> accounts{{.id = "acc_1", .label = "work", .provider = "openai"},
                                             {.id = "acc_2", .label = "home", .provider = "p"}};
  const auto catalogue = catalogue::Catalogue::parse(
      R"({"providers":[{"provider":"openai","families":[{"models":[
          {"match":"big","context_tokens":1000,"images":true,"tools":true},
          {"match":"small","context_tokens":500,"images":false,"tools":true}]}]}],"aliases":[]})");
  ASSERT_TRUE(catalogue) << catalogue.error().message;
  const auto warnings = [&](std::vector<std::string> targets) {
    return warnings_of({.match = "a", .targets = std::move(targets)}, accounts, **catalogue);
  };
  EXPECT_EQ(warnings({"openai/big", "work/small"}),
            (std::vector<std::string>{
                "work/small takes no images, which openai/big does.",
                "work/small has room for 500 tokens, openai/big for 1000: long conversations do not fit."}));
  EXPECT_TRUE(warnings({"work/small", "openai/big"}).empty());
  EXPECT_TRUE(warnings({"openai/big", "home/small"}).empty()) << "of which nothing is known";
}

TEST(Probe, counts_the_models_of_any_list) {
  EXPECT_EQ(listed(R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})"), 2U);
  EXPECT_EQ(listed(R"({"models":[]})"), 0U);
  EXPECT_EQ(listed(R"({"message":"hello"})"), std::nullopt);
  EXPECT_EQ(listed("<html>"), std::nullopt);
}

TEST(Probe, takes_the_key_out_of_what_the_provider_says) {
  EXPECT_EQ(without("bad key sk-1, sk-1!", Secret("sk-1")), "bad key …, …!");
  EXPECT_EQ(without("bad key", Secret("")), "bad key");
}

TEST(Fields, know_the_word_that_was_meant) {
  EXPECT_EQ(nearest("--lable", {"--label", "--model"}), "--label");
  EXPECT_EQ(nearest("xyz", {"--label", "--model"}), "");
}

}  // namespace
}  // namespace agt::admin
