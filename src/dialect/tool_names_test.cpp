#include "dialect/tool_names.h"

#include <gtest/gtest.h>

namespace agt::dialect {
namespace {

constexpr NameRule strict{.extra_characters = "-", .letter_first = true, .bytes_max = 64};

ir::Request with_tools(std::vector<ir::Tool> tools) {
  ir::Request request;
  for (auto& tool : tools) request.tools.emplace_back(std::move(tool));
  return request;
}

TEST(ToolNames, leave_legal_names_alone) {
  const ToolNames names(with_tools({{.name = "read_file"}}), strict);
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(names.upstream("read_file"), "read_file");
}

TEST(ToolNames, undo_what_they_change) {
  const ToolNames names(with_tools({{.name = "a.b"}, {.name = "a/b"}, {.name = "1st"}}), strict);
  EXPECT_NE(names.upstream("a.b"), names.upstream("a/b"));
  EXPECT_EQ(names.restored({.name = names.upstream("a.b")}).name, "a.b");
  EXPECT_EQ(names.restored({.name = names.upstream("a/b")}).name, "a/b");
  EXPECT_EQ(names.restored({.name = names.upstream("1st")}).name, "1st");
  EXPECT_TRUE(names.upstream("1st").starts_with("_1st_"));
}

TEST(ToolNames, flatten_namespaces_and_remember_custom_tools) {
  const ToolNames names(with_tools({{.name = "exec", .name_space = "functions"},
                                    {.kind = ir::ToolCall::Kind::custom, .name = "apply_patch"}}),
                        strict);
  EXPECT_EQ(names.upstream("exec", "functions"), "functions__exec");
  EXPECT_EQ(names.restored({.name = "functions__exec"}).name_space, "functions");
  EXPECT_EQ(names.restored({.name = "apply_patch"}).kind, ir::ToolCall::Kind::custom);
  // It came as a function, so its text is wrapped; a custom call of the upstream itself is not.
  EXPECT_TRUE(names.restored({.name = "apply_patch"}).wrapped);
  EXPECT_FALSE(names.restored({.name = "apply_patch", .kind = ir::ToolCall::Kind::custom}).wrapped);
}

TEST(ToolNames, shorten_long_names_without_collisions) {
  const std::string stem(80, 'a');
  const ToolNames names(with_tools({{.name = stem + "1"}, {.name = stem + "2"}}), strict);
  EXPECT_EQ(names.upstream(stem + "1").size(), 64U);
  EXPECT_NE(names.upstream(stem + "1"), names.upstream(stem + "2"));
}

TEST(ToolIds, are_legal_and_distinct) {
  EXPECT_EQ(legal_tool_id("toolu_01A-b"), "toolu_01A-b");
  EXPECT_NE(legal_tool_id("call|1"), legal_tool_id("call.1"));
  EXPECT_LE(legal_tool_id(std::string(200, 'x')).size(), 64U);
  EXPECT_NE(legal_tool_id(""), "");
  EXPECT_NE(minted_tool_id("seed", 0), minted_tool_id("seed", 1));
  EXPECT_NE(minted_tool_id("seed", 0), minted_tool_id("other", 0));
}

TEST(ToolNames, a_custom_text_is_unwrapped_only_where_it_was_wrapped) {
  const auto text = [](std::string arguments, bool wrapped) {
    return custom_text({.arguments = std::move(arguments), .kind = ir::ToolCall::Kind::custom, .wrapped = wrapped});
  };
  EXPECT_EQ(text(R"({"input":"a\nb"})", true), "a\nb");
  EXPECT_EQ(text(R"({"input":"a\nb"})", false), R"({"input":"a\nb"})");
  EXPECT_EQ(text(R"({"input":"{\"input\":1}"})", true), R"({"input":1})");
  for (const std::string other : {R"({"patch":"a"})", R"({"input":1})", R"({"input":"a","b":1})", "{", "a", ""})
    EXPECT_EQ(text(other, true), other) << "another form than the model was told is handed on";
}

}  // namespace
}  // namespace agt::dialect
