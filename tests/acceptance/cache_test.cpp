// Prompt caches: what was sent in one turn is sent again in the next one, byte by byte, and marks keep their limits.
#include <algorithm>

#include "acceptance/journey.h"

namespace agt::acceptance {
namespace {

// The parts of a body that a provider's cache is keyed by, in its order: tools, system, messages.
std::string prefix_of(const Side& upstream, const std::string& body, std::size_t turns) {
  std::string out = at(body, "tools") + at(body, "system") + at(body, "systemInstruction") + at(body, "instructions");
  const std::string list(upstream.codec->turns);
  for (std::size_t i = 0; i < turns; ++i) out += at(body, list + "[" + std::to_string(i) + "]");
  return out;
}

struct Conversation {
  const Side& client;
  std::string body;
  std::string list;                // the member that holds the messages
  std::vector<std::size_t> stops;  // after how many of them it was the user's turn to ask
};

std::string chat_call(const std::string& id, const std::string& name, const std::string& signature = "") {
  return R"({"id":")" + id + R"(","type":"function","function":{"name":")" + name +
         R"(","arguments":"{\"b\":1.0,\"a\":9007199254740993}"})" +
         (signature.empty() ? "" : R"(,"extra_content":{"google":{"thought_signature":")" + signature + "\"}}") + "}";
}

const std::vector<Conversation>& conversations() {
  static const std::vector<Conversation> all{
      {chat(),
       R"({"model":"m","messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"one"},)"
       R"({"role":"assistant","content":"I look.","reasoning_content":"hm","tool_calls":[)" +
           chat_call("a:1", "mcp.read", "R1M=") + "," + chat_call("b", "write") +
           R"(]},{"role":"tool","tool_call_id":"b","content":"B"},{"role":"tool","tool_call_id":"a:1","content":"A"},)"
           R"({"role":"assistant","tool_calls":[)" +
           chat_call("c", "write") +
           R"(]},{"role":"tool","tool_call_id":"c","content":""},{"role":"assistant","content":"Done."},)"
           R"({"role":"developer","content":"Remember."},{"role":"user","content":[{"type":"text","text":"two"},)"
           R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]}],"tools":[)"
           R"({"type":"function","function":{"name":"mcp.read","parameters":{"type":"object"}}},)"
           R"({"type":"custom","custom":{"name":"write","format":{"type":"text"}}}]})",
       "messages",
       {2, 5, 7, 10}},
      {anthropic(),
       R"({"model":"m","max_tokens":9000,"thinking":{"type":"adaptive"},"system":[{"type":"text","text":"Be brief.",)"
       R"("cache_control":{"type":"ephemeral"}}],"tools":[{"name":"f","input_schema":{"type":"object"},"cache_control":)"
       R"({"type":"ephemeral"}}],"messages":[{"role":"user","content":"one"},{"role":"assistant","content":[)"
       R"({"type":"thinking","thinking":"hm","signature":"EqS="},{"type":"text","text":"I look."},{"type":"tool_use",)"
       R"("id":"toolu_1","name":"f","input":{"x": 1.50}},{"type":"tool_use","id":"toolu_2","name":"f","input":{}}]},)"
       R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_2","content":"B","is_error":true},)"
       R"({"type":"tool_result","tool_use_id":"toolu_1","content":"A"},{"type":"text","text":"reminder"}]},)"
       R"({"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"agt1.gemini.R1M="},)"
       R"({"type":"tool_use","id":"toolu_3","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result",)"
       R"("tool_use_id":"toolu_3"}]},{"role":"assistant","content":"Done."},{"role":"user","content":"two"}]})",
       "messages",
       {1, 3, 5, 7}},
      {gemini(),
       R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"tools":[{"functionDeclarations":[{"name":"f"}]}],)"
       R"("contents":[{"role":"user","parts":[{"text":"one"}]},{"role":"model","parts":[{"text":"hm","thought":true},)"
       R"({"functionCall":{"name":"f","args":{"x":1.50}},"thoughtSignature":"R1M="},{"functionCall":{"name":"f"}}]},)"
       R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"A"}}},{"functionResponse":)"
       R"({"name":"f","response":{"error":"B"}}}]},{"role":"model","parts":[{"text":"Done."}]},{"role":"user","parts":)"
       R"([{"text":"two"}]}]})",
       "contents",
       {1, 3, 5}},
      {responses(),
       R"({"model":"m","instructions":"Be brief.","tools":[{"type":"function","name":"f","parameters":{"type":"object"}},)"
       R"({"type":"custom","name":"write"}],"input":[{"role":"user","content":"one"},{"type":"reasoning","id":"rs_1",)"
       R"("summary":[],"encrypted_content":"gAAs"},{"type":"function_call","id":"fc_1","call_id":"a","name":"f",)"
       R"("arguments":"{\"x\":1.50}"},{"type":"custom_tool_call","id":"ctc_1","call_id":"b","name":"write","input":"w"},)"
       R"({"type":"function_call_output","call_id":"a","output":"A"},{"type":"custom_tool_call_output","call_id":"b",)"
       R"("output":"B"},{"role":"assistant","content":[{"type":"output_text","text":"Done."}]},{"role":"developer",)"
       R"("content":"Remember."},{"role":"user","content":"two"}]})",
       "input",
       {1, 6, 9}},
  };
  return all;
}

