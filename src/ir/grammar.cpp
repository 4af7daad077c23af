#include "ir/grammar.h"

#include <fmt/format.h>

#include "core/overloaded.h"

namespace agt::ir {

bool semantic(const Event& event) {
  return std::visit(Overloaded{
                        [](const Started&) { return false; },
                        [](const Opened&) { return true; },
                        [](const TextGrew&) { return true; },
                        [](const RefusalGrew&) { return true; },
                        [](const ThoughtGrew&) { return true; },
                        [](const ArgumentsGrew&) { return true; },
                        [](const Cited&) { return true; },
                        [](const Scored&) { return true; },
                        [](const Signed&) { return true; },
                        [](const Closed&) { return true; },
                        [](const Metered&) { return false; },
                        [](const Finished&) { return true; },
                        [](const Failed&) { return false; },
                    },
                    event);
}

std::string Grammar::grow(int index, PartKind kind, std::string_view what) {
  if (index < 0 || static_cast<std::size_t>(index) >= parts_.size())
    return fmt::format("{} {} before it opened", what, index);
  const auto& part = parts_[static_cast<std::size_t>(index)];
  if (!part.open) return fmt::format("{} {} after it closed", what, index);
  if (part.kind != kind) return fmt::format("{} of part {}, which is of another kind", what, index);
  return {};
}

std::string Grammar::open(const Opened& event) {
  if (static_cast<std::size_t>(event.index) != parts_.size())
    return fmt::format("part {} opened out of order", event.index);
  const auto kind = std::visit(Overloaded{
                                   [](const Text&) { return PartKind::text; },
                                   [](const Refusal&) { return PartKind::refusal; },
                                   [](const Reasoning&) { return PartKind::reasoning; },
                                   [](const ToolCall&) { return PartKind::tool; },
                                   [](const Media&) { return PartKind::whole; },
                                   [](const ToolResult&) { return PartKind::whole; },
                                   [](const Opaque&) { return PartKind::whole; },
                               },
                               event.part.body);
  parts_.push_back({.kind = kind});
  return {};
}

std::string Grammar::check(const Event& event) {
  if (over_) return "an event after the end";
  if (std::holds_alternative<Failed>(event)) {
    over_ = true;
    return {};
  }
  const bool starts = std::holds_alternative<Started>(event);
  if (starts == started_) return starts ? "started twice" : "an event before the start";
  started_ = true;
  return std::visit(Overloaded{
                        [](const Started&) -> std::string { return {}; },
                        [&](const Opened& e) { return open(e); },
                        [&](const TextGrew& e) { return grow(e.index, PartKind::text, "text"); },
                        [&](const RefusalGrew& e) { return grow(e.index, PartKind::refusal, "refusal"); },
                        [&](const ThoughtGrew& e) { return grow(e.index, PartKind::reasoning, "thought"); },
                        [&](const ArgumentsGrew& e) { return grow(e.index, PartKind::tool, "arguments"); },
                        [&](const Cited& e) { return grow(e.index, PartKind::text, "citation"); },
                        [&](const Scored& e) { return grow(e.index, PartKind::text, "score"); },
                        [&](const Signed& e) -> std::string {
                          const auto at = static_cast<std::size_t>(e.index);
                          return at < parts_.size() && parts_[at].open ? "" : "a signature outside of its part";
                        },
                        [&](const Closed& e) -> std::string {
                          const auto at = static_cast<std::size_t>(e.index);
                          if (at >= parts_.size() || !parts_[at].open)
                            return fmt::format("part {} closed while not open", e.index);
                          parts_[at].open = false;
                          return {};
                        },
                        [](const Metered&) -> std::string { return {}; },
                        [&](const Finished&) -> std::string {
                          over_ = true;
                          for (const auto& part : parts_)
                            if (part.open) return "finished with an open part";
                          return {};
                        },
                        [](const Failed&) -> std::string { return {}; },
                    },
                    event);
}

std::string Grammar::check_end() const { return over_ ? "" : "the stream has no end"; }

std::string grammar_violation(const std::vector<Event>& events) {
  Grammar grammar;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (auto wrong = grammar.check(events[i]); !wrong.empty()) return fmt::format("event {}: {}", i, wrong);
  return grammar.check_end();
}

}  // namespace agt::ir
