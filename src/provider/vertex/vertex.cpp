// Gemini models on Google Cloud: the dialect of the Gemini API at the address of a project and a location. The account
// is a service account, whose key signs for access tokens, or an API key of express mode, which has no project.
// Source: cloud.google.com/vertex-ai/generative-ai/docs/reference/rest, 2026-11.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "json/document.h"
#include "provider/exchange.h"
#include "provider/families.h"
#include "provider/vertex/service_account.h"

namespace agt::provider {
namespace {

constexpr std::string_view everywhere = "global";

// Each region has its own host, the multi-regions have another kind, and "global" is the bare one.
std::string host_of(std::string_view location) {
  if (location == everywhere) return "aiplatform.googleapis.com";
  if (location == "us" || location == "eu") return fmt::format("aiplatform.{}.rep.googleapis.com", location);
  return fmt::format("{}-aiplatform.googleapis.com", location);
}

bool has_version(std::string_view path) {
  return path.ends_with("/v1") || path.ends_with("/v1beta1") || path.contains("/v1/") || path.contains("/v1beta1/");
}

std::string model_path(std::string_view model) {
  if (model.starts_with("publishers/")) return std::string(model);
  if (model.starts_with("models/")) model.remove_prefix(std::string_view("models/").size());
  return fmt::format("publishers/google/models/{}", text::percent_encoded(model));
}

std::string query_of(const Want& want) {
  if (!want.passthrough) return want.stream ? "?alt=sse" : "";
  const auto query = net::without_query_parameter(want.client_query, "key");
  return query.empty() ? "" : "?" + query;
}

std::string_view verb(const Want& want) {
  switch (want.operation) {
    case dialect::Operation::count_tokens: return ":countTokens";
    case dialect::Operation::generate:
    case dialect::Operation::not_served: return want.stream ? ":streamGenerateContent" : ":generateContent";
    case dialect::Operation::embed: return want.batch ? ":batchEmbedContents" : ":embedContent";
    case dialect::Operation::complete:
    case dialect::Operation::edit_image:
    case dialect::Operation::vary_image:
    case dialect::Operation::transcribe:
    case dialect::Operation::translate_speech:
    case dialect::Operation::draw:
    case dialect::Operation::list_models:
    case dialect::Operation::show_model: return "";
  }
  std::unreachable();
}

std::string target(std::string_view base_path, const Want& want) {
  const auto versioned = has_version(base_path) ? std::string(base_path) : fmt::format("{}/v1beta1", base_path);
  // The list belongs to the publisher, not to a project.
  if (want.operation == dialect::Operation::list_models)
    return fmt::format("{}/publishers/google/models?pageSize=100", versioned.substr(0, versioned.find("/projects/")));
  const bool placed = want.project.empty() || versioned.contains("/projects/");
  const auto place = placed ? std::string() : fmt::format("/projects/{}/locations/{}", want.project, want.location);
  return fmt::format("{}{}/{}{}{}", versioned, place, model_path(want.model), verb(want), query_of(want));
}

bool good_word(std::string_view word) {
  constexpr std::size_t word_bytes_max = 100;
  return word.size() <= word_bytes_max && std::ranges::all_of(word, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '.';
         });
}

Result<> settle(Upstream& upstream, bool own_address) {
  if (upstream.location.empty()) upstream.location = everywhere;
  for (const auto& [word, field] : {std::pair(upstream.project, "project"), std::pair(upstream.location, "location")})
    if (!good_word(word))
      return fail(Code::schema, fmt::format("The {} \"{}\" is not one of Google Cloud.", field, text::quoted(word, 60)),
                  field);
  if (!own_address) upstream.base.host = host_of(upstream.location);
  if (looks_like_service_account(upstream.key.reveal())) {
    TRY(const auto account, parse_service_account(upstream.key.reveal()));
    upstream.identity = account.client_email;
    if (upstream.project.empty()) upstream.project = account.project;
    if (upstream.project.empty())
      return fail(Code::schema, "The service account file names no project: give one with --project.", "project");
    return {};
  }
  if (upstream.oauth && upstream.project.empty())
    return fail(Code::schema, "An account that was signed in needs the project that pays: give it with --project.",
                "project");
  // A key of express mode stands for its project itself.
  if (!upstream.oauth && upstream.project.empty() && upstream.key_style == KeyStyle::bearer)
    upstream.key_style = KeyStyle::x_goog_api_key;
  return {};
}

// ---- the access token ----------------------------------------------------------------------------------------------

bool wanted(const Upstream& upstream) { return looks_like_service_account(upstream.key.reveal()); }

Result<std::pair<net::Call, Secret>> ask(const Upstream& upstream, WallTime now) {
  TRY(const auto account, parse_service_account(upstream.key.reveal()));
  auto signed_claims = assertion(account, now);
  if (!signed_claims)
    return fail(Code::token_refresh_failed,
                fmt::format("The service account cannot sign: {}", signed_claims.error().message));
  const auto url = net::parse_url(account.token_url);  // checked by parse_service_account
  net::Call call{.url = *url, .target = url->path.empty() ? "/" : url->path, .headers = own_headers_only()};
  call.headers.add("content-type", "application/x-www-form-urlencoded");
  return std::pair(std::move(call),
                   Secret(fmt::format("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
                                      signed_claims->reveal())));
}

Result<Obtained> read(int status, std::string_view body, WallTime now) {
  const auto document = json::Document::parse(body);
  const auto root = document ? document->root() : json::Value();
  if (status == 200) {
    auto token = root["access_token"].text_or("");
    if (token.empty())
      return fail(Code::token_refresh_failed, "The token endpoint answered 200, but without an access token.");
    constexpr std::int64_t life_s = 3600;
    const Seconds life(std::clamp<std::int64_t>(root["expires_in"].integer_or(life_s), 0, life_s * 24));
    return Obtained{.value = Secret(std::move(token)), .good_until = now + life};
  }
  const auto why =
      fmt::format("The token endpoint answered {}: {} {}", status, text::quoted(root["error"].text_or(""), 60),
                  text::quoted(root["error_description"].text_or(""), 200));
  constexpr int server_errors = 500;
  if (status == 429 || status >= server_errors) return fail(Code::internal_5xx, why);
  return fail(Code::token_refresh_failed, why);
}

void apply(Upstream& upstream, const Secret& value) {
  upstream.key = value;
  upstream.key_style = KeyStyle::bearer;
}

constexpr Exchange access_token{.name = "access token", .wanted = wanted, .ask = ask, .read = read, .apply = apply};

}  // namespace

const Family vertex_family{.name = "vertex",
                           .dialect = ir::Dialect::gemini,
                           .default_base_url = "https://aiplatform.googleapis.com",
                           .key_style = KeyStyle::bearer,
                           .target = target,
                           .settle = settle,
                           .exchange = &access_token,
                           .wants_media_inside = true};

}  // namespace agt::provider
