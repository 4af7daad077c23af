#include "sim/routes.h"

#include <array>
#include <utility>

namespace agt::sim {
namespace {

Operation google_operation(std::string_view verb) {
  constexpr std::array<std::pair<std::string_view, Operation>, 8> verbs{
      {{"generateContent", Operation::generate},
       {"streamGenerateContent", Operation::generate_stream},
       {"countTokens", Operation::count_tokens},
       {"embedContent", Operation::embed},
       {"batchEmbedContents", Operation::batch_embed},
       {"loadCodeAssist", Operation::load_code_assist},
       {"onboardUser", Operation::onboard_user},
       {"retrieveUserQuota", Operation::retrieve_quota}}};
  for (const auto& [name, operation] : verbs)
    if (name == verb) return operation;
  return Operation::unknown;
}

// {v}/models/{m}[:verb], {v}/tunedModels/…, {v}/projects/{p}/locations/{l}/publishers/google/models/{m}:verb
bool google_model(std::string_view path, Route& into) {
  constexpr std::string_view models = "/models/";
  constexpr std::string_view tuned = "/tunedModels/";
  auto at = path.rfind(models);
  auto skip = models.size();
  if (at == std::string_view::npos) {
    at = path.rfind(tuned);
    skip = tuned.size();
  }
  if (at == std::string_view::npos) return false;
  const auto rest = path.substr(at + skip);
  const auto colon = rest.rfind(':');
  into.dialect = Dialect::gemini;
  into.model = rest.substr(0, colon);
  if (colon == std::string_view::npos) {
    into.operation = Operation::model;
  } else {
    into.operation = google_operation(rest.substr(colon + 1));
  }
  return true;
}

Dialect models_dialect(const Request& request) {
  const auto query = request.query();
  if (request.find("x-goog-api-key") != nullptr || request.find("x-goog-api-client") != nullptr) return Dialect::gemini;
  if (!parameter(query, "key").empty() || !parameter(query, "pageSize").empty()) return Dialect::gemini;
  if (request.find("anthropic-version") != nullptr) return Dialect::anthropic;
  return Dialect::chat;
}

struct Fixed {
  std::string_view path;
  Dialect dialect;
  Operation operation;
  std::string_view method;
};
constexpr std::array<Fixed, 18> fixed{{
    {"/v1/chat/completions", Dialect::chat, Operation::generate, "POST"},
    {"/v1/completions", Dialect::completions, Operation::generate, "POST"},
    {"/v1/responses", Dialect::responses, Operation::generate, "POST"},
    {"/v1/messages", Dialect::anthropic, Operation::generate, "POST"},
    {"/v1/messages/count_tokens", Dialect::anthropic, Operation::count_tokens, "POST"},
    {"/v1/responses/input_tokens", Dialect::responses, Operation::count_tokens, "POST"},
    {"/v1/embeddings", Dialect::chat, Operation::embed, "POST"},
    {"/v1/images/generations", Dialect::chat, Operation::draw, "POST"},
    {"/v1/images/edits", Dialect::chat, Operation::edit_image, "POST"},
    {"/v1/images/variations", Dialect::chat, Operation::vary_image, "POST"},
    {"/v1/audio/transcriptions", Dialect::chat, Operation::transcribe, "POST"},
    {"/v1/audio/translations", Dialect::chat, Operation::translate_speech, "POST"},
    {"/token", Dialect::chat, Operation::token, "POST"},
    {"/oauth/token", Dialect::chat, Operation::token, "POST"},
    {"/authorize", Dialect::chat, Operation::authorize, "GET"},
    {"/userinfo", Dialect::chat, Operation::userinfo, "GET"},
    {"/", Dialect::chat, Operation::probe, ""},
    {"/api/hello", Dialect::chat, Operation::probe, ""},
}};

Route fixed_route(const Request& request, std::string_view path) {
  for (const auto& row : fixed) {
    if (row.path != path) continue;
    Route found{.dialect = row.dialect, .operation = row.operation};
    found.method_wrong = !row.method.empty() && row.method != request.method;
    // Codex tries a WebSocket first and falls back in silence on 426.
    if (request.find("upgrade") != nullptr) found = {.dialect = row.dialect, .operation = Operation::upgrade};
    return found;
  }
  return {};
}

}  // namespace

Route route(const Request& request) {
  const auto path = request.path();
  if (path.starts_with("/sim/")) return {.operation = Operation::control};
  if (auto found = fixed_route(request, path); found.operation != Operation::unknown) return found;
  constexpr std::string_view internal = "/v1internal:";
  Route out;
  if (path.starts_with(internal)) {
    out = {.dialect = Dialect::gemini,
           .operation = google_operation(std::string_view(path).substr(internal.size())),
           .wrapped = true};
    out.method_wrong = request.method != "POST";
    return out;
  }
  if (path == "/v1beta1/publishers/google/models" || path == "/v1/publishers/google/models") {
    out = {.dialect = Dialect::gemini, .operation = Operation::models};
    return out;
  }
  if (path == "/v1/models" || path == "/v1beta/models" || path == "/v1alpha/models") {
    out = {.dialect = path == "/v1/models" ? models_dialect(request) : Dialect::gemini, .operation = Operation::models};
    return out;
  }
  const bool versioned = path.starts_with("/v1/") || path.starts_with("/v1beta/") || path.starts_with("/v1alpha/") ||
                         path.starts_with("/v1beta1/");
  if (versioned && google_model(path, out)) {
    if (out.operation == Operation::model && path.starts_with("/v1/")) out.dialect = models_dialect(request);
    out.method_wrong = request.method != (out.operation == Operation::model ? "GET" : "POST");
    return out;
  }
  if (path.starts_with("/v1/messages")) out.dialect = Dialect::anthropic;
  if (path.starts_with("/v1beta")) out.dialect = Dialect::gemini;
  return out;
}

}  // namespace agt::sim
