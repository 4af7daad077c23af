// Small questions that the validators of all dialects ask of a request, and the validators themselves: each refuses
// what the real provider refuses, in its words, and otherwise fills in the Turn.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "json/document.h"
#include "sim/http.h"
#include "sim/ids.h"
#include "sim/problem.h"
#include "sim/turn.h"

namespace agt::sim {

// The first member of `object` that is not in `known`.
[[nodiscard]] std::optional<std::string> unknown_member(json::Value object, std::span<const std::string_view> known);
[[nodiscard]] bool one_of(std::string_view word, std::span<const std::string_view> known);

// The text of a content that is a string or an array of parts with a member `text`.
[[nodiscard]] std::string content_text(json::Value content);

// [A-Za-z0-9_-]{1,max}
[[nodiscard]] bool is_plain_name(std::string_view name, std::size_t max);

// `turn.body` is set; the rest is the validator's to fill in.
[[nodiscard]] Outcome<> read_chat(Turn& turn);
[[nodiscard]] Outcome<> read_completions(Turn& turn);
[[nodiscard]] Outcome<> read_responses(Turn& turn, const Signer& signer);
enum class Counting : bool { no, yes };
[[nodiscard]] Outcome<> read_anthropic(Turn& turn, const Request& request, const Signer& signer, Counting counting);
[[nodiscard]] Outcome<> read_gemini(Turn& turn, const Signer& signer, Counting counting);

// Google's refusal of a field that its message does not have; `at` is "" at the root.
[[nodiscard]] Problem unknown_name(std::string_view name, std::string_view at);
[[nodiscard]] Outcome<> check_gemini_tools(json::Value tools);
[[nodiscard]] Outcome<> check_gemini_schema(json::Value schema, const std::string& at);
[[nodiscard]] std::string camel(std::string_view name);  // system_instruction → systemInstruction
[[nodiscard]] std::string snake(std::string_view name);
// The member under its camelCase name or its snake_case one: Google reads both.
[[nodiscard]] json::Value either(json::Value object, std::string_view camel_name);

}  // namespace agt::sim
