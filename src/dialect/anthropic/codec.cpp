#include <array>
#include <string_view>

#include "dialect/anthropic/codec.h"

#include "dialect/anthropic/codec_parts.h"

namespace agt::dialect {

namespace {

// Seen in 2026-08 to 2026-11.
constexpr auto signature_marks = std::to_array<std::string_view>({"\"signature\""});
constexpr auto signature_refusals = std::to_array<std::string_view>(
    {"invalid `signature` in `thinking`", "invalid signature in thinking", "invalid `data` in `redacted_thinking`",
     "expected `thinking` or `redacted_thinking`"});

}  // namespace

const Codec anthropic_codec{
    .dialect = ir::Dialect::anthropic,
    .turns = "messages",
    .counts_tokens_upstream = true,
    .carried_mark = "\"agt1.",
    .signature_marks = signature_marks,
    .signature_refusals = signature_refusals,
    .parse_request = anthropic::parse_request,
    .render_request = anthropic::render_request,
    .parse_response = anthropic::parse_response,
    .render_response = anthropic::render_response,
    .make_reader = anthropic::make_reader,
    .make_writer = anthropic::make_writer,
    .observe = anthropic::observe,
    .observe_whole = anthropic::observe_whole,
    .render_error = anthropic::render_error,
    .diagnose = anthropic::diagnose,
    .render_token_count = anthropic::render_token_count,
    .model_page = anthropic::model_page,
    .render_models = anthropic::render_models,
    .render_model = anthropic::render_model,
};

}  // namespace agt::dialect
