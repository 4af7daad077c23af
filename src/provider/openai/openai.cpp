// OpenAI and everything that speaks its Chat Completions or its Responses API. The base URL includes /v1, as its SDKs
// have it.
#include "provider/families.h"

namespace agt::provider {
namespace {

// base/endpoint[?query]
std::string joined(std::string_view base, std::string_view endpoint, std::string_view query = {}) {
  std::string out;
  out.reserve(base.size() + endpoint.size() + query.size() + 2);
  out += base;
  out += '/';
  out += endpoint;
  if (!query.empty()) out += '?';
  out += query;
  return out;
}

std::string target(std::string_view base_path, const Want& want) {
  const auto base = base_path.empty() ? std::string_view("/v1") : base_path;
  switch (want.operation) {
    case dialect::Operation::generate:
    case dialect::Operation::count_tokens:
    case dialect::Operation::not_served: break;
    case dialect::Operation::complete: return joined(base, "completions", want.client_query);
    case dialect::Operation::embed: return joined(base, "embeddings", want.client_query);
    case dialect::Operation::draw: return joined(base, "images/generations", want.client_query);
    case dialect::Operation::edit_image: return joined(base, "images/edits", want.client_query);
    case dialect::Operation::vary_image: return joined(base, "images/variations", want.client_query);
    case dialect::Operation::transcribe: return joined(base, "audio/transcriptions", want.client_query);
    case dialect::Operation::translate_speech: return joined(base, "audio/translations", want.client_query);
    case dialect::Operation::list_models: return joined(base, "models");
    case dialect::Operation::show_model: return joined(base, std::string("models/").append(want.model));
  }
  // Chat has no endpoint that counts tokens; relay estimates instead.
  const bool counts = want.operation == dialect::Operation::count_tokens;
  const std::string_view endpoint = want.dialect != ir::Dialect::openai_responses ? "chat/completions"
                                    : counts                                      ? "responses/input_tokens"
                                                                                  : "responses";
  return joined(base, endpoint, want.client_query);
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
