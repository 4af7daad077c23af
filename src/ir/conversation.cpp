#include "ir/conversation.h"

#include <array>
#include <utility>

#include "core/overloaded.h"

namespace agt::ir {
namespace {

constexpr std::array effort_names{"none", "minimal", "low", "medium", "high", "xhigh", "max"};

template <class T>
void take_over(std::optional<T>& old, const std::optional<T>& newer) {
  if (newer) old = newer;
}

}  // namespace

bool operator==(const ToolResult& a, const ToolResult& b) {
  return a.call_id == b.call_id && a.name == b.name && a.content == b.content && a.is_error == b.is_error &&
         a.kind == b.kind;
}

std::string_view name(Dialect dialect) {
  switch (dialect) {
    case Dialect::openai_chat: return "openai-chat";
    case Dialect::openai_responses: return "openai-responses";
    case Dialect::anthropic: return "anthropic";
    case Dialect::gemini: return "gemini";
  }
  std::unreachable();
}

std::string_view name(MediaKind kind) {
  switch (kind) {
    case MediaKind::image: return "image";
    case MediaKind::document: return "document";
    case MediaKind::audio: return "audio";
    case MediaKind::video: return "video";
  }
  std::unreachable();
}

std::string_view name(Detail detail) {
  switch (detail) {
    case Detail::unset: return "auto";
    case Detail::low: return "low";
    case Detail::high: return "high";
    case Detail::original: return "original";
  }
  std::unreachable();
}

std::optional<Detail> detail_named(std::string_view word) {
  for (const auto detail : {Detail::low, Detail::high, Detail::original})
    if (word == name(detail)) return detail;
  return std::nullopt;
}

std::string_view name(Role role) {
  switch (role) {
    case Role::system: return "system";
    case Role::developer: return "developer";
    case Role::user: return "user";
    case Role::assistant: return "assistant";
  }
  std::unreachable();
}

std::string_view name(Effort effort) { return effort_names[static_cast<std::size_t>(effort)]; }

std::optional<Effort> effort_named(std::string_view word) {
  for (std::size_t i = 0; i < effort_names.size(); ++i)
    if (word == effort_names[i]) return static_cast<Effort>(i);
  return std::nullopt;
}

std::string_view name(StopReason reason) {
  switch (reason) {
    case StopReason::end: return "end";
    case StopReason::stop_sequence: return "stop_sequence";
    case StopReason::length: return "length";
    case StopReason::tool_use: return "tool_use";
    case StopReason::refusal: return "refusal";
    case StopReason::paused: return "paused";
    case StopReason::context_full: return "context_full";
  }
  std::unreachable();
}

Part text_part(json::Words text) {
  Part part;
  part.body = Text{.text = std::move(text)};
  return part;
}

std::string_view kind_name(const PartBody& body) {
  return std::visit(Overloaded{
                        [](const Text&) -> std::string_view { return "text"; },
                        [](const Refusal&) -> std::string_view { return "refusal"; },
                        [](const Reasoning&) -> std::string_view { return "reasoning"; },
                        [](const Media& media) -> std::string_view { return name(media.kind); },
                        [](const ToolCall&) -> std::string_view { return "tool call"; },
                        [](const ToolResult&) -> std::string_view { return "tool result"; },
                        [](const Opaque&) -> std::string_view { return "provider-specific part"; },
                    },
                    body);
}

void Usage::update(const Usage& newer) {
  take_over(input, newer.input);
  take_over(output, newer.output);
  take_over(cache_read, newer.cache_read);
  take_over(cache_write, newer.cache_write);
  take_over(reasoning, newer.reasoning);
  if (!newer.raw.empty()) raw = newer.raw;
}

void Usage::add(const Usage& more) {
  const auto sum = [](std::optional<std::int64_t>& into, const std::optional<std::int64_t>& count) {
    if (count) into = into.value_or(0) + *count;
  };
  sum(input, more.input);
  sum(output, more.output);
  sum(cache_read, more.cache_read);
  sum(cache_write, more.cache_write);
  sum(reasoning, more.reasoning);
  raw = {};  // nobody's own words speak of both
}

}  // namespace agt::ir