// The conversation as it was asked when only so many messages were there.
ir::Request until(const Conversation& conversation, std::size_t messages) {
  auto request = asked(conversation.client, conversation.body);
  request.messages.resize(messages);
  return request;
}

std::size_t turns_in(const Side& upstream, const std::string& body) { return size_at(body, upstream.codec->turns); }

TEST(acceptance, 62_a_prefix_is_sent_again_as_it_was) {
  for (const auto& conversation : conversations())
    for (const auto* upstream : sides()) {
      std::string before;
      for (const auto stop : conversation.stops) {
        SCOPED_TRACE(conversation.client.name + " to " + upstream->name + ", " + std::to_string(stop) + " messages");
        const auto request = until(conversation, stop);
        // At home a history is written as it came, whatever its ids.
        const bool home = upstream == &conversation.client;
        const auto body =
            home ? upstream->codec->render_request(request, {.model = "m"})->body : sent(request, *upstream).body;
        const auto turns = turns_in(*upstream, before);
        if (!before.empty()) {
          EXPECT_EQ(prefix_of(*upstream, body, turns), prefix_of(*upstream, before, turns));
        }
        EXPECT_GT(turns_in(*upstream, body), turns);
        before = body;
      }
    }
}

TEST(acceptance, 62_cache_marks_and_breakpoints) {
  const std::string body =
      R"({"model":"m","max_tokens":90,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],)"
      R"("messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}]})";
  const auto on_chat = sent(anthropic(), body, chat());
  EXPECT_EQ(text_at(on_chat.body, "messages[0].content[0].prompt_cache_breakpoint.ttl"), "12h");
  EXPECT_EQ(at(on_chat.body, "messages[1].content[0].prompt_cache_breakpoint"), R"({"mode":"explicit"})");
  const auto back = sent(chat(), on_chat.body, anthropic()).body;
  EXPECT_EQ(text_at(back, "system[0].cache_control.ttl"), "1h");
  EXPECT_EQ(text_at(back, "messages[0].content[0].cache_control.type"), "ephemeral");
  // Nothing of it changes an answer, so nothing of it is a warning.
  for (const auto* upstream : sides()) {
    const auto out = sent(anthropic(), body, *upstream);
    EXPECT_EQ(visible(out.losses), 0U) << upstream->name << "\n" << told(out.losses);
  }
}

TEST(acceptance, 62_at_most_four_marks) {
  std::string blocks;
  for (int i = 0; i < 6; ++i)
    blocks +=
        std::string(i == 0 ? "" : ",") + R"({"type":"text","text":"x","prompt_cache_breakpoint":{"mode":"explicit"}})";
  const auto body = R"({"model":"m","messages":[{"role":"user","content":[)" + blocks + "]}]}";
  const auto out = sent(chat(), body, anthropic()).body;
  std::size_t marks = 0;
  for (auto spot = out.find("cache_control"); spot != std::string::npos; spot = out.find("cache_control", spot + 1))
    ++marks;
  EXPECT_EQ(marks, 4U) << out;
  EXPECT_EQ(text_at(out, "messages[0].content[5].cache_control.type"), "ephemeral") << "the longest prefix is kept";
}

}  // namespace
}  // namespace agt::acceptance
