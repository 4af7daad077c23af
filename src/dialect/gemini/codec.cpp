#include <array>
#include <string_view>

#include "dialect/gemini/codec.h"

#include "dialect/gemini/functions.h"

namespace agt::dialect {

namespace {

// Seen in 2026-08 to 2026-11.
constexpr auto signature_marks = std::to_array<std::string_view>({"\"thoughtSignature\"", "\"thought_signature\""});
constexpr auto signature_refusals = std::to_array<std::string_view>({"thought signature", "thought_signature"});

}  // namespace

const Codec gemini_codec{
    .dialect = ir::Dialect::gemini,
    .turns = "contents",
    .model_in_path = true,
    .counts_tokens_upstream = true,
    .signature_marks = signature_marks,
    .signature_refusals = signature_refusals,
    .parse_request = gemini::parse_request,
    .render_request = gemini::render_request,
    .parse_response = gemini::parse_response,
    .render_response = gemini::render_response,
    .make_reader = gemini::make_reader,
    .make_writer = gemini::make_writer,
    .observe = gemini::observe,
    .observe_whole = gemini::observe_whole,
    .render_error = gemini::render_error,
    .diagnose = gemini::diagnose,
    .render_token_count = gemini::render_token_count,
    .model_page = gemini::model_page,
    .render_models = gemini::render_models,
    .render_model = gemini::render_model,
    .embedder = &gemini::embedder,
};

}  // namespace agt::dialect
