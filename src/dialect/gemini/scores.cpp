// Log probabilities of tokens.
#include <algorithm>

#include "dialect/gemini/chunk.h"

namespace agt::dialect::gemini {
namespace {

ir::TokenScore score_of(json::Value token) {
  return {.token = token["token"].text_or(""), .logprob = token["logProbability"].number_or(0)};
}

void write_score(json::Writer& writer, const ir::TokenScore& score) {
  writer.begin_object();
  writer.field("token", score.token);
  writer.field("logProbability", score.logprob);
  writer.end_object();
}

}  // namespace

void scores_of(json::Value candidate, std::vector<ir::TokenScore>& out) {
  const auto result = candidate["logprobsResult"];
  const auto tops = result["topCandidates"];
  std::size_t step = 0;
  for (const auto token : result["chosenCandidates"].children()) {
    auto score = score_of(token);
    for (const auto other : tops[step]["candidates"].children()) score.alternatives.push_back(score_of(other));
    out.push_back(std::move(score));
    ++step;
  }
}

void write_scores(json::Writer& writer, const std::vector<ir::TokenScore>& scores) {
  if (scores.empty()) return;
  writer.key("logprobsResult");
  writer.begin_object();
  if (std::ranges::any_of(scores, [](const auto& score) { return !score.alternatives.empty(); })) {
    writer.key("topCandidates");
    writer.begin_array();
    for (const auto& score : scores) {
      writer.begin_object();
      writer.key("candidates");
      writer.begin_array();
      for (const auto& other : score.alternatives) write_score(writer, other);
      writer.end_array();
      writer.end_object();
    }
    writer.end_array();
  }
  writer.key("chosenCandidates");
  writer.begin_array();
  for (const auto& score : scores) write_score(writer, score);
  writer.end_array();
  writer.end_object();
}

void Average::add(const std::vector<ir::TokenScore>& scores) {
  for (const auto& score : scores) sum += score.logprob;
  tokens += scores.size();
}

void Average::write(json::Writer& writer) const {
  if (tokens > 0) writer.field("avgLogprobs", sum / static_cast<double>(tokens));
}

}  // namespace agt::dialect::gemini
