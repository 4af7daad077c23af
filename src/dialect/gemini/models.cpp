#include "dialect/gemini/functions.h"
#include "dialect/model_list.h"
#include "json/writer.h"

namespace agt::dialect::gemini {
namespace {

void write_model(json::Writer& writer, const ModelFacts& model) {
  writer.begin_object();
  writer.field("name", "models/" + model.id);
  writer.field("version", "001");
  writer.field("displayName", shown_name(model));
  writer.field("description", shown_name(model));
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

// A token is the name of the last model of the page before.
Result<ModelPage> model_page(std::span<const ModelFacts> models, const QueryLookup& query) {
  auto token = query("pageToken");
  if (token && token->empty()) token.reset();  // proto3 clients write a default as ""
  return page_of(
      models,
      {.after = std::move(token), .size = query("pageSize"), .after_name = "pageToken", .size_name = "pageSize"});
}

std::string render_models(const ModelPage& page) {
  json::Writer writer;
  writer.begin_object();
  write_model_list(writer, "models", page.models, write_model);
  if (page.more) writer.field("nextPageToken", page.models.back().id);
  writer.end_object();
  return std::move(writer).take();
}

std::string render_model(const ModelFacts& model) { return one_model(model, write_model); }

}  // namespace agt::dialect::gemini
