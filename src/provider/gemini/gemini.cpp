// The Gemini Developer API with an API key. Source: ai.google.dev/api, 2026-11.
#include <fmt/format.h>

#include "core/text.h"
#include "provider/families.h"

namespace agt::provider {
namespace {

// v1beta has every feature; a pass-through client keeps the version that it asked for.
std::string version_of(std::string_view base_path, const Want& want) {
  if (base_path.ends_with("/v1") || base_path.ends_with("/v1beta")) return std::string(base_path);
  const bool first_version = want.passthrough && want.client_path.starts_with("/v1/");
  return fmt::format("{}{}", base_path, first_version ? "/v1" : "/v1beta");
}

std::string query_of(const Want& want) {
  if (!want.passthrough) return want.stream ? "?alt=sse" : "";
  const auto query = net::without_query_parameter(want.client_query, "key");
  return query.empty() ? "" : "?" + query;
}

std::string model_path(std::string_view model) {
  if (model.starts_with("tunedModels/") || model.starts_with("models/")) return std::string(model);
  return fmt::format("models/{}", text::percent_encoded(model));
}

std::string target(std::string_view base_path, const Want& want) {
  const auto base = version_of(base_path, want);
  switch (want.operation) {
    case dialect::Operation::generate:
    case dialect::Operation::not_served:
      return fmt::format("{}/{}:{}{}", base, model_path(want.model),
                         want.stream ? "streamGenerateContent" : "generateContent", query_of(want));
    case dialect::Operation::count_tokens:
      return fmt::format("{}/{}:countTokens{}", base, model_path(want.model), query_of(want));
    case dialect::Operation::embed:
      return fmt::format("{}/{}:{}{}", base, model_path(want.model), want.batch ? "batchEmbedContents" : "embedContent",
                         query_of(want));
    case dialect::Operation::complete:
    case dialect::Operation::edit_image:
    case dialect::Operation::vary_image:
    case dialect::Operation::transcribe:
    case dialect::Operation::translate_speech:
    case dialect::Operation::draw: break;  // not in this protocol
    case dialect::Operation::list_models: return fmt::format("{}/models?pageSize=1000", base);
    case dialect::Operation::show_model: return fmt::format("{}/{}", base, model_path(want.model));
  }
  std::unreachable();
}

}  // namespace

const Family gemini_family{.name = "gemini",
                           .dialect = ir::Dialect::gemini,
                           .default_base_url = "https://generativelanguage.googleapis.com",
                           .key_style = KeyStyle::x_goog_api_key,
                           .target = target,
                           .wants_media_inside = true,
                           .embeds = true};

}  // namespace agt::provider
