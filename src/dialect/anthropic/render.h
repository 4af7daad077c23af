// The steps of rendering a request: first what is said is fitted to what Anthropic accepts, then it is written.
#pragma once

#include <string>
#include <vector>

#include "dialect/anthropic/fields.h"
#include "dialect/codec.h"

namespace agt::dialect::anthropic {

// What the rendering of one request shares.
struct Rendering {
  const ir::Request& request;
  const RenderTarget& target;
  ir::Losses& losses;
  const ToolNames& names;
  bool home = false;  // the request came from this dialect
};

using AnyTool = std::variant<ir::Tool, ir::HostedTool>;

struct Thought {
  std::string_view type{};  // "" leaves `thinking` out
  std::optional<std::int64_t> budget{};
  std::string_view display{};
  std::optional<ir::Effort> effort{};
  [[nodiscard]] bool on() const;
};

// A request that fits. Everything in it is written as it stands.
struct Fitted {
  std::vector<ir::Part> system{};
  std::vector<ir::Message> messages{};
  std::vector<AnyTool> tools{};
  ir::ToolChoice choice{};
  Thought thought{};
  std::int64_t max_tokens = 0;
  json::Raw format_schema{};  // of output_config.format; empty when there is none
};

// One part as this dialect can carry it in a message of that role, or nothing (and a Loss).
[[nodiscard]] Result<std::optional<ir::Part>> fitted_part(const Rendering& rendering, ir::Part&& part, ir::Role role,
                                                          const std::string& path);
[[nodiscard]] Result<std::vector<ir::Message>> fitted_messages(const Rendering& rendering);
[[nodiscard]] Result<std::vector<ir::Part>> fitted_system(const Rendering& rendering);

// Tools and the choice among them depend on each other.
[[nodiscard]] Result<> fit_tools(const Rendering& rendering, Fitted& fitted);
void write_tools(json::Writer& writer, const Rendering& rendering, const Fitted& fitted);
void write_tool_choice(json::Writer& writer, const Rendering& rendering, const Fitted& fitted);

// Thinking and max_tokens depend on each other, on the tool choice and on the end of the history.
void fit_thinking(const Rendering& rendering, Fitted& fitted);

// Leaves at most cache_marks_max marks, on blocks that may have one.
void fit_cache_marks(const Rendering& rendering, Fitted& fitted);

// A schema as structured output takes it.
struct FittedSchema {
  json::Raw schema{};
  bool changed = false;  // constraints were moved into descriptions
};
[[nodiscard]] FittedSchema fitted_schema(const json::Raw& schema);

// The bytes of standard base64; nothing when it is malformed.
[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace agt::dialect::anthropic
