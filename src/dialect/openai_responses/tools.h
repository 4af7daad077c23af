// Tools and tool choices, read and written. The tools of a namespace are Tools of their own that know its name.
#pragma once

#include "core/result.h"
#include "dialect/members.h"
#include "dialect/openai_responses/words.h"
#include "ir/conversation.h"

namespace agt::dialect::openai_responses {

using AnyTool = std::variant<ir::Tool, ir::HostedTool>;

// Appends; a missing list is an empty one.
[[nodiscard]] Result<> read_tool_list(json::Value tools, std::vector<AnyTool>& out);
[[nodiscard]] Result<> read_tools(MembersIn& body, ir::Request& request);
[[nodiscard]] Result<> read_tool_choice(MembersIn& body, ir::Request& request);

// As the client spelled them, as long as that still says what the IR says.
void write_tools(MembersOut& body, const ir::Request& request);
void write_tool_choice(MembersOut& body, const ir::Request& request);

}  // namespace agt::dialect::openai_responses
