// The words of the Responses API that more than one file needs, and what this dialect is called.
#pragma once

#include <string_view>

#include "dialect/tool_names.h"
#include "ir/conversation.h"

namespace agt::dialect::openai_responses {

inline constexpr auto here = ir::Dialect::openai_responses;

namespace item {
inline constexpr std::string_view message = "message";
inline constexpr std::string_view reasoning = "reasoning";
inline constexpr std::string_view function_call = "function_call";
inline constexpr std::string_view function_output = "function_call_output";
inline constexpr std::string_view custom_call = "custom_tool_call";
inline constexpr std::string_view custom_output = "custom_tool_call_output";
inline constexpr std::string_view reference = "item_reference";
inline constexpr std::string_view additional_tools = "additional_tools";
inline constexpr std::string_view image_call = "image_generation_call";
}  // namespace item

namespace part {
inline constexpr std::string_view input_text = "input_text";
inline constexpr std::string_view output_text = "output_text";
inline constexpr std::string_view refusal = "refusal";
inline constexpr std::string_view input_image = "input_image";
inline constexpr std::string_view input_file = "input_file";
inline constexpr std::string_view input_audio = "input_audio";
inline constexpr std::string_view summary_text = "summary_text";
inline constexpr std::string_view reasoning_text = "reasoning_text";
}  // namespace part

inline constexpr std::string_view sealed = "encrypted_content";
inline constexpr std::string_view include_sealed = "reasoning.encrypted_content";
inline constexpr std::string_view include_logprobs = "message.output_text.logprobs";
inline constexpr std::string_view breakpoint = "prompt_cache_breakpoint";
inline constexpr std::string_view previous = "previous_response_id";

// Marks among the spellings of a Message: it is one input item that is no message. With text: the item verbatim, which
// says nothing to others; without: its only part is the item.
inline constexpr std::string_view item_mark = "item";
// Marks a content, an output or an input that was an array, not a string.
inline constexpr std::string_view array_mark = "[]";

// Of a data: URL, what stood before the base64 text where it is not the usual "data:MIME;base64,".
inline constexpr std::string_view data_head = "data";

// OpenAI's rule for function names (2026-11): ^[a-zA-Z0-9_-]{1,64}$.
inline constexpr NameRule name_rule{.extra_characters = "-"};

}  // namespace agt::dialect::openai_responses
