#include <array>
#include <utility>

#include "dialect/gemini/parts.h"

namespace agt::dialect::gemini {
namespace {

constexpr std::string_view history_seed = "gemini-history";
constexpr std::string_view orphan_seed = "gemini-orphan";

struct Extension {
  std::string_view ending;
  ir::MediaKind kind;
};
// For a file URI without a MIME type; what is not listed counts as a document.
constexpr std::array extensions{
    Extension{".png", ir::MediaKind::image},  Extension{".jpg", ir::MediaKind::image},
    Extension{".jpeg", ir::MediaKind::image}, Extension{".gif", ir::MediaKind::image},
    Extension{".webp", ir::MediaKind::image}, Extension{".mp3", ir::MediaKind::audio},
    Extension{".wav", ir::MediaKind::audio},  Extension{".ogg", ir::MediaKind::audio},
    Extension{".mp4", ir::MediaKind::video},  Extension{".webm", ir::MediaKind::video},
};

// Google's own places: the Files API and Cloud Storage. Other URLs are fetched by anybody.
bool is_google_file(std::string_view uri) {
  constexpr std::string_view files_api = "https://generativelanguage.googleapis.com/";
  return uri.starts_with("gs://") || uri.starts_with(files_api) || !uri.contains("://");
}

// The known data member of a part object; "" when it has none.
std::string_view data_member(json::Value part) {
  for (const std::string_view name : {"functionCall", "functionResponse", "inlineData", "fileData", "text"})
    if (member(part, name).present()) return name;
  return {};
}

// A part with a signature or a thought flag and nothing else: an empty text.
bool is_bare_signature(json::Value part) {
  if (part.size() == 0) return false;
  for (const auto child : part.children())
    if (const auto key = camel(child.key()); key != "thought" && key != "thoughtSignature") return false;
  return true;
}

Result<> parse_media(json::Value part, std::string_view name, ir::Part& out) {
  TRY(const auto object, optional_object(part, name));
  ir::Media media;
  TRY(auto mime, optional_text(object, "mimeType"));
  TRY(auto display, optional_text(object, "displayName"));
  media.mime = mime.value_or("");
  media.name = display.value_or("");
  if (name == "inlineData") {
    const auto data = member(object, "data");
    TRY(auto base64, data.exists() ? data.text() : Result<std::string>(std::string{}));
    if (!data.exists()) spell(out.extras, section::inline_data, "data", {});
    media.kind = media_kind(media.mime, {});
    media.source = ir::InlineData{.base64 = std::move(base64)};
    keep_rest(object, {"mimeType", "displayName", "data"}, section::inline_data, out.extras);
  } else {
    const auto uri = member(object, "fileUri");
    if (!uri.present()) return fail(Code::schema, object.path() + ".fileUri: is missing.", object.path() + ".fileUri");
    TRY(auto text, uri.text());
    media.kind = media_kind(media.mime, text);
    if (is_google_file(text))
      media.source = ir::FileSource{.id = std::move(text), .origin = ir::Dialect::gemini};
    else
      media.source = ir::UrlSource{.url = std::move(text)};
    keep_rest(object, {"mimeType", "displayName", "fileUri"}, section::file_data, out.extras);
  }
  out.body = std::move(media);
  return {};
}

Result<> parse_call(json::Value part, CallLedger& ledger, ir::Part& out) {
  TRY(const auto object, optional_object(part, "functionCall"));
  TRY(const auto id, optional_text(object, "id"));
  TRY(auto name, optional_text(object, "name"));
  if (!name) return fail(Code::schema, object.path() + ".name: is missing.", object.path() + ".name");
  TRY(const auto args, optional_object(object, "args"));
  if (!id) spell(out.extras, section::call, "id", {});
  if (!args.exists()) spell(out.extras, section::call, "args", {});
  out.body = ir::ToolCall{.id = ledger.called(id.value_or(""), *name),
                          .name = *name,
                          .arguments = args.exists() ? std::string(args.raw()) : "{}"};
  keep_rest(object, {"id", "name", "args"}, section::call, out.extras);
  return {};
}

// What the tool said, as text. {"output":s} and {"error":s} are Google's convention; any other object is shown whole.
void take_response(json::Value response, ir::ToolResult& result, ir::Extras& extras) {
  const auto output = response["output"];
  const auto error = response["error"];
  const bool plain = output.is_string() && response.size() == 1;
  result.is_error = error.present() && !output.exists();
  const auto said = response.size() != 1 ? response : output.exists() ? output : error.exists() ? error : response;
  auto text = said.is_string() ? said.words().value_or("") : json::Words(said.raw());
  if (!plain || text.empty()) spell(extras, section::response, "response", response.keep());
  if (!text.empty()) result.content.push_back(ir::text_part(std::move(text)));
}

Result<> parse_result(json::Value part, CallLedger& ledger, ir::Part& out) {
  TRY(const auto object, optional_object(part, "functionResponse"));
  TRY(auto id, optional_text(object, "id"));
  TRY(auto name, optional_text(object, "name"));
  TRY(const auto response, optional_object(object, "response"));
  TRY(const auto parts, optional_array(object, "parts"));
  ir::ToolResult result{.name = name.value_or(""), .content = {}};
  result.call_id = ledger.answered(id.value_or(""), result.name);
  if (!name) spell(out.extras, section::response, "name", {});
  if (!id)
    spell(out.extras, section::response, "id", {});
  else if (*id != result.call_id)
    spell(out.extras, section::response, "id", member(object, "id").keep());
  if (response.exists())
    take_response(response, result, out.extras);
  else
    spell(out.extras, section::response, "response", {});
  if (parts.exists() && parts.size() == 0) spell(out.extras, section::response, "parts", parts.keep());
  for (const auto inner : parts.children()) {
    TRY(auto parsed, parse_part(inner, ledger));
    result.content.push_back(std::move(parsed));
  }
  keep_rest(object, {"id", "name", "response", "parts"}, section::response, out.extras);
  out.body = std::move(result);
  return {};
}

Result<> parse_text(json::Value part, bool thought, ir::Part& out) {
  const auto text = member(part, "text");
  json::Words words;
  if (text.present()) {
    TRY(words, text.words());
  } else {
    spell(out.extras, section::top, "text", {});
  }
  if (thought)
    out.body = ir::Reasoning{.text = std::move(words).take()};
  else
    out.body = ir::Text{.text = std::move(words)};
  return {};
}

}  // namespace

std::string CallLedger::called(std::string_view id, std::string_view name) {
  Call call{.id = std::string(id), .name = std::string(name), .minted = id.empty()};
  if (call.minted) call.id = minted_tool_id(history_seed, calls_.size());
  calls_.push_back(std::move(call));
  return calls_.back().id;
}

std::string CallLedger::answered(std::string_view id, std::string_view name) {
  const auto take = [this](auto&& fits) -> Call* {
    for (auto& call : calls_)
      if (!call.answered && fits(call)) {
        call.answered = true;
        return &call;
      }
    return nullptr;
  };
  if (!id.empty() && take([&](const Call& call) { return call.id == id; }) != nullptr) return std::string(id);
  const auto* by_name = take([&](const Call& call) { return call.name == name && (id.empty() || call.minted); });
  if (by_name != nullptr) return by_name->id;
  return id.empty() ? minted_tool_id(orphan_seed, orphans_++) : std::string(id);
}

ir::MediaKind media_kind(std::string_view mime, std::string_view uri) {
  if (mime.starts_with("image/")) return ir::MediaKind::image;
  if (mime.starts_with("audio/")) return ir::MediaKind::audio;
  if (mime.starts_with("video/")) return ir::MediaKind::video;
  if (mime.empty())
    for (const auto& [ending, kind] : extensions)
      if (uri.ends_with(ending)) return kind;
  return ir::MediaKind::document;
}

Result<ir::Part> parse_part(json::Value part, CallLedger& ledger) {
  if (!part.is_object()) return part.refuse("an object");
  TRY(const auto thought, optional_boolean(part, "thought"));
  TRY(auto signature, optional_text(part, "thoughtSignature"));
  const auto name = data_member(part);
  const bool media = name == "inlineData" || name == "fileData";
  ir::Part out;
  out.extras = home_extras();
  const bool draft = thought.value_or(false) && media;  // an image made while thinking; not part of the answer
  if ((name.empty() && !is_bare_signature(part)) || draft) {
    out.body = ir::Opaque{.origin = ir::Dialect::gemini, .raw = part.keep()};
    return out;
  }
  if (name == "functionCall") {
    TRY_OK(parse_call(part, ledger, out));
  } else if (name == "functionResponse") {
    TRY_OK(parse_result(part, ledger, out));
  } else if (media) {
    TRY_OK(parse_media(part, name, out));
  } else {
    TRY_OK(parse_text(part, thought.value_or(false), out));
  }
  if (signature) out.signature = ir::Signature{.blob = std::move(*signature), .signer = ir::Dialect::gemini};
  const bool said_by_kind = std::holds_alternative<ir::Reasoning>(out.body);
  if (thought && !said_by_kind) spell(out.extras, section::top, "thought", member(part, "thought").keep());
  const std::string_view data = name.empty() ? "text" : name;
  keep_rest(part, {data, "thought", "thoughtSignature"}, section::top, out.extras);
  return out;
}

Result<std::vector<ir::Part>> parse_parts(json::Value content, CallLedger& ledger, ir::Extras& extras,
                                          std::string_view section) {
  std::vector<ir::Part> out;
  const auto parts = member(content, "parts");
  if (!parts.exists()) spell(extras, section, "parts", {});
  if (!parts.present()) return out;
  if (parts.is_object()) {
    spell(extras, section, "parts", {"{}"});
    TRY(auto only, parse_part(parts, ledger));
    out.push_back(std::move(only));
    return out;
  }
  if (!parts.is_array()) return parts.refuse("an array of parts");
  for (const auto part : parts.children()) {
    TRY(auto parsed, parse_part(part, ledger));
    out.push_back(std::move(parsed));
  }
  return out;
}

}  // namespace agt::dialect::gemini
