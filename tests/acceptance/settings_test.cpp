// Settings of a request: sampling, thinking, formats; and what an upstream that has no such thing is told instead.
#include <fmt/format.h>

#include <map>

#include "acceptance/journey.h"

namespace agt::acceptance {
namespace {

std::string chat_asks(const std::string& members) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"}])" + (members.empty() ? "" : "," + members) + "}";
}
std::string anthropic_asks(const std::string& members, const std::string& max_tokens = "1000") {
  return R"({"model":"m","max_tokens":)" + max_tokens + R"(,"messages":[{"role":"user","content":"hi"}])" +
         (members.empty() ? "" : "," + members) + "}";
}
std::string responses_asks(const std::string& members) { return R"({"model":"m","input":"hi",)" + members + "}"; }
std::string gemini_asks(const std::string& members) {
  return R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}])" + (members.empty() ? "" : "," + members) + "}";
}

TEST(acceptance, 20_usage_by_the_formulas) {
  const std::string from_chat =
      R"({"id":"i","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],"usage":)"
      R"({"prompt_tokens":100,"completion_tokens":44,"total_tokens":144,"prompt_tokens_details":{"cached_tokens":60,)"
      R"("cache_write_tokens":10},"completion_tokens_details":{"reasoning_tokens":30}}})";
  const std::string from_anthropic =
      R"({"type":"message","id":"msg_1","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":)"
      R"({"input_tokens":30,"cache_read_input_tokens":60,"cache_creation_input_tokens":10,"output_tokens":44,)"
      R"("output_tokens_details":{"thinking_tokens":30}}})";
  const std::string from_gemini =
      R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"responseId":"r","usageMetadata":)"
      R"({"promptTokenCount":90,"toolUsePromptTokenCount":10,"cachedContentTokenCount":60,"candidatesTokenCount":14,)"
      R"("thoughtsTokenCount":30,"totalTokenCount":144}})";
  const std::string from_responses =
      R"({"id":"resp_1","object":"response","status":"completed","output":[{"type":"message","id":"msg_1","role":)"
      R"("assistant","content":[{"type":"output_text","text":"x"}]}],"usage":{"input_tokens":100,"input_tokens_details":)"
      R"({"cached_tokens":60,"cache_write_tokens":10},"output_tokens":44,"output_tokens_details":{"reasoning_tokens":30},)"
      R"("total_tokens":144}})";
  const std::vector<std::tuple<const Side*, std::string, int>> replies{{&chat(), from_chat, 10},
                                                                       {&anthropic(), from_anthropic, 10},
                                                                       {&gemini(), from_gemini, 0},
                                                                       {&responses(), from_responses, 10}};
  for (const auto& [upstream, reply, written] : replies) {
    SCOPED_TRACE(upstream->name);
    const auto on_chat = at(whole(*upstream, reply, chat()), "usage");
    EXPECT_EQ(at(on_chat, "prompt_tokens"), "100");
    EXPECT_EQ(at(on_chat, "completion_tokens"), "44");
    EXPECT_EQ(at(on_chat, "total_tokens"), "144");
    EXPECT_EQ(at(on_chat, "prompt_tokens_details.cached_tokens"), "60");
    EXPECT_EQ(at(on_chat, "completion_tokens_details.reasoning_tokens"), "30");
    const auto on_responses = at(whole(*upstream, reply, responses()), "usage");
    EXPECT_EQ(at(on_responses, "input_tokens"), "100");
    EXPECT_EQ(at(on_responses, "input_tokens_details.cached_tokens"), "60");
    EXPECT_EQ(at(on_responses, "input_tokens_details.cache_write_tokens"), std::to_string(written));
    EXPECT_EQ(at(on_responses, "output_tokens"), "44");
    EXPECT_EQ(at(on_responses, "output_tokens_details.reasoning_tokens"), "30");
    EXPECT_EQ(at(on_responses, "total_tokens"), "144");
    const auto on_anthropic = at(whole(*upstream, reply, anthropic()), "usage");
    EXPECT_EQ(at(on_anthropic, "input_tokens"), std::to_string(40 - written));
    EXPECT_EQ(at(on_anthropic, "cache_read_input_tokens"), "60");
    EXPECT_EQ(at(on_anthropic, "output_tokens"), "44");
    EXPECT_EQ(at(on_anthropic, "output_tokens_details.thinking_tokens"), "30");
    const auto on_gemini = at(whole(*upstream, reply, gemini()), "usageMetadata");
    EXPECT_EQ(at(on_gemini, "promptTokenCount"), "100");
    EXPECT_EQ(at(on_gemini, "candidatesTokenCount"), "14");
    EXPECT_EQ(at(on_gemini, "thoughtsTokenCount"), "30");
    EXPECT_EQ(at(on_gemini, "cachedContentTokenCount"), "60");
    EXPECT_EQ(at(on_gemini, "totalTokenCount"), "144");
  }
}

