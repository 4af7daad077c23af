#include "dialect/keepsakes.h"

#include <gtest/gtest.h>

#include <map>

#include "dialect/limits.h"
#include "ir/fold.h"

namespace agt::dialect {
namespace {

ir::Part thought(std::string text, std::string blob) {
  ir::Part part;
  part.body = ir::Reasoning{.text = std::move(text)};
  if (!blob.empty()) part.signature = ir::Signature{.blob = std::move(blob), .signer = ir::Dialect::anthropic};
  return part;
}
ir::Part call(std::string id, std::string blob = "", std::string name = "f") {
  ir::Part part;
  part.body = ir::ToolCall{.id = std::move(id), .name = std::move(name), .arguments = R"({"a":1})"};
  if (!blob.empty()) part.signature = ir::Signature{.blob = std::move(blob), .signer = ir::Dialect::gemini};
  return part;
}

std::map<std::string, Keepsake> collected(std::vector<ir::Part> parts) {
  KeepsakeCollector collector;
  for (const auto& event : ir::unfold({.parts = std::move(parts)})) collector.take(event);
  std::map<std::string, Keepsake> out;
  for (auto& [id, kept] : std::move(collector).release()) out.emplace(std::move(id), std::move(kept));
  return out;
}

// The history of a client that kept nothing but the calls, with what was collected put back.
std::vector<ir::Part> mended(const std::map<std::string, Keepsake>& kept, std::vector<ir::Part> parts) {
  ir::Request request;
  request.messages = {{.role = ir::Role::assistant, .parts = std::move(parts)}};
  put_back(request, [&](std::string_view id) -> std::shared_ptr<const Keepsake> {
    const auto found = kept.find(std::string(id));
    return found == kept.end() ? nullptr : std::make_shared<const Keepsake>(found->second);
  });
  return request.messages[0].parts;
}

TEST(Keepsakes, thinking_stands_before_its_call_again) {
  const std::vector<ir::Part> answer{thought("why", "S1"), ir::text_part("I look."), call("a"), call("b")};
  EXPECT_EQ(mended(collected(answer), {ir::text_part("I look."), call("a"), call("b")}),
            (std::vector<ir::Part>{ir::text_part("I look."), thought("why", "S1"), call("a"), call("b")}));
}

TEST(Keepsakes, a_signature_stands_on_its_call_again) {
  const auto kept = collected({call("a", "G1"), call("b")});
  EXPECT_EQ(kept.size(), 1U) << "a call without anything beside it leaves nothing";
  EXPECT_EQ(mended(kept, {call("a"), call("b")}), (std::vector<ir::Part>{call("a", "G1"), call("b")}));
}

TEST(Keepsakes, what_the_client_has_kept_itself_is_left_alone) {
  const auto kept = collected({thought("why", "S1"), call("a", "G1")});
  const std::vector<ir::Part> own{thought("why", "S0"), call("a", "G0")};
  EXPECT_EQ(mended(kept, own), own);
}

TEST(Keepsakes, thinking_that_nobody_signed_is_not_kept) {
  EXPECT_TRUE(collected({thought("why", ""), call("a")}).empty());
}

TEST(Keepsakes, a_call_of_another_tool_gets_nothing) {
  const auto kept = collected({call("call_0", "G1")});
  const std::vector<ir::Part> other{call("call_0", "", "g")};
  EXPECT_EQ(mended(kept, other), other);
}

TEST(Keepsakes, an_id_is_known_as_the_client_was_told_it) {
  EXPECT_EQ(collected({call("functions.f:0", "G1")}).begin()->first.find_first_of(".:"), std::string::npos);
}

TEST(Keepsakes, thinking_without_end_is_not_collected) {
  const auto kept =
      collected({thought("first", "S1"), thought(std::string(thought_bytes_kept_max + 1, 'x'), "S2"), call("a", "G1")});
  EXPECT_TRUE(kept.at("a").thoughts.empty());
  EXPECT_EQ(kept.at("a").signature->blob, "G1");
}

TEST(Keepsakes, know_their_size) {
  const auto kept = collected({thought(std::string(1000, 'x'), std::string(500, 's')), call("a")});
  EXPECT_GT(kept.at("a").bytes(), 1500U);
}

}  // namespace
}  // namespace agt::dialect
