#include "dialect/openai_chat/messages.h"
#include "dialect/openai_chat/request.h"
#include "dialect/openai_chat/tools.h"

namespace agt::dialect::openai_chat {
namespace {

void write_stop(ObjectOut& out, const ir::Request& request) {
  out.settled("stop");
  const auto& stop = request.sampling.stop;
  if (const auto* kept = spelling(request.extras, "stop")) {
    const auto document = json::Document::parse(kept->text);
    const auto read = document ? read_stop(document->root()) : Result<std::vector<std::string>>();
    const bool same = kept->text == "null" ? stop.empty() : read && *read == stop;
    if (same) return out.field("stop", *kept);
  }
  if (stop.empty()) return;
  auto& writer = out.key("stop");
  writer.begin_array();
  for (const auto& sequence : stop) writer.value(sequence);
  writer.end_array();
}

void write_stream(ObjectOut& out, const ir::Request& request) {
  if (request.stream) out.field("stream", true);
  const auto* kept = spelling(request.extras, "stream_options");
  const auto document = json::Document::parse(kept == nullptr ? "{}" : std::string_view(kept->text));
  const auto options = document ? document->root() : json::Value();
  const bool same = options["include_usage"].boolean_or(false) == request.usage_in_stream;
  if (same) return;  // as spelled, or not at all
  auto& writer = out.key("stream_options");
  writer.begin_object();
  writer.field("include_usage", request.usage_in_stream);
  for (const auto option : options.children())
    if (!option.key_is("include_usage")) writer.field(option.key(), option.keep());
  writer.end_object();
}

void write_sampling(ObjectOut& out, const ir::Request& request) {
  const auto& sampling = request.sampling;
  const bool old_name = spelling(request.extras, "max_tokens") != nullptr;
  out.field_if(old_name ? "max_tokens" : "max_completion_tokens", sampling.max_tokens);
  out.field_if("temperature", sampling.temperature);
  out.field_if("top_p", sampling.top_p);
  out.field_if("top_k", sampling.top_k);
  out.field_if("presence_penalty", sampling.presence_penalty);
  out.field_if("frequency_penalty", sampling.frequency_penalty);
  out.field_if("seed", sampling.seed);
  out.field_if("n", sampling.candidates);
  out.field_if("logprobs", sampling.logprobs);
  out.field_if("top_logprobs", sampling.top_logprobs);
  write_stop(out, request);
}

// `request` is in the shape of messages.h. Everything before `messages` would change from turn to turn with the
// settings; prompt caches look at the messages and tools only, whose serialisation is the same on every turn.
std::string written(const ir::Request& request, const RenderTarget& target) {
  json::Writer writer(target.usual_bytes());
  ObjectOut out(writer, request.extras);
  out.field("model", target.model);
  write_messages(out.key("messages"), request.messages);
  write_tools(out, request);
  write_tool_choices(out, request);
  if (request.response_format) write_response_format(out, *request.response_format);
  write_sampling(out, request);
  if (request.thinking.effort) out.field("reasoning_effort", ir::name(*request.thinking.effort));
  if (!request.end_user.empty())
    out.field(spelling(request.extras, "user") != nullptr ? "user" : "safety_identifier", request.end_user);
  if (!request.service_tier.empty()) out.field("service_tier", request.service_tier);
  write_stream(out, request);
  out.end();
  return std::move(writer).take();
}

}  // namespace

Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target) {
  Rendered rendered;
  if (request.extras.origin == here) {
    rendered.body = written(request, target);
    return rendered;
  }
  rendered.names = ToolNames(request, name_rule);
  TRY(const auto own, adapted(request, target, rendered.names, rendered.losses));
  rendered.body = written(own, target);
  return rendered;
}

}  // namespace agt::dialect::openai_chat