TEST(acceptance, 20_usage_that_nobody_said_is_not_made_up) {
  const std::string reply =
      R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"responseId":"r"})";
  EXPECT_EQ(at(whole(gemini(), reply, chat()), "usage"), "");
  EXPECT_EQ(at(whole(gemini(), reply, gemini()), "usageMetadata"), "");
  EXPECT_EQ(at(whole(gemini(), reply, responses()), "usage"), "null");
  // A message must have counts: the gateway's estimate of the input, and of what was written.
  EXPECT_EQ(at(whole(gemini(), reply, anthropic()), "usage.input_tokens"), "7");
}

TEST(acceptance, 20_the_first_estimate_is_corrected_at_the_end) {
  const std::string sse =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n"
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":5}}\n\ndata: [DONE]\n\n";
  const auto out = streamed(chat(), sse, anthropic());
  EXPECT_TRUE(out.contains(R"("usage":{"input_tokens":7,)")) << out;
  EXPECT_TRUE(out.contains(R"("usage":{"input_tokens":100,)")) << out;
}

TEST(acceptance, 21_counts_include_tools_and_system) {
  const auto body = R"({"model":"m","system":"Be brief.","messages":[{"role":"user","content":"hi"}],"tools":[)"
                    R"({"name":"f","input_schema":{"type":"object"}}]})";
  const auto request = asked(anthropic(), body, {.operation = dialect::Asked::Operation::count_tokens});
  const auto out = gemini().codec->render_request(
      request, {.model = "m", .facts = gemini().facts, .operation = dialect::Asked::Operation::count_tokens});
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(text_at(out->body, "generateContentRequest.model"), "models/m");
  EXPECT_EQ(text_at(out->body, "generateContentRequest.systemInstruction.parts[0].text"), "Be brief.");
  EXPECT_EQ(text_at(out->body, "generateContentRequest.tools[0].functionDeclarations[0].name"), "f");
  const auto back = asked(gemini(), out->body, {.operation = dialect::Asked::Operation::count_tokens});
  const auto to_anthropic = anthropic().codec->render_request(
      back, {.model = "m", .facts = anthropic().facts, .operation = dialect::Asked::Operation::count_tokens});
  ASSERT_TRUE(to_anthropic.has_value());
  for (const auto* member : {"max_tokens", "stream", "stop_sequences"}) EXPECT_EQ(at(to_anthropic->body, member), "");
  EXPECT_EQ(size_at(to_anthropic->body, "tools"), 1U);
  const auto to_responses = responses().codec->render_request(
      back, {.model = "m", .facts = responses().facts, .operation = dialect::Asked::Operation::count_tokens});
  ASSERT_TRUE(to_responses.has_value());
  for (const auto* member : {"max_output_tokens", "stream", "store", "include"})
    EXPECT_EQ(at(to_responses->body, member), "");
  EXPECT_EQ(text_at(to_responses->body, "instructions"), "Be brief.");
  EXPECT_EQ(text_at(to_responses->body, "tools[0].name"), "f");
  EXPECT_EQ(responses().codec->render_token_count(12), R"({"object":"response.input_tokens","input_tokens":12})");
  EXPECT_EQ(anthropic().codec->render_token_count(12), R"({"input_tokens":12})");
  EXPECT_EQ(gemini().codec->render_token_count(12), R"({"totalTokens":12})");
}

