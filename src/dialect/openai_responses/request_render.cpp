#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/memory.h"
#include "dialect/openai_responses/request.h"
#include "dialect/openai_responses/tools.h"
#include "ir/turns.h"

namespace agt::dialect::openai_responses {
namespace {

void write_input(MembersOut& out, const ir::Request& request, ir::Losses& losses) {
  const bool bare = spelling(request.extras, here, "input") != nullptr;
  const auto* text = bare && request.messages.size() == 1 && request.messages[0].parts.size() == 1
                         ? std::get_if<ir::Text>(&request.messages[0].parts[0].body)
                         : nullptr;
  if (text != nullptr) return out.field("input", text->text);
  out.settled("input");
  if (request.messages.empty() && spelling(request.extras, here, array_mark) == nullptr) return;
  write_items(out.key("input"), request.messages, &losses);
}

bool was_object(const ir::Request& request, std::string_view key) {
  const auto* kept = spelling(request.extras, here, key);
  return kept != nullptr && kept->text != "null";
}

void write_reasoning(MembersOut& out, const ir::Request& request) {
  const auto& thinking = request.thinking;
  const auto* summary = spelling(request.extras, here, "reasoning.summary");
  const bool shown = thinking.display == ir::Thinking::Display::shown;
  if (!was_object(request, "reasoning") && !thinking.effort && !shown) return;
  auto inner = out.inner("reasoning");
  if (thinking.effort) inner.field("effort", ir::name(*thinking.effort));
  if (summary == nullptr && shown) inner.field("summary", "auto");
  inner.end();
}

void write_format(MembersOut& text, const ir::ResponseFormat& format) {
  MembersOut out(text.key("format"), format.extras, here);
  switch (format.kind) {
    case ir::ResponseFormat::Kind::text: out.field("type", "text"); break;
    case ir::ResponseFormat::Kind::json_object: out.field("type", "json_object"); break;
    case ir::ResponseFormat::Kind::json_schema:
      out.field("type", "json_schema");
      if (!format.name.empty()) out.field("name", format.name);
      if (!format.description.empty()) out.field("description", format.description);
      out.field("schema", format.schema);
      out.field_if("strict", format.strict);
      break;
  }
  out.end();
}

void write_text(MembersOut& out, const ir::Request& request) {
  if (!request.response_format && !was_object(request, "text")) return;
  auto inner = out.inner("text");
  if (request.response_format) write_format(inner, *request.response_format);
  inner.end();
}

// `request` is in the shape of items.h. Prompt caches look at instructions, tools and input, whose serialisation is the
// same on every turn.
std::string written(const ir::Request& request, const RenderTarget& target, ir::Losses& losses) {
  json::Writer writer(target.usual_bytes());
  MembersOut out(writer, request.extras, here);
  out.field("model", target.model);
  if (!request.system.empty()) out.field("instructions", ir::plain_text(request.system));
  write_input(out, request, losses);
  write_tools(out, request);
  write_tool_choice(out, request);
  write_reasoning(out, request);
  write_text(out, request);
  out.field_if("temperature", request.sampling.temperature);
  out.field_if("top_p", request.sampling.top_p);
  out.field_if("max_output_tokens", request.sampling.max_tokens);
  out.field_if("top_logprobs", request.sampling.top_logprobs);
  if (!request.end_user.empty())
    out.field(spelling(request.extras, here, "user") != nullptr ? "user" : "safety_identifier", request.end_user);
  if (!request.service_tier.empty()) out.field("service_tier", request.service_tier);
  if (request.stream) out.field("stream", true);
  out.settled(array_mark);
  out.settled(recalled_mark);
  out.end();
  return std::move(writer).take();
}

}  // namespace

Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target) {
  Rendered rendered;
  if (request.extras.origin == here) {
    rendered.body = written(request, target, rendered.losses);
    return rendered;
  }
  rendered.names = ToolNames(request, name_rule);
  TRY(const auto own, adapted(request, target, rendered.names, rendered.losses));
  rendered.body = written(own, target, rendered.losses);
  return rendered;
}

}  // namespace agt::dialect::openai_responses
