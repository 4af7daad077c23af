#include "ir/turns.h"

#include <gtest/gtest.h>

namespace agt::ir {
namespace {

Part call(std::string id) {
  Part part;
  part.body = ToolCall{.id = std::move(id), .name = "f", .arguments = "{}"};
  return part;
}
Part result(std::string id, std::string text) {
  ToolResult body{.call_id = std::move(id), .content = {}};
  body.content.push_back(text_part(std::move(text)));
  Part part;
  part.body = std::move(body);
  return part;
}
Message user(std::vector<Part> parts) { return {.role = Role::user, .parts = std::move(parts)}; }
Message assistant(std::vector<Part> parts) { return {.role = Role::assistant, .parts = std::move(parts)}; }
Message system(std::string text) { return {.role = Role::system, .parts = {text_part(std::move(text))}}; }

// "u[text result:a]" and so on: the shape of the history in one line.
std::string shape(const std::vector<Message>& messages) {
  std::string out;
  for (const auto& message : messages) {
    out += out.empty() ? "" : " ";
    out += std::string(name(message.role)).substr(0, 1) + "[";
    for (const auto& part : message.parts) {
      if (out.back() != '[') out += ' ';
      if (const auto* text = std::get_if<Text>(&part.body)) out += text->text;
      if (const auto* called = std::get_if<ToolCall>(&part.body)) out += "call:" + called->id;
      if (const auto* answer = std::get_if<ToolResult>(&part.body))
        out += "result:" + answer->call_id + (answer->is_error ? "!" : "");
    }
    out += ']';
  }
  return out;
}

struct Outcome {
  std::string shape;
  std::size_t losses;
};
Outcome run(std::vector<Message> messages, TurnRules rules = {}) {
  Request request;
  request.messages = std::move(messages);
  Losses losses;
  auto out = shape(turns(request, rules, losses));
  return {std::move(out), losses.all().size()};
}

TEST(Turns, merge_messages_of_one_role) {
  const auto [shape, losses] = run({user({text_part("a")}), user({text_part("b")}), assistant({text_part("c")})});
  EXPECT_EQ(shape, "u[a b] a[c]");
  EXPECT_EQ(losses, 0U);
}

TEST(Turns, leave_leading_system_messages_out_and_wrap_later_ones) {
  const auto [shape, losses] = run({system("s"), user({text_part("a")}), system("t")});
  EXPECT_EQ(shape, "u[a <system-reminder>\nt\n</system-reminder>]");
  EXPECT_EQ(run({user({text_part("a")}), system("t")}, {.system_inside = true}).shape, "u[a] s[t]");
}

TEST(Turns, put_results_first_and_in_the_order_of_the_calls) {
  const auto [shape, losses] =
      run({user({text_part("q")}), assistant({call("1"), call("2")}), user({text_part("x"), result("2", "b")}),
           user({result("1", "a"), text_part("y")})});
  EXPECT_EQ(shape, "u[q] a[call:1 call:2] u[result:1 result:2 x y]");
  EXPECT_EQ(losses, 0U);
}

TEST(Turns, answer_calls_of_merged_assistant_messages_together) {
  const auto [shape, losses] =
      run({assistant({call("1")}), assistant({call("2")}), user({result("1", "a")}), user({result("2", "b")})});
  EXPECT_EQ(shape, "a[call:1 call:2] u[result:1 result:2]");
}

TEST(Turns, make_up_missing_results_and_tell) {
  const auto [shape, losses] = run({assistant({call("1")}), user({text_part("go on")})});
  EXPECT_EQ(shape, "a[call:1] u[result:1! go on]");
  EXPECT_EQ(losses, 1U);
}

TEST(Turns, turn_orphans_into_text_and_tell) {
  const auto [shape, losses] = run({user({result("9", "z")})});
  EXPECT_EQ(shape, "u[[Result of tool call 9]\nz]");
  EXPECT_EQ(losses, 1U);
}

TEST(Turns, keep_the_last_of_two_results) {
  Request request;
  request.messages = {assistant({call("1")}), user({result("1", "old"), result("1", "new")})};
  Losses losses;
  const auto out = turns(request, {}, losses);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(plain_text(std::get<ToolResult>(out[1].parts[0].body).content), "new");
  EXPECT_EQ(losses.all().size(), 1U);
}

TEST(Turns, keep_each_round_of_a_tool_loop_apart) {
  const auto [shape, losses] = run({user({text_part("q")}), assistant({call("1")}), user({result("1", "a")}),
                                    assistant({call("2")}), user({result("2", "b")}), assistant({text_part("done")})});
  EXPECT_EQ(shape, "u[q] a[call:1] u[result:1] a[call:2] u[result:2] a[done]");
  EXPECT_EQ(losses, 0U);
}

TEST(Tokens, are_estimated_from_all_that_is_sent) {
  Request request;
  request.system = {text_part(std::string(400, 's'))};
  request.messages = {user({text_part(std::string(400, 'u'))})};
  EXPECT_EQ(estimated_tokens(request), 204);
}

TEST(Turns, signatures_can_be_dropped) {
  Request request;
  Part thought{.body = Reasoning{.text = "hm"}, .signature = Signature{.blob = "s", .signer = Dialect::anthropic}};
  Part redacted{.body = Reasoning{.redacted = true}, .signature = Signature{.blob = "s", .signer = Dialect::anthropic}};
  Part call{.body = ToolCall{.id = "1", .name = "f"}, .signature = Signature{.blob = "s", .signer = Dialect::gemini}};
  request.messages = {{.role = Role::assistant, .parts = {thought, redacted, call}}};
  drop_signatures(request);
  const auto& parts = request.messages[0].parts;
  ASSERT_EQ(parts.size(), 2U);  // what was nothing but its signature is gone
  EXPECT_EQ(std::get<Reasoning>(parts[0].body).text, "hm");
  for (const auto& part : parts) EXPECT_FALSE(part.signature);
}

}  // namespace
}  // namespace agt::ir
