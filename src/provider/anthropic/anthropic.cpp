// Anthropic and everything that speaks its Messages API. The base URL has no /v1, as its SDKs have it; one that has
// is understood too.
#include <fmt/format.h>

#include "provider/families.h"

namespace agt::provider {
namespace {

std::string target(std::string_view base_path, const Want& want) {
  if (base_path.ends_with("/v1")) base_path.remove_suffix(3);
  const std::string_view mark = want.client_query.empty() ? "" : "?";
  switch (want.operation) {
    case dialect::Operation::generate:
    case dialect::Operation::complete:
    case dialect::Operation::embed:
    case dialect::Operation::edit_image:
    case dialect::Operation::vary_image:
    case dialect::Operation::transcribe:
    case dialect::Operation::translate_speech:
    case dialect::Operation::draw:
    case dialect::Operation::not_served: return fmt::format("{}/v1/messages{}{}", base_path, mark, want.client_query);
    case dialect::Operation::count_tokens:
      return fmt::format("{}/v1/messages/count_tokens{}{}", base_path, mark, want.client_query);
    case dialect::Operation::list_models: return fmt::format("{}/v1/models?limit=1000", base_path);
    case dialect::Operation::show_model: return fmt::format("{}/v1/models/{}", base_path, want.model);
  }
  std::unreachable();
}

// The version under which translation renders; a pass-through client's own header wins.
std::vector<net::Header> own_headers() { return {{"anthropic-version", "2023-06-01"}}; }

}  // namespace

const Family anthropic_family{.name = "anthropic",
                              .dialect = ir::Dialect::anthropic,
                              .default_base_url = "https://api.anthropic.com",
                              .key_style = KeyStyle::x_api_key,
                              .target = target,
                              .own_headers = own_headers()};

const Family anthropic_compatible_family{.name = "anthropic-compatible",
                                         .dialect = ir::Dialect::anthropic,
                                         .key_style = KeyStyle::x_api_key,
                                         .target = target,
                                         .own_headers = own_headers()};

}  // namespace agt::provider
