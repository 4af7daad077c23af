#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "dialect/gemini/schema.h"
#include "dialect/gemini/schema_node.h"
#include "json/writer.h"

namespace agt::dialect::gemini {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_string(const json::Raw& raw) { return raw.text.starts_with('"'); }

std::string value_of(const json::Raw& raw) {
  return is_string(raw) ? json::unescaped(std::string_view(raw.text).substr(1, raw.text.size() - 2)) : raw.text;
}

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

bool has_plain(const SchemaNode& node, std::string_view key) {
  return std::ranges::find(node.plain, key, &json::RawField::key) != node.plain.end();
}

// The type that the other keywords speak of, where none was given; "" when they speak of none.
std::string implied_type(const SchemaNode& node) {
  if (!node.properties.empty() || !node.required.empty()) return "object";
  if (!node.items.empty() || has_plain(node, "minItems") || has_plain(node, "maxItems")) return "array";
  if (node.has_choices && !node.choices.empty()) {
    const auto& first = node.choices.front().text;
    if (std::ranges::all_of(node.choices, is_string)) return "string";
    if (first == "true" || first == "false") return "boolean";
    const bool number = first.find_first_of("-0123456789") == 0;
    if (number) return first.find_first_of(".eE") == std::string::npos ? "integer" : "number";
    return "string";
  }
  if (has_plain(node, "pattern") || has_plain(node, "minLength") || has_plain(node, "maxLength")) return "string";
  if (has_plain(node, "minimum") || has_plain(node, "maximum")) return "number";
  return {};
}

// Which types a keyword of the subset belongs to.
bool fits_type(std::string_view key, std::string_view type) {
  if (key == "default") return true;
  if (key == "minItems" || key == "maxItems") return type == "array";
  if (key == "minProperties" || key == "maxProperties") return type == "object";
  if (key == "minimum" || key == "maximum") return type == "number" || type == "integer";
  return type == "string";
}

bool format_kept(std::string_view format, std::string_view type) {
  if (type == "string") return format == "date-time" || format == "enum";
  if (type == "integer") return format == "int32" || format == "int64";
  return type == "number" && (format == "float" || format == "double");
}

std::string described(const SchemaNode& node, const std::vector<std::string>& more) {
  auto hints = node.hints;
  hints.insert(hints.end(), more.begin(), more.end());
  if (hints.empty()) return node.description;
  const auto words = fmt::format("({})", text::joined(hints, "; "));
  return node.description.empty() ? words : fmt::format("{} {}", node.description, words);
}

class SchemaWriter {
 public:
  void write(json::Writer& writer, const SchemaNode& node) {
    writer.begin_object();
    // Alternatives beside properties multiply: a hostile schema must not grow without end.
    if (++written_ > schema_nodes_max) {
      writer.field("type", "OBJECT");
      approximated_ = true;
    } else {
      members(writer, node);
    }
    writer.end_object();
  }
  [[nodiscard]] bool approximated() const { return approximated_; }

 private:
  void members(json::Writer& writer, const SchemaNode& node) {
    if (!node.any_of.empty()) {
      alternatives(writer, node, node.any_of, true);
      return;
    }
    auto types = node.types;
    if (types.empty())
      if (auto type = implied_type(node); !type.empty()) types.push_back(std::move(type));
    if (types.size() > 1) {
      alternatives(writer, node, one_each(node, types), false);
    } else if (types.empty()) {
      alternatives(writer, node, one_each(node, {"string", "number", "boolean", "object"}), false);
    } else {
      typed(writer, node, types.front());
    }
  }

  static std::vector<SchemaNode> one_each(const SchemaNode& node, const std::vector<std::string>& types) {
    std::vector<SchemaNode> out;
    for (const auto& type : types) {
      auto one = node;
      one.types = {type};
      one.title.clear();
      one.description.clear();
      one.hints.clear();
      one.nullable = false;
      const auto strange = [&](const auto& field) { return field.key == "default" || !fits_type(field.key, type); };
      std::erase_if(one.plain, strange);
      if (type != "object") {
        one.properties.clear();
        one.required.clear();
      }
      if (type != "array") one.items.clear();
      std::erase_if(one.choices, [&](const auto& choice) { return is_string(choice) != (type == "string"); });
      one.has_choices = !one.choices.empty();
      out.push_back(std::move(one));
    }
    return out;
  }

  // "When using any_of, it must be the only field set" (Gemini and Vertex, 2026-11): what stands beside it is merged
  // into every branch, and the description goes with the first.
  void alternatives(json::Writer& writer, const SchemaNode& node, std::vector<SchemaNode> branches, bool merge_base) {
    writer.key("anyOf");
    writer.begin_array();
    bool first = true;
    for (auto& branch : branches) {
      if (merge_base) {
        auto base = node;
        base.any_of.clear();
        base.title.clear();
        base.description.clear();
        base.hints.clear();
        base.nullable = false;
        std::erase_if(base.plain, [](const auto& field) { return field.key == "default"; });
        merge(branch, std::move(base));
      }
      if (first) {
        auto words = described(node, {});
        if (!branch.description.empty() && !words.empty()) words += ' ';
        branch.description = words + branch.description;
        if (branch.title.empty()) branch.title = node.title;
      }
      first = false;
      branch.nullable = branch.nullable || node.nullable;
      write(writer, branch);
    }
    writer.end_array();
  }