TEST(acceptance, 22_models_in_each_shape) {
  const std::vector<ModelFacts> models{{.id = "one", .display_name = "One", .context_tokens = 1000}, {.id = "two"}};
  const auto on_chat = chat().codec->render_models({.models = models});
  EXPECT_EQ(text_at(on_chat, "object"), "list");
  EXPECT_EQ(text_at(on_chat, "data[1].id"), "two");
  EXPECT_EQ(text_at(on_chat, "data[0].object"), "model");
  const auto on_anthropic = anthropic().codec->render_models({.models = models});
  EXPECT_EQ(text_at(on_anthropic, "data[0].type"), "model");
  EXPECT_EQ(text_at(on_anthropic, "first_id") + text_at(on_anthropic, "last_id"), "onetwo");
  EXPECT_EQ(at(on_anthropic, "has_more"), "false");
  EXPECT_TRUE(text_at(on_anthropic, "data[0].created_at").ends_with("Z"));
  const auto on_gemini = gemini().codec->render_models({.models = models});
  EXPECT_EQ(text_at(on_gemini, "models[0].name"), "models/one");
  EXPECT_EQ(at(on_gemini, "models[0].inputTokenLimit"), "1000");
  // A page of it, as each protocol asks for one.
  const auto paged = [&](const Side& client, const std::map<std::string, std::string>& query) {
    const auto page = client.codec->model_page(models, [&](std::string_view name) -> std::optional<std::string> {
      const auto found = query.find(std::string(name));
      return found == query.end() ? std::nullopt : std::optional(found->second);
    });
    EXPECT_TRUE(page.has_value());
    return page ? client.codec->render_models(*page) : std::string();
  };
  EXPECT_EQ(text_at(paged(anthropic(), {{"limit", "1"}}), "last_id"), "one");
  EXPECT_EQ(at(paged(anthropic(), {{"limit", "1"}}), "has_more"), "true");
  EXPECT_EQ(text_at(paged(anthropic(), {{"limit", "1"}, {"after_id", "one"}}), "last_id"), "two");
  EXPECT_EQ(text_at(paged(gemini(), {{"pageSize", "1"}}), "nextPageToken"), "one");
  const auto last = paged(gemini(), {{"pageSize", "1"}, {"pageToken", "one"}});
  EXPECT_EQ(text_at(last, "models[0].name") + text_at(last, "nextPageToken"), "models/two");
  for (const auto* client : sides()) {
    const auto list = client->codec->render_models({.models = models});
    const auto first = at(list, client == &gemini() ? "models[0]" : "data[0]");
    EXPECT_EQ(client->codec->render_model(models[0]), first) << "one model looks as in the list";
  }
}

TEST(acceptance, 24_sampling_by_api_version_and_model) {
  const auto body = anthropic_asks(R"("temperature":0.5,"top_k":3)");
  const auto old_model = with_model(anthropic(), "anthropic", "claude-sonnet-4-5");
  EXPECT_EQ(at(sent(anthropic(), body, old_model).body, "temperature"), "0.5");
  const auto new_model = with_model(anthropic(), "anthropic", "claude-opus-5");
  const auto out = sent(anthropic(), body, new_model);
  EXPECT_EQ(at(out.body, "temperature") + at(out.body, "top_k"), "");
  EXPECT_TRUE(lost(out.losses, "temperature", Weight::dropped)) << told(out.losses);
  const auto document = json::Document::parse(body);
  const auto new_version = anthropic().codec->parse_request(*document, {.version = "2026-10-21"});
  ASSERT_FALSE(new_version.has_value());
  EXPECT_EQ(new_version.error().field, "temperature");
}

TEST(acceptance, 49_structured_output) {
  const std::string schema = R"({"type":"object","properties":{"n":{"$ref":"#/$defs/N"}},"required":["n"],)"
                             R"("additionalProperties":false,"$defs":{"N":{"type":"integer","minimum":1}}})";
  const std::vector<std::pair<const Side*, std::string>> requests{
      {&chat(),
       chat_asks(R"("response_format":{"type":"json_schema","json_schema":{"name":"N","strict":true,"schema":)" +
                 schema + "}}")},
      {&anthropic(), anthropic_asks(R"("output_config":{"format":{"type":"json_schema","schema":)" + schema + "}}")},
      {&gemini(), gemini_asks(R"("generationConfig":{"responseMimeType":"application/json","responseJsonSchema":)" +
                              schema + "}")},
      {&responses(),
       responses_asks(R"("text":{"format":{"type":"json_schema","name":"N","strict":true,"schema":)" + schema + "}}")},
  };
  for (const auto& [client, body] : requests) {
    SCOPED_TRACE(client->name);
    const auto on_chat = sent(*client, body, chat()).body;
    EXPECT_EQ(at(on_chat, "response_format.json_schema.schema"), schema);
    EXPECT_NE(text_at(on_chat, "response_format.json_schema.name"), client == &anthropic() ? "N" : "");
    const auto on_responses = sent(*client, body, responses()).body;
    EXPECT_EQ(text_at(on_responses, "text.format.type"), "json_schema");
    EXPECT_EQ(at(on_responses, "text.format.schema"), schema);
    EXPECT_NE(text_at(on_responses, "text.format.name"), "");
    const auto on_gemini = sent(*client, body, gemini()).body;
    EXPECT_EQ(at(on_gemini, "generationConfig.responseJsonSchema"), schema);
    EXPECT_EQ(text_at(on_gemini, "generationConfig.responseMimeType"), "application/json");
    const auto on_anthropic = sent(*client, body, anthropic());
    const auto closed = at(on_anthropic.body, "output_config.format.schema");
    if (client == &anthropic()) continue;
    EXPECT_EQ(at(closed, "additionalProperties"), "false");
    EXPECT_EQ(at(closed, "$defs.N.minimum"), "") << "Anthropic refuses constraints on numbers";
    EXPECT_TRUE(text_at(closed, "$defs.N.description").contains("minimum"));
    EXPECT_TRUE(lost(on_anthropic.losses, "constraints", Weight::approximated));
  }
}

