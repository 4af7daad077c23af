// Test support: requests from elsewhere, and what became of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dialect/anthropic/codec.h"
#include "json/document.h"

namespace agt::dialect::anthropic_requests {

using ir::Dialect;
using ir::Role;

inline const RenderTarget target{.model = "claude",
                                 .facts = {.output_tokens = 64000, .thinking = ThinkingStyle::effort}};

inline ir::Part part(ir::PartBody body) {
  ir::Part out;
  out.body = std::move(body);
  return out;
}
inline ir::Message message(Role role, std::vector<ir::Part> parts) { return {.role = role, .parts = std::move(parts)}; }
inline ir::Message user(std::string text) { return message(Role::user, {ir::text_part(std::move(text))}); }
inline ir::Part call(std::string id, std::string arguments = "{}") {
  return part(ir::ToolCall{.id = std::move(id), .name = "f", .arguments = std::move(arguments)});
}
inline ir::Part result(std::string id, std::string text, bool is_error = false) {
  ir::ToolResult out{.call_id = std::move(id), .content = {}, .is_error = is_error};
  if (!text.empty()) out.content.push_back(ir::text_part(std::move(text)));
  return part(std::move(out));
}
inline ir::Part signed_thought(std::string text, Dialect signer) {
  auto out = part(ir::Reasoning{.text = std::move(text)});
  out.signature = ir::Signature{.blob = "S", .signer = signer};
  return out;
}
inline ir::Request asking(std::vector<ir::Message> messages) {
  ir::Request out;
  out.messages = std::move(messages);
  return out;
}

struct Outcome {
  std::string body;
  std::vector<ir::Loss> losses;
};

inline Outcome rendered(const ir::Request& request, const RenderTarget& to = target) {
  const auto out = anthropic_codec.render_request(request, to);
  EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().message);
  return out ? Outcome{out->body, out->losses.all()} : Outcome{};
}
// The rendered value of one member.
inline std::string member(const Outcome& outcome, std::string_view key) {
  const auto document = json::Document::parse(outcome.body);
  EXPECT_TRUE(document.has_value()) << outcome.body;
  return std::string(document->root()[key].raw());
}
inline bool lost(const Outcome& outcome, std::string_view path, ir::Loss::Weight weight) {
  return std::ranges::any_of(outcome.losses,
                             [&](const ir::Loss& loss) { return loss.path == path && loss.weight == weight; });
}
inline constexpr auto approximated = ir::Loss::Weight::approximated;
inline constexpr auto dropped = ir::Loss::Weight::dropped;
inline constexpr auto harmless = ir::Loss::Weight::harmless;

}  // namespace agt::dialect::anthropic_requests
