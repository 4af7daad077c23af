#include "dialect/gemini/functions.h"
#include "json/writer.h"

namespace agt::dialect::gemini {
namespace {

void write_model(json::Writer& writer, const ModelFacts& model) {
  writer.begin_object();
  writer.field("name", "models/" + model.id);
  writer.field("version", "001");
  writer.field("displayName", model.display_name.empty() ? model.id : model.display_name);
  writer.field("description", model.display_name.empty() ? model.id : model.display_name);
  if (model.context_tokens) writer.field("inputTokenLimit", *model.context_tokens);
  if (model.output_tokens) writer.field("outputTokenLimit", *model.output_tokens);
  writer.key("supportedGenerationMethods");
  writer.begin_array();
  writer.value("generateContent");
  writer.value("countTokens");
  writer.end_array();
  if (model.sampling_accepted) writer.field("maxTemperature", 2);
  writer.field("thinking", model.thinking != ThinkingStyle::none);
  writer.end_object();
}

}  // namespace

std::string render_token_count(std::int64_t tokens) {
  json::Writer writer;
  writer.begin_object();
  writer.field("totalTokens", tokens);
  writer.end_object();
  return std::move(writer).take();
}

std::string render_models(std::span<const ModelFacts> models) {
  json::Writer writer;
  writer.begin_object();
  writer.key("models");
  writer.begin_array();
  for (const auto& model : models) write_model(writer, model);
  writer.end_array();
  writer.end_object();
  return std::move(writer).take();
}

std::string render_model(const ModelFacts& model) {
  json::Writer writer;
  write_model(writer, model);
  return std::move(writer).take();
}

}  // namespace agt::dialect::gemini
