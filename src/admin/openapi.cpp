#include "admin/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <set>
#include <vector>

#include "admin/endpoints.h"
#include "core/failure.h"
#include "core/text.h"
#include "core/version.h"
#include "json/writer.h"

namespace agt::admin {

extern const char* const shapes_txt;

namespace {

struct Field {
  std::string_view name{};
  bool optional = false;
  std::string_view type{};
  std::string_view description{};
};

struct Shape {
  std::string_view name{};
  std::string_view type{};  // of one that has no fields
  std::string_view description{};
  std::vector<Field> fields{};
};

constexpr std::string_view whole = " \t";

std::string_view trimmed(std::string_view s) {
  const auto begin = s.find_first_not_of(whole);
  if (begin == std::string_view::npos) return {};
  return s.substr(begin, s.find_last_not_of(whole) - begin + 1);
}

// "text  # description"
std::pair<std::string_view, std::string_view> without_description(std::string_view line) {
  const auto hash = line.find('#');
  if (hash == std::string_view::npos) return {trimmed(line), {}};
  return {trimmed(line.substr(0, hash)), trimmed(line.substr(hash + 1))};
}

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const auto line : text::split(shapes_txt, '\n')) {
    const auto [text, description] = without_description(line);
    if (text.empty()) continue;
    if (!line.starts_with(' ')) {
      const auto equals = text.find('=');
      all.push_back({.name = trimmed(text.substr(0, equals)),
                     .type = equals == std::string_view::npos ? std::string_view() : trimmed(text.substr(equals + 1)),
                     .description = description});
      continue;
    }
    const auto colon = text.find(':');
    assert(colon != std::string_view::npos && !all.empty());
    auto name = text.substr(0, colon);
    const bool optional = name.ends_with('?');
    if (optional) name.remove_suffix(1);
    all.back().fields.push_back(
        {.name = name, .optional = optional, .type = trimmed(text.substr(colon + 1)), .description = description});
  }
  return all;
}

void write_type(json::Writer& w, std::string_view type);

// The members of the schema of a type that is no choice.
void write_plain_type(json::Writer& w, std::string_view type) {
  if (type.ends_with("[]") || type.ends_with("{}")) {
    w.field("type", type.ends_with("[]") ? "array" : "object");
    w.key(type.ends_with("[]") ? "items" : "additionalProperties");
    write_type(w, type.substr(0, type.size() - 2));
  } else if (type.starts_with('"')) {
    w.field("const", type.substr(1, type.size() - 2));
  } else if (type >= "A" && type < "[") {
    w.field("$ref", fmt::format("#/components/schemas/{}", type));
  } else if (type != "any") {
    w.field("type", type);
  }
}

void write_choice(json::Writer& w, const std::vector<std::string_view>& choices) {
  const bool are_words = std::ranges::all_of(choices, [](std::string_view c) { return trimmed(c).starts_with('"'); });
  w.key(are_words ? "enum" : "anyOf");
  w.begin_array();
  for (const auto choice : choices) {
    const auto one = trimmed(choice);
    if (are_words)
      w.value(one.substr(1, one.size() - 2));
    else
      write_type(w, one);
  }
  w.end_array();
}

void write_type_members(json::Writer& w, std::string_view type) {
  const auto choices = text::split(type, '|');
  if (choices.size() > 1)
    write_choice(w, choices);
  else
    write_plain_type(w, type);
}

void write_type(json::Writer& w, std::string_view type) {
  w.begin_object();
  write_type_members(w, type);
  w.end_object();
}

void write_shape(json::Writer& w, const Shape& shape) {
  w.key(shape.name);
  w.begin_object();
  if (!shape.description.empty()) w.field("description", shape.description);
  if (!shape.type.empty()) {
    write_type_members(w, shape.type);
    w.end_object();
    return;
  }
  w.field("type", "object");
  w.key("properties");
  w.begin_object();
  for (const auto& field : shape.fields) {
    w.key(field.name);
    w.begin_object();
    if (!field.description.empty()) w.field("description", field.description);
    write_type_members(w, field.type);
    w.end_object();
  }
  w.end_object();
  w.key("required");
  w.begin_array();
  for (const auto& field : shape.fields)
    if (!field.optional) w.value(field.name);
  w.end_array();
  w.field("additionalProperties", false);
  w.end_object();
}

