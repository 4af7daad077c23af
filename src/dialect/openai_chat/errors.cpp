// Errors in OpenAI's envelope, both ways: {"error":{"message","type","param","code"}}.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/text.h"
#include "dialect/openai_chat/reply.h"

namespace agt::dialect::openai_chat {
namespace {

struct Row {
  Meaning meaning{};
  int status = 500;
  std::string_view type{};
  std::string_view code{};  // "" is written as null
};

constexpr std::string_view invalid_request = "invalid_request_error";
constexpr std::string_view server_error = "server_error";

// In the order of the enum. 402 is not a status of this API: it tells billing with 429 and insufficient_quota.
constexpr std::array table{
    Row{Meaning::bad_request, 400, invalid_request, ""},
    Row{Meaning::context_too_long, 400, invalid_request, "context_length_exceeded"},
    Row{Meaning::key_bad, 401, invalid_request, "invalid_api_key"},
    Row{Meaning::upstream_auth, 502, server_error, "upstream_auth"},
    Row{Meaning::billing, 429, "insufficient_quota", "insufficient_quota"},
    Row{Meaning::forbidden, 403, "permission", ""},
    Row{Meaning::not_found, 404, invalid_request, ""},
    Row{Meaning::model_unknown, 404, invalid_request, "model_not_found"},
    Row{Meaning::method_not_allowed, 405, invalid_request, "method_not_supported"},
    Row{Meaning::conflict, 409, invalid_request, ""},
    Row{Meaning::too_large, 413, invalid_request, ""},
    Row{Meaning::head_too_large, 431, invalid_request, ""},
    Row{Meaning::unsupported_media, 415, invalid_request, ""},
    Row{Meaning::expectation_failed, 417, invalid_request, ""},
    Row{Meaning::upgrade_required, 426, invalid_request, ""},
    Row{Meaning::not_implemented, 501, invalid_request, ""},
    Row{Meaning::request_timeout, 408, invalid_request, ""},
    Row{Meaning::rate_limit, 429, "rate_limit_error", "rate_limit_exceeded"},
    Row{Meaning::quota, 429, "insufficient_quota", "insufficient_quota"},
    Row{Meaning::overloaded, 503, server_error, "server_is_overloaded"},
    Row{Meaning::unavailable, 503, server_error, ""},
    Row{Meaning::timeout, 504, server_error, "timeout"},
    Row{Meaning::upstream_broke, 502, server_error, ""},
    Row{Meaning::internal, 500, server_error, ""},
    Row{Meaning::cancelled, 499, invalid_request, ""},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (std::to_underlying(table[i].meaning) != i) return false;
  return true;
}
static_assert(in_order());
static_assert(table.size() == std::to_underlying(Meaning::cancelled) + 1);

// Where one meaning has several of OpenAI's codes.
std::string_view code_of(const Error& error, const Row& row) {
  if (error.code == Code::feature_unsupported) return "unsupported_parameter";
  if (error.code == Code::content_blocked) return "content_policy_violation";
  return row.code;
}

void write_or_null(json::Writer& writer, std::string_view key, std::string_view value) {
  if (value.empty()) return writer.field_null(key);
  writer.field(key, value);
}

// What an error body says, whichever of the envelopes in use it has.
struct Said {
  std::string message{};
  std::string type{};
  std::string code{};
  std::string param{};
  std::optional<double> resets_in_seconds{};
};

std::string word(json::Value value) {
  return value.kind() == json::Kind::number ? std::string(value.raw()) : value.text_or("");
}

// FastAPI servers (vLLM, SGLang, LiteLLM) say {"detail":"…"} or {"detail":[{"loc":["body","messages",0],"msg":"…"}]}.
void read_detail(json::Value detail, Said& said) {
  if (detail.is_string()) said.message = detail.text_or("");
  for (const auto one : detail.children()) {
    if (said.message.empty()) said.message = one["msg"].text_or("");
    if (!said.param.empty()) continue;
    for (const auto step : one["loc"].children()) {
      if (step.is("body")) continue;
      if (step.kind() == json::Kind::number) {
        said.param += fmt::format("[{}]", step.raw());
      } else {
        said.param += (said.param.empty() ? "" : ".") + step.text_or("");
      }
    }
  }
}

Said read_said(std::string_view body) {
  Said said;
  const auto document = json::Document::parse(body);
  if (!document) {
    constexpr std::size_t quote_bytes = 200;
    said.message = text::quoted(text::trimmed(body), quote_bytes);
    return said;
  }
  auto root = document->root();
  if (root.is_array()) root = root[std::size_t{0}];  // Google's compatible endpoint wraps its errors so (2026)
  const auto error = root["error"].is_object() ? root["error"] : root;
  said.message = error["message"].text_or("");
  if (said.message.empty()) said.message = root["error"].text_or("");  // {"error":"…"}: Ollama, llama.cpp
  said.type = word(error["type"]);
  said.code = word(error["code"]);
  if (said.type.empty()) said.type = error["status"].text_or("");
  said.param = error["param"].text_or("");
  if (said.message.empty()) read_detail(root["detail"], said);
  if (error["resets_in_seconds"].kind() == json::Kind::number)
    said.resets_in_seconds = error["resets_in_seconds"].number_or(0);
  // OpenRouter keeps the provider's own words in metadata.raw.
  if (const auto raw = error["metadata"]["raw"].text_or(""); !raw.empty())
    said.message += fmt::format(" ({})", text::clipped(raw, 500));
  return said;
}

bool says(const Said& said, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view one) { return said.code == one || said.type == one; });
}

bool mentions(std::string_view lowered, std::initializer_list<std::string_view> phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) { return lowered.contains(phrase); });
}

