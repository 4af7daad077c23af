// The parts of a Gemini request beside its contents: generationConfig, tools and toolConfig, both ways.
#pragma once

#include "dialect/codec.h"
#include "dialect/gemini/fields.h"
#include "ir/loss.h"

namespace agt::dialect::gemini {

[[nodiscard]] Result<> parse_config(json::Value body, ir::Request& request);
[[nodiscard]] Result<> parse_tools(json::Value body, ir::Request& request);
[[nodiscard]] Result<> parse_tool_config(json::Value body, ir::Request& request);

// What the rendering of one request shares.
struct Rendering {
  const ir::Request& request;
  const RenderTarget& target;
  ir::Losses& losses;
  const ToolNames& names;
  bool home = false;  // the request came from this dialect
};

// True when the response schema must be asked for in words, because the model takes none beside tools.
[[nodiscard]] bool schema_goes_into_words(const Rendering& rendering);

[[nodiscard]] Result<> write_config(json::Writer& writer, const Rendering& rendering);
[[nodiscard]] Result<> write_tools(json::Writer& writer, const Rendering& rendering);
[[nodiscard]] Result<> write_tool_config(json::Writer& writer, const Rendering& rendering);
[[nodiscard]] Result<> write_contents(json::Writer& writer, const Rendering& rendering);
void write_system(json::Writer& writer, const Rendering& rendering);
void write_home_contents(json::Writer& writer, const ir::Request& request);
void write_home_system(json::Writer& writer, const ir::Request& request);

// The mediaResolution for how closely an image is to be looked at; `part` may say more than a whole request.
[[nodiscard]] std::string_view resolution_of(ir::Detail detail, bool part);

// thinkingConfig of a request from elsewhere; absent members are not written.
struct ThinkingWords {
  std::optional<bool> include{};
  std::optional<std::int64_t> budget{};
  std::string level{};
};
[[nodiscard]] ThinkingWords thinking_words(const Rendering& rendering);

}  // namespace agt::dialect::gemini
