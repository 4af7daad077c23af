#include "dialect/openai_chat/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "dialect/openai_chat/request.h"

namespace agt::dialect::openai_chat {
namespace {

std::optional<std::int64_t> count(json::Value value) {
  if (value.kind() != json::Kind::number) return std::nullopt;
  const auto number = value.integer_or(-1);
  return number < 0 ? std::nullopt : std::optional(number);
}

template <class... Values>
std::optional<std::int64_t> first_count(Values... values) {
  std::optional<std::int64_t> found;
  ((found = found ? found : count(values)), ...);
  return found;
}

ir::Usage read_usage(json::Value usage) {
  const auto prompt = usage["prompt_tokens_details"];
  return {
      .input = count(usage["prompt_tokens"]),
      .output = count(usage["completion_tokens"]),
      // DeepSeek says prompt_cache_hit_tokens (2026), Moonshot cached_tokens beside the totals.
      .cache_read = first_count(prompt["cached_tokens"], usage["prompt_cache_hit_tokens"], usage["cached_tokens"]),
      .cache_write = count(prompt["cache_write_tokens"]),
      .reasoning = count(usage["completion_tokens_details"]["reasoning_tokens"]),
      .raw = usage.keep(),
  };
}

// The words of OpenAI, and those of servers that pass on what their own upstream said.
constexpr auto words = std::to_array<std::pair<std::string_view, ir::StopReason>>({
    {"stop", ir::StopReason::end},
    {"length", ir::StopReason::length},
    {"tool_calls", ir::StopReason::tool_use},
    {"function_call", ir::StopReason::tool_use},
    {"content_filter", ir::StopReason::refusal},
    {"max_tokens", ir::StopReason::length},
    {"MAX_TOKENS", ir::StopReason::length},
    {"model_length", ir::StopReason::length},
    {"tool_use", ir::StopReason::tool_use},
    {"stop_sequence", ir::StopReason::stop_sequence},
    {"safety", ir::StopReason::refusal},
    {"SAFETY", ir::StopReason::refusal},
    {"refusal", ir::StopReason::refusal},
    {"sensitive", ir::StopReason::refusal},
});

// The byte where character number `wanted` begins; nothing when the text is shorter.
std::optional<std::size_t> byte_of(std::string_view text, std::int64_t wanted) {
  if (wanted < 0) return std::nullopt;
  std::size_t at = 0;
  for (; wanted > 0 && at < text.size(); --wanted) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  }
  return wanted == 0 ? std::optional(at) : std::nullopt;
}

}  // namespace

std::optional<Error> error_in(json::Value root, std::string_view event_name) {
  const bool says_error = root["error"].present() || root["object"].is("error") || root["type"].is("error") ||
                          (event_name == "error" && !root["choices"].is_array());
  if (!says_error) return std::nullopt;
  // OpenRouter puts the upstream's status into the code of an error inside a stream (2026).
  const auto status = root["error"]["code"].integer_or(root["code"].integer_or(200));
  return diagnose(status >= 400 && status < 600 ? static_cast<int>(status) : 200, root.raw());
}

std::optional<ir::Usage> usage_in(json::Value root) {
  auto usage = root["usage"];
  if (!usage.is_object()) usage = root["choices"][std::size_t{0}]["usage"];
  if (!usage.is_object()) usage = root["x_groq"]["usage"];
  return usage.is_object() ? std::optional(read_usage(usage)) : std::nullopt;
}

bool write_usage(json::Writer& writer, std::string_view key, const ir::Usage& usage) {
  if (!usage.input && !usage.output) return false;
  writer.key(key);
  writer.begin_object();
  if (usage.input) writer.field("prompt_tokens", *usage.input);
  if (usage.output) writer.field("completion_tokens", *usage.output);
  if (usage.input && usage.output) writer.field("total_tokens", *usage.input + *usage.output);
  if (usage.cache_read || usage.cache_write) {
    writer.key("prompt_tokens_details");
    writer.begin_object();
    if (usage.cache_read) writer.field("cached_tokens", *usage.cache_read);
    if (usage.cache_write) writer.field("cache_write_tokens", *usage.cache_write);
    writer.end_object();
  }
  if (usage.reasoning) {
    writer.key("completion_tokens_details");
    writer.begin_object();
    writer.field("reasoning_tokens", *usage.reasoning);
    writer.end_object();
  }
  writer.end_object();
  return true;
}

ir::Stop stop_info(std::string_view word, bool called, bool refused) {
  const auto* const known = std::ranges::find(words, word, [](const auto& pair) { return pair.first; });
  auto reason = known == words.end() ? ir::StopReason::end : known->second;
  const bool cut = reason == ir::StopReason::length || reason == ir::StopReason::refusal;
  if (called && !cut) reason = ir::StopReason::tool_use;
  if (!called && reason == ir::StopReason::tool_use) reason = ir::StopReason::end;
  if (refused && reason == ir::StopReason::end) reason = ir::StopReason::refusal;
  return {.reason = reason, .raw = std::string(word)};
}

std::string_view finish_word(ir::StopReason reason, bool refused, bool legacy) {
  switch (reason) {
    case ir::StopReason::end:
    case ir::StopReason::stop_sequence:
    case ir::StopReason::paused: return "stop";
    case ir::StopReason::length:
    case ir::StopReason::context_full: return "length";
    case ir::StopReason::tool_use: return legacy ? "function_call" : "tool_calls";
    case ir::StopReason::refusal: return refused ? "stop" : "content_filter";
  }
  std::unreachable();
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

ir::Citation read_citation(json::Value annotation, std::string_view content, std::size_t base) {
  const auto inner = annotation["url_citation"];
  ir::Citation citation{.url = inner["url"].text_or(""), .title = inner["title"].text_or("")};
  const auto begin = byte_of(content, inner["start_index"].integer_or(-1));
  const auto end = byte_of(content, inner["end_index"].integer_or(-1));
  if (begin && end && *begin >= base && *end >= *begin) {
    citation.begin = *begin - base;
    citation.end = *end - base;
  }
  return citation;
}

void write_citation(json::Writer& writer, const ir::Citation& citation, std::string_view part,
                    std::size_t characters_before) {
  writer.begin_object();
  writer.field("type", "url_citation");
  writer.key("url_citation");
  writer.begin_object();
  const auto index = [&](std::size_t byte) {
    return characters_before + characters(part.substr(0, std::min(byte, part.size())));
  };
  if (citation.begin) writer.field("start_index", index(*citation.begin));
  if (citation.end) writer.field("end_index", index(*citation.end));
  writer.field("title", citation.title);
  writer.field("url", citation.url);
  writer.end_object();
  writer.end_object();
}

std::string reply_id(std::string_view upstream_id, const ReplyContext& context) {
  return upstream_id.empty() ? fmt::format("chatcmpl-{}", context.id) : std::string(upstream_id);
}

bool thoughts_wanted(const ReplyContext& context) {
  return context.request == nullptr || context.request->thinking.display != ir::Thinking::Display::hidden;
}

}  // namespace agt::dialect::openai_chat