// A model may decline instead of filling in the schema: that is a refusal, and no broken JSON.
TEST(acceptance, 49_a_refusal_instead_of_the_structure) {
  const auto request = asked(
      chat(),
      chat_asks(R"("response_format":{"type":"json_schema","json_schema":{"name":"N","schema":{"type":"object"}}})"));
  const std::string of_chat = R"({"id":"i","choices":[{"index":0,"message":{"role":"assistant","content":null,)"
                              R"("refusal":"I will not."},"finish_reason":"stop"}]})";
  const auto on_responses = whole(chat(), of_chat, responses(), {.request = &request});
  EXPECT_EQ(text_at(on_responses, "output[0].content[0].refusal"), "I will not.");
  EXPECT_EQ(text_at(whole(responses(), on_responses, chat(), {.request = &request}), "choices[0].message.refusal"),
            "I will not.");
  EXPECT_EQ(text_at(whole(chat(), of_chat, anthropic(), {.request = &request}), "stop_reason"), "refusal");
  const std::string of_anthropic =
      R"({"type":"message","id":"msg_1","content":[],"stop_reason":"refusal","stop_details":{"explanation":"no"}})";
  const auto on_chat = whole(anthropic(), of_anthropic, chat(), {.request = &request});
  EXPECT_EQ(text_at(on_chat, "choices[0].finish_reason"), "content_filter");
}

TEST(acceptance, 49_json_object) {
  const auto body = chat_asks(R"("response_format":{"type":"json_object"})");
  EXPECT_EQ(text_at(sent(chat(), body, gemini()).body, "generationConfig.responseMimeType"), "application/json");
  EXPECT_EQ(at(sent(chat(), body, responses()).body, "text.format"), R"({"type":"json_object"})");
  const auto out = sent(chat(), body, anthropic());
  EXPECT_TRUE(text_at(out.body, "system[0].text").contains("JSON")) << out.body;
  EXPECT_TRUE(lost(out.losses, "response_format", Weight::approximated));
}

TEST(acceptance, 49_a_schema_beside_tools_on_old_gemini_models) {
  const auto body =
      chat_asks(R"("tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],)"
                R"("response_format":{"type":"json_schema","json_schema":{"name":"N","schema":{"type":"object"}}})");
  const auto old_model = sent(chat(), body, with_model(gemini(), "gemini", "gemini-2.5-flash"));
  EXPECT_EQ(at(old_model.body, "generationConfig.responseJsonSchema"), "");
  EXPECT_TRUE(lost(old_model.losses, "response_format", Weight::approximated));
  const auto new_model = sent(chat(), body, with_model(gemini(), "gemini", "gemini-3.6-flash"));
  EXPECT_EQ(at(new_model.body, "generationConfig.responseJsonSchema"), R"({"type":"object"})");
}

struct EffortRow {
  std::string effort;
  std::string adaptive;  // Anthropic's output_config.effort; "off" when thinking is disabled
  std::string budget;    // Anthropic's budget_tokens
  std::string level;     // Gemini 3
  std::string tokens;    // Gemini 2.5 Flash
};
const std::vector<EffortRow> efforts{
    {"none", "off", "off", "MINIMAL", "0"},     {"minimal", "low", "1024", "MINIMAL", "512"},
    {"low", "low", "4096", "LOW", "1024"},      {"medium", "medium", "8192", "MEDIUM", "8192"},
    {"high", "high", "24576", "HIGH", "24576"}, {"xhigh", "xhigh", "32768", "HIGH", "24576"},
    {"max", "max", "63999", "HIGH", "24576"},
};

