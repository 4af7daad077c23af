#include <algorithm>
#include <iterator>

#include "dialect/gemini/functions.h"
#include "dialect/gemini/reader.h"
#include "ir/fold.h"

namespace agt::dialect::gemini {

Result<ir::Response> parse_response(const json::Document& body, const ReadContext& context) {
  ChunkReader reader(context);
  std::vector<ir::Event> events;
  reader.chunk(body.root(), events);
  reader.end(ChunkReader::Shape::whole, events);
  return ir::fold(events);
}

std::string render_response(const ir::Response& response, const ReplyContext& context) {
  ir::Losses unasked;
  auto& losses = context.losses != nullptr ? *context.losses : unasked;
  if (response.stop.reason == ir::StopReason::paused) losses.approximated("finishReason", std::string(paused_words));
  json::Writer parts;
  std::vector<CitedText> cited;
  std::vector<ir::TokenScore> scores;
  const bool shown = thoughts_shown(context);
  parts.begin_array();
  for (const auto& part : response.parts) {
    json::Writer one;
    one.begin_object();
    const bool written = write_reply_part(one, part, shown, losses);
    one.end_object();
    if (written) parts.raw(std::move(one).take());
    const auto* text = std::get_if<ir::Text>(&part.body);
    if (text == nullptr) continue;
    for (const auto& citation : text->citations) cited.push_back({.citation = citation, .text = text->text.plain()});
    std::ranges::copy(text->scores, std::back_inserter(scores));
  }
  parts.end_array();
  json::Writer writer;
  writer.begin_object();
  writer.key("candidates");
  writer.begin_array();
  writer.begin_object();
  writer.key("content");
  writer.begin_object();
  writer.key("parts");
  writer.raw(parts.text() == "[]" ? R"([{"text":""}])" : parts.text());
  writer.field("role", "model");
  writer.end_object();
  writer.field("finishReason", finish_reason_of(response.stop));
  if (response.stop.reason == ir::StopReason::refusal && !response.stop.detail.empty())
    writer.field("finishMessage", response.stop.detail);
  writer.field("index", 0);
  write_citations(writer, cited);
  write_scores(writer, scores);
  Average average;
  average.add(scores);
  average.write(writer);
  writer.end_object();
  writer.end_array();
  write_usage(writer, response.usage);
  writer.field("modelVersion", context.model);
  writer.field("responseId", response.id.empty() ? context.id : response.id);
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace agt::dialect::gemini
