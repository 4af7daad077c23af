#include "dialect/openai_chat/shared_messages.h"

#include <fmt/format.h>

#include <ranges>

#include "dialect/limits.h"
#include "dialect/openai_chat/data_url.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::dialect::openai_chat {
namespace {

bool is_text_mime(std::string_view mime) { return mime.starts_with("text/") || mime == "application/json"; }

}  // namespace

ir::Part SharedMessages::stripped(const ir::Part& part, std::string_view at) {
  losses_.extras_go_home(part.extras, here_, at);
  if (part.signature && part.signature->signer != here_)
    losses_.harmless(std::string(at), "a signature means nothing to another provider");
  ir::Part out;
  out.body = part.body;
  out.cache = part.cache;
  if (out.cache && !facts_.cache_marks) {
    losses_.harmless(std::string(at), "this model takes no cache marks");
    out.cache.reset();
  }
  return out;
}

ir::Part SharedMessages::adapted_call(const ir::Part& part, const ir::ToolCall& call) {
  auto out = stripped(part, path);
  out.cache.reset();
  auto& own = std::get<ir::ToolCall>(out.body);
  own.id = legal_tool_id(call.id);
  own.name = names_.upstream(call.name, call.name_space);
  own.name_space.clear();
  if (call.kind == ir::ToolCall::Kind::custom && !facts_.custom_tools) {
    own.kind = ir::ToolCall::Kind::function;
    own.arguments = fmt::format("{{{}:{}}}", json::quoted(custom_argument), json::quoted(call.arguments));
  } else if (call.kind == ir::ToolCall::Kind::function && own.arguments.empty()) {
    own.arguments = "{}";
  }
  return out;
}

Result<bool> SharedMessages::document_as_text(ir::Part& part) {
  const auto& media = std::get<ir::Media>(part.body);
  const auto* data = std::get_if<ir::InlineData>(&media.source);
  if (data == nullptr || !(data->plain || is_text_mime(media.mime))) return false;
  auto text = data->plain ? std::optional(data->base64) : from_base64(data->base64);
  // A Document checks UTF-8, which the body must be.
  if (!text || !json::Document::parse(json::quoted(*text)))
    return fail(Code::schema, "The data of a text document is not base64 of UTF-8 text.", std::string(path));
  losses_.approximated(std::string(path), "a text document was put in as text");
  if (!media.name.empty()) text = fmt::format("{}:\n{}", media.name, *text);
  part.body = ir::Text{.text = *std::move(text)};
  return true;
}

void SharedMessages::trim_cache_marks() {
  std::size_t kept = 0;
  for (auto& message : out_ | std::views::reverse)
    for (auto& part : message.parts | std::views::reverse) {
      if (!part.cache || ++kept <= cache_marks_max) continue;
      losses_.harmless(std::string(path), "more cache marks than the provider takes");
      part.cache.reset();
    }
}

std::unexpected<Error> SharedMessages::unsupported(std::string_view why) {
  return fail(Code::feature_unsupported, fmt::format("{}: {}.", path, why), std::string(path));
}

}  // namespace agt::dialect::openai_chat
