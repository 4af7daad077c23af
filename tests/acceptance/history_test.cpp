// Conversations of several turns: results behind their calls, signatures that go back to their signer, and a
// conversation that moves from one provider to another.
#include <functional>
#include <map>

#include "acceptance/journey.h"
#include "dialect/carried_signature.h"
#include "dialect/keepsakes.h"
#include "dialect/laws.h"

namespace agt::acceptance {
namespace {

using ir::Dialect;
using ir::StopReason;

// The client's next request: its last one, the answer it read, and the results of the answer's calls.
ir::Request next_turn(ir::Request request, const ir::Response& answer, const std::string& result) {
  request.messages.push_back(
      {.role = ir::Role::assistant, .parts = answer.parts, .extras = {.origin = request.extras.origin}});
  ir::Message user{.role = ir::Role::user, .extras = {.origin = request.extras.origin}};
  for (const auto& one : calls_of(answer.parts)) {
    ir::ToolResult body{
        .call_id = one.id, .name = request.extras.origin == Dialect::gemini ? one.name : "", .content = {}};
    body.content.push_back(ir::text_part(result + " " + one.name));
    user.parts.push_back(part(std::move(body)));
  }
  if (user.parts.empty()) user.parts.push_back(ir::text_part(result));
  request.messages.push_back(std::move(user));
  return request;
}

ir::Request one_message_a_result(ir::Request next) {
  auto results = std::move(next.messages.back().parts);
  next.messages.pop_back();
  for (auto& one : results)
    next.messages.push_back({.role = ir::Role::user, .parts = {std::move(one)}, .extras = next.extras});
  for (auto& message : next.messages) message.extras = {.origin = next.extras.origin};
  return next;
}

// A client of Responses sends the items of its last event back as they are, with an output for each call.
ir::Request replayed_items(const Side& client, const ir::Request& request, const std::string& sse,
                           const std::string& result) {
  const auto before = client.codec->render_request(request, {.model = "m", .facts = client.facts});
  EXPECT_TRUE(before.has_value());
  if (!before) return {};
  const auto body = json::Document::parse(before->body);
  const auto last = json::Document::parse(std::string_view(sse).substr(sse.rfind("\ndata: ") + 7));
  EXPECT_TRUE(body.has_value() && last.has_value()) << sse;
  if (!body || !last) return {};
  std::string items = body->root()["input"].is_string() ? R"({"role":"user","content":"go"},)" : "";
  for (const auto item : body->root()["input"].children()) items += std::string(item.raw()) + ",";
  std::string outputs;
  for (const auto item : last->root()["response"]["output"].children()) {
    items += std::string(item.raw()) + ",";
    if (item["type"].is("function_call"))
      outputs += R"({"type":"function_call_output","call_id":)" + std::string(item["call_id"].raw()) +
                 R"(,"output":")" + result + " " + item["name"].text_or("") + R"("},)";
  }
  if (outputs.empty()) outputs = R"({"role":"user","content":")" + result + R"("},)";
  items += outputs;
  items.pop_back();
  std::string next = "{";
  for (const auto member : body->root().children())
    if (member.key() != "input") next += '"' + std::string(member.key()) + "\":" + std::string(member.raw()) + ",";
  return asked(client, next + R"("input":[)" + items + "]}");
}

// The same over the wire: what the client keeps is what it reads in its stream, and what it sends is what its own
// dialect writes of that.
ir::Request replayed(const Side& client, const ir::Request& request, const std::string& sse,
                     const std::string& result) {
  if (client.name == "responses") return replayed_items(client, request, sse, result);
  auto next = next_turn(request, reread(client, sse), result);
  // A client of Chat sends one message for each result.
  if (client.name == "chat") next = one_message_a_result(std::move(next));
  // What it was shown of another provider's signature it keeps as it was shown.
  for (auto& message : next.messages)
    for (auto& one : message.parts)
      if (one.signature && client.codec->carried_mark != "" && std::holds_alternative<ir::Reasoning>(one.body))
        one.signature = ir::Signature{.blob = dialect::carried(*one.signature, client.codec->dialect),
                                      .signer = client.codec->dialect};
  const auto body = client.codec->render_request(next, {.model = "m", .facts = client.facts});
  EXPECT_TRUE(body.has_value());
  return asked(client, body ? body->body : "{}");
}

ir::Request first_ask(const Side& client) {
  static const std::string tools = R"({"type":"object","properties":{"q":{"type":"string"}}})";
  if (client.name == "chat")
    return asked(client,
                 R"({"model":"m","stream":true,"reasoning_effort":"high","messages":[{"role":"user","content":"go"}],)"
                 R"("tools":[{"type":"function","function":{"name":"f","parameters":)" +
                     tools + R"(}},{"type":"function","function":{"name":"g","parameters":)" + tools + "}}]}");
  if (client.name == "responses")
    return asked(
        client,
        R"({"model":"m","stream":true,"store":false,"include":["reasoning.encrypted_content"],"reasoning":)"
        R"({"effort":"high","summary":"auto"},"input":"go","tools":[{"type":"function","name":"f","parameters":)" +
            tools + R"(},{"type":"function","name":"g","parameters":)" + tools + "}]}");
  if (client.name == "anthropic")
    return asked(client, R"({"model":"m","max_tokens":9000,"stream":true,"thinking":{"type":"adaptive"},"messages":[)"
                         R"({"role":"user","content":"go"}],"tools":[{"name":"f","input_schema":)" +
                             tools + R"(},{"name":"g","input_schema":)" + tools + "}]}");
  return asked(client,
               R"({"contents":[{"role":"user","parts":[{"text":"go"}]}],"generationConfig":{"thinkingConfig":)"
               R"({"includeThoughts":true}},"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":)" +
                   tools + R"(},{"name":"g","parametersJsonSchema":)" + tools + "}]}]}");
}

// Thinking and two calls, as each provider says it.
std::string two_calls_of(const Side& upstream, const std::string& turn = "1") {
  if (upstream.name == "anthropic") {
    return stream_of(upstream, {.id = "msg_1",
                                .parts = {signed_by(thought("why"), Dialect::anthropic, "EqSig=="),
                                          call("toolu_" + turn + "a", "f"), call("toolu_" + turn + "b", "g")},
                                .stop = {StopReason::tool_use}});
  }
  if (upstream.name == "responses") {
    return stream_of(upstream, {.id = "resp_" + turn,
                                .parts = {signed_by(thought("why"), Dialect::openai_responses, "gAAsealed=="),
                                          call("call_" + turn + "a", "f"), call("call_" + turn + "b", "g")},
                                .stop = {StopReason::tool_use}});
  }
  if (upstream.name == "chat") {
    return stream_of(upstream,
                     {.id = "c",
                      .parts = {thought("why"), call("call_" + turn + "a", "f"), call("call_" + turn + "b", "g")},
                      .stop = {StopReason::tool_use}});
  }
  return "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"why\",\"thought\":true},"
         "{\"functionCall\":{\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"R1NpZw==\"},"
         "{\"functionCall\":{\"name\":\"g\",\"args\":{}}}]},\"finishReason\":\"STOP\"}],\"responseId\":\"r\"}\r\n\r\n";
}

// A signature that stands on a call goes to an Anthropic client in the thought before the call.
TEST(acceptance, 10_the_carrier_is_the_thought_before_the_call) {
  const auto shown = reread(anthropic(), streamed(gemini(), two_calls_of(gemini()), anthropic()));
  ASSERT_EQ(shown.parts.size(), 3U);
  EXPECT_EQ(shown.parts[0].signature, (ir::Signature{.blob = "R1NpZw==", .signer = Dialect::gemini}));
  EXPECT_EQ(std::get<ir::Reasoning>(shown.parts[0].body).text, "why");
  const ir::Response silent{.id = "r",
                            .parts = {ir::text_part("I look."), signed_by(call("c1", "f"), Dialect::gemini, "R1M=")},
                            .stop = {StopReason::tool_use}};
  for (const auto& seen : {reread(anthropic(), streamed(gemini(), stream_of(gemini(), silent), anthropic())),
                           reread_whole(anthropic(), whole(gemini(), whole_of(gemini(), silent), anthropic()))}) {
    ASSERT_EQ(seen.parts.size(), 3U) << "text, a block for the signature, the call";
    EXPECT_EQ(std::get<ir::Reasoning>(seen.parts[1].body).text, "");
    EXPECT_EQ(seen.parts[1].signature, (ir::Signature{.blob = "R1M=", .signer = Dialect::gemini}));
  }
}

// Cases 02 and 04: two calls at once, answered, back to the same upstream.
void check_loop(const Side& client) {
  for (const auto* upstream : sides()) {
    SCOPED_TRACE(client.name + " to " + upstream->name);
    const auto request = first_ask(client);
    const auto first = sent(request, *upstream);
    const auto shown =
        streamed(*upstream, two_calls_of(*upstream), client, {.request = &request, .names = first.names});
    const auto second = sent(replayed(client, request, shown, "result of"), *upstream);  // keeps the rules of turns
    const auto parsed = asked(*upstream, second.body);
    std::vector<std::string> results;
    for (const auto& message : parsed.messages)
      for (const auto& one : message.parts)
        if (const auto* result = std::get_if<ir::ToolResult>(&one.body)) results.push_back(words_of(result->content));
    EXPECT_EQ(results, (std::vector<std::string>{"result of f", "result of g"})) << second.body;
  }
}

TEST(acceptance, 02_tool_loop_of_an_anthropic_client) { check_loop(anthropic()); }
TEST(acceptance, 02_tool_loop_of_a_chat_client) { check_loop(chat()); }
TEST(acceptance, 03_tool_loop_of_a_responses_client) { check_loop(responses()); }
TEST(acceptance, 04_tool_loop_of_a_gemini_client) { check_loop(gemini()); }

// The first call of the answer goes back with the signature that Gemini gave it.
TEST(acceptance, 10_signatures_of_gemini_come_back) {
  for (const auto* client : sides()) {
    SCOPED_TRACE(client->name);
    const auto request = first_ask(*client);
    const auto shown = streamed(gemini(), two_calls_of(gemini()), *client, {.request = &request});
    const auto second = sent(replayed(*client, request, shown, "ok"), gemini()).body;
    EXPECT_TRUE(second.contains("R1NpZw==")) << shown << "\n" << second;
    EXPECT_FALSE(second.contains("skip_thought_signature_validator")) << second;
    // A whole answer carries it as well.
    const auto body =
        R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":)"
        R"("R1NpZw=="}]},"finishReason":"STOP"}],"responseId":"r"})";
    const auto kept = reread_whole(*client, whole(gemini(), body, *client, {.request = &request}));
    EXPECT_TRUE(sent(next_turn(request, kept, "ok"), gemini()).body.contains("R1NpZw==")) << client->name;
  }
}

// The next request of a Chat client that keeps nothing but the fields it knows, with what the gateway kept for it.
ir::Request forgotten_and_put_back(const ir::Request& request, const Side& upstream, bool kept) {
  const auto events = dialect::laws::events_of(*upstream.codec, two_calls_of(upstream), 64);
  dialect::KeepsakeCollector collector;
  for (const auto& event : events) collector.take(event);
  std::map<std::string, dialect::Keepsake, std::less<>> keepsakes;
  if (kept)
    for (auto& [id, one] : std::move(collector).release()) keepsakes.emplace(std::move(id), std::move(one));
  auto answer = reread(chat(), streamed(upstream, two_calls_of(upstream), chat(), {.request = &request}));
  std::erase_if(answer.parts, [](const auto& one) { return std::holds_alternative<ir::Reasoning>(one.body); });
  for (auto& one : answer.parts) one.signature.reset();
  auto next = one_message_a_result(next_turn(request, answer, "ok"));
  dialect::put_back(next, [&](std::string_view id) -> std::shared_ptr<const dialect::Keepsake> {
    const auto found = keepsakes.find(id);
    return found == keepsakes.end() ? nullptr : std::make_shared<const dialect::Keepsake>(found->second);
  });
  return next;
}

// A client that has no place for it sends the calls alone; what was kept for it is the signature itself.
TEST(acceptance, 10_signatures_of_gemini_are_kept_for_a_chat_client) {
  const auto request = first_ask(chat());
  const auto kept = sent(forgotten_and_put_back(request, gemini(), true), gemini()).body;
  EXPECT_EQ(text_at(kept, "contents[1].parts[0].thoughtSignature"), "R1NpZw==") << kept;
  EXPECT_FALSE(kept.contains("skip_thought_signature_validator")) << kept;
  const auto gone = sent(forgotten_and_put_back(request, gemini(), false), gemini()).body;
  EXPECT_EQ(text_at(gone, "contents[1].parts[0].thoughtSignature"), "skip_thought_signature_validator") << gone;
}

TEST(acceptance, 11_thinking_is_kept_for_a_chat_client) {
  const auto request = first_ask(chat());
  const auto next = forgotten_and_put_back(request, anthropic(), true);
  for (const auto* model : {"claude-opus-5", "claude-sonnet-4-5"}) {
    const auto home = sent(next, with_model(anthropic(), "anthropic", model)).body;
    EXPECT_EQ(at(home, "messages[1].content[0]"), R"({"type":"thinking","thinking":"why","signature":"EqSig=="})")
        << home;
    EXPECT_NE(text_at(home, "thinking.type"), "disabled") << home;
  }
  const auto sealed = sent(forgotten_and_put_back(request, responses(), true), responses()).body;
  EXPECT_EQ(text_at(sealed, "input[1].encrypted_content"), "gAAsealed==") << sealed;
  for (const auto* upstream : {&gemini(), &chat(), &responses()})
    EXPECT_FALSE(sent(next, *upstream).body.contains("EqSig")) << upstream->name;
}

// A client of Responses carries it itself, in the item that its protocol has for it.
TEST(acceptance, 11_thinking_comes_back_through_a_responses_client) {
  const auto request = first_ask(responses());
  const auto shown = streamed(anthropic(), two_calls_of(anthropic()), responses(), {.request = &request});
  const auto next = replayed(responses(), request, shown, "ok");
  const auto home = sent(next, with_model(anthropic(), "anthropic", "claude-sonnet-4-5")).body;
  EXPECT_EQ(at(home, "messages[1].content[0]"), R"({"type":"thinking","thinking":"why","signature":"EqSig=="})");
  EXPECT_NE(text_at(home, "thinking.type"), "disabled") << home;
}

// What Codex needs at the end of a stream: the sealed item, both calls, and the counts.
TEST(acceptance, 03_the_last_event_has_the_sealed_item_and_the_usage) {
  const auto request = first_ask(responses());
  for (const auto* upstream : {&anthropic(), &gemini(), &responses()}) {
    SCOPED_TRACE(upstream->name);
    auto events = dialect::laws::events_of(*upstream->codec, two_calls_of(*upstream), 64);
    events.insert(events.end() - 1, ir::Metered{.usage = {.input = 10, .output = 5}});
    const auto sse =
        dialect::laws::written(*responses().codec, events, {.model = "alias", .id = "abc", .request = &request});
    keeps_stream_rules(responses(), sse);
    const auto last = sse.substr(sse.rfind("\ndata: ") + 7);
    EXPECT_EQ(text_at(last, "type"), "response.completed");
    EXPECT_EQ(at(last, "response.usage.total_tokens"), "15");
    EXPECT_TRUE(last.contains(R"("encrypted_content":")")) << last;
    EXPECT_EQ(calls_of(reread(responses(), sse).parts).size(), 2U);
  }
}

TEST(acceptance, 10_a_signature_that_is_gone_is_replaced) {
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a","type":)"
      R"("function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g",)"
      R"("arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b",)"
      R"("content":"2"}]})";
  const auto out = sent(chat(), body, gemini()).body;
  EXPECT_EQ(text_at(out, "contents[1].parts[0].thoughtSignature"), "skip_thought_signature_validator");
  EXPECT_EQ(at(out, "contents[1].parts[1].thoughtSignature"), "") << "its siblings have none";
  // Never to a model that does not ask for signatures.
  const auto old_model = sent(chat(), body, with_model(gemini(), "gemini", "gemini-2.5-flash")).body;
  EXPECT_FALSE(old_model.contains("skip_thought")) << old_model;
}

TEST(acceptance, 11_signed_thinking_goes_back_to_its_signer_only) {
  const auto request = first_ask(anthropic());
  const auto shown = streamed(anthropic(), two_calls_of(anthropic()), anthropic(), {.request = &request});
  const auto next = replayed(anthropic(), request, shown, "ok");
  const auto home = sent(next, anthropic()).body;
  EXPECT_EQ(at(home, "messages[1].content[0]"), R"({"type":"thinking","thinking":"why","signature":"EqSig=="})");
  for (const auto* upstream : others(anthropic())) EXPECT_FALSE(sent(next, *upstream).body.contains("EqSig"));
  // A Chat client cannot keep it. Where the gateway has not either: adaptive models go on without, budget models stop
  // thinking until the loop is over.
  const auto ask = first_ask(chat());
  const auto kept =
      replayed(chat(), ask, streamed(anthropic(), two_calls_of(anthropic()), chat(), {.request = &ask}), "ok");
  const auto adaptive = sent(kept, anthropic()).body;
  EXPECT_FALSE(adaptive.contains(R"("thinking":"why")")) << adaptive;
  EXPECT_EQ(text_at(adaptive, "thinking.type"), "adaptive");
  const auto budget = sent(kept, with_model(anthropic(), "anthropic", "claude-sonnet-4-5"));
  EXPECT_EQ(text_at(budget.body, "thinking.type"), "disabled");
  EXPECT_TRUE(lost(budget.losses, "thinking", Weight::approximated));
}

TEST(acceptance, 13_results_in_disorder) {
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a","type":)"
      R"("function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g",)"
      R"("arguments":"{}"}}]},{"role":"tool","tool_call_id":"b","content":"B"},{"role":"user","content":"by the way"},)"
      R"({"role":"tool","tool_call_id":"a","content":"A"}]})";
  const auto on_anthropic = sent(chat(), body, anthropic()).body;
  EXPECT_EQ(size_at(on_anthropic, "messages"), 3U) << on_anthropic;
  EXPECT_EQ(text_at(on_anthropic, "messages[2].content[0].tool_use_id"), "a");
  EXPECT_EQ(text_at(on_anthropic, "messages[2].content[1].tool_use_id"), "b");
  EXPECT_EQ(text_at(on_anthropic, "messages[2].content[2].text"), "by the way");
  const auto on_gemini = sent(chat(), body, gemini()).body;
  EXPECT_EQ(text_at(on_gemini, "contents[2].parts[0].functionResponse.response.output"), "A");
  EXPECT_EQ(text_at(on_gemini, "contents[2].parts[2].text"), "by the way");
}

TEST(acceptance, 13_results_that_are_missing_or_too_many) {
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a","type":)"
      R"("function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"never mind"},{"role":"assistant",)"
      R"("tool_calls":[{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool",)"
      R"("tool_call_id":"b","content":"old"},{"role":"tool","tool_call_id":"b","content":"new"},{"role":"tool",)"
      R"("tool_call_id":"zz","content":"lost"}]})";
  for (const auto* upstream : others(chat())) {
    const auto out = sent(chat(), body, *upstream);
    EXPECT_TRUE(out.body.contains("new") && out.body.contains("lost") && !out.body.contains("old")) << out.body;
    EXPECT_TRUE(lost(out.losses, "no result", Weight::approximated)) << told(out.losses);
    EXPECT_TRUE(lost(out.losses, "two results", Weight::approximated)) << told(out.losses);
    EXPECT_TRUE(lost(out.losses, "unknown tool call", Weight::approximated)) << told(out.losses);
  }
}

// Every order of three providers behind every client: each request on the way is one that its target takes.
TEST(acceptance, 11_a_conversation_that_moves_between_providers) {
  const std::vector<std::vector<const Side*>> ways{
      {&anthropic(), &gemini(), &chat(), &anthropic()},
      {&gemini(), &chat(), &anthropic(), &gemini()},
      {&chat(), &anthropic(), &gemini(), &chat()},
      {&gemini(), &anthropic(), &gemini(), &anthropic()},
      {&responses(), &anthropic(), &gemini(), &responses()},
      {&anthropic(), &responses(), &anthropic(), &chat(), &responses()},
  };
  for (const auto* client : sides())
    for (const auto& way : ways) {
      auto request = first_ask(*client);
      std::string trail = client->name + ":";
      for (const auto* upstream : way) {
        trail += " " + upstream->name;
        SCOPED_TRACE(trail);
        const auto out = sent(request, *upstream);
        const std::string own = upstream == &anthropic()   ? "EqSig=="
                                : upstream == &gemini()    ? "R1NpZw=="
                                : upstream == &responses() ? "gAAsealed=="
                                                           : "none";
        for (const std::string mark : {"agt1.", "EqSig==", "R1NpZw==", "gAAsealed=="}) {
          const bool foreign = mark != own && client != upstream;
          EXPECT_FALSE(foreign && out.body.contains(mark)) << "another's signature: " << out.body;
        }
        const auto turn = std::to_string(request.messages.size());
        const auto shown = streamed(*upstream, two_calls_of(*upstream, turn), *client,
                                    {.request = &request, .names = out.names, .id_seed = turn, .id = "t" + turn});
        request = replayed(*client, request, shown, "result of");
      }
    }
}

}  // namespace
}  // namespace agt::acceptance
