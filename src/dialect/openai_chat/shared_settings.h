// What the two protocols of OpenAI make alike of another dialect's settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dialect/codec.h"
#include "ir/loss.h"

namespace agt::dialect::openai_chat {

[[nodiscard]] std::unexpected<Error> unsupported(std::string_view field, std::string_view why);

class SharedSettings {
 public:
  SharedSettings(const ir::Request& from, const RenderTarget& target, const ToolNames& names, ir::Request& to,
                 ir::Losses& losses)
      : from_(from), target_(target), facts_(target.facts), names_(names), to_(to), losses_(losses) {}

 protected:
  void add_tool(const ir::Tool& tool, const std::string& at);
  [[nodiscard]] Result<> adapt_choice();
  [[nodiscard]] Result<> refuse_candidates() const;
  // Never more than the model can write.
  void adapt_limit();
  void keep_if_accepted(const std::optional<double>& in, std::optional<double>& out, std::string_view field);
  void adapt_format();
  // What the model is told of how much to think; nothing where the request does not say. `field` is for losses.
  [[nodiscard]] std::optional<ir::Effort> effort(std::string_view field);
  void adapt_user();
  void adapt_tier();

  const ir::Request& from_;
  const RenderTarget& target_;
  const ModelFacts& facts_;
  const ToolNames& names_;
  ir::Request& to_;
  ir::Losses& losses_;
};

}  // namespace agt::dialect::openai_chat
