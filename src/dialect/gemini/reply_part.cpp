#include <fmt/format.h>

#include "core/overloaded.h"
#include "dialect/gemini/chunk.h"
#include "dialect/gemini/parts.h"

namespace agt::dialect::gemini {
namespace {

// Signatures mean something to their signer only, and Gemini's clients would send others back to Gemini.
std::string own_signature(const ir::Part& part, ir::Losses& losses) {
  if (!part.signature) return {};
  if (part.signature->signer == ir::Dialect::gemini) return part.signature->blob;
  losses.harmless("signature", "a gemini client has no place for another provider's signature");
  return {};
}

}  // namespace

bool thoughts_shown(const ReplyContext& context) {
  return context.request == nullptr || context.request->thinking.display != ir::Thinking::Display::hidden;
}

bool write_reply_part(json::Writer& writer, const ir::Part& part, bool thoughts_shown, ir::Losses& losses) {
  const auto signature = own_signature(part, losses);
  const auto text = [&](const std::string& words) {
    if (words.empty() && signature.empty()) return false;
    writer.field("text", words);
    return true;
  };
  const bool written =
      std::visit(Overloaded{
                     [&](const ir::Text& body) { return text(body.text); },
                     [&](const ir::Refusal& body) {
                       losses.approximated("refusal", "shown as text");
                       return text(body.text);
                     },
                     [&](const ir::Reasoning& body) {
                       if (!thoughts_shown) return text("");
                       if (!text(body.text)) return false;
                       writer.field("thought", true);
                       return true;
                     },
                     [&](const ir::Media& body) {
                       if (const auto* file = std::get_if<ir::FileSource>(&body.source);
                           file != nullptr && file->origin != ir::Dialect::gemini) {
                         losses.dropped("media", fmt::format("a file that only {} can read", name(file->origin)));
                         return false;
                       }
                       write_media(writer, body);
                       return true;
                     },
                     [&](const ir::ToolCall& body) {
                       const auto arguments = object_arguments(body);
                       if (arguments.wrapped)
                         losses.approximated("functionCall.args", "not a JSON object; sent as _raw");
                       writer.key("functionCall");
                       write_call(writer, body.id, body.name, compact(arguments.object));
                       return true;
                     },
                     [&](const ir::ToolResult&) {
                       losses.dropped("tool result", "an answer has no tool results here");
                       return false;
                     },
                     [&](const ir::Opaque& body) {
                       if (body.origin != ir::Dialect::gemini) {
                         losses.dropped("part", fmt::format("a part that only {} understands", name(body.origin)));
                         return false;
                       }
                       const auto document = json::Document::parse(body.raw.text);
                       if (!document || document->root().size() == 0) return false;
                       for (const auto child : document->root().children()) {
                         writer.key(child.key());
                         writer.raw(compact(child.raw()));
                       }
                       return true;
                     },
                 },
                 part.body);
  if (written && !signature.empty()) writer.field("thoughtSignature", signature);
  return written;
}

}  // namespace agt::dialect::gemini
