// OpenAI and everything that speaks its Chat Completions API. The base URL includes /v1, as its SDKs have it.
#include <fmt/format.h>

#include "provider/families.h"

namespace agt::provider {
namespace {

std::string target(std::string_view base_path, const Want& want) {
  const auto base = base_path.empty() ? std::string_view("/v1") : base_path;
  const std::string_view mark = want.client_query.empty() ? "" : "?";
  switch (want.operation) {
    case dialect::Operation::generate:
    case dialect::Operation::count_tokens:  // there is no such endpoint; relay estimates instead
    case dialect::Operation::not_served: return fmt::format("{}/chat/completions{}{}", base, mark, want.client_query);
    case dialect::Operation::list_models: return fmt::format("{}/models", base);
    case dialect::Operation::show_model: return fmt::format("{}/models/{}", base, want.model);
  }
  std::unreachable();
}

}  // namespace

const Family openai_family{.name = "openai",
                           .dialect = ir::Dialect::openai_chat,
                           .default_base_url = "https://api.openai.com/v1",
                           .key_style = KeyStyle::bearer,
                           .target = target};

const Family openai_compatible_family{
    .name = "openai-compatible", .dialect = ir::Dialect::openai_chat, .key_style = KeyStyle::bearer, .target = target};

}  // namespace agt::provider
