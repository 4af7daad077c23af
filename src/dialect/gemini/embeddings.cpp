// models/M:embedContent and :batchEmbedContents. Source: ai.google.dev/api/embeddings, 2026-11.
#include <fmt/format.h>

#include <algorithm>

#include "dialect/gemini/codec.h"
#include "dialect/gemini/functions.h"
#include "json/writer.h"

namespace agt::dialect::gemini {
namespace {

Result<std::string> text_of(json::Value request) {
  const auto parts = request["content"]["parts"];
  if (!parts.is_array() || parts.size() == 0)
    return fail(Code::schema, "content.parts: must be a non-empty array.", "content.parts");
  std::string text;
  for (const auto part : parts.children()) {
    if (!part["text"].is_string())
      return fail(Code::feature_unsupported, "content.parts: the other provider embeds text only.", "content.parts");
    TRY(const auto piece, part["text"].text());
    text += (text.empty() ? "" : "\n") + piece;
  }
  return text;
}

// Both spellings are accepted by the REST API.
json::Value either(json::Value object, std::string_view camel, std::string_view snake) {
  const auto value = object[camel];
  return value.exists() ? value : object[snake];
}

Result<> take_one(json::Value one, ir::EmbeddingRequest& request) {
  TRY(auto text, text_of(one));
  request.texts.push_back(std::move(text));
  if (const auto wanted = either(one, "outputDimensionality", "output_dimensionality"); wanted.present()) {
    TRY(const auto dimensions, wanted.integer());
    if (dimensions < 1) return wanted.refuse("a positive number");
    if (request.dimensions && request.dimensions != dimensions)
      return fail(Code::feature_unsupported,
                  "outputDimensionality: the other provider makes vectors of one size in one request.",
                  "outputDimensionality");
    request.dimensions = dimensions;
  }
  for (const auto& [camel, snake] : {std::pair("taskType", "task_type"), std::pair("title", "title")})
    if (either(one, camel, snake).present()) request.losses.dropped(camel, "the other provider has no such field");
  return {};
}

Result<ir::EmbeddingRequest> parse(const json::Document& body, const Asked& asked) {
  const auto root = body.root();
  ir::EmbeddingRequest request{.model = asked.model};
  const auto many = root["requests"];
  request.single = !many.exists();
  if (request.single) {
    TRY_OK(take_one(root, request));
    return request;
  }
  if (!many.is_array() || many.size() == 0) return many.refuse("a non-empty array");
  for (const auto one : many.children()) TRY_OK(take_one(one, request));
  return request;
}

std::string render(const ir::EmbeddingRequest& request, std::string_view model) {
  json::Writer w;
  w.begin_object();
  w.key("requests");
  w.begin_array();
  for (const auto& text : request.texts) {
    w.begin_object();
    w.field("model", model.starts_with("models/") ? std::string(model) : fmt::format("models/{}", model));
    w.key("content");
    w.begin_object();
    w.key("parts");
    w.begin_array();
    w.begin_object();
    w.field("text", text);
    w.end_object();
    w.end_array();
    w.end_object();
    if (request.dimensions) w.field("outputDimensionality", *request.dimensions);
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return std::move(w).take();
}

Result<ir::EmbeddingReply> parse_reply(const json::Document& body) {
  const auto list = body.root()["embeddings"];
  if (!list.is_array()) return fail(Code::translate_reply, "The upstream's reply holds no list of vectors.");
  ir::EmbeddingReply reply;
  for (const auto item : list.children()) {
    auto& vector = reply.vectors.emplace_back();
    for (const auto number : item["values"].children()) vector.push_back(number.number_or(0));
  }
  const auto counted = body.root()["usageMetadata"]["promptTokenCount"];
  if (counted.present()) reply.input_tokens = counted.integer_or(0);
  return reply;
}

std::string render_reply(const ir::EmbeddingReply& reply, const ir::EmbeddingRequest& request) {
  json::Writer w;
  const auto write = [&w](const std::vector<double>& vector) {
    w.begin_object();
    w.key("values");
    w.begin_array();
    for (const double x : vector) w.value(x);
    w.end_array();
    w.end_object();
  };
  w.begin_object();
  if (request.single) {
    w.key("embedding");
    write(reply.vectors.empty() ? std::vector<double>() : reply.vectors.front());
  } else {
    w.key("embeddings");
    w.begin_array();
    for (const auto& vector : reply.vectors) write(vector);
    w.end_array();
  }
  w.end_object();
  return std::move(w).take();
}

}  // namespace

const Embedder embedder{
    .parse_request = parse, .render_request = render, .parse_reply = parse_reply, .render_reply = render_reply};

}  // namespace agt::dialect::gemini
