#include "dialect/paths.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/text.h"

namespace agt::dialect {
namespace {

using enum ir::Dialect;

struct Row {
  std::string_view path{};
  std::string_view method{};
  ir::Dialect dialect{};
  Operation operation{};
};

constexpr std::array fixed{
    Row{"/v1/chat/completions", "POST", openai_chat, Operation::generate},
    Row{"/v1/completions", "POST", openai_chat, Operation::complete},
    Row{"/v1/responses", "POST", openai_responses, Operation::generate},
    Row{"/v1/responses/input_tokens", "POST", openai_responses, Operation::count_tokens},
    Row{"/v1/responses/compact", "POST", openai_responses, Operation::not_served},
    Row{"/v1/embeddings", "POST", openai_chat, Operation::embed},
    Row{"/v1/images/generations", "POST", openai_chat, Operation::draw},
    Row{"/v1/images/edits", "POST", openai_chat, Operation::edit_image},
    Row{"/v1/images/variations", "POST", openai_chat, Operation::vary_image},
    Row{"/v1/audio/transcriptions", "POST", openai_chat, Operation::transcribe},
    Row{"/v1/audio/translations", "POST", openai_chat, Operation::translate_speech},
    Row{"/v1/messages", "POST", anthropic, Operation::generate},
    Row{"/v1/messages/count_tokens", "POST", anthropic, Operation::count_tokens},
};

struct Verb {
  std::string_view name{};
  Operation operation{};
  bool stream = false;
};
constexpr std::array gemini_verbs{
    Verb{"generateContent", Operation::generate, false}, Verb{"streamGenerateContent", Operation::generate, true},
    Verb{"countTokens", Operation::count_tokens, false}, Verb{"embedContent", Operation::embed, false},
    Verb{"batchEmbedContents", Operation::embed, false},
};
constexpr std::array versions{"v1", "v1beta", "v1alpha"};

bool is_version(std::string_view segment) {
  for (const auto* version : versions)
    if (segment == version) return true;
  return false;
}

ir::Dialect models_dialect(const Signs& signs) {
  if (signs.google) return gemini;
  return signs.anthropic ? anthropic : openai_chat;
}

std::unexpected<Error> wrong_method(std::string_view method, std::string_view path, std::string_view allowed) {
  return fail(Code::method, fmt::format("{} is not allowed on {}; use {}.", method, path, allowed),
              std::string(allowed));
}

// "/v1beta/models/M:verb" and "/v1beta/models/M/countTokens"; `rest` is what follows "models/".
std::optional<Endpoint> gemini_call(std::string_view rest, const Signs& signs) {
  for (const auto& verb : gemini_verbs) {
    for (const char separator : {':', '/'}) {
      const auto tail = separator + std::string(verb.name);
      if (!rest.ends_with(tail) || rest.size() == tail.size()) continue;
      auto model = rest.substr(0, rest.size() - tail.size());
      if (model.starts_with("models/")) model.remove_prefix(std::string_view("models/").size());
      return Endpoint{.dialect = gemini,
                      .operation = verb.operation,
                      .model = std::string(model),
                      .stream = verb.stream,
                      .batch = verb.name == "batchEmbedContents",
                      .array_framing = verb.stream && !signs.sse};
    }
  }
  return std::nullopt;
}

// GET and DELETE /v1/responses/ID, and what hangs below it: a response that is kept is continued, never shown again.
bool names_response(std::string_view method, std::string_view path) {
  constexpr std::string_view prefix = "/v1/responses/";
  if (!path.starts_with(prefix)) return false;
  const auto rest = path.substr(prefix.size());
  const auto id = rest.substr(0, rest.find('/'));
  const auto below = rest.substr(id.size());
  if (id.empty()) return false;
  if (below == "/cancel") return method == "POST";
  return (below.empty() && (method == "GET" || method == "DELETE")) || (below == "/input_items" && method == "GET");
}

// A path exactly as documented, or nothing.
std::optional<Result<Endpoint>> exact(std::string_view method, std::string_view path, const Signs& signs) {
  for (const auto& row : fixed) {
    if (path != row.path) continue;
    if (signs.upgrade)
      return fail(Code::upgrade_unsupported, "This gateway serves no WebSocket; send plain HTTP requests.");
    if (method != row.method) return wrong_method(method, path, row.method);
    return Endpoint{.dialect = row.dialect, .operation = row.operation};
  }
  if (names_response(method, path)) return Endpoint{.dialect = openai_responses, .operation = Operation::not_served};
  const auto version_end = path.find('/', 1);
  if (version_end == std::string_view::npos || !is_version(path.substr(1, version_end - 1))) return std::nullopt;
  const bool only_google = path.substr(1, version_end - 1) != "v1";
  const auto dialect = only_google ? gemini : models_dialect(signs);
  const auto below = path.substr(version_end + 1);
  const bool reading = method == "GET" || method == "HEAD";
  if (below == "models" || below == "models/") {
    if (!reading) return wrong_method(method, path, "GET");
    return Endpoint{.dialect = dialect, .operation = Operation::list_models};
  }
  const std::string_view prefix = below.starts_with("tunedModels/") ? "" : "models/";
  if (!below.starts_with(prefix) || (prefix.empty() && !below.starts_with("tunedModels/"))) return std::nullopt;
  const auto rest = below.substr(prefix.size());
  if (auto call = gemini_call(rest, signs)) {
    if (method != "POST") return wrong_method(method, path, "POST");
    return *std::move(call);
  }
  if (rest.empty()) return std::nullopt;
  if (!reading) return wrong_method(method, path, "GET");
  return Endpoint{.dialect = dialect, .operation = Operation::show_model, .model = std::string(rest)};
}

// The doctor: looks for an exact path in the tail of a wrong one. What stands before it tells the mistake.
std::optional<Located> corrected(std::string_view method, std::string_view path, const Signs& signs) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < path.size(); ++at)
    if (path[at] == '/') starts.push_back(at);
  const auto good = [&](std::string_view tail) -> std::optional<Endpoint> {
    const auto found = exact(method, tail, signs);
    return found && found->has_value() && (*found)->operation != Operation::show_model ? std::optional(**found)
                                                                                       : std::nullopt;
  };
  for (const auto start : starts) {
    const auto tail = path.substr(start);
    const auto head = path.substr(0, start);
    if (!head.empty()) {
      const bool only_version = is_version(head.substr(1));
      const bool pasted_endpoint = exact("POST", head, signs).has_value();
      if (only_version || pasted_endpoint) {
        if (auto endpoint = good(tail))
          return Located{
              .endpoint = *std::move(endpoint),
              .correction =
                  only_version
                      ? fmt::format("Your client adds the version itself: remove {} from its base URL.", head)
                      : "A full endpoint was pasted as base URL: cut it down to the part before the endpoint."};
      }
      if (!pasted_endpoint) continue;
    }
    for (const auto* version : versions)
      if (auto endpoint = good(fmt::format("/{}{}", version, tail)))
        return Located{
            .endpoint = *std::move(endpoint),
            .correction = head.empty()
                              ? fmt::format("Add /{} to your client's base URL.", version)
                              : "A full endpoint was pasted as base URL: cut it down to the part before the endpoint."};
  }
  return std::nullopt;
}

}  // namespace

