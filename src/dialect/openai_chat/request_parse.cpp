#include "dialect/openai_chat/messages.h"
#include "dialect/openai_chat/request.h"
#include "dialect/openai_chat/tools.h"

namespace agt::dialect::openai_chat {
namespace {

Result<> read_stream(ObjectIn& in, ir::Request& request) {
  if (const auto stream = in.take("stream"); stream.exists()) {
    TRY(request.stream, stream.boolean());
    if (!request.stream) in.spell("stream", stream.raw());
  }
  request.usage_in_stream = false;
  const auto options = in.take("stream_options");
  if (!options.exists()) return {};
  if (!options.is_object()) return options.refuse("an object");
  if (const auto usage = options["include_usage"]; usage.present()) {
    TRY(request.usage_in_stream, usage.boolean());
  }
  in.spell("stream_options", options.raw());
  return {};
}

// max_completion_tokens replaced max_tokens (2024-09); compatible servers know the old one only. Which of them was used
// is kept; with both, the new one counts and the old one stays among the extras.
Result<> read_limit(ObjectIn& in, ir::Sampling& sampling) {
  TRY_OK(take_into(in, "max_completion_tokens", sampling.max_tokens, &json::Value::integer));
  if (sampling.max_tokens) return {};
  TRY_OK(take_into(in, "max_tokens", sampling.max_tokens, &json::Value::integer));
  if (sampling.max_tokens) in.spell("max_tokens", "");
  return {};
}

Result<> read_sampling(ObjectIn& in, ir::Sampling& sampling) {
  TRY_OK(take_into(in, "temperature", sampling.temperature, &json::Value::number));
  TRY_OK(take_into(in, "top_p", sampling.top_p, &json::Value::number));
  TRY_OK(take_into(in, "top_k", sampling.top_k, &json::Value::number));  // not OpenAI's, but of many compatible servers
  TRY_OK(take_into(in, "presence_penalty", sampling.presence_penalty, &json::Value::number));
  TRY_OK(take_into(in, "frequency_penalty", sampling.frequency_penalty, &json::Value::number));
  TRY_OK(take_into(in, "seed", sampling.seed, &json::Value::integer));
  TRY_OK(take_into(in, "n", sampling.candidates, &json::Value::integer));
  TRY_OK(take_into(in, "logprobs", sampling.logprobs, &json::Value::boolean));
  TRY_OK(take_into(in, "top_logprobs", sampling.top_logprobs, &json::Value::integer));
  TRY_OK(read_limit(in, sampling));
  if (const auto stop = in.take("stop"); stop.exists()) {
    TRY(sampling.stop, read_stop(stop));
    in.spell("stop", stop.raw());
  }
  return {};
}

Result<> read_effort(ObjectIn& in, ir::Request& request) {
  const auto value = in.take("reasoning_effort");
  if (!value.exists()) return {};
  TRY(const auto word, value.text());
  request.thinking.effort = ir::effort_named(word);
  if (!request.thinking.effort) {
    request.extras.fields.push_back({.key = "reasoning_effort", .value = value.keep()});
    return {};
  }
  const bool off = request.thinking.effort == ir::Effort::none;
  request.thinking.mode = off ? ir::Thinking::Mode::off : ir::Thinking::Mode::adaptive;
  return {};
}

Result<> read_user(ObjectIn& in, ir::Request& request) {
  TRY_OK(in.take_text("safety_identifier", request.end_user));
  if (!request.end_user.empty()) return {};
  TRY_OK(in.take_text("user", request.end_user));
  if (!request.end_user.empty()) in.spell("user", "");
  return {};
}

}  // namespace

Result<ir::Request> parse_request(const json::Document& body, const Asked& asked) {
  const auto root = body.root();
  if (!root.is_object()) return root.refuse("an object");
  ir::Request request;
  ObjectIn in(root, request.extras);
  TRY(const auto model, in.need("model"));
  TRY(request.model, model.text());
  TRY(const auto messages, in.need("messages"));
  if (!messages.is_array() || messages.size() == 0) return messages.refuse("a non-empty array of messages");
  TRY(request.messages, read_messages(messages));
  TRY_OK(read_tools(in, request));
  TRY_OK(read_tool_choices(in, request));
  TRY_OK(read_response_format(in, request));
  TRY_OK(read_sampling(in, request.sampling));
  TRY_OK(read_stream(in, request));
  TRY_OK(read_effort(in, request));
  TRY_OK(read_user(in, request));
  TRY_OK(in.take_text("service_tier", request.service_tier));
  // store:false asks for what everybody else does anyway, so it is no loss elsewhere.
  if (root["store"].raw() == "false") in.spell("store", in.take("store").raw());
  in.keep_rest();
  if (!asked.model.empty()) request.model = asked.model;
  return request;
}

}  // namespace agt::dialect::openai_chat
