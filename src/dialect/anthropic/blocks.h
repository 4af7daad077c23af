// Content blocks, both ways.
#pragma once

#include <string>
#include <vector>

#include "dialect/anthropic/fields.h"
#include "dialect/codec.h"

namespace agt::dialect::anthropic {

// Strict: what clients send. Unknown kinds of blocks become Opaque.
[[nodiscard]] Result<ir::Part> parse_block(json::Value block);
// `content` of a message or a tool result: a string or blocks. The owner's extras remember which.
[[nodiscard]] Result<std::vector<ir::Part>> parse_content(json::Value content, ir::Extras& extras);
[[nodiscard]] ir::Citation parse_citation(json::Value citation);
// cache_control of a block or a tool, with the rest of it in `extras`.
[[nodiscard]] Result<std::optional<ir::CacheMark>> parse_cache_mark(json::Value owner, ir::Extras& extras);

// Writes a part that fits this dialect (see fitted_parts) as a block.
void write_block(json::Writer& writer, const ir::Part& part, const ToolNames& names, ir::Losses& losses);
// `"content": …` of a message or a tool result, in the shape it came in.
void write_content(json::Writer& writer, const std::vector<ir::Part>& parts, const ir::Extras& extras,
                   const ToolNames& names, ir::Losses& losses);
void write_cache_mark(json::Writer& writer, const std::optional<ir::CacheMark>& mark, const ir::Extras& extras);
[[nodiscard]] bool is_own_citation(const ir::Citation& citation);
void write_citation(json::Writer& writer, const ir::Citation& citation);
void write_text_block(json::Writer& writer, std::string_view text);

struct Arguments {
  std::string object{};  // JSON text of an object
  bool wrapped = false;  // the text was no object, and travels as {"_raw":"…"}
};
// Anthropic takes only objects as input. Custom tools travel as functions with one string argument "input".
[[nodiscard]] Arguments object_arguments(const ir::ToolCall& call);

}  // namespace agt::dialect::anthropic
