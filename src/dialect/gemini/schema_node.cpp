#include "dialect/gemini/schema_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace agt::dialect::gemini {
namespace {

constexpr std::size_t hint_bytes_max = 300;

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

constexpr std::array<std::string_view, 10> plain_keywords{"minItems", "maxItems", "minProperties", "maxProperties",
                                                          "minimum",  "maximum",  "minLength",     "maxLength",
                                                          "pattern",  "default"};
// Say nothing about the value.
constexpr std::array<std::string_view, 13> annotations{"$schema",
                                                       "$id",
                                                       "$defs",
                                                       "definitions",
                                                       "$comment",
                                                       "examples",
                                                       "example",
                                                       "deprecated",
                                                       "readOnly",
                                                       "writeOnly",
                                                       "$anchor",
                                                       "propertyOrdering",
                                                       "additionalProperties"};
constexpr std::array<std::string_view, 14> structures{"properties", "required", "items", "prefixItems", "anyOf",
                                                      "oneOf",      "allOf",    "$ref",  "type",        "enum",
                                                      "const",      "nullable", "title", "description"};

std::string shown(json::Value value) { return std::string(text::clipped(value.raw(), hint_bytes_max)); }

void add_unique(std::vector<std::string>& words, std::string word) {
  if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
}

template <class T>
bool has_key(const std::vector<T>& fields, std::string_view key) {
  return std::ranges::any_of(fields, [&](const auto& field) { return field.key == key; });
}

}  // namespace

bool SchemaNode::anything() const {
  return types.empty() && !has_choices && properties.empty() && items.empty() && any_of.empty() && !never;
}

void merge(SchemaNode& into, SchemaNode other) {
  if (into.types.empty()) {
    into.types = std::move(other.types);
  } else if (!other.types.empty()) {
    std::erase_if(into.types, [&](const auto& type) {
      const bool narrower = type == "number" && std::ranges::find(other.types, "integer") != other.types.end();
      return !narrower && std::ranges::find(other.types, type) == other.types.end();
    });
    into.never = into.never || into.types.empty();
  }
  into.nullable = into.nullable || other.nullable;
  into.never = into.never || other.never;
  if (into.title.empty()) into.title = std::move(other.title);
  if (into.description.empty()) into.description = std::move(other.description);
  if (into.format.empty()) into.format = std::move(other.format);
  for (auto& words : other.hints) add_unique(into.hints, std::move(words));
  if (other.has_choices && into.has_choices)
    std::erase_if(into.choices, [&](const auto& one) { return !std::ranges::count(other.choices, one); });
  else if (other.has_choices)
    into.choices = std::move(other.choices);
  into.has_choices = into.has_choices || other.has_choices;
  for (auto& [name, schema] : other.properties) {
    const auto same = std::ranges::find(into.properties, name, &std::pair<std::string, SchemaNode>::first);
    if (same == into.properties.end())
      into.properties.emplace_back(name, std::move(schema));
    else
      merge(same->second, std::move(schema));
  }
  for (auto& name : other.required) add_unique(into.required, std::move(name));
  if (into.items.empty())
    into.items = std::move(other.items);
  else if (!other.items.empty())
    merge(into.items.front(), std::move(other.items.front()));
  for (auto& one : other.any_of) into.any_of.push_back(std::move(one));
  for (auto& field : other.plain)
    if (!has_key(into.plain, field.key)) into.plain.push_back(std::move(field));
}

void SchemaReader::hint(SchemaNode& node, std::string_view key, std::string words) {
  removed_.emplace(key);
  if (!words.empty()) add_unique(node.hints, std::move(words));
}

SchemaNode SchemaReader::read(json::Value schema, std::size_t depth) {
  SchemaNode node;
  if (schema.kind() == json::Kind::boolean) {
    node.never = !schema.boolean_or(true);
    return node;
  }
  if (!schema.is_object()) return node;
  if (++nodes_ > schema_nodes_max || depth > schema_depth_max) {
    hint(node, "nesting", "");
    return node;
  }
  for (const auto child : schema.children()) keyword(node, child.key(), child, depth);
  return node;
}

void SchemaReader::keyword(SchemaNode& node, const std::string& key, json::Value value, std::size_t depth) {
  if (among(structures, key)) {
    structure(node, key, value, depth);
  } else if (among(plain_keywords, key) || key.starts_with("exclusive") || key == "format") {
    limit(node, key, value);
  } else if (key == "additionalProperties" && value.is_object() && value.size() > 0) {
    hint(node, key, fmt::format("other properties must match {}", shown(value)));
  } else if (!among(annotations, key) && !key.starts_with("x-")) {
    hint(node, key, fmt::format("{}: {}", key, shown(value)));
  }
}

