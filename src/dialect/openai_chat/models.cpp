#include "dialect/model_list.h"
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

std::string render_models(const ModelPage& page) {
  json::Writer writer;
  writer.begin_object();
  writer.field("object", "list");
  write_model_list(writer, "data", page.models, write_model);
  writer.end_object();
  return std::move(writer).take();
}

std::string render_model(const ModelFacts& model) { return one_model(model, write_model); }

std::string render_token_count(std::int64_t tokens) {
  json::Writer writer;
  writer.begin_object();
  writer.field("object", "token_count");
  writer.field("input_tokens", tokens);
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace agt::dialect::openai_chat
