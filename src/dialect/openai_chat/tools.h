// Tools, tool choices and the settings that are small grammars of their own: read and written.
#pragma once

#include "core/result.h"
#include "dialect/openai_chat/wire.h"
#include "ir/conversation.h"

namespace agt::dialect::openai_chat {

// Marks a tool, a call or a result of the function-calling API before `tools` (deprecated 2023-11, still accepted).
inline constexpr std::string_view legacy_tools = "functions";
inline constexpr std::string_view legacy_call = "function_call";

[[nodiscard]] bool is_legacy(const ir::Extras& extras, std::string_view mark);
// The client declared its tools the old way and reads the old fields only.
[[nodiscard]] bool speaks_legacy(const ir::Request& request);

[[nodiscard]] Result<> read_tools(ObjectIn& body, ir::Request& request);
[[nodiscard]] Result<> read_tool_choices(ObjectIn& body, ir::Request& request);
[[nodiscard]] Result<> read_response_format(ObjectIn& body, ir::Request& request);
[[nodiscard]] Result<std::vector<std::string>> read_stop(json::Value stop);

void write_tools(ObjectOut& body, const ir::Request& request);
void write_tool_choices(ObjectOut& body, const ir::Request& request);
void write_response_format(ObjectOut& body, const ir::ResponseFormat& format);

}  // namespace agt::dialect::openai_chat
