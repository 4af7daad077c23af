// Responses replies, whole and streamed, and what they share: usage, stop reasons, citations, errors.
#pragma once

#include <optional>
#include <span>

#include "dialect/codec.h"
#include "dialect/openai_responses/words.h"
#include "json/writer.h"

namespace agt::dialect::openai_responses {

[[nodiscard]] Result<ir::Response> parse_response(const json::Document& body, const ReadContext& context);
[[nodiscard]] std::string render_response(const ir::Response& response, const ReplyContext& context);
[[nodiscard]] std::unique_ptr<EventReader> make_reader(ReadContext context);
[[nodiscard]] std::unique_ptr<EventWriter> make_writer(ReplyContext context);
[[nodiscard]] Observation observe(const SseEvent& event);
[[nodiscard]] Observation observe_whole(const json::Document& body);
[[nodiscard]] ErrorReply render_error(const Error& error, std::string_view trace);
[[nodiscard]] Error diagnose(int status, std::string_view body);
[[nodiscard]] std::string render_token_count(std::int64_t tokens);

namespace event {
inline constexpr std::string_view created = "response.created";
inline constexpr std::string_view queued = "response.queued";
inline constexpr std::string_view in_progress = "response.in_progress";
inline constexpr std::string_view completed = "response.completed";
inline constexpr std::string_view incomplete = "response.incomplete";
inline constexpr std::string_view failed = "response.failed";
inline constexpr std::string_view error = "error";
inline constexpr std::string_view keep_alive = "keepalive";
inline constexpr std::string_view item_added = "response.output_item.added";
inline constexpr std::string_view item_done = "response.output_item.done";
inline constexpr std::string_view part_added = "response.content_part.added";
inline constexpr std::string_view part_done = "response.content_part.done";
inline constexpr std::string_view text_delta = "response.output_text.delta";
inline constexpr std::string_view text_done = "response.output_text.done";
inline constexpr std::string_view annotation = "response.output_text.annotation.added";
inline constexpr std::string_view refusal_delta = "response.refusal.delta";
inline constexpr std::string_view refusal_done = "response.refusal.done";
inline constexpr std::string_view summary_added = "response.reasoning_summary_part.added";
inline constexpr std::string_view summary_done = "response.reasoning_summary_part.done";
inline constexpr std::string_view summary_delta = "response.reasoning_summary_text.delta";
inline constexpr std::string_view summary_text_done = "response.reasoning_summary_text.done";
inline constexpr std::string_view reasoning_delta = "response.reasoning_text.delta";
inline constexpr std::string_view reasoning_done = "response.reasoning_text.done";
inline constexpr std::string_view arguments_delta = "response.function_call_arguments.delta";
inline constexpr std::string_view arguments_done = "response.function_call_arguments.done";
inline constexpr std::string_view input_delta = "response.custom_tool_call_input.delta";
inline constexpr std::string_view input_done = "response.custom_tool_call_input.done";
inline constexpr std::string_view image_in_progress = "response.image_generation_call.in_progress";
inline constexpr std::string_view image_completed = "response.image_generation_call.completed";
}  // namespace event

// The error inside a response object with status 200, or in an error event, if it is one.
[[nodiscard]] std::optional<Error> error_in(json::Value response);

[[nodiscard]] std::optional<ir::Usage> usage_in(json::Value response);
[[nodiscard]] ir::Stop stop_info(json::Value response, bool called, bool refused);

// How a response ends that stopped for `reason`.
struct Ending {
  std::string_view status{};
  std::string_view incomplete{};  // the reason; "" when it is complete
};
[[nodiscard]] Ending ending_of(ir::StopReason reason, bool refused);

// url_citation annotations count characters of their part; the IR counts bytes. Nothing for annotations without a URL.
[[nodiscard]] std::optional<ir::Citation> read_citation(json::Value annotation, std::string_view text);
void write_citation(json::Writer& writer, const ir::Citation& citation, std::string_view text);

// A response object as far as it has come. Its other keys echo the request, or what the API assumes.
struct Progress {
  std::string id{};
  std::string_view status{};
  std::string_view incomplete{};
  std::string error{};   // JSON; "" when there is none
  std::string output{};  // JSON array
  const ir::Usage* usage = nullptr;
  bool over =
      false;  // tools and instructions are echoed at the end only: they are long, and the client has just sent them
};
void write_response(json::Writer& writer, const ReplyContext& context, const Progress& progress);

// The output of a whole response, a JSON array of items.
[[nodiscard]] std::string output_items(const ir::Response& response, const ReplyContext& context);

}  // namespace agt::dialect::openai_responses
