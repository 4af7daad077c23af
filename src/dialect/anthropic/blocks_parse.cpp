#include <fmt/format.h>

#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/words.h"
#include "dialect/carried_signature.h"

namespace agt::dialect::anthropic {
namespace {

ir::Part opaque(json::Value block) {
  ir::Part part;
  part.body = ir::Opaque{.origin = ir::Dialect::anthropic, .raw = block.keep()};
  return part;
}

Result<ir::Part> parse_text(json::Value value) {
  ir::Part part{.extras = home_extras()};
  ir::Text text;
  TRY(text.text, required_words(value, "text"));
  TRY(const auto citations, optional_array(value, "citations"));
  for (const auto citation : citations.children()) {
    if (!citation.is_object()) return citation.refuse("an object");
    text.citations.push_back(parse_citation(citation));
  }
  if (citations.exists() && text.citations.empty()) spell(part.extras, section::top, "citations", citations.keep());
  TRY(part.cache, parse_cache_mark(value, part.extras));
  keep_rest(value, {"type", "text", "citations", "cache_control"}, section::top, part.extras);
  part.body = std::move(text);
  return part;
}

// False when the source is of a kind that the IR has no word for.
Result<bool> parse_source(json::Value from, ir::Media& media, ir::Extras& extras) {
  TRY(const auto type, required_text(from, "type"));
  const bool plain = type == source::text && media.kind == ir::MediaKind::document;
  if (type == source::base64 || plain) {
    TRY(media.mime, required_text(from, "media_type"));
    TRY(auto data, required_text(from, "data"));
    media.source = ir::InlineData{.base64 = std::move(data), .plain = plain};
    keep_rest(from, {"type", "media_type", "data"}, section::source, extras);
    return true;
  }
  if (type == source::url) {
    TRY(auto url, required_text(from, "url"));
    media.source = ir::UrlSource{.url = std::move(url)};
    keep_rest(from, {"type", "url"}, section::source, extras);
    return true;
  }
  if (type == source::file) {
    TRY(auto id, required_text(from, "file_id"));
    media.source = ir::FileSource{.id = std::move(id), .origin = ir::Dialect::anthropic};
    keep_rest(from, {"type", "file_id"}, section::source, extras);
    return true;
  }
  return false;
}

Result<ir::Part> parse_media(json::Value value, ir::MediaKind kind) {
  ir::Part part{.extras = home_extras()};
  ir::Media media{.kind = kind};
  const auto from = value["source"];
  if (!from.exists()) return missing(value, "source");
  if (!from.is_object()) return from.refuse("an object");
  TRY(const bool understood, parse_source(from, media, part.extras));
  if (!understood) return opaque(value);
  TRY(part.cache, parse_cache_mark(value, part.extras));
  if (kind == ir::MediaKind::document) {
    TRY(media.name, optional_text(value, "title", section::top, part.extras));
    keep_rest(value, {"type", "source", "cache_control", "title"}, section::top, part.extras);
  } else {
    keep_rest(value, {"type", "source", "cache_control"}, section::top, part.extras);
  }
  part.body = std::move(media);
  return part;
}

Result<ir::Part> parse_thinking(json::Value value) {
  ir::Part part{.extras = home_extras()};
  ir::Reasoning reasoning;
  TRY(reasoning.text, required_text(value, "thinking"));
  TRY(auto signature, optional_text(value, "signature", section::top, part.extras));
  if (!signature.empty()) part.signature = uncarried(std::move(signature), ir::Dialect::anthropic);
  keep_rest(value, {"type", "thinking", "signature"}, section::top, part.extras);
  part.body = std::move(reasoning);
  return part;
}

Result<ir::Part> parse_redacted(json::Value value) {
  ir::Part part{.extras = home_extras()};
  TRY(auto data, required_text(value, "data"));
  part.signature = uncarried(std::move(data), ir::Dialect::anthropic);
  keep_rest(value, {"type", "data"}, section::top, part.extras);
  part.body = ir::Reasoning{.redacted = true};
  return part;
}

Result<ir::Part> parse_call(json::Value value) {
  ir::Part part{.extras = home_extras()};
  ir::ToolCall call;
  TRY(call.id, required_text(value, "id"));
  TRY(call.name, required_text(value, "name"));
  const auto input = value["input"];
  if (!input.exists()) return missing(value, "input");
  if (!input.is_object()) return input.refuse("an object");
  call.arguments = std::string(input.raw());
  TRY(part.cache, parse_cache_mark(value, part.extras));
  keep_rest(value, {"type", "id", "name", "input", "cache_control"}, section::top, part.extras);
  part.body = std::move(call);
  return part;
}

Result<ir::Part> parse_result(json::Value value) {
  ir::Part part{.extras = home_extras()};
  ir::ToolResult result{.content = {}};
  TRY(result.call_id, required_text(value, "tool_use_id"));
  if (const auto content = value["content"]; content.present()) {
    TRY(result.content, parse_content(content, part.extras));
    if (content.is_array() && result.content.empty()) spell(part.extras, section::top, "content", content.keep());
  }
  TRY(const auto is_error, optional_boolean(value, "is_error"));
  result.is_error = is_error.value_or(false);
  if (is_error && !result.is_error) spell(part.extras, section::top, "is_error", value["is_error"].keep());
  TRY(part.cache, parse_cache_mark(value, part.extras));
  keep_rest(value, {"type", "tool_use_id", "content", "is_error", "cache_control"}, section::top, part.extras);
  part.body = std::move(result);
  return part;
}

}  // namespace

Result<std::optional<ir::CacheMark>> parse_cache_mark(json::Value owner, ir::Extras& extras) {
  TRY(const auto control, optional_object(owner, "cache_control"));
  if (!control.exists()) return std::nullopt;
  TRY(const auto type, required_text(control, "type"));
  if (type != ephemeral) keep(extras, section::cache, "type", control["type"].keep());
  ir::CacheMark mark;
  if (const auto ttl = control["ttl"]; ttl.present()) {
    TRY(const auto word, ttl.text());
    if (word == ttl_short) mark.ttl_seconds = ttl_short_seconds;
    if (word == ttl_long) mark.ttl_seconds = ttl_long_seconds;
    if (!mark.ttl_seconds) keep(extras, section::cache, "ttl", ttl.keep());
  }
  keep_rest(control, {"type", "ttl"}, section::cache, extras);
  return mark;
}

// The offsets of Anthropic's locations count in the cited document, not in the text of the part, so that only url and
// title are words of the IR.
ir::Citation parse_citation(json::Value citation) {
  ir::Citation out{.extras = home_extras()};
  for (const auto member : citation.children()) {
    if (member.key_is("url") && member.is_string() && !member.is("")) {
      out.url = member.text_or("");
    } else if (member.key_is("title") && member.is_string() && !member.is("")) {
      out.title = member.text_or("");
    } else {
      keep(out.extras, section::top, member.key(), member.keep());
    }
  }
  return out;
}

Result<ir::Part> parse_block(json::Value value) {
  if (!value.is_object()) return value.refuse("an object");
  TRY(const auto type, required_text(value, "type"));
  if (type == block::text) return parse_text(value);
  if (type == block::image) return parse_media(value, ir::MediaKind::image);
  if (type == block::document) return parse_media(value, ir::MediaKind::document);
  if (type == block::thinking) return parse_thinking(value);
  if (type == block::redacted) return parse_redacted(value);
  if (type == block::tool_use) return parse_call(value);
  if (type == block::tool_result) return parse_result(value);
  return opaque(value);
}

Result<std::vector<ir::Part>> parse_content(json::Value content, ir::Extras& extras) {
  std::vector<ir::Part> parts;
  if (content.is_string()) {
    TRY(auto text, content.words());
    parts.push_back(ir::text_part(std::move(text)));
    spell(extras, section::top, "content", {.text = R"("")"});  // only the kind counts: a bare string
    return parts;
  }
  if (!content.is_array()) return content.refuse("a string or an array of content blocks");
  for (const auto child : content.children()) {
    TRY(auto part, parse_block(child));
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace agt::dialect::anthropic