void SchemaReader::structure(SchemaNode& node, const std::string& key, json::Value value, std::size_t depth) {
  if (key == "type") {
    types(node, value);
  } else if (key == "title") {
    node.title = value.text_or("");
  } else if (key == "description") {
    node.description = value.text_or("");
  } else if (key == "nullable") {
    node.nullable = node.nullable || value.boolean_or(false);
  } else if (key == "enum" || key == "const") {
    SchemaNode only;
    only.has_choices = true;
    if (key == "const") only.choices.push_back(value.keep());
    if (key == "enum")
      for (const auto one : value.children()) only.choices.push_back(one.keep());
    merge(node, std::move(only));
  } else if (key == "properties") {
    for (const auto property : value.children()) {
      SchemaNode one;
      one.properties.emplace_back(property.key(), read(property, depth + 1));
      merge(node, std::move(one));
    }
  } else if (key == "required") {
    for (const auto name : value.children()) add_unique(node.required, name.text_or(""));
  } else if (key == "items" && !value.is_array()) {
    SchemaNode one;
    one.items.push_back(read(value, depth + 1));
    if (!one.items.front().never) merge(node, std::move(one));
  } else if (key == "items" || key == "prefixItems") {
    tuple(node, value, depth);
  } else if (key == "anyOf" || key == "oneOf") {
    alternatives(node, value, depth);
  } else if (key == "allOf") {
    for (const auto one : value.children()) merge(node, read(one, depth + 1));
  } else {
    merge(node, referred(value, depth));
  }
}

void SchemaReader::limit(SchemaNode& node, const std::string& key, json::Value value) {
  const bool lower = key == "exclusiveMinimum";
  if (lower || key == "exclusiveMaximum") {
    if (value.kind() != json::Kind::number) {
      hint(node, key, fmt::format("{}: {}", key, shown(value)));
      return;
    }
    const std::string bound = lower ? "minimum" : "maximum";
    if (!has_key(node.plain, bound)) node.plain.push_back({.key = bound, .value = value.keep()});
    hint(node, key, fmt::format("must be {} than {}", lower ? "greater" : "less", shown(value)));
  } else if (key == "format") {
    node.format = value.text_or("");
  } else {
    const bool worded = key == "pattern" || key == "default";
    if (worded ? value.present() && (key == "default" || value.is_string()) : value.kind() == json::Kind::number)
      node.plain.push_back({.key = key, .value = value.keep()});
  }
}

void SchemaReader::types(SchemaNode& node, json::Value value) {
  SchemaNode said;
  const auto take = [&](json::Value word) {
    auto name = text::lowered(word.text_or(""));
    if (name == "null")
      said.nullable = true;
    else if (!name.empty())
      add_unique(said.types, std::move(name));
  };
  if (value.is_array()) {
    for (const auto one : value.children()) take(one);
  } else {
    take(value);
    if (said.nullable && said.types.empty()) {
      said.types.emplace_back("string");
      hint(said, "type", "must be null");
    }
  }
  merge(node, std::move(said));
}

void SchemaReader::alternatives(SchemaNode& node, json::Value list, std::size_t depth) {
  std::vector<SchemaNode> branches;
  for (const auto one : list.children()) {
    const bool null = one["type"].is("null") || (one["const"].exists() && !one["const"].present());
    if (null) {
      node.nullable = true;
      continue;
    }
    auto branch = read(one, depth + 1);
    if (!branch.never) branches.push_back(std::move(branch));
  }
  if (branches.size() == 1) {
    merge(node, std::move(branches.front()));
  } else if (node.any_of.empty()) {
    node.any_of = std::move(branches);
  } else if (!branches.empty()) {
    hint(node, "anyOf", fmt::format("must also match one of {}", shown(list)));
  }
}

void SchemaReader::tuple(SchemaNode& node, json::Value list, std::size_t depth) {
  SchemaNode any;
  for (const auto one : list.children()) any.any_of.push_back(read(one, depth + 1));
  if (any.any_of.size() == 1) any = SchemaNode(any.any_of.front());
  hint(node, "prefixItems", fmt::format("items in order: {}", shown(list)));
  node.items.clear();
  node.items.push_back(std::move(any));
}

SchemaNode SchemaReader::referred(json::Value reference, std::size_t depth) {
  const auto pointer = reference.text_or("");
  const auto found = target(pointer);
  SchemaNode node;
  if (!found.exists()) {
    hint(node, "$ref", fmt::format("see {}", pointer));
    return node;
  }
  if (std::ranges::find(open_, pointer) != open_.end()) {
    node.types.emplace_back("object");
    hint(node, "$ref", fmt::format("the same structure again ({})", pointer.substr(pointer.rfind('/') + 1)));
    return node;
  }
  open_.push_back(pointer);
  node = read(found, depth + 1);
  open_.pop_back();
  return node;
}

// A local JSON pointer (RFC 6901) in a fragment: "#", "#/$defs/name".
json::Value SchemaReader::target(std::string_view pointer) const {
  if (!pointer.starts_with('#')) return {};
  auto at = root_;
  if (pointer == "#") return at;
  if (!pointer.starts_with("#/")) return {};
  for (const auto step : text::split(pointer.substr(2), '/')) {
    auto name = text::percent_decoded(step).value_or(std::string(step));
    for (auto tilde = name.find('~'); tilde != std::string::npos; tilde = name.find('~', tilde + 1))
      if (tilde + 1 < name.size() && (name[tilde + 1] == '1' || name[tilde + 1] == '0'))
        name.replace(tilde, 2, name[tilde + 1] == '1' ? "/" : "~");
    if (at.is_array())
      at = at[text::parse_number<std::size_t>(name).value_or(SIZE_MAX)];
    else
      at = at[name];
  }
  return at;
}

}  // namespace agt::dialect::gemini
