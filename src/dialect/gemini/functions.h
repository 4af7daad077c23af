// The functions that the Gemini Codec is made of; each is defined in the file of its subject.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect::gemini {

extern const Embedder embedder;

[[nodiscard]] Result<ir::Request> parse_request(const json::Document& body, const Asked& asked);
[[nodiscard]] Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target);

[[nodiscard]] Result<ir::Response> parse_response(const json::Document& body, const ReadContext& context);
[[nodiscard]] std::string render_response(const ir::Response& response, const ReplyContext& context);

[[nodiscard]] std::unique_ptr<EventReader> make_reader(ReadContext context);
[[nodiscard]] std::unique_ptr<EventWriter> make_writer(ReplyContext context);

[[nodiscard]] Observation observe(const SseEvent& event);
[[nodiscard]] Observation observe_whole(const json::Document& body);

[[nodiscard]] ErrorReply render_error(const Error& error, std::string_view trace);
[[nodiscard]] Error diagnose(int status, std::string_view body);
// {"code":…,"message":…,"status":…,"details":[…]}: the same in a body and in a stream.
[[nodiscard]] std::string error_object(const Error& error, std::string_view trace);

[[nodiscard]] std::string render_token_count(std::int64_t tokens);
[[nodiscard]] Result<ModelPage> model_page(std::span<const ModelFacts> models, const QueryLookup& query);
[[nodiscard]] std::string render_models(const ModelPage& page);
[[nodiscard]] std::string render_model(const ModelFacts& model);

}  // namespace agt::dialect::gemini
