#include <algorithm>

#include "dialect/anthropic/render.h"
#include "dialect/anthropic/words.h"
#include "dialect/limits.h"

namespace agt::dialect::anthropic {
namespace {

using Mark = std::optional<ir::CacheMark>;

// A mark inside what is written verbatim; it counts, and cannot be taken away.
bool marks_itself(const json::Raw& raw) { return raw.text.contains(R"("cache_control")"); }

struct Marks {
  std::vector<Mark*> ours{};  // in the order of the prompt: tools, system, messages
  std::size_t fixed = 0;

  void add(std::vector<ir::Part>& parts, ir::Losses& losses) {
    for (auto& part : parts) {
      if (const auto* opaque = std::get_if<ir::Opaque>(&part.body)) fixed += marks_itself(opaque->raw) ? 1 : 0;
      const auto* text = std::get_if<ir::Text>(&part.body);
      const bool cannot = (text != nullptr && text->text.empty()) || std::holds_alternative<ir::Reasoning>(part.body);
      if (part.cache && cannot) {
        // 400 "cache_control cannot be set for empty text blocks" (seen 2026-08).
        losses.harmless("cache_control", "empty text and thinking take no cache mark");
        part.cache.reset();
      }
      if (part.cache) ours.push_back(&part.cache);
      if (auto* result = std::get_if<ir::ToolResult>(&part.body)) add(result->content, losses);
    }
  }
};

// A mark of an hour may not come after one of five minutes.
void order_by_length(const std::vector<Mark*>& marks) {
  bool is_short = false;
  for (auto* mark : marks) {
    const bool wants_long = (*mark)->ttl_seconds.value_or(0) >= ttl_long_seconds;
    is_short = is_short || !wants_long;
    (*mark)->ttl_seconds = is_short ? std::nullopt : std::optional<std::int64_t>(ttl_long_seconds);
  }
}

}  // namespace

void fit_cache_marks(const Rendering& rendering, Fitted& fitted) {
  Marks marks;
  for (auto& either : fitted.tools) {
    if (auto* tool = std::get_if<ir::Tool>(&either)) {
      if (tool->cache) marks.ours.push_back(&tool->cache);
    } else {
      marks.fixed += marks_itself(std::get<ir::HostedTool>(either).raw) ? 1 : 0;
    }
  }
  marks.add(fitted.system, rendering.losses);
  for (auto& message : fitted.messages) marks.add(message.parts, rendering.losses);

  // The last marks are worth most: they cover the longest prefixes, and earlier ones are found by looking back.
  const auto room = cache_marks_max - std::min(marks.fixed, cache_marks_max);
  const auto excess = marks.ours.size() - std::min(marks.ours.size(), room);
  for (std::size_t i = 0; i < excess; ++i) marks.ours[i]->reset();
  if (excess > 0) rendering.losses.harmless("cache_control", "Anthropic takes at most four cache marks");
  marks.ours.erase(marks.ours.begin(), marks.ours.begin() + static_cast<std::ptrdiff_t>(excess));
  if (!rendering.home) order_by_length(marks.ours);
}

}  // namespace agt::dialect::anthropic
