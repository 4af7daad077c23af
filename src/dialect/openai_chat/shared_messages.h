// What the two protocols of OpenAI make alike of another dialect's conversation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/codec.h"
#include "ir/loss.h"

namespace agt::dialect::openai_chat {

class SharedMessages {
 public:
  SharedMessages(ir::Dialect here, const RenderTarget& target, const ToolNames& names, ir::Losses& losses)
      : here_(here), facts_(target.facts), names_(names), losses_(losses) {}

 protected:
  static constexpr std::string_view path = "messages";  // for errors and losses

  // The part without what only its own dialect understands.
  [[nodiscard]] ir::Part stripped(const ir::Part& part, std::string_view at);
  [[nodiscard]] ir::Part adapted_call(const ir::Part& part, const ir::ToolCall& call);
  // Text documents travel as text. False: this is none.
  [[nodiscard]] Result<bool> document_as_text(ir::Part& part);
  // The last ones are kept: they hold the longest prefixes.
  void trim_cache_marks();
  [[nodiscard]] static std::unexpected<Error> unsupported(std::string_view why);

  ir::Dialect here_;
  const ModelFacts& facts_;
  const ToolNames& names_;
  ir::Losses& losses_;
  std::vector<ir::Message> out_{};
};

}  // namespace agt::dialect::openai_chat
