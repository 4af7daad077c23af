#include "sim/turn.h"

#include <algorithm>

namespace agt::sim {
namespace {

// Agents put notes of their own beside what the user typed: they are no prompt when there is anything else.
bool is_reminder(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return true;
  text.remove_prefix(begin);
  return text.starts_with("<system-reminder>") || text.starts_with("<environment_context>");
}

}  // namespace

void Conversation::user_text(std::string text) { texts_.push_back(std::move(text)); }
void Conversation::tool_result(std::string text) { new_results_.push_back(std::move(text)); }

void Conversation::model_turn() {
  const bool typed = !std::ranges::all_of(texts_, is_reminder);
  if (typed || (new_results_.empty() && !texts_.empty())) {
    prompt_.clear();
    for (const auto& text : texts_) {
      if (typed && is_reminder(text)) continue;
      if (!prompt_.empty()) prompt_ += '\n';
      prompt_ += text;
    }
    results_.clear();
  } else {
    std::ranges::move(new_results_, std::back_inserter(results_));
  }
  texts_.clear();
  new_results_.clear();
}

const DeclaredTool* declared(const Turn& turn, std::string_view name) {
  for (const auto& tool : turn.tools) {
    if (tool.name == name) return &tool;
    const bool qualified = !tool.name_space.empty() && name.starts_with(tool.name_space) && name.ends_with(tool.name);
    if (qualified && name.size() > tool.name_space.size() + tool.name.size()) return &tool;
  }
  return nullptr;
}

}  // namespace agt::sim
