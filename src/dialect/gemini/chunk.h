// What a GenerateContentResponse says apart from its parts: usage, finish reasons, grounding; both ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/codec.h"
#include "json/writer.h"

namespace agt::dialect::gemini {

// Counts of usageMetadata by the IR's definition: input includes tool prompts and the cache, output the thoughts.
[[nodiscard]] ir::Usage usage_of(json::Value metadata);
void write_usage(json::Writer& writer, const ir::Usage& usage);  // the member usageMetadata, if anything is known
[[nodiscard]] bool known(const ir::Usage& usage);

// What a finishReason means: an end, or an upstream's failure.
struct Ending {
  ir::Stop stop{};
  std::optional<Error> failed{};
};
[[nodiscard]] Ending ending_of(std::string_view finish_reason, std::string_view message, bool has_calls);
[[nodiscard]] ir::Stop blocked(json::Value prompt_feedback);
[[nodiscard]] std::string finish_reason_of(const ir::Stop& stop);

// The candidate with index 0.
[[nodiscard]] json::Value first_candidate(json::Value chunk);

// Citations of groundingMetadata and citationMetadata.
void citations_of(json::Value candidate, std::vector<ir::Citation>& out);
// The member groundingMetadata of a candidate. `text` is what the offsets of the citation count in.
struct CitedText {
  ir::Citation citation{};
  std::string_view text{};
};
void write_citations(json::Writer& writer, const std::vector<CitedText>& cited);

// logprobsResult: the tokens of an answer with their log probabilities.
void scores_of(json::Value candidate, std::vector<ir::TokenScore>& out);
void write_scores(json::Writer& writer, const std::vector<ir::TokenScore>& scores);  // the member, if there are any
// avgLogprobs of a whole answer.
struct Average {
  double sum = 0;
  std::size_t tokens = 0;
  void add(const std::vector<ir::TokenScore>& scores);
  void write(json::Writer& writer) const;  // the member, if anything was added
};

// The members of one part of an answer; false when it has no form here (a Loss says so).
bool write_reply_part(json::Writer& writer, const ir::Part& part, bool thoughts_shown, ir::Losses& losses);
[[nodiscard]] bool thoughts_shown(const ReplyContext& context);

// Why Anthropic's pause_turn is not the same here.
inline constexpr std::string_view paused_words = "the answer is paused; gemini clients cannot resume it";

}  // namespace agt::dialect::gemini
