// Errors in OpenAI's envelope, which all its protocols share.
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_responses/reply.h"
#include "json/writer.h"

namespace agt::dialect::openai_responses {

ErrorReply render_error(const Error& error, std::string_view trace) {
  auto reply = openai_chat::render_error(error, trace);
  if (error.code != Code::feature_unsupported || error.field != previous) return reply;
  json::Writer writer;
  writer.begin_object();
  writer.key("error");
  writer.begin_object();
  writer.field("message", error.message);
  writer.field("type", "invalid_request_error");
  writer.field("param", error.field);
  writer.field("code", "previous_response_not_found");  // the word by which clients start anew (2026-11)
  writer.end_object();
  writer.end_object();
  reply.body = std::move(writer).take();
  return reply;
}

// Inside a response object a code is all that tells the client's fault from the server's (invalid_prompt,
// invalid_image, image_too_large, …; 2026-11).
Error diagnose(int status, std::string_view body) {
  auto error = openai_chat::diagnose(status, body);
  if (error.code != Code::internal_5xx || status != 200) return error;
  const auto document = json::Document::parse(body);
  if (!document) return error;
  const auto root = document->root();
  const auto code = (root["error"].is_object() ? root["error"] : root)["code"].text_or("");
  if (code.starts_with("invalid_") || code.contains("image")) error.code = Code::upstream_refused;
  return error;
}

std::string render_token_count(std::int64_t tokens) {
  json::Writer writer;
  writer.begin_object();
  writer.field("object", "response.input_tokens");
  writer.field("input_tokens", tokens);
  writer.end_object();
  return std::move(writer).take();
}

}  // namespace agt::dialect::openai_responses
