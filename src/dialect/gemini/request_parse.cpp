#include "dialect/gemini/config.h"
#include "dialect/gemini/functions.h"
#include "dialect/gemini/parts.h"

namespace agt::dialect::gemini {
namespace {

constexpr std::string_view models_prefix = "models/";

Result<ir::Message> parse_content(json::Value content, CallLedger& ledger) {
  if (!content.is_object()) return content.refuse("an object");
  ir::Message message{.role = ir::Role::user};
  message.extras = home_extras();
  const auto role = member(content, "role");
  if (!role.exists()) {
    spell(message.extras, section::top, "role", {});
  } else if (role.is("model")) {
    message.role = ir::Role::assistant;
  } else if (role.is("function")) {  // of the first API; counts as user
    spell(message.extras, section::top, "role", role.keep());
  } else if (role.present() && !role.is("user")) {
    auto refused = role.refuse("\"user\" or \"model\"");
    return refused;
  }
  TRY(message.parts, parse_parts(content, ledger, message.extras, section::top));
  keep_rest(content, {"role", "parts"}, section::top, message.extras);
  return message;
}

Result<> parse_contents(json::Value body, ir::Request& request) {
  const auto contents = member(body, "contents");
  if (!contents.exists()) return fail(Code::schema, "contents: is missing.", "contents");
  CallLedger ledger;
  if (contents.is_object()) {
    spell(request.extras, section::top, "contents", {"{}"});
    TRY(auto only, parse_content(contents, ledger));
    request.messages.push_back(std::move(only));
    return {};
  }
  if (!contents.is_array()) return contents.refuse("an array of contents");
  for (const auto content : contents.children()) {
    TRY(auto message, parse_content(content, ledger));
    request.messages.push_back(std::move(message));
  }
  return {};
}

Result<> parse_system(json::Value body, ir::Request& request) {
  TRY(const auto system, optional_object(body, "systemInstruction"));
  if (!system.exists()) return {};
  if (system.size() == 0) spell(request.extras, section::top, "systemInstruction", system.keep());
  CallLedger unused;
  TRY(request.system, parse_parts(system, unused, request.extras, section::system));
  // The role of a system instruction means nothing to the API; clients send "user", "system" or none.
  keep_rest(system, {"parts", "role"}, section::system, request.extras);
  if (const auto role = member(system, "role"); role.present())
    spell(request.extras, section::system, "role", role.keep());
  return {};
}

Result<> parse_body(json::Value body, ir::Request& request) {
  TRY_OK(parse_system(body, request));
  TRY_OK(parse_contents(body, request));
  TRY_OK(parse_tools(body, request));
  TRY_OK(parse_tool_config(body, request));
  TRY_OK(parse_config(body, request));
  TRY(auto tier, optional_text(body, "serviceTier"));
  request.service_tier = tier.value_or("");
  if (const auto model = member(body, "model"); model.present()) {
    TRY(auto text, model.text());
    if (request.model.empty()) request.model = text.substr(text.rfind('/') + 1);
    spell(request.extras, section::top, "model", model.keep());
  }
  // serviceTier "" would not come back otherwise.
  if (tier && tier->empty()) spell(request.extras, section::top, "serviceTier", {"\"\""});
  keep_rest(body, {"model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "serviceTier"},
            section::top, request.extras);
  return {};
}

}  // namespace

Result<ir::Request> parse_request(const json::Document& document, const Asked& asked) {
  const auto body = document.root();
  if (!body.is_object()) return body.refuse("an object");
  ir::Request request;
  request.extras = home_extras();
  request.model = asked.model.starts_with(models_prefix) ? asked.model.substr(models_prefix.size()) : asked.model;
  request.stream = asked.stream;
  if (asked.operation == Asked::Operation::count_tokens) {
    TRY(const auto inner, optional_object(body, "generateContentRequest"));
    if (inner.exists()) {
      spell(request.extras, section::top, "generateContentRequest", {"{}"});
      for (const auto child : body.children())
        if (camel(child.key()) != "generateContentRequest")
          request.extras.fields.push_back({.key = std::string(section::count) + child.key(), .value = child.keep()});
      TRY_OK(parse_body(inner, request));
      return request;
    }
  }
  TRY_OK(parse_body(body, request));
  return request;
}

}  // namespace agt::dialect::gemini
