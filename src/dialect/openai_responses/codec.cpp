#include <array>
#include <string_view>

#include "dialect/openai_responses/codec.h"

#include "dialect/openai_chat/reply.h"
#include "dialect/openai_responses/memory.h"
#include "dialect/openai_responses/reply.h"
#include "dialect/openai_responses/request.h"

namespace agt::dialect {

namespace {

// Seen in 2026-08 to 2026-11.
constexpr auto signature_marks = std::to_array<std::string_view>({"\"encrypted_content\""});
constexpr auto signature_refusals = std::to_array<std::string_view>({"encrypted content", "encrypted_content"});

}  // namespace

const Codec openai_responses_codec{
    .dialect = ir::Dialect::openai_responses,
    .turns = "input",
    .model_in_path = false,
    .counts_tokens_upstream = true,
    .carried_mark = "\"agt1.",
    .signature_marks = signature_marks,
    .signature_refusals = signature_refusals,
    .parse_request = openai_responses::parse_request,
    .render_request = openai_responses::render_request,
    .parse_response = openai_responses::parse_response,
    .render_response = openai_responses::render_response,
    .make_reader = openai_responses::make_reader,
    .make_writer = openai_responses::make_writer,
    .observe = openai_responses::observe,
    .observe_whole = openai_responses::observe_whole,
    .render_error = openai_responses::render_error,
    .diagnose = openai_responses::diagnose,
    .render_token_count = openai_responses::render_token_count,
    .render_models = openai_chat::render_models,
    .render_model = openai_chat::render_model,
    .memory = &openai_responses::memory,
};

}  // namespace agt::dialect
