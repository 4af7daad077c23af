#include "dialect/openai_responses/reply.h"

#include <algorithm>
#include <utility>

#include "dialect/openai_chat/reply.h"

namespace agt::dialect::openai_responses {
namespace {

std::optional<std::int64_t> count(json::Value value) {
  if (value.kind() != json::Kind::number) return std::nullopt;
  const auto number = value.integer_or(-1);
  return number < 0 ? std::nullopt : std::optional(number);
}

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

std::optional<Error> error_in(json::Value response) {
  const bool says_error =
      response["error"].present() || response["type"].is("error") || response["status"].is("failed");
  if (says_error) return diagnose(200, response.raw());
  if (response["status"].is("cancelled"))
    return Error{.code = Code::stream_cut, .message = "The upstream says that the answer was cancelled."};
  return std::nullopt;
}

std::optional<ir::Usage> usage_in(json::Value response) {
  const auto usage = response["usage"];
  if (!usage.is_object()) return std::nullopt;
  return ir::Usage{
      .input = count(usage["input_tokens"]),
      .output = count(usage["output_tokens"]),
      .cache_read = count(usage["input_tokens_details"]["cached_tokens"]),
      .cache_write = count(usage["input_tokens_details"]["cache_write_tokens"]),
      .reasoning = count(usage["output_tokens_details"]["reasoning_tokens"]),
      .raw = usage.keep(),
  };
}

// What the answer holds counts more than the word, which does not tell calls from ends. A reason that is not known
// still says that the answer is not whole.
ir::Stop stop_info(json::Value response, bool called, bool refused) {
  const auto why = response["incomplete_details"]["reason"].text_or("");
  if (response["status"].is("incomplete") || !why.empty()) {
    const auto reason = why == "content_filter" ? ir::StopReason::refusal : ir::StopReason::length;
    return {.reason = reason, .raw = why.empty() ? "incomplete" : why};
  }
  const auto reason = called ? ir::StopReason::tool_use : refused ? ir::StopReason::refusal : ir::StopReason::end;
  return {.reason = reason, .raw = response["status"].text_or("completed")};
}

// A refusal in words of its own is a complete answer at OpenAI.
Ending ending_of(ir::StopReason reason, bool refused) {
  switch (reason) {
    case ir::StopReason::end:
    case ir::StopReason::stop_sequence:
    case ir::StopReason::tool_use:
    case ir::StopReason::paused: return {.status = "completed"};
    case ir::StopReason::length:
    case ir::StopReason::context_full: return {.status = "incomplete", .incomplete = "max_output_tokens"};
    case ir::StopReason::refusal:
      if (refused) return {.status = "completed"};
      return {.status = "incomplete", .incomplete = "content_filter"};
  }
  std::unreachable();
}

std::optional<ir::Citation> read_citation(json::Value annotation, std::string_view text) {
  if (!annotation["type"].is("url_citation")) return std::nullopt;
  ir::Citation citation{.url = annotation["url"].text_or(""), .title = annotation["title"].text_or("")};
  const auto begin = byte_of(text, annotation["start_index"].integer_or(-1));
  const auto end = byte_of(text, annotation["end_index"].integer_or(-1));
  if (begin && end && *end >= *begin) {
    citation.begin = begin;
    citation.end = end;
  }
  return citation;
}

// The clients' types want both indexes; a citation that names no place stands for the whole text.
void write_citation(json::Writer& writer, const ir::Citation& citation, std::string_view text) {
  const auto index = [&](std::size_t byte) {
    return openai_chat::characters(text.substr(0, std::min(byte, text.size())));
  };
  writer.begin_object();
  writer.field("type", "url_citation");
  writer.field("start_index", index(citation.begin.value_or(0)));
  writer.field("end_index", index(citation.end.value_or(text.size())));
  writer.field("title", citation.title);
  writer.field("url", citation.url);
  writer.end_object();
}

}  // namespace agt::dialect::openai_responses
