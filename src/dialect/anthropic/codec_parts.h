// The functions that make up the codec, one file each.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect::anthropic {

// The field that names the refusal of server-side threads; render_error adds the details that SDKs look for.
inline constexpr std::string_view thread_field = "thread";

[[nodiscard]] Result<ir::Request> parse_request(const json::Document& document, const Asked& asked);
[[nodiscard]] Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target);

[[nodiscard]] Result<ir::Response> parse_response(const json::Document& document, const ReadContext& context);
[[nodiscard]] std::string render_response(const ir::Response& response, const ReplyContext& context);

[[nodiscard]] std::unique_ptr<EventReader> make_reader(ReadContext context);
[[nodiscard]] std::unique_ptr<EventWriter> make_writer(ReplyContext context);

[[nodiscard]] Observation observe(const SseEvent& event);
[[nodiscard]] Observation observe_whole(const json::Document& document);

[[nodiscard]] ErrorReply render_error(const Error& error, std::string_view trace);
[[nodiscard]] Error diagnose(int status, std::string_view body);
// The type that clients know the error by ("overloaded_error"), and the whole `"error":{…}` member's value.
[[nodiscard]] std::string error_object(const Error& error);

[[nodiscard]] std::string render_token_count(std::int64_t tokens);
[[nodiscard]] Result<ModelPage> model_page(std::span<const ModelFacts> models, const QueryLookup& query);
[[nodiscard]] std::string render_models(const ModelPage& page);
[[nodiscard]] std::string render_model(const ModelFacts& model);

}  // namespace agt::dialect::anthropic