TEST(acceptance, 52_effort_on_every_kind_of_model) {
  const auto opus = with_model(anthropic(), "anthropic", "claude-opus-5");
  const auto haiku = with_model(anthropic(), "anthropic", "claude-haiku-4-5");
  const auto level = with_model(gemini(), "gemini", "gemini-3.6-flash");
  const auto tokens = with_model(gemini(), "gemini", "gemini-2.5-flash");
  for (const auto& row : efforts) {
    SCOPED_TRACE(row.effort);
    const auto body = chat_asks(R"("reasoning_effort":")" + row.effort + '"');
    const auto by_effort = sent(chat(), body, opus).body;
    if (row.adaptive == "off") {
      EXPECT_EQ(text_at(by_effort, "thinking.type"), "disabled");
    } else {
      EXPECT_EQ(text_at(by_effort, "thinking.type"), "adaptive");
      EXPECT_EQ(text_at(by_effort, "output_config.effort"), row.adaptive);
    }
    const auto by_budget = sent(chat(), body, haiku).body;
    if (row.budget == "off") {
      EXPECT_EQ(text_at(by_budget, "thinking.type"), "disabled");
    } else {
      EXPECT_EQ(at(by_budget, "thinking.budget_tokens"), row.budget) << by_budget;
    }
    const auto by_level = sent(chat(), body, level).body;
    EXPECT_EQ(text_at(by_level, "generationConfig.thinkingConfig.thinkingLevel"), row.level);
    EXPECT_EQ(at(by_level, "generationConfig.thinkingConfig.thinkingBudget"), "");
    EXPECT_EQ(text_at(sent(chat(), body, responses()).body, "reasoning.effort"), row.effort);
    const auto by_tokens = sent(chat(), body, tokens).body;
    EXPECT_EQ(at(by_tokens, "generationConfig.thinkingConfig.thinkingBudget"), row.tokens);
  }
}

TEST(acceptance, 52_effort_that_a_model_does_not_know) {
  const auto pro = with_model(gemini(), "gemini", "gemini-2.5-pro");
  const auto off = sent(chat(), chat_asks(R"("reasoning_effort":"none")"), pro);
  EXPECT_EQ(at(off.body, "generationConfig.thinkingConfig.thinkingBudget"), "128");
  EXPECT_TRUE(lost(off.losses, "thinking", Weight::approximated));
  const auto flash = with_model(gemini(), "gemini", "gemini-3.7-flash");
  const auto minimal = sent(chat(), chat_asks(R"("reasoning_effort":"minimal")"), flash);
  EXPECT_EQ(text_at(minimal.body, "generationConfig.thinkingConfig.thinkingLevel"), "LOW");
  const auto old_opus = with_model(anthropic(), "anthropic", "claude-opus-4-6");
  const auto xhigh = sent(chat(), chat_asks(R"("reasoning_effort":"xhigh")"), old_opus);
  EXPECT_EQ(text_at(xhigh.body, "output_config.effort"), "high");
  EXPECT_TRUE(lost(xhigh.losses, "thinking", Weight::approximated));
  // Claude Code's largest budget is xhigh, which models before GPT-5.2 answer with a 400.
  const auto claude = anthropic_asks(R"("thinking":{"type":"enabled","budget_tokens":31999})", "32000");
  const auto old_gpt = sent(anthropic(), claude, with_model(chat(), "openai", "gpt-5.1"));
  EXPECT_EQ(text_at(old_gpt.body, "reasoning_effort"), "high");
  EXPECT_TRUE(lost(old_gpt.losses, "reasoning_effort", Weight::approximated)) << told(old_gpt.losses);
  EXPECT_EQ(text_at(sent(anthropic(), claude, with_model(chat(), "openai", "gpt-5.5")).body, "reasoning_effort"),
            "xhigh");
}

