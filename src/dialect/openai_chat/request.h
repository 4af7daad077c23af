// A chat request, read and written.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect::openai_chat {

[[nodiscard]] Result<ir::Request> parse_request(const json::Document& body, const Asked& asked);
[[nodiscard]] Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target);

// A request of another dialect in the shape that messages.h describes, with all that Chat cannot say taken out.
[[nodiscard]] Result<ir::Request> adapted(const ir::Request& request, const RenderTarget& target,
                                          const ToolNames& names, ir::Losses& losses);
// The part of it that is not messages.
[[nodiscard]] Result<> adapt_settings(const ir::Request& from, const RenderTarget& target, const ToolNames& names,
                                      ir::Request& to, ir::Losses& losses);

// OpenAI's rule for function names (2026-11): ^[a-zA-Z0-9_-]{1,64}$.
inline constexpr NameRule name_rule{.extra_characters = "-"};

}  // namespace agt::dialect::openai_chat
