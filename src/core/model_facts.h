// What is known about one model: the row of the catalogue that translation and planning ask. Plain data; nothing in
// the program looks into a model's name to learn these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace agt {

// How a model is told to think.
enum class ThinkingStyle : std::uint8_t {
  none,    // it does not, or cannot be told
  effort,  // by a word: OpenAI reasoning_effort, Anthropic adaptive + output_config.effort
  budget,  // by a token count: Anthropic budget_tokens, Gemini 2.5 thinkingBudget
  level,   // by Gemini 3's thinkingLevel
};

struct ModelFacts {
  std::string id{};
  std::string display_name{};
  std::optional<std::int64_t> context_tokens{};
  std::optional<std::int64_t> output_tokens{};
  ThinkingStyle thinking = ThinkingStyle::none;
  bool thinking_can_be_off = true;
  bool thinking_minimal = true;  // Gemini: thinkingLevel MINIMAL is accepted; else LOW is the lowest
  std::optional<std::int64_t> thinking_budget_max{};  // ThinkingStyle::budget: the largest budget accepted
  bool effort_xhigh = true;                           // the word "xhigh" is accepted; else "high" is sent for it
  bool sampling_accepted = true;                      // temperature, top_p, top_k
  bool system_mid_conversation = false;               // Anthropic: role "system" inside messages
  bool images = true;
  bool documents = true;
  bool audio = false;
  bool tools = true;
  bool json_schema_tools = true;     // Gemini: parametersJsonSchema is accepted
  bool schema_with_tools = false;    // Gemini: a response schema may stand beside function declarations
  bool media_in_results = false;     // Gemini 3: a functionResponse may hold images and documents itself
  bool media_resolution = false;     // Gemini: generationConfig.mediaResolution is accepted
  bool part_resolution = false;      // Gemini 3: each part may say its own mediaResolution
  bool developer_role = false;       // OpenAI reasoning models: instructions come from role "developer"
  bool custom_tools = false;         // OpenAI: free-text tools with a grammar; else they travel as functions
  bool cache_marks = false;          // OpenAI: prompt_cache_breakpoint on content parts is accepted
  bool signatures_required = false;  // Gemini 3: a replayed function call needs its thoughtSignature
  bool estimated = false;            // nothing is known: these are the defaults
};

}  // namespace agt
