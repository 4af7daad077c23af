#include <algorithm>
#include <array>

#include "core/text.h"
#include "dialect/gemini/fields.h"
#include "dialect/gemini/schema.h"
#include "json/writer.h"

namespace agt::dialect::gemini {
namespace {

// int64 members, which proto3 JSON clients write as strings ("minItems":"1").
constexpr std::array counts{"minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength"};

void write_schema(json::Writer& writer, json::Value schema);

void write_type(json::Writer& writer, json::Value schema) {
  const auto type = member(schema, "type");
  const bool nullable = member(schema, "nullable").boolean_or(false);
  if (!type.is_string() || type.is("TYPE_UNSPECIFIED")) {
    if (type.is_array()) writer.field("type", type.keep());
    return;
  }
  const auto word = text::lowered(type.text_or(""));
  if (!nullable) {
    writer.field("type", word);
    return;
  }
  writer.key("type");
  writer.begin_array();
  writer.value(word);
  writer.value("null");
  writer.end_array();
}

void write_list(json::Writer& writer, json::Value list) {
  writer.begin_array();
  for (const auto one : list.children()) write_schema(writer, one);
  writer.end_array();
}

void write_member(json::Writer& writer, std::string_view key, json::Value value) {
  writer.key(key);
  if (key == "properties" && value.is_object()) {
    writer.begin_object();
    for (const auto property : value.children()) {
      writer.key(property.key());
      write_schema(writer, property);
    }
    writer.end_object();
  } else if (key == "items" && value.is_object()) {
    write_schema(writer, value);
  } else if (key == "anyOf" && value.is_array()) {
    write_list(writer, value);
  } else if (std::ranges::find(counts, key) != counts.end() && text::parse_number<std::int64_t>(value.text_or(""))) {
    writer.value(*text::parse_number<std::int64_t>(value.text_or("")));
  } else {
    writer.raw(value.raw());
  }
}

void write_schema(json::Writer& writer, json::Value schema) {
  if (!schema.is_object()) {
    writer.raw(schema.raw());
    return;
  }
  writer.begin_object();
  write_type(writer, schema);
  for (const auto child : schema.children()) {
    const auto key = camel(child.key());
    if (key == "type" || key == "nullable" || key == "propertyOrdering" || !child.present()) continue;
    if (key == "example") {
      writer.key("examples");
      writer.begin_array();
      writer.raw(child.raw());
      writer.end_array();
      continue;
    }
    write_member(writer, key, child);
  }
  writer.end_object();
}

}  // namespace

json::Raw json_schema_of(json::Value schema) {
  json::Writer writer;
  write_schema(writer, schema);
  return {std::move(writer).take()};
}

}  // namespace agt::dialect::gemini