TEST(acceptance, 52_budgets_become_efforts) {
  for (const auto& [budget, effort] :
       std::vector<std::pair<int, std::string>>{{1024, "low"}, {8192, "medium"}, {24576, "high"}, {24577, "xhigh"}}) {
    const auto body =
        anthropic_asks(fmt::format(R"("thinking":{{"type":"enabled","budget_tokens":{}}})", budget), "64000");
    EXPECT_EQ(text_at(sent(anthropic(), body, chat()).body, "reasoning_effort"), effort);
  }
  EXPECT_EQ(at(sent(anthropic(), anthropic_asks(R"("thinking":{"type":"adaptive"})"), chat()).body, "reasoning_effort"),
            "");
  const auto off = gemini_asks(R"("generationConfig":{"thinkingConfig":{"thinkingBudget":0}})");
  EXPECT_EQ(text_at(sent(gemini(), off, anthropic()).body, "thinking.type"), "disabled");
}

TEST(acceptance, 52_a_forced_tool_turns_thinking_off) {
  const auto body = chat_asks(R"("reasoning_effort":"high","tool_choice":"required","tools":[)"
                              R"({"type":"function","function":{"name":"f","parameters":{"type":"object"}}}])");
  const auto out = sent(chat(), body, anthropic());
  EXPECT_EQ(text_at(out.body, "thinking.type"), "disabled");
  EXPECT_TRUE(lost(out.losses, "thinking", Weight::approximated));
}

TEST(acceptance, 52_the_limit_of_the_model_holds) {
  const auto gpt = with_model(chat(), "openai", "gpt-4o");
  const auto out = sent(anthropic(), anthropic_asks("", "64000"), gpt);
  EXPECT_EQ(at(out.body, "max_completion_tokens"), "16384");
  EXPECT_TRUE(lost(out.losses, "max_tokens", Weight::approximated));
  const auto claude = sent(chat(), chat_asks(R"("max_tokens":500000)"), anthropic());
  EXPECT_EQ(at(claude.body, "max_tokens"), "64000");
  EXPECT_EQ(at(sent(chat(), chat_asks(""), anthropic()).body, "max_tokens"), "64000") << "it must say one";
  const auto flash = sent(chat(), chat_asks(R"("max_completion_tokens":500000)"), gemini());
  EXPECT_EQ(at(flash.body, "generationConfig.maxOutputTokens"), "65536");
}

TEST(acceptance, 54_stop_sequences) {
  const auto one = chat_asks(R"("stop":"END")");
  EXPECT_EQ(at(sent(chat(), one, anthropic()).body, "stop_sequences"), R"(["END"])");
  EXPECT_EQ(at(sent(chat(), one, gemini()).body, "generationConfig.stopSequences"), R"(["END"])");
  const auto five = anthropic_asks(R"("stop_sequences":["a","b","c","d","e"])");
  EXPECT_EQ(size_at(sent(anthropic(), five, gemini()).body, "generationConfig.stopSequences"), 5U);
  EXPECT_EQ(refused(anthropic(), five, chat()).field, "stop_sequences");
  const auto six = anthropic_asks(R"("stop_sequences":["a","b","c","d","e","f"])");
  EXPECT_EQ(refused(anthropic(), six, gemini()).field, "stop_sequences");
  EXPECT_EQ(refused(chat(), chat_asks(R"("stop":["\n"])"), anthropic()).field, "stop");
  // The Responses API knows none: a client of it sends none, and an upstream of it cannot be told.
  EXPECT_EQ(refused(chat(), one, responses()).field, "stop");
  EXPECT_EQ(refused(anthropic(), five, responses()).field, "stop_sequences");
  EXPECT_EQ(refused(gemini(), gemini_asks(R"("generationConfig":{"stopSequences":["END"]})"), responses()).field,
            "generationConfig.stopSequences");
  for (const auto* upstream : others(responses()))
    EXPECT_FALSE(sent(responses(), responses_asks(R"("stream":false)"), *upstream).body.contains("stop"));
  // Which one it was is known of Anthropic only.
  const std::string reply = R"({"type":"message","id":"msg_1","content":[{"type":"text","text":"x"}],)"
                            R"("stop_reason":"stop_sequence","stop_sequence":"END"})";
  EXPECT_EQ(text_at(whole(anthropic(), reply, anthropic()), "stop_sequence"), "END");
  EXPECT_EQ(text_at(whole(anthropic(), reply, chat()), "choices[0].finish_reason"), "stop");
  EXPECT_EQ(text_at(whole(anthropic(), reply, responses()), "status"), "completed");
}

}  // namespace
}  // namespace agt::acceptance
