// Chat replies, whole and streamed, and what they share: usage, finish reasons, citations, errors.
#pragma once

#include <optional>
#include <span>

#include "dialect/codec.h"
#include "dialect/openai_chat/wire.h"

namespace agt::dialect::openai_chat {

[[nodiscard]] Result<ir::Response> parse_response(const json::Document& body, const ReadContext& context);
[[nodiscard]] std::string render_response(const ir::Response& response, const ReplyContext& context);
[[nodiscard]] std::unique_ptr<EventReader> make_reader(ReadContext context);
[[nodiscard]] std::unique_ptr<EventWriter> make_writer(ReplyContext context);
[[nodiscard]] Observation observe(const SseEvent& event);
[[nodiscard]] Observation observe_whole(const json::Document& body);
[[nodiscard]] ErrorReply render_error(const Error& error, std::string_view trace);
[[nodiscard]] Error diagnose(int status, std::string_view body);
[[nodiscard]] std::string render_token_count(std::int64_t tokens);
[[nodiscard]] std::string render_models(const ModelPage& page);
[[nodiscard]] std::string render_model(const ModelFacts& model);

inline constexpr std::string_view done = "[DONE]";

// What an answer cannot say on this protocol.
namespace lost {
inline constexpr std::string_view media = "media other than images cannot be shown";
inline constexpr std::string_view redacted = "redacted reasoning cannot be shown";
inline constexpr std::string_view result = "a tool result cannot be shown";
inline constexpr std::string_view opaque = "a provider-specific part cannot be shown";
inline constexpr std::string_view name_space = "a tool's namespace cannot be said";
inline constexpr std::string_view second_call = "the functions API takes one call only";
inline constexpr std::string_view signature = "a signature has no place on this protocol";
inline constexpr std::string_view paused = "the answer is paused; clients of this protocol cannot resume it";
}  // namespace lost

// The error inside a reply with status 200, if it is one.
[[nodiscard]] std::optional<Error> error_in(json::Value root, std::string_view event_name);

// Usage wherever servers put it: at the root, in the choice (Moonshot), under x_groq (Groq); seen 2026.
[[nodiscard]] std::optional<ir::Usage> usage_in(json::Value root);
// False when nothing is known; then nothing is written.
bool write_usage(json::Writer& writer, std::string_view key, const ir::Usage& usage);

// The provider's word in our terms. What the answer holds counts more than the word: some servers say "stop" though
// tools were called.
[[nodiscard]] ir::Stop stop_info(std::string_view word, bool called, bool refused);
// And back. `refused`: a refusal was written as text of its own, which ends with "stop" at OpenAI (2026-11).
[[nodiscard]] std::string_view finish_word(ir::StopReason reason, bool refused, bool legacy);

// url_citation annotations count characters of the whole content; the IR counts bytes of its part, which begins at
// byte `base` of the content.
[[nodiscard]] ir::Citation read_citation(json::Value annotation, std::string_view content, std::size_t base);
void write_citation(json::Writer& writer, const ir::Citation& citation, std::string_view part,
                    std::size_t characters_before);
[[nodiscard]] std::size_t characters(std::string_view text);

// The tokens of a text with their log probabilities, as both protocols of OpenAI say them: a JSON array.
[[nodiscard]] std::vector<ir::TokenScore> read_scores(json::Value tokens);
void write_scores(json::Writer& writer, const std::vector<ir::TokenScore>& scores);
void write_logprobs(json::Writer& writer, const std::vector<ir::TokenScore>& scores);  // the member of a choice

[[nodiscard]] std::string reply_id(std::string_view upstream_id, const ReplyContext& context);
[[nodiscard]] bool thoughts_wanted(const ReplyContext& context);

}  // namespace agt::dialect::openai_chat
