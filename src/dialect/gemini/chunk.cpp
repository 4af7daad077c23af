#include "dialect/gemini/chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "dialect/gemini/fields.h"

namespace agt::dialect::gemini {
namespace {

std::optional<std::int64_t> count(json::Value metadata, std::string_view name) {
  const auto value = metadata[name];
  if (value.kind() != json::Kind::number) return std::nullopt;
  return value.integer_or(0);
}

std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a) return b;
  return *a + b.value_or(0);
}

using ir::StopReason;

constexpr std::array<std::string_view, 12> safety_reasons{
    "SAFETY",           "RECITATION",         "LANGUAGE",
    "BLOCKLIST",        "PROHIBITED_CONTENT", "SPII",
    "MODEL_ARMOR",      "IMAGE_SAFETY",       "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION", "IMAGE_OTHER",        "JAILBREAK"};
constexpr std::array<std::string_view, 4> broken_reasons{"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
                                                         "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

ir::Citation citation_of(json::Value web) {
  ir::Citation out;
  out.url = web["uri"].text_or("");
  out.title = web["title"].text_or("");
  return out;
}

// web, retrievedContext and maps are the kinds of a grounding chunk; all have uri and title.
json::Value source_of(json::Value chunk) {
  for (const auto kind : chunk.children())
    if (kind["uri"].is_string()) return kind;
  return {};
}

std::optional<std::size_t> offset(json::Value segment, std::string_view name) {
  const auto value = segment[name].integer_or(0);  // proto3 leaves a 0 out
  return value < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(value));
}

void write_support(json::Writer& writer, const ir::Citation& citation, std::size_t chunk, std::string_view text) {
  // Offsets that an upstream got wrong must not cut a character in two.
  const auto begin = text::clipped(text, citation.begin.value_or(0)).size();
  const auto end = std::max(begin, text::clipped(text, citation.end.value_or(text.size())).size());
  writer.begin_object();
  writer.key("segment");
  writer.begin_object();
  writer.field("startIndex", begin);
  writer.field("endIndex", end);
  writer.field("text", text.substr(begin, end - begin));
  writer.end_object();
  writer.key("groundingChunkIndices");
  writer.begin_array();
  writer.value(chunk);
  writer.end_array();
  writer.end_object();
}

}  // namespace

ir::Usage usage_of(json::Value metadata) {
  ir::Usage usage;
  if (!metadata.is_object()) return usage;
  usage.input = sum(count(metadata, "promptTokenCount"), count(metadata, "toolUsePromptTokenCount"));
  usage.reasoning = count(metadata, "thoughtsTokenCount");
  usage.output = sum(count(metadata, "candidatesTokenCount"), usage.reasoning);
  usage.cache_read = count(metadata, "cachedContentTokenCount");
  usage.raw = metadata.keep();
  return usage;
}

bool known(const ir::Usage& usage) { return usage.input || usage.output || usage.cache_read || usage.reasoning; }

void write_usage(json::Writer& writer, const ir::Usage& usage) {
  if (!known(usage)) return;
  const auto reasoning = usage.reasoning.value_or(0);
  writer.key("usageMetadata");
  writer.begin_object();
  if (usage.input) writer.field("promptTokenCount", *usage.input);
  if (usage.cache_read) writer.field("cachedContentTokenCount", *usage.cache_read);
  if (usage.output) writer.field("candidatesTokenCount", std::max<std::int64_t>(*usage.output - reasoning, 0));
  if (usage.reasoning) writer.field("thoughtsTokenCount", reasoning);
  writer.field("totalTokenCount", usage.input.value_or(0) + usage.output.value_or(reasoning));
  writer.end_object();
}

Ending ending_of(std::string_view reason, std::string_view message, bool has_calls) {
  Ending out;
  out.stop = {.reason = StopReason::end, .detail = std::string(message), .raw = std::string(reason)};
  if (reason == "MAX_TOKENS" || reason == "CONTINUATION") {
    out.stop.reason = StopReason::length;
  } else if (among(safety_reasons, reason)) {
    out.stop.reason = StopReason::refusal;
    if (out.stop.detail.empty()) out.stop.detail = reason;
  } else if (among(broken_reasons, reason)) {
    auto words = fmt::format("The model's answer was unusable ({}){}{}", reason, message.empty() ? "." : ": ", message);
    out.failed = Error{.code = Code::internal_5xx, .message = std::move(words)};
  } else if (has_calls) {
    out.stop.reason = StopReason::tool_use;  // Gemini says STOP
  }
  return out;
}

ir::Stop blocked(json::Value feedback) {
  ir::Stop stop{.reason = StopReason::refusal};
  stop.raw = feedback["blockReason"].text_or("");
  stop.detail = feedback["blockReasonMessage"].text_or(stop.raw);
  return stop;
}

std::string finish_reason_of(const ir::Stop& stop) {
  switch (stop.reason) {
    case StopReason::end:
    case StopReason::stop_sequence:
    case StopReason::tool_use:
    case StopReason::paused: return "STOP";
    case StopReason::length:
    case StopReason::context_full: return "MAX_TOKENS";
    case StopReason::refusal: return among(safety_reasons, stop.raw) && stop.raw != "JAILBREAK" ? stop.raw : "SAFETY";
  }
  std::unreachable();
}

json::Value first_candidate(json::Value chunk) {
  for (const auto candidate : chunk["candidates"].children())
    if (candidate["index"].integer_or(0) == 0) return candidate;
  return {};
}

void citations_of(json::Value candidate, std::vector<ir::Citation>& out) {
  const auto grounding = candidate["groundingMetadata"];
  const auto chunks = grounding["groundingChunks"];
  std::vector<bool> referred(chunks.size());
  for (const auto support : grounding["groundingSupports"].children())
    for (const auto index : support["groundingChunkIndices"].children()) {
      const auto position = index.integer_or(-1);
      if (position < 0 || static_cast<std::size_t>(position) >= chunks.size()) continue;
      referred[static_cast<std::size_t>(position)] = true;
      auto citation = citation_of(source_of(chunks[static_cast<std::size_t>(position)]));
      citation.begin = offset(support["segment"], "startIndex");
      citation.end = offset(support["segment"], "endIndex");
      out.push_back(std::move(citation));
    }
  std::size_t position = 0;
  for (const auto chunk : chunks.children())
    if (!referred[position++]) out.push_back(citation_of(source_of(chunk)));
  for (const auto source : candidate["citationMetadata"]["citationSources"].children()) {
    auto citation = citation_of(source);
    citation.begin = offset(source, "startIndex");
    citation.end = offset(source, "endIndex");
    out.push_back(std::move(citation));
  }
}

void write_citations(json::Writer& writer, const std::vector<CitedText>& cited) {
  if (cited.empty()) return;
  writer.key("groundingMetadata");
  writer.begin_object();
  writer.key("groundingChunks");
  writer.begin_array();
  for (const auto& [citation, text] : cited) {
    writer.begin_object();
    writer.key("web");
    writer.begin_object();
    writer.field("uri", citation.url);
    if (!citation.title.empty()) writer.field("title", citation.title);
    writer.end_object();
    writer.end_object();
  }
  writer.end_array();
  writer.key("groundingSupports");
  writer.begin_array();
  for (std::size_t i = 0; i < cited.size(); ++i)
    if (cited[i].citation.begin || cited[i].citation.end) write_support(writer, cited[i].citation, i, cited[i].text);
  writer.end_array();
  writer.end_object();
}

}  // namespace agt::dialect::gemini
