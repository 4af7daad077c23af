// case 60: requests that continue an earlier response by its id.
#include "dialect/openai_responses/memory.h"

#include <gtest/gtest.h>

#include "dialect/openai_responses/codec.h"

namespace agt::dialect {
namespace {

const Memory& memory() { return *openai_responses_codec.memory; }

ir::Request parsed(const std::string& body) {
  const auto document = json::Document::parse(body);
  const auto request = openai_responses_codec.parse_request(*document, {});
  EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
  return request.value_or(ir::Request{});
}
ir::Response answer(std::vector<ir::Part> parts) { return {.id = "up", .parts = std::move(parts)}; }

TEST(ResponsesMemory, says_which_response_a_request_continues) {
  EXPECT_EQ(memory().continues(parsed(R"({"model":"m","input":"x","previous_response_id":"resp_1"})")), "resp_1");
  EXPECT_EQ(memory().continues(parsed(R"({"model":"m","input":"x","previous_response_id":null})")), "");
  EXPECT_EQ(memory().continues(parsed(R"({"model":"m","input":"x"})")), "");
  EXPECT_EQ(memory().continues(ir::Request{}), "");
}

TEST(ResponsesMemory, says_so_by_the_top_level_alone) {
  json::Scratch scratch;
  const auto members = [&](std::string_view body) { return json::Document::parse_members(body, scratch).value(); };
  EXPECT_EQ(memory().continued(members(R"({"input":"x","previous_response_id":"resp_1"})")), "resp_1");
  EXPECT_EQ(memory().continued(members(R"({"previous_response_id":null})")), "");
  EXPECT_TRUE(memory().kept_there(members(R"({"input":"x"})")));
  EXPECT_TRUE(memory().kept_there(members(R"({"store":true})")));
  EXPECT_FALSE(memory().kept_there(members(R"({"store":false})")));
}

TEST(ResponsesMemory, finds_the_id_of_an_answer_in_its_beginning) {
  const auto id = [](std::string_view beginning) { return memory().answer_id(beginning); };
  EXPECT_EQ(id(R"({"id":"resp_6A-b","object":"response","previous_response_id":"resp_0"})"), "resp_6A-b");
  EXPECT_EQ(id(R"({"previous_response_id":"resp_0", "id" : "resp_1"})"), "resp_1");
  EXPECT_EQ(id("event: response.created\ndata: {\"response\":\n {\"id\": \"resp_2\"}}\n\n"), "resp_2");
  for (const auto* none : {"", "{}", R"({"id")", R"({"id":)", R"({"id":")", R"({"id":"resp_cut)", R"({"id":7})",
                           R"({"id":"chatcmpl-1"})", R"({"id":"resp_\u0041"})"})
    EXPECT_EQ(id(none), "") << none;
}

TEST(ResponsesMemory, is_wanted_unless_the_client_says_no) {
  EXPECT_TRUE(memory().wanted(parsed(R"({"model":"m","input":"x"})")));
  EXPECT_TRUE(memory().wanted(parsed(R"({"model":"m","input":"x","store":true})")));
  EXPECT_FALSE(memory().wanted(parsed(R"({"model":"m","input":"x","store":false})")));
}

TEST(ResponsesMemory, a_response_is_known_by_the_id_that_its_client_saw) {
  const ReplyContext context{.model = "m", .id = "7"};
  EXPECT_EQ(memory().reply_id("msg_1", context), "resp_7");
  EXPECT_EQ(memory().reply_id("resp_up", context), "resp_up");
  EXPECT_TRUE(openai_responses_codec.render_response(answer({}), context).contains(R"("id":"resp_7")"));
}

TEST(ResponsesMemory, a_continued_conversation_is_whole_again) {
  const ReplyContext context{.model = "m", .id = "7"};
  const auto first = parsed(R"({"model":"m","instructions":"only once","input":"What is in a.txt?"})");
  ir::Part thought;
  thought.body = ir::Reasoning{.text = ""};
  thought.signature = ir::Signature{.blob = "c2ln", .signer = ir::Dialect::gemini};
  ir::Part call;
  call.body = ir::ToolCall{.id = "c1", .name = "read", .arguments = "{}"};
  const auto kept = memory().remembered(first, answer({thought, call}), context);

  auto second = parsed(
      R"({"model":"m","previous_response_id":"resp_7","input":[{"type":"function_call_output","call_id":"c1","output":"ok"}]})");
  ASSERT_TRUE(memory().recall(second, kept).has_value());
  EXPECT_EQ(memory().continues(second), "");
  EXPECT_TRUE(second.system.empty());
  ASSERT_EQ(second.messages.size(), 4U);
  EXPECT_EQ(std::get<ir::Text>(second.messages[0].parts[0].body).text, "What is in a.txt?");
  EXPECT_EQ(second.messages[1].parts[0].signature, thought.signature);
  EXPECT_EQ(std::get<ir::ToolCall>(second.messages[2].parts[0].body).id, "c1");
  EXPECT_EQ(std::get<ir::ToolResult>(second.messages[3].parts[0].body).call_id, "c1");

  // The upstream is told the whole conversation and no id that it does not know; the client is told the id it named.
  const auto rendered = openai_responses_codec.render_request(second, {.model = "m"});
  ASSERT_TRUE(rendered.has_value());
  EXPECT_FALSE(rendered->body.contains("previous_response_id")) << rendered->body;
  EXPECT_FALSE(rendered->body.contains("resp_7")) << rendered->body;
  EXPECT_TRUE(rendered->body.contains("What is in a.txt?"));
  const auto reply = openai_responses_codec.render_response(answer({}), {.model = "m", .id = "8", .request = &second});
  EXPECT_TRUE(reply.contains(R"("previous_response_id":"resp_7")")) << reply;

  // And so on: what is kept of the second is the conversation of both, with everybody's signatures.
  const auto more = memory().remembered(second, answer({ir::text_part("It says ok.")}), context);
  auto third = parsed(R"({"model":"m","previous_response_id":"resp_8","input":"Thanks."})");
  ASSERT_TRUE(memory().recall(third, more).has_value());
  EXPECT_EQ(third.messages.size(), 6U);
  EXPECT_EQ(third.messages[1].parts[0].signature, thought.signature);
}

TEST(ResponsesMemory, empty_sides_are_no_trouble) {
  const ReplyContext context{.model = "m", .id = "7"};
  EXPECT_EQ(memory().remembered(parsed(R"({"model":"m","input":[]})"), answer({}), context), "[]");
  auto request = parsed(R"({"model":"m","input":"x"})");
  EXPECT_TRUE(memory().recall(request, "[]").has_value());
  EXPECT_EQ(request.messages.size(), 1U);
  EXPECT_FALSE(memory().recall(request, "junk").has_value());
}

TEST(ResponsesMemory, what_is_not_kept_is_told) {
  const auto reply = openai_responses_codec.render_error(memory().forgotten("resp_9"), "");
  EXPECT_EQ(reply.status, 400);
  EXPECT_TRUE(reply.body.contains("resp_9"));
  EXPECT_TRUE(reply.body.ends_with(R"("param":"previous_response_id","code":"previous_response_not_found"}})"))
      << reply.body;
}

TEST(ResponsesMemory, without_recall_the_id_goes_home_as_it_is) {
  const auto rendered = openai_responses_codec.render_request(
      parsed(R"({"model":"m","input":"x","previous_response_id":"resp_1"})"), {.model = "m"});
  EXPECT_TRUE(rendered->body.contains(R"("previous_response_id":"resp_1")"));
}

}  // namespace
}  // namespace agt::dialect
