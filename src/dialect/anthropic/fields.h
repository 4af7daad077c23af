// Reading and writing the members of Anthropic's objects. What the IR has no word for is kept under a dotted path
// ("thinking.x") in the extras of the nearest node; how a known member was spelled is kept beside it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "ir/conversation.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::dialect::anthropic {

// Objects of the wire that have no node of their own in the IR. Their extras carry the path as a prefix.
namespace section {
inline constexpr std::string_view top;
inline constexpr std::string_view thinking = "thinking.";
inline constexpr std::string_view output = "output_config.";
inline constexpr std::string_view metadata = "metadata.";
inline constexpr std::string_view choice = "tool_choice.";
inline constexpr std::string_view cache = "cache_control.";
inline constexpr std::string_view source = "source.";
}  // namespace section

[[nodiscard]] ir::Extras home_extras();
[[nodiscard]] bool is_home(const ir::Extras& extras);

// Takes over the members of `object` that are not `known`, and remembers known ones that are null.
void keep_rest(json::Value object, std::initializer_list<std::string_view> known, std::string_view section,
               ir::Extras& extras);
void keep(ir::Extras& extras, std::string_view section, std::string_view name, json::Raw raw);
void spell(ir::Extras& extras, std::string_view section, std::string_view name, json::Raw raw);

// What keep or spell remembered; nullptr when nothing.
[[nodiscard]] const json::Raw* kept(const ir::Extras& extras, std::string_view section, std::string_view name);
[[nodiscard]] const json::Raw* spelled(const ir::Extras& extras, std::string_view section, std::string_view name);

[[nodiscard]] bool has_rest(const ir::Extras& extras, std::string_view section);
// Writes the members that keep_rest took from this section.
void write_rest(json::Writer& writer, const ir::Extras& extras, std::string_view section);
// Writes a known member as it was spelled, when it was; nulls are write_rest's.
void write_spelled(json::Writer& writer, const ir::Extras& extras, std::string_view section, std::string_view name);

// Checked reading: absent and null read as nothing; a wrong type is an error that names the field.
[[nodiscard]] Result<std::optional<double>> optional_number(json::Value object, std::string_view name);
[[nodiscard]] Result<std::optional<std::int64_t>> optional_integer(json::Value object, std::string_view name);
[[nodiscard]] Result<std::optional<bool>> optional_boolean(json::Value object, std::string_view name);
[[nodiscard]] Result<json::Value> optional_object(json::Value object, std::string_view name);
[[nodiscard]] Result<json::Value> optional_array(json::Value object, std::string_view name);
// "" when absent, null or empty; an empty one is remembered.
[[nodiscard]] Result<std::string> optional_text(json::Value object, std::string_view name, std::string_view section,
                                                ir::Extras& extras);
[[nodiscard]] Result<std::string> required_text(json::Value object, std::string_view name);
[[nodiscard]] Result<json::Words> required_words(json::Value object, std::string_view name);
// An Error of Code::schema for a member that is not there.
[[nodiscard]] std::unexpected<Error> missing(json::Value object, std::string_view name);

}  // namespace agt::dialect::anthropic
