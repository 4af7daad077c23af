// A Responses request, read and written.
#pragma once

#include "dialect/codec.h"
#include "dialect/members.h"
#include "dialect/openai_responses/words.h"

namespace agt::dialect::openai_responses {

[[nodiscard]] Result<ir::Request> parse_request(const json::Document& body, const Asked& asked);
[[nodiscard]] Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target);

// A request of another dialect in the shape that items.h describes, with all that Responses cannot say taken out.
[[nodiscard]] Result<ir::Request> adapted(const ir::Request& request, const RenderTarget& target,
                                          const ToolNames& names, ir::Losses& losses);
// The part of it that is not the conversation.
[[nodiscard]] Result<> adapt_settings(const ir::Request& from, const RenderTarget& target, const ToolNames& names,
                                      ir::Request& to, ir::Losses& losses);

// What `include` asks for, beside what cannot be a loss elsewhere.
struct Included {
  bool logprobs = false;
  bool others = false;
};
[[nodiscard]] Result<Included> read_include(json::Value include);

}  // namespace agt::dialect::openai_responses
