#include <fmt/format.h>

#include <array>

#include "dialect/openai_chat/data_url.h"
#include "dialect/openai_chat/messages.h"
#include "dialect/openai_chat/tools.h"
#include "dialect/tool_names.h"

namespace agt::dialect::openai_chat {
namespace {

constexpr std::string_view breakpoint = "prompt_cache_breakpoint";
constexpr std::array<std::string_view, 2> thought_fields{"reasoning_content", "reasoning"};

Result<> read_image(ObjectIn& in, ir::Part& part) {
  TRY(const auto image, in.need("image_url"));
  ir::Media media{.kind = ir::MediaKind::image};
  if (image.is_string()) {  // not the API's form, but sent by several clients
    in.spell("image_url", R"("")");
    TRY_OK(read_url(image, media, part.extras, "data"));
  } else {
    if (!image.is_object()) return image.refuse("an object with a url");
    ObjectIn inner(image, part.extras, "image_url.");
    TRY(const auto url, inner.need("url"));
    TRY_OK(read_url(url, media, part.extras, "data"));
    if (const auto detail = ir::detail_named(image["detail"].text_or(""))) {
      static_cast<void>(inner.take("detail"));
      media.detail = *detail;
    }
    inner.keep_rest();
  }
  part.body = std::move(media);
  return {};
}

Result<> read_audio(ObjectIn& in, ir::Part& part) {
  TRY(const auto audio, in.need("input_audio"));
  if (!audio.is_object()) return audio.refuse("an object with data and format");
  ObjectIn inner(audio, part.extras, "input_audio.");
  ir::Media media{.kind = ir::MediaKind::audio};
  TRY(const auto data, inner.need("data"));
  TRY(auto base64, data.text());
  TRY(const auto format, inner.need("format"));
  TRY(const auto word, format.text());
  media.mime = fmt::format("audio/{}", word);
  media.source = ir::InlineData{.base64 = std::move(base64)};
  inner.keep_rest();
  part.body = std::move(media);
  return {};
}

Result<> read_file(ObjectIn& in, ir::Part& part) {
  TRY(const auto file, in.need("file"));
  if (!file.is_object()) return file.refuse("an object with file_data or file_id");
  ObjectIn inner(file, part.extras, "file.");
  ir::Media media{.kind = ir::MediaKind::document};
  TRY_OK(inner.take_text("filename", media.name));
  if (const auto data = inner.take("file_data"); data.exists()) {
    TRY_OK(read_data(data, media, part.extras, "data"));
  } else {
    const auto id = inner.take("file_id");
    if (!id.exists()) return missing_member(file, "file_data");
    TRY(auto name, id.text());
    media.source = ir::FileSource{.id = std::move(name), .origin = here};
  }
  inner.keep_rest();
  part.body = std::move(media);
  return {};
}

template <class Body>
Result<> read_words(ObjectIn& in, std::string_view key, ir::Part& part) {
  TRY(const auto value, in.need(key));
  TRY(auto text, value.words());
  part.body = Body{.text = std::move(text)};
  return {};
}

Result<ir::Part> read_part(json::Value value) {
  if (!value.is_object()) return value.refuse("an object");
  ir::Part part;
  ObjectIn in(value, part.extras);
  TRY(const auto type, in.need("type"));
  TRY(const auto word, type.text());
  if (word == "text") {
    TRY_OK(read_words<ir::Text>(in, "text", part));
  } else if (word == "refusal") {
    in.spell("type", "");
    TRY_OK(read_words<ir::Refusal>(in, "refusal", part));
  } else if (word == "image_url") {
    TRY_OK(read_image(in, part));
  } else if (word == "input_audio") {
    TRY_OK(read_audio(in, part));
  } else if (word == "file") {
    TRY_OK(read_file(in, part));
  } else {
    ir::Part opaque;
    opaque.body = ir::Opaque{.origin = here, .raw = value.keep()};
    return opaque;
  }
  if (const auto mark = in.take(breakpoint); mark.exists()) {
    if (!mark.is_object()) return mark.refuse("an object");
    part.cache = read_breakpoint(mark);
    in.spell(breakpoint, mark.raw());
  }
  in.keep_rest();
  return part;
}

Result<> read_content(ObjectIn& in, std::vector<ir::Part>& parts) {
  const auto content = in.take("content");
  if (!content.exists()) return {};
  if (content.is_string()) {
    TRY(auto text, content.words());
    parts.push_back(ir::text_part(std::move(text)));
    return {};
  }
  if (!content.is_array()) return content.refuse("a string or an array of parts");
  in.spell("content", "[]");
  parts.reserve(content.size());
  for (const auto value : content.children()) {
    TRY(auto part, read_part(value));
    parts.push_back(std::move(part));
  }
  return {};
}

Result<ir::Part> read_call(json::Value value) {
  if (!value.is_object()) return value.refuse("an object");
  ir::Part part;
  ObjectIn in(value, part.extras);
  ir::ToolCall call;
  TRY(const auto id, in.need("id"));
  TRY(call.id, id.text());
  const auto type = value["type"];
  if (!type.exists()) in.spell("type", "");
  if (type.exists() && !type.is("function") && !type.is("custom")) return type.refuse(R"("function" or "custom")");
  static_cast<void>(in.take("type"));
  const bool custom = type.is("custom");
  if (custom) call.kind = ir::ToolCall::Kind::custom;
  const std::string_view key = custom ? "custom" : "function";
  TRY(const auto inner, in.need(key));
  if (!inner.is_object()) return inner.refuse("an object");
  ObjectIn inner_in(inner, part.extras, std::string(key) + ".");
  TRY(const auto name, inner_in.need("name"));
  TRY(call.name, name.text());
  TRY(const auto arguments, inner_in.need(custom ? "input" : "arguments"));
  TRY(call.arguments, arguments.text());
  inner_in.keep_rest();
  if (auto signature = thought_signature(value); !signature.empty()) {
    part.signature = ir::Signature{.blob = std::move(signature), .signer = ir::Dialect::gemini};
    in.spell(extra_content, in.take(extra_content).raw());
  }
  in.keep_rest();
  part.body = std::move(call);
  return part;
}

class MessageReader {
 public:
  Result<ir::Message> read(json::Value value, std::size_t index) {
    if (!value.is_object()) return value.refuse("an object");
    ir::Message message;
    ObjectIn in(value, message.extras);
    TRY(const auto role, in.need("role"));
    TRY(const auto word, role.text());
    if (word == "tool" || word == "function") {
      TRY_OK(read_result(value, in, message, word == "function", index));
    } else if (word == "assistant") {
      message.role = ir::Role::assistant;
      TRY_OK(read_assistant(value, in, message, index));
    } else if (word == "system" || word == "developer" || word == "user") {
      message.role = word == "system" ? ir::Role::system : word == "user" ? ir::Role::user : ir::Role::developer;
      if (!value["content"].exists()) return missing_member(value, "content");
      TRY_OK(read_content(in, message.parts));
    } else {
      return role.refuse("one of system, developer, user, assistant, tool and function");
    }
    TRY_OK(in.take_text("name", message.name));
    in.keep_rest();
    return message;
  }