// The words of core/failure.h.
void write_failures(json::Writer& w) {
  std::vector<std::string_view> classes;
  std::vector<std::string_view> codes;
  for (int i = 0; i <= static_cast<int>(FailureClass::cancelled); ++i)
    classes.push_back(name(static_cast<FailureClass>(i)));
  for (int i = 0; i <= static_cast<int>(Code::client_gone); ++i) codes.push_back(name(static_cast<Code>(i)));
  for (const auto& [key, words] : {std::pair("FailureClass", classes), std::pair("FailureCode", codes)}) {
    w.key(key);
    w.begin_object();
    w.field("type", "string");
    w.key("enum");
    w.begin_array();
    for (const auto word : words) w.value(word);
    w.end_array();
    w.end_object();
  }
}

void write_content(json::Writer& w, std::string_view type, std::string_view shape) {
  w.key("content");
  w.begin_object();
  w.key(type);
  w.begin_object();
  w.key("schema");
  write_type(w, shape.empty() ? "any" : shape);
  w.end_object();
  w.end_object();
}

void write_parameters(json::Writer& w, const Endpoint& endpoint) {
  w.key("parameters");
  w.begin_array();
  const auto add = [&w](std::string_view name, std::string_view in, std::string_view type) {
    w.begin_object();
    w.field("name", name);
    w.field("in", in);
    w.field("required", in == "path");
    w.key("schema");
    write_type(w, type);
    w.end_object();
  };
  const std::string_view pattern = endpoint.pattern;
  for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1))
    add(pattern.substr(open + 1, pattern.find('}', open) - open - 1), "path", "string");
  for (const auto name : text::split(endpoint.query, ' '))
    if (!name.empty()) add(name, "query", "string");
  w.end_array();
}

void write_operation(json::Writer& w, const Endpoint& endpoint) {
  w.key(text::lowered(endpoint.method));
  w.begin_object();
  w.field("summary", endpoint.summary);
  write_parameters(w, endpoint);
  if (!endpoint.body.empty()) {
    w.key("requestBody");
    w.begin_object();
    w.field("required", !endpoint.body.ends_with('?'));
    write_content(w, "application/json",
                  endpoint.body.substr(0, endpoint.body.size() - (endpoint.body.ends_with('?') ? 1 : 0)));
    w.end_object();
  }
  w.key("responses");
  w.begin_object();
  w.key("2XX");
  w.begin_object();
  w.field("description", "done");
  const bool streams = std::holds_alternative<StreamWork>(endpoint.work);
  write_content(w, streams ? "text/event-stream" : "application/json", streams ? "string" : endpoint.answer);
  w.end_object();
  w.key("default");
  w.begin_object();
  w.field("description", "refused");
  write_content(w, "application/json", "Refusal");
  w.end_object();
  w.end_object();
  if (endpoint.auth != Auth::none) w.field("x-rights", endpoint.auth == Auth::manage ? "manage" : "view");
  w.key("security");
  w.raw(endpoint.auth == Auth::none ? "[]" : R"([{"token":[]}])");
  w.end_object();
}

void write_paths(json::Writer& w, std::span<const Endpoint> endpoints) {
  std::map<std::string_view, std::vector<const Endpoint*>> by_path;
  for (const auto& endpoint : endpoints) by_path[endpoint.pattern].push_back(&endpoint);
  w.key("paths");
  w.begin_object();
  for (const auto& [path, methods] : by_path) {
    w.key(path);
    w.begin_object();
    for (const auto* endpoint : methods) write_operation(w, *endpoint);
    w.end_object();
  }
  w.end_object();
}

}  // namespace

std::string openapi_document(std::span<const Endpoint> endpoints) {
  json::Writer w;
  w.begin_object();
  w.field("openapi", "3.1.0");
  w.key("info");
  w.begin_object();
  w.field("title", "Antigravity Tools admin API");
  w.field("version", version);
  w.end_object();
  w.key("servers");
  w.raw(fmt::format(R"([{{"url":"{}"}}])", api_prefix));
  write_paths(w, endpoints);
  w.key("components");
  w.begin_object();
  w.key("securitySchemes");
  w.raw(R"({"token":{"type":"http","scheme":"bearer"}})");
  w.key("schemas");
  w.begin_object();
  write_failures(w);
  for (const auto& shape : shapes()) write_shape(w, shape);
  w.end_object();
  w.end_object();
  w.end_object();
  return std::move(w).take();
}

Result<Answer> openapi(const Call&) { return Answer{.body = openapi_document(endpoints())}; }

}  // namespace agt::admin
