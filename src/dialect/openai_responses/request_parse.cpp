#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/request.h"
#include "dialect/openai_responses/tools.h"

namespace agt::dialect::openai_responses {
namespace {

Result<> read_input(json::Value root, MembersIn& in, ir::Request& request) {
  const auto input = in.take("input");
  if (!input.exists()) {
    // Where the conversation is kept by the server, nothing new need be said.
    const bool kept = root[previous].present() || root["conversation"].present() || root["prompt"].present();
    if (kept) return {};
    return missing_member(root, "input");
  }
  if (input.is_string()) {
    ir::Message message{.role = ir::Role::user};
    message.parts.push_back(ir::text_part(input.words().value_or("")));
    request.messages.push_back(std::move(message));
    in.spell("input", "");
    return {};
  }
  if (!input.is_array()) return input.refuse("a string or an array of items");
  in.spell(array_mark, "");
  return read_items(input, request);
}

Result<> read_instructions(MembersIn& in, ir::Request& request) {
  const auto instructions = in.take("instructions");
  if (!instructions.exists()) return {};
  TRY(auto text, instructions.words());
  request.system.push_back(ir::text_part(std::move(text)));
  return {};
}

Result<> read_effort(MembersIn& in, ir::Request& request) {
  const auto effort = in.take("effort");
  if (!effort.exists()) return {};
  TRY(const auto word, effort.text());
  request.thinking.effort = ir::effort_named(word);
  if (!request.thinking.effort) {
    request.extras.fields.push_back({.key = "reasoning.effort", .value = effort.keep()});
    return {};
  }
  const bool off = request.thinking.effort == ir::Effort::none;
  request.thinking.mode = off ? ir::Thinking::Mode::off : ir::Thinking::Mode::adaptive;
  return {};
}

// The API shows no reasoning unless a summary is asked for.
Result<> read_reasoning(MembersIn& body, ir::Request& request) {
  const auto reasoning = body.take("reasoning");
  if (!reasoning.exists()) return {};
  if (!reasoning.is_object()) return reasoning.refuse("an object");
  body.spell("reasoning", reasoning.raw());
  request.thinking.display = ir::Thinking::Display::hidden;
  MembersIn in(reasoning, request.extras, here, "reasoning.");
  TRY_OK(read_effort(in, request));
  if (const auto summary = in.take("summary"); summary.exists()) {
    TRY(const auto word, summary.text());
    if (word != "none") request.thinking.display = ir::Thinking::Display::shown;
    in.spell("summary", summary.raw());
  }
  in.keep_rest();
  return {};
}

Result<> read_format(MembersIn& text, ir::Request& request) {
  const auto value = text.take("format");
  if (!value.exists()) return {};
  if (!value.is_object()) return value.refuse("an object");
  ir::ResponseFormat format;
  MembersIn in(value, format.extras, here);
  TRY(const auto type, in.need_text("type"));
  if (type == "json_object") {
    format.kind = ir::ResponseFormat::Kind::json_object;
  } else if (type == "json_schema") {
    format.kind = ir::ResponseFormat::Kind::json_schema;
    TRY_OK(in.take_text("name", format.name));
    TRY_OK(in.take_text("description", format.description));
    TRY(const auto schema, in.need("schema"));
    if (!schema.is_object()) return schema.refuse("a JSON Schema object");
    format.schema = schema.keep();
    TRY_OK(take_into(in, "strict", format.strict, &json::Value::boolean));
  } else if (type != "text") {
    request.extras.fields.push_back({.key = "text.format", .value = value.keep()});
    return {};
  }
  in.keep_rest();
  request.response_format = std::move(format);
  return {};
}

Result<> read_text(MembersIn& body, ir::Request& request) {
  const auto text = body.take("text");
  if (!text.exists()) return {};
  if (!text.is_object()) return text.refuse("an object");
  body.spell("text", text.raw());
  MembersIn in(text, request.extras, here, "text.");
  TRY_OK(read_format(in, request));
  in.keep_rest();
  return {};
}

Result<> take_include(MembersIn& in, ir::Request& request) {
  const auto include = in.take("include");
  if (!include.exists()) return {};
  TRY(const auto included, read_include(include));
  if (included.logprobs) request.sampling.logprobs = true;
  if (included.others)
    request.extras.fields.push_back({.key = "include", .value = include.keep()});
  else
    in.spell("include", include.raw());
  return {};
}

Result<> read_settings(json::Value root, MembersIn& in, ir::Request& request) {
  TRY_OK(take_into(in, "temperature", request.sampling.temperature, &json::Value::number));
  TRY_OK(take_into(in, "top_p", request.sampling.top_p, &json::Value::number));
  TRY_OK(take_into(in, "max_output_tokens", request.sampling.max_tokens, &json::Value::integer));
  TRY_OK(take_into(in, "top_logprobs", request.sampling.top_logprobs, &json::Value::integer));
  TRY_OK(take_include(in, request));
  TRY_OK(in.take_text("safety_identifier", request.end_user));
  if (request.end_user.empty()) {
    TRY_OK(in.take_text("user", request.end_user));
    if (!request.end_user.empty()) in.spell("user", "");
  }
  TRY_OK(in.take_text("service_tier", request.service_tier));
  if (const auto stream = in.take("stream"); stream.exists()) {
    TRY(request.stream, stream.boolean());
    if (!request.stream) in.spell("stream", stream.raw());
  }
  if (const auto id = root[previous]; id.present()) TRY_OK(id.text());
  // Labels and hints that cannot change an answer, and defaults that say what everybody does anyway.
  in.keep_unweighed({"client_metadata", "metadata", "prompt_cache_key", "prompt_cache_options",
                     "prompt_cache_retention", "stream_options"});
  if (root["store"].raw() == "false") in.keep_unweighed({"store"});
  if (root["background"].raw() == "false") in.keep_unweighed({"background"});
  if (root["truncation"].is("disabled")) in.keep_unweighed({"truncation"});
  return {};
}

}  // namespace

Result<Included> read_include(json::Value include) {
  Included out;
  if (!include.is_array()) return include.refuse("an array of strings");
  for (const auto one : include.children()) {
    TRY(const auto word, one.text());
    out.logprobs = out.logprobs || word == include_logprobs;
    out.others = out.others || (word != include_logprobs && word != include_sealed);
  }
  return out;
}

Result<ir::Request> parse_request(const json::Document& body, const Asked& asked) {
  const auto root = body.root();
  if (!root.is_object()) return root.refuse("an object");
  ir::Request request;
  MembersIn in(root, request.extras, here);
  TRY(request.model, in.need_text("model"));
  TRY_OK(read_instructions(in, request));
  TRY_OK(read_tools(in, request));
  TRY_OK(read_input(root, in, request));
  TRY_OK(read_tool_choice(in, request));
  TRY_OK(read_reasoning(in, request));
  TRY_OK(read_text(in, request));
  TRY_OK(read_settings(root, in, request));
  in.keep_rest();
  // What only the server itself knows, or does later: left out, the answer would be to another question.
  for (const std::string_view key : {"conversation", "prompt"})
    if (root[key].present()) request.extras.essential.emplace_back(key);
  if (root["background"].raw() == "true") request.extras.essential.emplace_back("background");
  if (!asked.model.empty()) request.model = asked.model;
  return request;
}

}  // namespace agt::dialect::openai_responses