bool takes_form(Operation operation) {
  return operation == Operation::edit_image || operation == Operation::vary_image ||
         operation == Operation::transcribe || operation == Operation::translate_speech;
}

bool is_media(Operation operation) { return operation == Operation::draw || takes_form(operation); }

Result<Located> locate(std::string_view method, std::string_view path, const Signs& signs) {
  if (auto found = exact(method, path, signs)) {
    if (!found->has_value()) return std::unexpected(found->error());
    Located located{.endpoint = **found};
    located.endpoint.version = signs.version;
    return located;
  }
  if (auto repaired = corrected(method, path, signs)) {
    repaired->endpoint.version = signs.version;
    return *std::move(repaired);
  }
  constexpr std::array foreign{"/api/", "/openai/", "/anthropic/", "/gemini/"};
  for (const auto* prefix : foreign)
    if (path.starts_with(prefix))
      return fail(
          Code::path_unknown,
          fmt::format("{} is not served here: the prefix {} belongs to another gateway. "
                      "Use this gateway's address, with /v1 for OpenAI clients and nothing after it for the others.",
                      text::quoted(path), prefix));
  return fail(Code::path_unknown, fmt::format("{} {} is not an endpoint of this gateway.", method, text::quoted(path)));
}

ir::Dialect error_dialect(std::string_view path, const Signs& signs) {
  if (path.contains("/messages")) return anthropic;
  if (path.contains("/responses")) return openai_responses;
  if (path.ends_with("/completions") || path.ends_with("/embeddings")) return openai_chat;
  if (path.contains("/v1beta") || path.contains("/v1alpha") || path.contains(":generate") || path.contains(":stream"))
    return gemini;
  return models_dialect(signs);
}

}  // namespace agt::dialect
