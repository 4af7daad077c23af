#include "sim/side_replies.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "json/writer.h"
#include "sim/errors.h"
#include "sim/form_replies.h"
#include "sim/replies.h"

namespace agt::sim {
namespace {

constexpr std::array<std::string_view, 4> openai_models{"gpt-5.5", "gpt-5.6-sol", "gpt-4.1", "text-embedding-3-small"};
constexpr std::array<std::string_view, 3> anthropic_models{"claude-opus-5", "claude-sonnet-4-5", "claude-haiku-4-5"};
constexpr std::array<std::string_view, 4> google_models{"gemini-3-pro-preview", "gemini-2.5-pro", "gemini-2.5-flash",
                                                        "gemini-embedding-001"};
constexpr std::size_t dimensions_default = 8;
constexpr std::size_t dimensions_max = 4096;

void write_openai_model(json::Writer& w, std::string_view id) {
  w.begin_object();
  w.field("id", id);
  w.field("object", "model");
  w.field("created", 1735689600);
  w.field("owned_by", "simulator");
  w.end_object();
}

void write_anthropic_model(json::Writer& w, std::string_view id) {
  w.begin_object();
  w.field("type", "model");
  w.field("id", id);
  w.field("display_name", fmt::format("Simulated {}", id));
  w.field("created_at", "2026-01-01T00:00:00Z");
  w.field("max_input_tokens", 200000);
  w.field("max_tokens", 64000);
  w.field("lifecycle", "active");
  w.field("line", "simulated");
  w.field_null("deprecated_at");
  w.field_null("retires_at");
  w.field_null("capabilities");
  w.end_object();
}

void write_google_model(json::Writer& w, std::string_view id) {
  w.begin_object();
  w.field("name", fmt::format("models/{}", id));
  w.field("version", "001");
  w.field("displayName", fmt::format("Simulated {}", id));
  w.field("description", "A model of the simulator.");
  w.field("inputTokenLimit", 1048576);
  w.field("outputTokenLimit", 65536);
  w.key("supportedGenerationMethods");
  w.raw(id.find("embedding") != std::string_view::npos ? R"(["embedContent","batchEmbedContents"])"
                                                       : R"(["generateContent","countTokens"])");
  w.field("temperature", 1);
  w.field("maxTemperature", 2);
  w.field("topP", 0.95);
  w.field("topK", 64);
  w.field("thinking", true);
  w.end_object();
}

// The same text has the same vector in every process.
std::vector<double> vector_of(std::string_view text, std::size_t dimensions) {
  std::vector<double> vector;
  double square = 0;
  auto digest = sha256(text);
  for (std::size_t i = 0; i < dimensions; ++i) {
    if (i > 0 && i % digest.size() == 0) digest = sha256(digest);
    const double x = static_cast<double>(static_cast<unsigned char>(digest[i % digest.size()])) / 127.5 - 1.0;
    vector.push_back(x);
    square += x * x;
  }
  const double length = square > 0 ? std::sqrt(square) : 1.0;
  for (auto& x : vector) x = static_cast<double>(static_cast<float>(x / length));
  return vector;
}

void write_vector(json::Writer& w, const std::vector<double>& vector) {
  w.begin_array();
  for (const double x : vector) w.value(x);
  w.end_array();
}

std::size_t dimensions_of(json::Value value) {
  const auto n = value.integer_or(static_cast<std::int64_t>(dimensions_default));
  return n < 1 || n > static_cast<std::int64_t>(dimensions_max) ? dimensions_default : static_cast<std::size_t>(n);
}

std::string base64_floats(const std::vector<double>& vector) {
  std::string bytes;
  for (const double x : vector) {
    const auto f = static_cast<float>(x);
    bytes.append(reinterpret_cast<const char*>(&f), sizeof f);
  }
  return base64(bytes);
}

Reply openai_embeddings(json::Value body, Minter& ids) {
  std::vector<std::string> inputs;
  if (body["input"].is_string()) inputs.push_back(body["input"].text_or(""));
  for (const auto one : body["input"].children()) inputs.push_back(one.text_or(one.raw()));
  if (inputs.empty())
    return error_reply(Dialect::chat,
                       {.message = "'$.input' is invalid. Please check the API reference.", .param = "input"}, ids);
  const bool packed = body["encoding_format"].is("base64");  // the official SDKs ask for it by default
  std::size_t bytes = 0;
  json::Writer w;
  w.begin_object();
  w.field("object", "list");
  w.key("data");
  w.begin_array();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto vector = vector_of(inputs[i], dimensions_of(body["dimensions"]));
    bytes += inputs[i].size();
    w.begin_object();
    w.field("object", "embedding");
    w.field("index", i);
    w.key("embedding");
    if (packed)
      w.value(base64_floats(vector));
    else
      write_vector(w, vector);
    w.end_object();
  }
  w.end_array();
  w.field("model", body["model"].text_or(""));
  w.key("usage");
  w.begin_object();
  w.field("prompt_tokens", bytes / 4 + 1);
  w.field("total_tokens", bytes / 4 + 1);
  w.end_object();
  w.end_object();
  Reply reply{.headers = usual_headers(Dialect::chat, ids)};
  reply.body = std::move(w).take();
  return reply;
}

void write_google_embedding(json::Writer& w, json::Value request) {
  const auto text = [&] {
    std::string all;
    for (const auto part : request["content"]["parts"].children()) all += part["text"].text_or("");
    return all;
  }();
  w.begin_object();
  w.key("values");
  write_vector(w, vector_of(text, dimensions_of(request["outputDimensionality"])));
  w.end_object();
}

}  // namespace