 private:
  Result<> read_result(json::Value value, ObjectIn& in, ir::Message& message, bool legacy, std::size_t index) {
    message.role = ir::Role::user;
    ir::ToolResult result;
    ir::Part part;
    if (legacy) {
      TRY(const auto name, in.need("name"));
      TRY(result.name, name.text());
      result.call_id = last_legacy_name_ == result.name ? last_legacy_id_ : minted_tool_id(legacy_call, index);
      spell(part.extras, legacy_call, "");
    } else {
      TRY(const auto id, in.need("tool_call_id"));
      TRY(result.call_id, id.text());
      TRY_OK(in.take_text("name", result.name));
    }
    if (!value["content"].exists()) return missing_member(value, "content");
    TRY_OK(read_content(in, result.content));
    part.body = std::move(result);
    message.parts.push_back(std::move(part));
    return {};
  }

  Result<> read_assistant(json::Value value, ObjectIn& in, ir::Message& message, std::size_t index) {
    for (const auto field : thought_fields) {
      if (value[field].kind() == json::Kind::null) static_cast<void>(in.take(field));
      if (!value[field].is_string() || !message.parts.empty()) continue;
      ir::Part part;
      part.body = ir::Reasoning{.text = in.take(field).text_or("")};
      if (field != thought_fields.front()) spell(part.extras, field, "");
      message.parts.push_back(std::move(part));
    }
    TRY_OK(read_content(in, message.parts));
    if (const auto refusal = in.take("refusal"); refusal.exists()) {
      ir::Part part;
      TRY(auto text, refusal.text());
      part.body = ir::Refusal{.text = std::move(text)};
      message.parts.push_back(std::move(part));
    }
    const auto calls = in.take("tool_calls");
    if (calls.exists() && !calls.is_array()) return calls.refuse("an array of tool calls");
    if (calls.exists() && calls.size() == 0) in.spell("tool_calls", calls.raw());
    for (const auto call : calls.children()) {
      TRY(auto part, read_call(call));
      message.parts.push_back(std::move(part));
    }
    if (const auto call = in.take(legacy_call); call.exists()) {
      TRY(auto part, read_legacy_call(call, index));
      message.parts.push_back(std::move(part));
    }
    return {};
  }

  // The old API has no ids: one is made up, by which the function message that follows finds its call.
  Result<ir::Part> read_legacy_call(json::Value value, std::size_t index) {
    if (!value.is_object()) return value.refuse("an object");
    ir::Part part;
    ObjectIn in(value, part.extras);
    in.spell(legacy_call, "");
    ir::ToolCall call{.id = minted_tool_id(legacy_call, index)};
    TRY(const auto name, in.need("name"));
    TRY(call.name, name.text());
    TRY(const auto arguments, in.need("arguments"));
    TRY(call.arguments, arguments.text());
    in.keep_rest();
    last_legacy_name_ = call.name;
    last_legacy_id_ = call.id;
    part.body = std::move(call);
    return part;
  }

  std::string last_legacy_name_{};
  std::string last_legacy_id_{};
};

}  // namespace

Result<std::vector<ir::Message>> read_messages(json::Value messages) {
  std::vector<ir::Message> out;
  out.reserve(messages.size());
  MessageReader reader;
  for (const auto value : messages.children()) {
    TRY(auto message, reader.read(value, out.size()));
    out.push_back(std::move(message));
  }
  return out;
}

std::string thought_signature(json::Value call) {
  return call[extra_content]["google"]["thought_signature"].text_or("");
}

json::Raw extra_content_with(std::string_view signature) {
  return {fmt::format(R"({{"google":{{"thought_signature":{}}}}})", json::quoted(signature))};
}

std::optional<ir::CacheMark> read_breakpoint(json::Value mark) {
  constexpr std::int64_t half_hour = 1800;
  constexpr std::int64_t half_day = 43200;
  if (mark["ttl"].is("30m")) return ir::CacheMark{.ttl_seconds = half_hour};
  if (mark["ttl"].is("12h")) return ir::CacheMark{.ttl_seconds = half_day};
  return ir::CacheMark{};
}

}  // namespace agt::dialect::openai_chat
