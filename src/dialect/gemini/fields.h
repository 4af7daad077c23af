// Reading and writing the members of Gemini's objects: both spellings are understood, and what the IR has no word for
// is kept under a dotted path ("generationConfig.speechConfig") in the extras of the nearest node.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "ir/conversation.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::dialect::gemini {

// Objects of the wire that have no node of their own in the IR. Their extras carry the path as a prefix.
namespace section {
inline constexpr std::string_view top;
inline constexpr std::string_view count = "countTokens.";  // the outer object of {generateContentRequest:{…}}
inline constexpr std::string_view config = "generationConfig.";
inline constexpr std::string_view thinking = "generationConfig.thinkingConfig.";
inline constexpr std::string_view tool_config = "toolConfig.";
inline constexpr std::string_view calling = "toolConfig.functionCallingConfig.";
inline constexpr std::string_view system = "systemInstruction.";
inline constexpr std::string_view call = "functionCall.";
inline constexpr std::string_view response = "functionResponse.";
inline constexpr std::string_view inline_data = "inlineData.";
inline constexpr std::string_view file_data = "fileData.";
}  // namespace section

[[nodiscard]] ir::Extras home_extras();

// "system_instruction" → "systemInstruction"; other words stay as they are. The REST API takes both (proto3 JSON).
[[nodiscard]] std::string camel(std::string_view word);

// The member of that camelCase name in either spelling.
[[nodiscard]] json::Value member(json::Value object, std::string_view name);

// Takes over the members of `object` that are not `known`, and remembers known ones that are null.
void keep_rest(json::Value object, std::initializer_list<std::string_view> known, std::string_view section,
               ir::Extras& extras);

// Takes over what the IR has no word for, with what is known of it.
void keep(ir::Extras& extras, std::string_view section, std::string_view name, json::Value value);

// A spelling of this dialect's own; nullptr when there is none. An empty Raw means: the member was absent.
[[nodiscard]] const json::Raw* spelled(const ir::Extras& extras, std::string_view section, std::string_view name);
void spell(ir::Extras& extras, std::string_view section, std::string_view name, json::Raw raw);

// Valid JSON without the white space between tokens. Google's whole replies are indented; a line end would break SSE.
[[nodiscard]] std::string compact(std::string_view json);

// Writes the members that keep_rest took from this section.
void write_rest(json::Writer& writer, const ir::Extras& extras, std::string_view section);
[[nodiscard]] bool has_rest(const ir::Extras& extras, std::string_view section);

// Writes `name` as it was spelled, if it was; true when it was (also when it was absent).
bool write_spelled(json::Writer& writer, const ir::Extras& extras, std::string_view section, std::string_view name);

// Checked reading: absent and null read as nothing; a wrong type is an error that names the field.
[[nodiscard]] Result<std::optional<std::string>> optional_text(json::Value object, std::string_view name);
[[nodiscard]] Result<std::optional<double>> optional_number(json::Value object, std::string_view name);
[[nodiscard]] Result<std::optional<std::int64_t>> optional_integer(json::Value object, std::string_view name);
[[nodiscard]] Result<std::optional<bool>> optional_boolean(json::Value object, std::string_view name);
[[nodiscard]] Result<json::Value> optional_object(json::Value object, std::string_view name);
[[nodiscard]] Result<json::Value> optional_array(json::Value object, std::string_view name);

}  // namespace agt::dialect::gemini
