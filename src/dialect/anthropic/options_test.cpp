// Requests from elsewhere, as Anthropic gets them: limits, sampling, thinking, formats.
#include "dialect/anthropic/foreign_requests.h"
#include "dialect/tool_names.h"

namespace agt::dialect::anthropic_requests {
namespace {

TEST(AnthropicRender, max_tokens_is_always_said) {
  EXPECT_EQ(member(rendered(asking({user("x")}), {.model = "m"}), "max_tokens"), "8192");
  auto request = asking({user("x")});
  request.sampling.max_tokens = 100;
  EXPECT_EQ(member(rendered(request), "max_tokens"), "100");
  request.sampling.max_tokens = 100000;
  const auto out = rendered(request);
  EXPECT_EQ(member(out, "max_tokens"), "64000");
  EXPECT_TRUE(lost(out, "max_tokens", approximated));
}

TEST(AnthropicRender, counting_says_only_what_counts) {
  auto request = asking({user("x")});
  request.stream = true;
  request.sampling.temperature = 0.5;
  request.sampling.stop = {"END"};
  EXPECT_EQ(rendered(request, {.model = "m", .operation = Asked::Operation::count_tokens}).body,
            R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
}

TEST(AnthropicRender, case_24_sampling_is_fitted) {
  auto request = asking({user("x")});
  request.sampling = {.temperature = 1.5, .top_p = 0.5, .top_k = 40, .presence_penalty = 1, .seed = 7, .stop = {"END"}};
  auto out = rendered(request);
  EXPECT_EQ(member(out, "temperature"), "1");
  EXPECT_EQ(member(out, "top_p"), "");
  EXPECT_EQ(member(out, "top_k"), "40");
  EXPECT_EQ(member(out, "stop_sequences"), R"(["END"])");
  EXPECT_TRUE(lost(out, "temperature", approximated) && lost(out, "top_p", dropped) && lost(out, "seed", dropped) &&
              lost(out, "presence_penalty", dropped));
  auto newest = target;
  newest.facts.sampling_accepted = false;
  out = rendered(request, newest);
  EXPECT_FALSE(out.body.contains("temperature") || out.body.contains("\"top_")) << out.body;
  EXPECT_TRUE(lost(out, "temperature", dropped) && lost(out, "top_p", dropped) && lost(out, "top_k", dropped));
  request.thinking.effort = ir::Effort::low;
  out = rendered(request);
  EXPECT_FALSE(out.body.contains("temperature") || out.body.contains("\"top_")) << out.body;
}

TEST(AnthropicRender, case_24_at_home_sampling_goes_where_the_model_takes_none) {
  const auto document = json::Document::parse(
      R"({"model":"m","max_tokens":1,"temperature":0.2,"messages":[{"role":"user","content":"x"}]})");
  auto newest = target;
  newest.facts.sampling_accepted = false;
  const auto out = rendered(*anthropic_codec.parse_request(*document, {}), newest);
  EXPECT_FALSE(out.body.contains("temperature"));
  EXPECT_TRUE(lost(out, "temperature", dropped));
}

TEST(AnthropicRender, case_55_what_would_change_the_answers_shape_is_refused) {
  const auto field = [](ir::Sampling sampling) {
    auto request = asking({user("x")});
    request.sampling = std::move(sampling);
    const auto out = anthropic_codec.render_request(request, target);
    return out ? "" : out.error().field;
  };
  EXPECT_EQ(field({.candidates = 2}), "n");
  EXPECT_EQ(field({.candidates = 1}), "");
  EXPECT_EQ(field({.logprobs = true}), "logprobs");
  EXPECT_EQ(field({.top_logprobs = 3}), "logprobs");
  EXPECT_EQ(field({.stop = {" \n"}}), "stop");
}

std::string thinking_of(ir::Thinking thinking, const RenderTarget& to, std::optional<std::int64_t> max_tokens = {}) {
  auto request = asking({user("x")});
  request.thinking = thinking;
  request.sampling.max_tokens = max_tokens;
  const auto out = rendered(request, to);
  return member(out, "thinking") + member(out, "output_config") + " " + member(out, "max_tokens");
}

TEST(AnthropicRender, case_52_effort_for_models_that_take_it) {
  using Mode = ir::Thinking::Mode;
  using ir::Effort;
  EXPECT_EQ(thinking_of({}, target), " 64000");
  EXPECT_EQ(thinking_of({.effort = Effort::none}, target), R"({"type":"disabled"} 64000)");
  EXPECT_EQ(thinking_of({.mode = Mode::off}, target), R"({"type":"disabled"} 64000)");
  EXPECT_EQ(thinking_of({.effort = Effort::minimal}, target), R"({"type":"adaptive"}{"effort":"low"} 64000)");
  EXPECT_EQ(thinking_of({.effort = Effort::xhigh}, target), R"({"type":"adaptive"}{"effort":"xhigh"} 64000)");
  EXPECT_EQ(thinking_of({.mode = Mode::adaptive, .display = ir::Thinking::Display::shown}, target),
            R"({"type":"adaptive","display":"summarized"} 64000)");
  EXPECT_EQ(thinking_of({.mode = Mode::budget, .budget_tokens = 8000}, target),
            R"({"type":"adaptive"}{"effort":"medium"} 64000)");
  EXPECT_EQ(thinking_of({.mode = Mode::budget, .budget_tokens = -1}, target), R"({"type":"adaptive"} 64000)");
  auto other = target;
  other.facts.effort_xhigh = false;
  other.facts.thinking_can_be_off = false;
  EXPECT_EQ(thinking_of({.effort = Effort::xhigh}, other), R"({"type":"adaptive"}{"effort":"high"} 64000)");
  EXPECT_EQ(thinking_of({.effort = Effort::none}, other), R"({"type":"adaptive"}{"effort":"low"} 64000)");
  other.facts.thinking = ThinkingStyle::none;
  EXPECT_EQ(thinking_of({.effort = Effort::high}, other), " 64000");
}

TEST(AnthropicRender, case_52_budgets_for_models_that_take_them) {
  using Mode = ir::Thinking::Mode;
  using ir::Effort;
  RenderTarget to{.model = "m", .facts = {.output_tokens = 64000, .thinking = ThinkingStyle::budget}};
  EXPECT_EQ(thinking_of({.effort = Effort::none}, to), R"({"type":"disabled"} 64000)");
  EXPECT_EQ(thinking_of({.effort = Effort::minimal}, to), R"({"type":"enabled","budget_tokens":1024} 64000)");
  EXPECT_EQ(thinking_of({.effort = Effort::high}, to), R"({"type":"enabled","budget_tokens":24576} 64000)");
  EXPECT_EQ(thinking_of({.effort = Effort::max}, to), R"({"type":"enabled","budget_tokens":32000} 64000)");
  EXPECT_EQ(thinking_of({.mode = Mode::budget, .budget_tokens = 100}, to),
            R"({"type":"enabled","budget_tokens":1024} 64000)");
  EXPECT_EQ(thinking_of({.effort = Effort::high}, to, 4000), R"({"type":"enabled","budget_tokens":2000} 4000)");
  EXPECT_EQ(thinking_of({.effort = Effort::high}, to, 1500), R"({"type":"enabled","budget_tokens":1024} 1500)");
  EXPECT_EQ(thinking_of({.effort = Effort::high}, to, 1024), R"({"type":"disabled"} 1024)");
  to.facts.output_tokens.reset();
  EXPECT_EQ(thinking_of({.effort = Effort::high}, to), R"({"type":"enabled","budget_tokens":24576} 32768)");
  to.facts.thinking_budget_max = 16000;
  EXPECT_EQ(thinking_of({.effort = Effort::high}, to), R"({"type":"enabled","budget_tokens":16000} 24192)");
}

TEST(AnthropicRender, case_52_a_forced_tool_turns_thinking_off) {
  auto request = asking({user("x")});
  request.tools.emplace_back(ir::Tool{.name = "f"});
  request.tool_choice.mode = ir::ToolChoice::Mode::required;
  request.thinking.effort = ir::Effort::max;
  const auto out = rendered(request);
  EXPECT_EQ(member(out, "thinking"), R"({"type":"disabled"})");
  EXPECT_EQ(member(out, "output_config"), R"({"effort":"high"})");
  EXPECT_TRUE(lost(out, "thinking", approximated));
}

TEST(AnthropicRender, a_tool_loop_without_signed_thinking_goes_on_without_it) {
  auto request = asking({user("x"), message(Role::assistant, {call("a")}), message(Role::user, {result("a", "r")})});
  request.thinking.effort = ir::Effort::high;
  auto to = target;
  EXPECT_EQ(member(rendered(request, to), "thinking"), R"({"type":"adaptive"})");
  to.facts.thinking = ThinkingStyle::budget;
  EXPECT_EQ(member(rendered(request, to), "thinking"), R"({"type":"disabled"})");
  request.messages[1].parts.insert(request.messages[1].parts.begin(), signed_thought("t", Dialect::anthropic));
  EXPECT_EQ(member(rendered(request, to), "thinking"), R"({"type":"enabled","budget_tokens":24576})");
}

TEST(AnthropicRender, at_home_adaptive_thinking_becomes_a_budget_where_the_model_wants_one) {
  const auto document = json::Document::parse(
      R"({"model":"m","max_tokens":64000,"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"medium"},
    "messages":[{"role":"user","content":"x"},{"role":"system","content":"s"},{"role":"system","content":[],"output_config":{"effort":"low"}}]})");
  const RenderTarget older{.model = "m", .facts = {.thinking = ThinkingStyle::budget}};
  const auto out = rendered(*anthropic_codec.parse_request(*document, {}), older);
  EXPECT_EQ(member(out, "thinking"), R"({"type":"enabled","budget_tokens":8192,"display":"omitted"})");
  EXPECT_EQ(member(out, "output_config"), "");
  EXPECT_EQ(member(out, "messages"),
            R"([{"role":"user","content":"x"},{"role":"user","content":"<system-reminder>\ns\n</system-reminder>"}])");
}

TEST(AnthropicRender, at_home_a_budget_that_does_not_fit_is_lowered) {
  const auto document = json::Document::parse(
      R"({"model":"m","max_tokens":8000,"thinking":{"type":"enabled","budget_tokens":32000},"messages":[{"role":"user","content":"x"}]})");
  const auto out = rendered(*anthropic_codec.parse_request(*document, {}));
  EXPECT_EQ(member(out, "thinking"), R"({"type":"enabled","budget_tokens":4000})");
  EXPECT_TRUE(lost(out, "thinking", approximated));
}

TEST(AnthropicRender, case_49_structured_output) {
  auto request = asking({user("x")});
  request.response_format = ir::ResponseFormat{
      .kind = ir::ResponseFormat::Kind::json_schema,
      .name = "n",
      .schema = {
          R"({"type":"object","properties":{"minimum":{"type":"integer","minimum":1,"maximum":5,"description":"N"},"l":{"type":"array","items":{"type":"object","properties":{}},"minItems":1}},"required":["minimum"],"$defs":{"d":{"oneOf":[true,{"type":"string","maxLength":3}]}}})"}};
  const auto out = rendered(request);
  EXPECT_EQ(
      member(out, "output_config"),
      R"({"format":{"type":"json_schema","schema":{"type":"object","properties":{"minimum":{"type":"integer","description":"N {minimum: 1, maximum: 5}"},)"
      R"("l":{"type":"array","items":{"type":"object","properties":{},"additionalProperties":false},"minItems":1}},"required":["minimum"],)"
      R"("$defs":{"d":{"anyOf":[true,{"type":"string","description":"{maxLength: 3}"}]}},"additionalProperties":false}}})");
  EXPECT_TRUE(lost(out, "response_format", approximated));
  request.response_format = ir::ResponseFormat{.kind = ir::ResponseFormat::Kind::json_object};
  EXPECT_EQ(member(rendered(request), "system"),
            R"([{"type":"text","text":"Answer with one valid JSON object and nothing else."}])");
  request.response_format = ir::ResponseFormat{};
  EXPECT_TRUE(rendered(request).losses.empty());
}

TEST(AnthropicRender, case_62_at_most_four_cache_marks) {
  std::vector<ir::Part> parts;
  for (int i = 0; i < 6; ++i) {
    parts.push_back(ir::text_part("p"));
    parts.back().cache = ir::CacheMark{.ttl_seconds = i < 4 ? 43200 : 1800};
  }
  const auto out = rendered(asking({message(Role::user, parts)}));
  const std::string bare = R"({"type":"text","text":"p"})";
  const std::string hour = R"({"type":"text","text":"p","cache_control":{"type":"ephemeral","ttl":"1h"}})";
  const std::string brief = R"({"type":"text","text":"p","cache_control":{"type":"ephemeral"}})";
  EXPECT_EQ(member(out, "messages"), R"([{"role":"user","content":[)" + bare + "," + bare + "," + hour + "," + hour +
                                         "," + brief + "," + brief + "]}]");
  EXPECT_TRUE(lost(out, "cache_control", harmless));
}

TEST(AnthropicRender, users_are_told_but_not_their_addresses) {
  auto request = asking({user("x")});
  request.end_user = "u-1";
  EXPECT_EQ(member(rendered(request), "metadata"), R"({"user_id":"u-1"})");
  request.end_user = "me@example.com";
  const auto out = rendered(request);
  EXPECT_EQ(member(out, "metadata"), "");
  EXPECT_TRUE(lost(out, "user", harmless));
}

}  // namespace
}  // namespace agt::dialect::anthropic_requests
