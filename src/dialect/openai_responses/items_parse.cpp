#include <fmt/format.h>

#include <array>

#include "dialect/carried_signature.h"
#include "dialect/openai_chat/messages.h"
#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/tools.h"

namespace agt::dialect::openai_responses {
namespace {

// Envelopes have no room for "the signature is the whole content", which Anthropic must know of its own.
constexpr std::string_view redacted_mark = "redacted.";
constexpr std::string_view between_summaries = "\n\n";

std::string joined_texts(json::Value parts) {
  std::string out;
  for (const auto one : parts.children()) {
    if (!out.empty()) out += between_summaries;
    out += one["text"].text_or("");
  }
  return out;
}

std::optional<ir::Role> role_named(std::string_view word) {
  for (const auto role : std::array{ir::Role::system, ir::Role::developer, ir::Role::user, ir::Role::assistant})
    if (ir::name(role) == word) return role;
  return std::nullopt;
}

Result<> read_content(json::Value content, std::string_view usual, std::vector<ir::Part>& parts) {
  parts.reserve(content.size());
  for (const auto value : content.children()) {
    TRY(auto part, read_content_part(value, usual));
    parts.push_back(std::move(part));
  }
  return {};
}

Result<ir::Message> read_message(json::Value item) {
  ir::Message message;
  MembersIn in(item, message.extras, here);
  if (!in.take("type").exists()) in.spell("type", "");
  TRY(const auto role, in.need("role"));
  TRY(const auto word, role.text());
  const auto known = role_named(word);
  if (!known) return role.refuse("one of system, developer, user and assistant");
  message.role = *known;
  TRY(const auto content, in.need("content"));
  if (content.is_string()) {
    message.parts.push_back(ir::text_part(content.words().value_or("")));
  } else if (content.is_array()) {
    in.spell(array_mark, "");
    const auto usual = message.role == ir::Role::assistant ? part::output_text : part::input_text;
    TRY_OK(read_content(content, usual, message.parts));
  } else {
    return content.refuse("a string or an array of parts");
  }
  // Codex tells commentary from the final answer by `phase` and adds metadata of its own (0.169.0).
  in.keep_unweighed({"id", "status", "phase", "internal_chat_message_metadata_passthrough"});
  in.keep_rest();
  return message;
}

ir::Message alone(ir::Role role, ir::Part part) {
  ir::Message message{.role = role};
  message.parts.push_back(std::move(part));
  spell(message.extras, here, item_mark, "");
  return message;
}

void finish_item(MembersIn& in) {
  in.keep_unweighed({"id", "status", "internal_chat_message_metadata_passthrough"});
  in.keep_rest();
}

Result<ir::Message> read_call(json::Value item, bool custom) {
  ir::Part part;
  MembersIn in(item, part.extras, here);
  static_cast<void>(in.take("type"));
  ir::ToolCall call{.kind = custom ? ir::ToolCall::Kind::custom : ir::ToolCall::Kind::function};
  TRY(call.id, in.need_text("call_id"));
  TRY(call.name, in.need_text("name"));
  TRY(call.arguments, in.need_text(custom ? "input" : "arguments"));
  TRY_OK(in.take_text("namespace", call.name_space));
  finish_item(in);
  part.body = std::move(call);
  return alone(ir::Role::assistant, std::move(part));
}

Result<ir::Message> read_output(json::Value item, bool custom) {
  ir::Part part;
  MembersIn in(item, part.extras, here);
  static_cast<void>(in.take("type"));
  ir::ToolResult result{.content = {}, .kind = custom ? ir::ToolCall::Kind::custom : ir::ToolCall::Kind::function};
  TRY(result.call_id, in.need_text("call_id"));
  TRY(const auto output, in.need("output"));
  if (output.is_string()) {
    result.content.push_back(ir::text_part(output.words().value_or("")));
  } else if (output.is_array()) {
    in.spell(array_mark, "");
    TRY_OK(read_content(output, part::input_text, result.content));
  } else {
    return output.refuse("a string or an array of parts");
  }
  finish_item(in);
  part.body = std::move(result);
  return alone(ir::Role::user, std::move(part));
}

Result<> check_texts(json::Value parts) {
  if (!parts.present()) return {};
  if (!parts.is_array()) return parts.refuse("an array of parts");
  for (const auto one : parts.children()) {
    if (!one.is_object()) return one.refuse("an object");
    if (one["text"].exists()) TRY_OK(one["text"].text());
  }
  return {};
}

Result<ir::Message> read_reasoning(json::Value item) {
  TRY_OK(check_texts(item["summary"]));
  TRY_OK(check_texts(item["content"]));
  if (item[sealed].present()) TRY_OK(item[sealed].text());
  auto part = reasoning_of(item);
  MembersIn in(item, part.extras, here);
  static_cast<void>(in.take("type"));
  in.keep_unweighed({"summary", "content"});
  if (part.signature)
    static_cast<void>(in.take(sealed));
  else
    in.keep_unweighed({sealed});
  finish_item(in);
  return alone(ir::Role::assistant, std::move(part));
}

// Tools in mid-conversation: the item goes home as it is, the tools are everybody's.
Result<ir::Message> read_additional_tools(json::Value item, ir::Request& request) {
  TRY_OK(read_tool_list(item["tools"], request.tools));
  ir::Message message{.role = ir::Role::developer};
  spell(message.extras, here, item_mark, item.raw());
  return message;
}

// What only this API knows. What the client says back is told by its name.
ir::Message read_opaque(json::Value item, std::string_view type) {
  ir::Part part;
  part.body = ir::Opaque{.origin = here, .raw = item.keep()};
  const bool answer = type.ends_with("_output") || type.ends_with("_response");
  return alone(answer ? ir::Role::user : ir::Role::assistant, std::move(part));
}

Result<ir::Message> read_item(json::Value item, ir::Request& request) {
  if (!item.is_object()) return item.refuse("an object");
  const auto type = item["type"];
  if (!type.present()) {
    const bool reference = item["id"].exists() && !item["role"].exists() && !item["content"].exists();
    return reference ? read_opaque(item, item::reference) : read_message(item);
  }
  TRY(const auto word, type.text());
  if (word == item::message) return read_message(item);
  if (word == item::function_call || word == item::custom_call) return read_call(item, word == item::custom_call);
  if (word == item::function_output || word == item::custom_output)
    return read_output(item, word == item::custom_output);
  if (word == item::reasoning) return read_reasoning(item);
  if (word == item::additional_tools) return read_additional_tools(item, request);
  return read_opaque(item, word);
}

}  // namespace

Result<ir::Part> read_content_part(json::Value value, std::string_view usual) {
  if (!value.is_object()) return value.refuse("an object");
  ir::Part part;
  MembersIn in(value, part.extras, here);
  TRY(const auto type, in.need_text("type"));
  if (type == part::input_text || type == part::output_text || type == "text") {
    TRY(auto text, in.need_words("text"));
    part.body = ir::Text{.text = std::move(text)};
    if (type != usual) in.spell("type", json::quoted(type));
    // Said about a text that the model wrote: the text itself is what counts when it is replayed.
    in.keep_unweighed({"annotations", "logprobs"});
  } else if (type == part::refusal) {
    TRY(auto text, in.need_text("refusal"));
    part.body = ir::Refusal{.text = std::move(text)};
  } else if (type == part::input_image || type == part::input_file || type == part::input_audio) {
    TRY_OK(read_media(value, in, type, part));
    // The SDKs write detail "auto" everywhere; that is the default and no loss elsewhere.
    if (value["detail"].is("auto")) in.keep_unweighed({"detail"});
  } else {
    ir::Part opaque;
    opaque.body = ir::Opaque{.origin = here, .raw = value.keep()};
    return opaque;
  }
  if (const auto mark = in.take(breakpoint); mark.exists()) {
    if (!mark.is_object()) return mark.refuse("an object");
    part.cache = openai_chat::read_breakpoint(mark);
    in.spell(breakpoint, mark.raw());
  }
  in.keep_rest();
  return part;
}

Result<> read_items(json::Value items, ir::Request& request) {
  request.messages.reserve(request.messages.size() + items.size());
  for (const auto item : items.children()) {
    TRY(auto message, read_item(item, request));
    request.messages.push_back(std::move(message));
  }
  return {};
}

ir::Part reasoning_of(json::Value item) {
  ir::Part part;
  ir::Reasoning reasoning{.text = joined_texts(item["summary"])};
  if (reasoning.text.empty()) reasoning.text = joined_texts(item["content"]);
  part.signature = signature_of(item[sealed].text_or(""), reasoning);
  part.body = std::move(reasoning);
  return part;
}

std::optional<ir::Signature> signature_of(std::string text, ir::Reasoning& reasoning) {
  if (text.empty()) return std::nullopt;
  auto signature = uncarried(std::move(text), here);
  if (signature.signer != here && signature.blob.starts_with(redacted_mark)) {
    signature.blob.erase(0, redacted_mark.size());
    reasoning.redacted = true;
  }
  return signature;
}

std::string sealed_text(const ir::Part& part) {
  if (!part.signature) return {};
  const auto* reasoning = std::get_if<ir::Reasoning>(&part.body);
  if (reasoning == nullptr || !reasoning->redacted || part.signature->signer == here)
    return carried(*part.signature, here);
  return carried({.blob = fmt::format("{}{}", redacted_mark, part.signature->blob), .signer = part.signature->signer},
                 here);
}

}  // namespace agt::dialect::openai_responses
