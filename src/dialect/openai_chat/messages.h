// Messages of a chat request. The shape of the IR that comes from here, and that is written from here:
// one wire message is one Message; a `tool` or `function` message is a user message with one ToolResult; an assistant's
// parts stand in the order reasoning, content, refusal, calls. A content that is not a bare string has its spelling
// kept under "content": "[]" for an array, "null" for null.
#pragma once

#include "core/result.h"
#include "dialect/openai_chat/wire.h"
#include "ir/conversation.h"

namespace agt::dialect::openai_chat {

// Google's carrier for thoughtSignature on this protocol: tool_calls[].extra_content.google.thought_signature
// (2025-11).
inline constexpr std::string_view extra_content = "extra_content";

[[nodiscard]] Result<std::vector<ir::Message>> read_messages(json::Value messages);
void write_messages(json::Writer& writer, const std::vector<ir::Message>& messages);

// The signature in a tool call's extra_content, "" when there is none; and the member that carries it.
[[nodiscard]] std::string thought_signature(json::Value call);
[[nodiscard]] json::Raw extra_content_with(std::string_view signature);

[[nodiscard]] std::optional<ir::CacheMark> read_breakpoint(json::Value breakpoint);

}  // namespace agt::dialect::openai_chat