Reply models_reply(const Route& route, Minter& ids) {
  json::Writer w;
  w.begin_object();
  if (route.dialect == Dialect::chat) w.field("object", "list");
  w.key(route.dialect == Dialect::gemini ? "models" : "data");
  w.begin_array();
  if (route.dialect == Dialect::gemini) {
    for (const auto id : google_models) write_google_model(w, id);
  } else if (route.dialect == Dialect::anthropic) {
    for (const auto id : anthropic_models) write_anthropic_model(w, id);
  } else {
    for (const auto id : openai_models) write_openai_model(w, id);
  }
  w.end_array();
  if (route.dialect == Dialect::anthropic) {
    w.field("first_id", anthropic_models.front());
    w.field("last_id", anthropic_models.back());
    w.field("has_more", false);
  }
  w.end_object();
  Reply reply{.headers = usual_headers(route.dialect, ids)};
  reply.body = std::move(w).take();
  return reply;
}

// Any name is a model here, but for those that begin with "no-such".
Reply model_reply(const Route& route, Minter& ids) {
  if (route.model.starts_with("no-such")) return named_error("404_model", route.dialect, route.model, ids);
  json::Writer w;
  if (route.dialect == Dialect::gemini)
    write_google_model(w, route.model);
  else if (route.dialect == Dialect::anthropic)
    write_anthropic_model(w, route.model);
  else
    write_openai_model(w, route.model);
  Reply reply{.headers = usual_headers(route.dialect, ids)};
  reply.body = std::move(w).take();
  return reply;
}

Reply count_reply(const Turn& turn, Minter& ids) {
  const auto tokens = turn.input_bytes / 4 + 1;
  Reply reply{.headers = usual_headers(turn.dialect, ids)};
  if (turn.dialect == Dialect::anthropic)
    reply.body = fmt::format("{{\"input_tokens\":{}}}", tokens);
  else if (turn.dialect == Dialect::responses)
    reply.body = fmt::format("{{\"object\":\"response.input_tokens\",\"input_tokens\":{}}}", tokens);
  else if (turn.wrapped)
    reply.body = fmt::format("{{\"totalTokens\":{}}}", tokens);
  else
    reply.body = fmt::format(
        "{{\"totalTokens\":{0},\"promptTokensDetails\":[{{\"modality\":\"TEXT\",\"tokenCount\":{0}}}]}}", tokens);
  return reply;
}

Reply embed_reply(const Route& route, json::Value body, Minter& ids) {
  if (route.dialect != Dialect::gemini) return openai_embeddings(body, ids);
  json::Writer w;
  w.begin_object();
  if (route.operation == Operation::embed) {
    w.key("embedding");
    write_google_embedding(w, body);
  } else {
    w.key("embeddings");
    w.begin_array();
    for (const auto one : body["requests"].children()) write_google_embedding(w, one);
    w.end_array();
  }
  w.end_object();
  Reply reply{.headers = usual_headers(Dialect::gemini, ids)};
  reply.body = std::move(w).take();
  return reply;
}

// One pixel, whatever the prompt.
Reply drawn_reply(json::Value body, Minter& ids) {
  if (!body["prompt"].is_string())
    return error_reply(Dialect::chat, {.message = "Missing required parameter: 'prompt'.", .param = "prompt"}, ids);
  Reply reply{.headers = usual_headers(Dialect::chat, ids)};
  reply.body = fmt::format(R"({{"created":1,"data":[{{"b64_json":"{}"}}]}})", one_pixel);
  if (body["stream"].boolean_or(false)) stream_picture(reply, "image_generation");
  return reply;
}

Reply code_assist_reply(Operation operation, json::Value body, Minter& ids) {
  Reply reply{.headers = usual_headers(Dialect::gemini, ids)};
  const auto project = body["cloudaicompanionProject"].text_or("sim-project");
  if (operation == Operation::load_code_assist)
    reply.body = fmt::format(
        R"({{"currentTier":{{"id":"standard-tier","name":"Simulated tier","description":"","isDefault":true}},"allowedTiers":[{{"id":"standard-tier","name":"Simulated tier","description":"","isDefault":true}}],"cloudaicompanionProject":{},"gcpManaged":false,"paidTier":{{"id":"g1-pro-tier","name":"Simulated paid tier"}}}})",
        json::quoted(project));
  else if (operation == Operation::onboard_user)
    reply.body = fmt::format(
        R"({{"name":"operations/sim-onboard","done":true,"response":{{"@type":"type.googleapis.com/google.internal.cloud.code.v1internal.OnboardUserResponse","cloudaicompanionProject":{{"id":{0},"name":{0},"projectNumber":"1"}}}}}})",
        json::quoted(project));
  else
    reply.body =
        R"({"buckets":[{"modelId":"gemini-2.5-pro","tokenType":"REQUESTS","remainingAmount":"75","remainingFraction":0.75,"resetTime":"2030-01-01T00:00:00Z"},{"modelId":"gemini-3-pro-preview","tokenType":"REQUESTS","remainingAmount":"20","remainingFraction":0.2,"resetTime":"2030-01-01T00:00:00Z"}]})";
  return reply;
}

}  // namespace agt::sim