  void typed(json::Writer& writer, const SchemaNode& node, const std::string& type) {
    std::vector<std::string> hints;
    writer.field("type", upper(type));
    if (!node.title.empty()) writer.field("title", node.title);
    if (node.nullable || std::ranges::find(node.choices, json::Raw{"null"}) != node.choices.end())
      writer.field("nullable", true);
    choices(writer, node, type, hints);
    if (format_kept(node.format, type))
      writer.field("format", node.format);
    else if (!node.format.empty())
      hints.push_back(fmt::format("format: {}", node.format));
    for (const auto& field : node.plain)
      if (fits_type(field.key, type)) writer.field(field.key, field.value);
    if (type == "object") object(writer, node);
    if (type == "array") array(writer, node);
    approximated_ = approximated_ || !hints.empty();
    if (const auto words = described(node, hints); !words.empty()) writer.field("description", words);
  }

  static void choices(json::Writer& writer, const SchemaNode& node, std::string_view type,
                      std::vector<std::string>& hints) {
    std::vector<std::string> words;
    bool all = true;
    for (const auto& choice : node.choices) {
      if (choice.text == "null") continue;
      words.push_back(value_of(choice));
      all = all && !words.back().empty();  // an empty enum value is refused
    }
    if (words.empty()) return;
    if (type != "string" || !all) hints.push_back(fmt::format("one of: {}", text::joined(words, ", ")));
    std::erase(words, "");
    if (type != "string" || words.empty()) return;
    if (!all) return;
    writer.key("enum");
    writer.begin_array();
    for (const auto& word : words) writer.value(word);
    writer.end_array();
  }

  void object(json::Writer& writer, const SchemaNode& node) {
    std::vector<std::string> names;
    if (!node.properties.empty()) {
      writer.key("properties");
      writer.begin_object();
      for (const auto& [name, schema] : node.properties) {
        if (schema.never) continue;
        names.push_back(name);
        writer.key(name);
        write(writer, schema);
      }
      writer.end_object();
    }
    auto required = node.required;
    std::erase_if(required, [&](const auto& name) { return !contains(names, name); });
    if (required.empty()) return;
    writer.key("required");
    writer.begin_array();
    for (const auto& name : required) writer.value(name);
    writer.end_array();
  }

  void array(json::Writer& writer, const SchemaNode& node) {
    writer.key("items");
    if (!node.items.empty()) {
      write(writer, node.items.front());
      return;
    }
    writer.begin_object();
    writer.field("type", "STRING");
    writer.end_object();
  }

  bool approximated_ = false;
  std::size_t written_ = 0;
};

// Alternatives at the root become one object with the properties of all; what all require stays required.
SchemaNode as_object(SchemaNode node) {
  if (!node.any_of.empty()) {
    auto branches = std::move(node.any_of);
    node.any_of.clear();
    std::vector<std::string> shared = branches.front().required;
    for (const auto& branch : branches)
      std::erase_if(shared, [&](const auto& name) { return !contains(branch.required, name); });
    for (auto& branch : branches) {
      SchemaNode properties;
      properties.properties = std::move(branch.properties);
      for (auto& property : properties.properties) {
        const auto known = [&](const auto& other) { return other.first == property.first; };
        if (std::ranges::none_of(node.properties, known)) node.properties.push_back(std::move(property));
      }
    }
    for (auto& name : shared)
      if (!contains(node.required, name)) node.required.push_back(std::move(name));
    node.hints.emplace_back("the properties belong to several alternatives");
  }
  node.types = {"object"};
  node.nullable = false;
  node.never = false;
  node.choices.clear();
  node.has_choices = false;
  return node;
}

}  // namespace

json::Raw gemini_schema_of(const json::Raw& schema, Root root, std::string_view path, ir::Losses& losses) {
  const auto document = json::Document::parse(schema.text);
  SchemaReader reader(document ? document->root() : json::Value{});
  auto node = reader.read(document ? document->root() : json::Value{});
  const bool other_type = !node.types.empty() && node.types != std::vector<std::string>{"object"};
  const bool changed = root == Root::object && (!node.any_of.empty() || other_type);
  if (root == Root::object) node = as_object(std::move(node));
  json::Writer out;
  SchemaWriter writer;
  writer.write(out, node);
  if (!reader.removed().empty() || changed || writer.approximated()) {
    const std::vector<std::string> removed(reader.removed().begin(), reader.removed().end());
    losses.approximated(std::string(path), fmt::format("gemini's schema cannot say all of it; told in words: {}",
                                                       removed.empty() ? "some values" : text::joined(removed, ", ")));
  }
  return {std::move(out).take()};
}

}  // namespace agt::dialect::gemini
