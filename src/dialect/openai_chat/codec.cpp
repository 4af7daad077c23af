#include "dialect/openai_chat/codec.h"

#include "dialect/openai_chat/embeddings.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_chat/request.h"

namespace agt::dialect {

const Codec openai_chat_codec{
    .dialect = ir::Dialect::openai_chat,
    .turns = "messages",
    .model_in_path = false,
    .forgets_signatures = true,
    .parse_request = openai_chat::parse_request,
    .render_request = openai_chat::render_request,
    .parse_response = openai_chat::parse_response,
    .render_response = openai_chat::render_response,
    .make_reader = openai_chat::make_reader,
    .make_writer = openai_chat::make_writer,
    .observe = openai_chat::observe,
    .observe_whole = openai_chat::observe_whole,
    .render_error = openai_chat::render_error,
    .diagnose = openai_chat::diagnose,
    .render_token_count = openai_chat::render_token_count,
    .render_models = openai_chat::render_models,
    .render_model = openai_chat::render_model,
    .embedder = &openai_chat::embedder,
    .completions = &openai_chat::completions_codec,
    .media = &openai_chat::media_codec,
};

}  // namespace agt::dialect
