// OpenAI and everything that speaks its Chat Completions or its Responses API. The base URL includes /v1, as its SDKs
// have it.
#include <fmt/format.h>

#include "provider/families.h"

namespace agt::provider {
namespace {

std::string target(std::string_view base_path, const Want& want) {
  const auto base = base_path.empty() ? std::string_view("/v1") : base_path;
  const std::string_view mark = want.client_query.empty() ? "" : "?";
  switch (want.operation) {
    case dialect::Operation::generate:
    case dialect::Operation::count_tokens:
    case dialect::Operation::not_served: break;
    case dialect::Operation::complete: return fmt::format("{}/completions{}{}", base, mark, want.client_query);
    case dialect::Operation::embed: return fmt::format("{}/embeddings{}{}", base, mark, want.client_query);
    case dialect::Operation::draw: return fmt::format("{}/images/generations{}{}", base, mark, want.client_query);
    case dialect::Operation::edit_image: return fmt::format("{}/images/edits{}{}", base, mark, want.client_query);
    case dialect::Operation::vary_image: return fmt::format("{}/images/variations{}{}", base, mark, want.client_query);
    case dialect::Operation::transcribe:
      return fmt::format("{}/audio/transcriptions{}{}", base, mark, want.client_query);
    case dialect::Operation::translate_speech:
      return fmt::format("{}/audio/translations{}{}", base, mark, want.client_query);
    case dialect::Operation::list_models: return fmt::format("{}/models", base);
    case dialect::Operation::show_model: return fmt::format("{}/models/{}", base, want.model);
  }
  // Chat has no endpoint that counts tokens; relay estimates instead.
  const bool counts = want.operation == dialect::Operation::count_tokens;
  const std::string_view endpoint = want.dialect != ir::Dialect::openai_responses ? "chat/completions"
                                    : counts                                      ? "responses/input_tokens"
                                                                                  : "responses";
  return fmt::format("{}/{}{}{}", base, endpoint, mark, want.client_query);
}

}  // namespace

const Family openai_family{.name = "openai",
                           .dialect = ir::Dialect::openai_chat,
                           .also = ir::Dialect::openai_responses,
                           .default_base_url = "https://api.openai.com/v1",
                           .key_style = KeyStyle::bearer,
                           .target = target,
                           .embeds = true,
                           .draws = true,
                           .hears = true};

// Servers that have no Chat API, and users who want OpenAI's newer one for every client.
const Family openai_responses_family{.name = "openai-responses",
                                     .dialect = ir::Dialect::openai_responses,
                                     .default_base_url = "https://api.openai.com/v1",
                                     .key_style = KeyStyle::bearer,
                                     .target = target};

const Family openai_compatible_family{.name = "openai-compatible",
                                      .dialect = ir::Dialect::openai_chat,
                                      .key_style = KeyStyle::bearer,
                                      .target = target,
                                      .embeds = true,
                                      .draws = true,
                                      .hears = true};

}  // namespace agt::provider
