#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "dialect/anthropic/codec_parts.h"
#include "dialect/anthropic/words.h"
#include "json/writer.h"

namespace agt::dialect::anthropic {
namespace {

namespace type {
constexpr std::string_view invalid = "invalid_request_error";
constexpr std::string_view authentication = "authentication_error";
constexpr std::string_view billing = "billing_error";
constexpr std::string_view permission = "permission_error";
constexpr std::string_view not_found = "not_found_error";
constexpr std::string_view conflict = "conflict_error";
constexpr std::string_view too_large = "request_too_large";
constexpr std::string_view rate_limit = "rate_limit_error";
constexpr std::string_view api = "api_error";
constexpr std::string_view timeout = "timeout_error";
constexpr std::string_view overloaded = "overloaded_error";
}  // namespace type

// Claude Code looks for these words to compact the conversation (2.1.330, 2026-11).
constexpr std::string_view too_long_words = "prompt is too long";

struct Shape {
  int status = 500;
  std::string_view type{};
};

Shape shape(Meaning meaning) {
  switch (meaning) {
    case Meaning::bad_request:
    case Meaning::context_too_long: return {400, type::invalid};
    case Meaning::key_bad: return {401, type::authentication};
    case Meaning::upstream_auth: return {502, type::api};
    case Meaning::billing: return {402, type::billing};
    case Meaning::forbidden: return {403, type::permission};
    case Meaning::not_found:
    case Meaning::model_unknown: return {404, type::not_found};
    case Meaning::method_not_allowed: return {405, type::invalid};
    case Meaning::conflict: return {409, type::conflict};
    case Meaning::too_large: return {413, type::too_large};
    case Meaning::head_too_large: return {431, type::too_large};
    case Meaning::unsupported_media: return {415, type::invalid};
    case Meaning::expectation_failed: return {417, type::invalid};
    case Meaning::upgrade_required: return {426, type::invalid};
    case Meaning::not_implemented: return {501, type::api};
    case Meaning::request_timeout: return {408, type::timeout};
    case Meaning::rate_limit:
    case Meaning::quota: return {429, type::rate_limit};
    case Meaning::overloaded: return {529, type::overloaded};
    case Meaning::unavailable: return {503, type::api};
    case Meaning::timeout: return {504, type::timeout};
    case Meaning::upstream_broke: return {502, type::api};
    case Meaning::internal: return {500, type::api};
    case Meaning::cancelled: return {499, type::api};
  }
  std::unreachable();
}

std::string shown_message(const Error& error) {
  std::string message(error.message.empty() ? error.remedy() : std::string_view(error.message));
  const bool plain = error.meaning() == Meaning::context_too_long && !text::lowered(message).contains(too_long_words);
  return plain ? fmt::format("{}: {}", too_long_words, message) : message;
}

// The details by which the SDK (TS 1.12, 2026-11) knows that it must send the whole conversation.
void write_thread_details(json::Writer& writer) {
  writer.key("details");
  writer.begin_object();
  writer.field("error_code", "thread_unsupported_request");
  writer.key("unsupported");
  writer.begin_array();
  writer.value(thread_field);
  writer.end_array();
  writer.end_object();
}

std::string envelope(const Error& error, std::string_view trace) {
  json::Writer writer;
  writer.begin_object();
  writer.field("type", event::error);
  writer.key("error");
  writer.begin_object();
  writer.field("type", shape(error.meaning()).type);
  writer.field("message", shown_message(error));
  if (error.field == thread_field) write_thread_details(writer);
  writer.end_object();
  if (!trace.empty()) writer.field("request_id", trace);
  writer.end_object();
  return std::move(writer).take();
}

// ---- what Anthropic says -------------------------------------------------------------------------------------------

struct Phrase {
  std::string_view words;
  Code code;
};

// The first phrase found in the message decides; all are lower case. Texts as seen in 2026, or from the errors page.
constexpr std::array request_phrases{
    Phrase{"prompt is too long", Code::context_too_long},
    Phrase{"exceed context limit", Code::context_too_long},
    Phrase{"context window", Code::context_too_long},
    Phrase{"context length", Code::context_too_long},
    Phrase{"credit balance is too low", Code::credits},
    Phrase{"reached your specified api usage limits", Code::credits},
    Phrase{"organization has been disabled", Code::suspended},
    Phrase{"content filtering policy", Code::content_blocked},
};
constexpr std::array account_phrases{
    Phrase{"token has expired", Code::token_refresh_failed},
    Phrase{"revoked", Code::token_revoked},
    Phrase{"organization has been disabled", Code::suspended},
    Phrase{"account has been disabled", Code::suspended},
    Phrase{"suspended", Code::suspended},
    Phrase{"verif", Code::verification_required},
};
constexpr std::array limit_phrases{
    Phrase{"enforced_spend_limit", Code::credits},
    Phrase{"spend limit", Code::credits},
    Phrase{"credit balance", Code::credits},
    Phrase{"extra usage", Code::credits},
    Phrase{"concurrent", Code::concurrency},
    Phrase{"tokens per minute", Code::tpm},
    Phrase{"request tokens", Code::tpm},
    Phrase{"requests per minute", Code::rpm},
    Phrase{"requests has exceeded your per-minute", Code::rpm},
    Phrase{"ramp_limit", Code::rpm},
    Phrase{"acceleration limit", Code::rpm},
    Phrase{"per day", Code::daily},
    Phrase{"daily", Code::daily},
    Phrase{"weekly", Code::weekly},
    Phrase{"5-hour", Code::window_5h},
    Phrase{"usage limit reached", Code::window_5h},
};

template <std::size_t N>
Code first(const std::array<Phrase, N>& phrases, std::string_view lowered, Code otherwise) {
  const auto* found = std::ranges::find_if(phrases, [&](const Phrase& p) { return lowered.contains(p.words); });
  return found == phrases.end() ? otherwise : found->code;
}

Code code_for_type(std::string_view error_type, std::string_view lowered) {
  if (error_type == type::invalid) return first(request_phrases, lowered, Code::upstream_refused);
  if (error_type == type::authentication) return first(account_phrases, lowered, Code::key_rejected);
  if (error_type == type::permission) return first(account_phrases, lowered, Code::forbidden);
  if (error_type == type::billing) return Code::credits;
  if (error_type == type::not_found) return lowered.contains("model") ? Code::model_unknown : Code::upstream_refused;
  if (error_type == type::conflict) return Code::conflict;
  if (error_type == type::too_large) return Code::body_too_large;
  if (error_type == type::rate_limit) return first(limit_phrases, lowered, Code::unknown_429);
  if (error_type == type::timeout) return Code::first_byte_timeout;
  if (error_type == type::overloaded) return Code::overloaded;
  if (error_type == type::api) return Code::internal_5xx;
  return Code::translate_reply;  // not one of Anthropic's types
}

// For bodies without a type that Anthropic has: proxies, compatible servers, HTML.
Code code_for_status(int status, std::string_view lowered) {
  constexpr int too_many = 429;
  constexpr int site_overloaded = 529;
  switch (status) {
    case 401: return first(account_phrases, lowered, Code::key_rejected);
    case 402: return Code::credits;
    case 403: return first(account_phrases, lowered, Code::forbidden);
    case 404: return lowered.contains("model") ? Code::model_unknown : Code::upstream_refused;
    case 408:
    case 504: return Code::first_byte_timeout;
    case 409: return Code::conflict;
    case 413: return Code::body_too_large;
    case too_many: return first(limit_phrases, lowered, Code::unknown_429);
    case 503:
    case site_overloaded: return Code::overloaded;
    default: break;
  }
  if (status >= 500) return Code::internal_5xx;
  if (status >= 400) return first(request_phrases, lowered, Code::upstream_refused);
  return Code::translate_reply;
}

// "messages.0.content.1.text: must …" names its field so; in our spelling it is messages[0].content[1].text.
std::string named_field(std::string_view message) {
  const auto colon = message.find(": ");
  const auto path = message.substr(0, colon == std::string_view::npos ? 0 : colon);
  const auto is_path = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  if (path.empty() || !std::ranges::all_of(path, is_path)) return {};
  std::string out;
  for (const auto step : text::split(path, '.')) {
    if (text::parse_number<std::uint32_t>(step))
      out += fmt::format("[{}]", step);
    else
      out += out.empty() ? std::string(step) : fmt::format(".{}", step);
  }
  return out;
}

// "… try again in 12 seconds", "… retry after 2 minutes": the only hints that a body gives.
std::optional<std::chrono::milliseconds> retry_hint(std::string_view lowered) {
  constexpr std::array leads{"try again in ", "retry in ", "retry after "};
  constexpr std::uint32_t day_s = 86400;
  for (const std::string_view lead : leads) {
    const auto at = lowered.find(lead);
    if (at == std::string_view::npos) continue;
    auto rest = lowered.substr(at + lead.size());
    const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
    const auto number = text::parse_number<std::uint32_t>(digits);
    if (!number || *number > day_s) continue;
    const auto unit = text::trimmed(rest.substr(digits.size()));
    if (unit.starts_with("ms") || unit.starts_with("milli")) return std::chrono::milliseconds(*number);
    if (unit.starts_with("s")) return std::chrono::seconds(*number);
    if (unit.starts_with("m")) return std::chrono::minutes(*number);
  }
  return std::nullopt;
}

struct Said {
  std::string type{};
  std::string message{};
  std::string detail_code{};
};

Said read_body(std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document) return {.message = text::quoted(text::trimmed(body))};
  auto root = document->root();
  if (root.is_array()) root = root[0];
  const auto error = root["error"];
  Said out{.type = error["type"].text_or(""),
           .message = error["message"].text_or(""),
           .detail_code = error["details"]["error_code"].text_or("")};
  for (const auto other : {error, root["message"], root["detail"]})
    if (out.message.empty()) out.message = other.text_or("");
  if (out.message.empty()) out.message = text::quoted(body);
  return out;
}

}  // namespace

std::string error_object(const Error& error) { return envelope(error, {}); }

ErrorReply render_error(const Error& error, std::string_view trace) {
  return {.status = shape(error.meaning()).status, .body = envelope(error, trace)};
}

Error diagnose(int status, std::string_view body) {
  const auto said = read_body(body);
  const auto lowered = text::lowered(said.detail_code + " " + said.message);
  Error out{.code = code_for_type(said.type, lowered), .message = said.message};
  if (out.code == Code::translate_reply) out.code = code_for_status(status, lowered);
  // A server that is too busy to say so in its own words says it by the status.
  if (out.code == Code::internal_5xx && status > 500) out.code = code_for_status(status, lowered);
  if (out.message.empty()) out.message = fmt::format("The provider answered with status {} and no text.", status);
  if (said.type == type::invalid) out.field = named_field(said.message);
  if (said.detail_code.starts_with(thread_field)) out.field = thread_field;
  out.retry_after = retry_hint(lowered);
  return out;
}

}  // namespace agt::dialect::anthropic
