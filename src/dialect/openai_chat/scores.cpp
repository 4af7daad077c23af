// Log probabilities of tokens.
#include "dialect/openai_chat/reply.h"

namespace agt::dialect::openai_chat {
namespace {

constexpr std::string_view alternatives = "top_logprobs";

// What the clients' types want beside the token: its bytes, because a token may end inside of a character.
void write_token(json::Writer& writer, const ir::TokenScore& score) {
  writer.field("token", score.token);
  writer.field("logprob", score.logprob);
  writer.key("bytes");
  writer.begin_array();
  for (const char c : score.token) writer.value(static_cast<int>(static_cast<unsigned char>(c)));
  writer.end_array();
}

}  // namespace

std::vector<ir::TokenScore> read_scores(json::Value tokens) {
  std::vector<ir::TokenScore> out;
  out.reserve(tokens.size());
  for (const auto token : tokens.children()) {
    if (!token["token"].is_string()) continue;
    out.push_back({.token = token["token"].text_or(""),
                   .logprob = token["logprob"].number_or(0),
                   .alternatives = read_scores(token[alternatives])});
  }
  return out;
}

void write_scores(json::Writer& writer, const std::vector<ir::TokenScore>& scores) {
  writer.begin_array();
  for (const auto& score : scores) {
    writer.begin_object();
    write_token(writer, score);
    writer.key(alternatives);
    writer.begin_array();
    for (const auto& other : score.alternatives) {
      writer.begin_object();
      write_token(writer, other);
      writer.end_object();
    }
    writer.end_array();
    writer.end_object();
  }
  writer.end_array();
}

void write_logprobs(json::Writer& writer, const std::vector<ir::TokenScore>& scores) {
  if (scores.empty()) return writer.field_null("logprobs");
  writer.key("logprobs");
  writer.begin_object();
  writer.key("content");
  write_scores(writer, scores);
  writer.field_null("refusal");
  writer.end_object();
}

}  // namespace agt::dialect::openai_chat