// "Please try again in 1m30.5s", "… in 20ms", "… in 7 seconds": OpenAI's 429 messages (2026).
std::optional<std::chrono::milliseconds> retry_hint(std::string_view lowered) {
  constexpr std::string_view lead = "try again in ";
  constexpr double longest_ms = 366.0 * 24 * 3600 * 1000;
  const auto at = lowered.find(lead);
  if (at == std::string_view::npos) return std::nullopt;
  auto rest = lowered.substr(at + lead.size());
  double sum_ms = 0;
  bool found = false;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) break;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    rest = text::trimmed(rest);
    const auto unit_end = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    const auto unit = rest.substr(0, unit_end);
    const double unit_ms = unit == "ms" || unit.starts_with("milli") ? 1
                           : unit.starts_with('s')                   ? 1000
                           : unit.starts_with('m')                   ? 60'000
                           : unit.starts_with('h')                   ? 3'600'000
                           : unit.starts_with('d')                   ? 86'400'000
                                                                     : 0;
    if (unit_ms == 0) break;
    sum_ms += number * unit_ms;
    found = true;
    rest.remove_prefix(unit.size());
  }
  if (!found || !(sum_ms >= 0) || sum_ms > longest_ms) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(sum_ms)));
}

Code quota_code(const Said& said) {
  constexpr double five_hours = 5 * 3600;
  constexpr double one_day = 24 * 3600;
  const auto seconds = said.resets_in_seconds.value_or(0);
  return seconds <= five_hours ? Code::window_5h : seconds <= one_day ? Code::daily : Code::weekly;
}

// The four providers' words for a prompt that is too long; a compatible server may pass on any of them.
bool is_too_long(const Said& said, std::string_view lowered) {
  return says(said, {"context_length_exceeded"}) ||
         mentions(lowered, {"maximum context length", "exceeds the context window", "prompt is too long",
                            "context length exceeded", "exceeds the maximum number of tokens",
                            "context size has been exceeded", "exceeds the available context size"});
}

// By what the body says; nothing when it says nothing that is known.
std::optional<Code> code_by_words(int status, const Said& said, std::string_view lowered) {
  if (says(said, {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}) || status == 402)
    return Code::credits;
  if (says(said, {"usage_limit_reached"})) return quota_code(said);
  if (is_too_long(said, lowered)) return Code::context_too_long;
  if (says(said, {"account_deactivated", "account_suspended"})) return Code::suspended;
  if (says(said, {"usage_not_included", "unsupported_country_region_territory"})) return Code::forbidden;
  if (says(said, {"invalid_api_key", "authentication_error"})) return Code::key_rejected;
  if (mentions(lowered, {"must be verified to"})) return Code::verification_required;
  if (says(said, {"model_not_found"})) return Code::model_unknown;
  if (says(said, {"content_policy_violation", "content_filter"})) return Code::content_blocked;
  if (says(said, {"server_is_overloaded", "slow_down", "overloaded_error", "engine_overloaded"}) ||
      mentions(lowered, {"overloaded"}))
    return Code::overloaded;
  if (mentions(lowered, {"at capacity", "no capacity available"})) return Code::model_capacity;
  if (says(said, {"rate_limit_exceeded", "rate_limit_error"}) || status == 429) {
    if (mentions(lowered, {"per day", "(rpd)", "(tpd)"})) return Code::daily;
    if (said.type == "tokens" || mentions(lowered, {"tokens per min", "(tpm)"})) return Code::tpm;
    if (said.type == "requests" || mentions(lowered, {"requests per min", "(rpm)"})) return Code::rpm;
    if (mentions(lowered, {"concurren", "too many parallel requests"})) return Code::concurrency;
    return Code::unknown_429;
  }
  return std::nullopt;
}

Code code_by_status(int status, const Said& said) {
  if (status == 401) return Code::key_rejected;
  if (status == 403) return Code::forbidden;
  if (status == 404 && said.param == "model") return Code::model_unknown;
  if (status == 408 || status == 504) return Code::first_byte_timeout;
  if (status == 409) return Code::conflict;
  if (status == 413) return Code::body_too_large;
  if (status == 503 || status == 529) return Code::overloaded;
  if (status >= 500) return Code::internal_5xx;
  if (status >= 400) return Code::upstream_refused;
  return says(said, {invalid_request}) ? Code::upstream_refused : Code::internal_5xx;  // inside a 200
}

}  // namespace

// The trace id has no place in this envelope; the transport sends it as a header.
ErrorReply render_error(const Error& error, std::string_view /*trace*/) {
  const auto& row = table[std::to_underlying(error.meaning())];
  json::Writer writer;
  writer.begin_object();
  writer.key("error");
  writer.begin_object();
  writer.field("message", error.message);
  writer.field("type", row.type);
  write_or_null(writer, "param", error.field);
  write_or_null(writer, "code", code_of(error, row));
  writer.end_object();
  writer.end_object();
  return {.status = row.status, .body = std::move(writer).take()};
}

Error diagnose(int status, std::string_view body) {
  auto said = read_said(body);
  const auto lowered = text::lowered(said.message);
  const auto by_words = code_by_words(status, said, lowered);
  Error error{.code = by_words.value_or(code_by_status(status, said))};
  error.message = said.message.empty() ? fmt::format("The upstream answered with status {} and no explanation.", status)
                                       : std::move(said.message);
  if (error.failure_class() == FailureClass::client_error) error.field = std::move(said.param);
  error.retry_after = retry_hint(lowered);
  constexpr double longest_seconds = 366.0 * 24 * 3600;
  if (said.resets_in_seconds && *said.resets_in_seconds >= 0 && *said.resets_in_seconds <= longest_seconds)
    error.retry_after = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(*said.resets_in_seconds * 1000)));
  return error;
}

}  // namespace agt::dialect::openai_chat
