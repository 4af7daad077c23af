#include "dialect/openai_chat/reply.h"
#include "json/writer.h"

namespace agt::dialect::openai_chat {
namespace {

void write_model(json::Writer& writer, const ModelFacts& model) {
  writer.begin_object();
  writer.field("id", model.id);
  writer.field("object", "model");
  writer.field("created", 0);  // required by the clients' types; nobody knows it
  writer.field("owned_by", "gateway");
  writer.end_object();
}

}  // namespace

std::string render_models(std::span<const ModelFacts> models) {
  json::Writer writer;
  writer.begin_object();
  writer.field("object", "list");
  writer.key("data");
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

std::string render_token_count(std::int64_t tokens) {
  json::Writer writer;
  writer.begin_object();
  writer.field("object", "token_count");
  writer.field("input_tokens", tokens);
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace agt::dialect::openai_chat
