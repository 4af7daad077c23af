// JSON Schema as Anthropic's structured output takes it: objects are closed, and constraints on numbers and lengths are
// words of the description, as the SDKs of Anthropic themselves do it (TS 1.12, 2026-11).
#include <algorithm>
#include <array>

#include "dialect/anthropic/render.h"

namespace agt::dialect::anthropic {
namespace {

constexpr std::array constraints{"minimum",     "maximum",       "exclusiveMinimum", "exclusiveMaximum",
                                 "multipleOf",  "minLength",     "maxLength",        "maxItems",
                                 "uniqueItems", "minProperties", "maxProperties"};
constexpr std::array schema_maps{"properties", "$defs", "definitions"};
constexpr std::array schema_lists{"anyOf", "allOf"};

template <std::size_t N>
bool listed(const std::array<const char*, N>& words, json::Value child) {
  return std::ranges::any_of(words, [&](std::string_view word) { return child.key_is(word); });
}

class Closer {
 public:
  explicit Closer(bool& changed) : changed_(changed) {}

  void schema(json::Writer& writer, json::Value value) {
    if (!value.is_object()) {
      writer.raw(value.raw());
      return;
    }
    std::string hint;
    writer.begin_object();
    for (const auto child : value.children()) member(writer, child, hint);
    const bool object = value["type"].is("object") || value["properties"].is_object();
    if (object) writer.field("additionalProperties", false);
    if (const auto& more = value["additionalProperties"]; object && more.exists() && more.raw() != "false")
      changed_ = true;
    describe(writer, value["description"], hint);
    writer.end_object();
  }

 private:
  // Only schema positions are walked: a property may itself be called "minimum" or "properties".
  void member(json::Writer& writer, json::Value child, std::string& hint) {
    const bool few_items = child.key_is("minItems") && child.integer_or(2) > 1;
    if (listed(constraints, child) || few_items) {
      hint += (hint.empty() ? "" : ", ") + child.key() + ": " + std::string(child.raw());
      changed_ = true;
    } else if (child.key_is("additionalProperties") || child.key_is("description")) {
      // Written at the end.
    } else if (listed(schema_maps, child) && child.is_object()) {
      writer.key(child.key());
      writer.begin_object();
      for (const auto one : child.children()) {
        writer.key(one.key());
        schema(writer, one);
      }
      writer.end_object();
    } else if ((listed(schema_lists, child) || child.key_is("oneOf")) && child.is_array()) {
      writer.key(child.key_is("oneOf") ? "anyOf" : child.key());
      writer.begin_array();
      for (const auto one : child.children()) schema(writer, one);
      writer.end_array();
    } else if (child.key_is("items")) {
      writer.key("items");
      schema(writer, child);
    } else {
      writer.field(child.key(), child.keep());
    }
  }

  static void describe(json::Writer& writer, json::Value description, const std::string& hint) {
    auto text = description.text_or("");
    if (!hint.empty()) text += (text.empty() ? "{" : " {") + hint + "}";
    if (!text.empty()) writer.field("description", text);
  }

  bool& changed_;
};

}  // namespace

FittedSchema fitted_schema(const json::Raw& schema) {
  const auto document = json::Document::parse(schema.text);
  if (!document) return {.schema = schema};
  FittedSchema out;
  json::Writer writer;
  Closer(out.changed).schema(writer, document->root());
  out.schema.text = std::move(writer).take();
  return out;
}

}  // namespace agt::dialect::anthropic
