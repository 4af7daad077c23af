#include "sim/desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "json/document.h"
#include "sim/answer.h"
#include "sim/checks.h"
#include "sim/compression.h"
#include "sim/delivery.h"
#include "sim/errors.h"
#include "sim/form_replies.h"
#include "sim/limits.h"
#include "sim/side_replies.h"

namespace agt::sim {
namespace {

constexpr std::string_view bad_key = "bad-key";

std::string_view bearer(const Request& request) {
  const auto value = request.header("authorization");
  constexpr std::string_view scheme = "bearer ";
  if (value.size() <= scheme.size() || !text::iequals(value.substr(0, scheme.size()), scheme)) return {};
  return text::trimmed(value.substr(scheme.size()));
}

std::unexpected<Problem> google_refusal(int status, std::string message, std::string_view reason) {
  return std::unexpected(Problem{
      .status = status,
      .message = std::move(message),
      .details = {fmt::format(
          R"([{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{}","domain":"googleapis.com","metadata":{{"service":"generativelanguage.googleapis.com"}}}}])",
          reason)}});
}

Outcome<> admit_google(const Request& request, std::string_view key) {
  const bool by_token = !bearer(request).empty();
  if (key.empty())
    return google_refusal(403,
                          "Method doesn't allow unregistered callers (callers without established identity). Please "
                          "use API Key or other form of API consumer identity to call this API.",
                          "CREDENTIALS_MISSING");
  if (key != bad_key) return {};
  if (by_token)
    return google_refusal(401,
                          "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
                          "cookie or other valid authentication credential.",
                          "ACCESS_TOKEN_TYPE_UNSUPPORTED");
  return google_refusal(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID");
}

// The whole reply grows to about `bytes`: measured with an empty text first.
void pad_to(std::vector<Answer>& answers, const Turn& turn, std::int64_t bytes, Making making) {
  auto bare = answers;
  for (auto& answer : bare) answer.text = "x";
  const auto base = whole_reply(turn, bare, making).size();
  const auto wanted = static_cast<std::size_t>(bytes);
  for (auto& answer : answers) pad(answer, wanted > base ? wanted - base : 1);
}

json::Value request_body(const Route& route, json::Value root) {
  return route.wrapped && root["request"].exists() ? root["request"] : root;
}

// What a provider would count tokens of: options such as `stream` cost none.
std::size_t prompt_bytes(json::Value body) {
  constexpr std::array<std::string_view, 9> counted{"messages",          "system", "tools",    "input",
                                                    "instructions",      "prompt", "contents", "systemInstruction",
                                                    "system_instruction"};
  std::size_t bytes = 0;
  for (const auto member : body.children())
    if (std::ranges::find(counted, member.key()) != counted.end()) bytes += member.raw().size();
  const auto nested = either(body, "generateContentRequest");
  return nested.exists() ? bytes + prompt_bytes(nested) : bytes;
}

std::string model_of(const Request& request, const Route& route) {
  if (!route.model.empty() || request.body.empty()) return route.model;
  if (takes_form(route.operation)) return form_model(request);
  const auto document = json::Document::parse(request.body);
  return document ? document->root()["model"].text_or("") : std::string();
}

// Not what only stands around a conversation: sign-in, lists of models, quotas.
bool answers_a_prompt(Operation operation) {
  switch (operation) {
    case Operation::generate:
    case Operation::generate_stream:
    case Operation::count_tokens:
    case Operation::embed:
    case Operation::batch_embed:
    case Operation::draw:
    case Operation::edit_image:
    case Operation::vary_image:
    case Operation::transcribe:
    case Operation::translate_speech: return true;
    case Operation::unknown:
    case Operation::probe:
    case Operation::upgrade:
    case Operation::models:
    case Operation::model:
    case Operation::load_code_assist:
    case Operation::onboard_user:
    case Operation::retrieve_quota:
    case Operation::token:
    case Operation::authorize:
    case Operation::userinfo:
    case Operation::control: return false;
  }
  std::unreachable();
}

}  // namespace

std::string credential(const Request& request) {
  for (const std::string_view name : {"x-api-key", "x-goog-api-key", "api-key"})
    if (const auto value = request.header(name); !value.empty()) return std::string(value);
  if (const auto token = bearer(request); !token.empty()) return std::string(token);
  return parameter(request.query(), "key");
}

Outcome<Script> Desk::script_for(const Request& request, const Route& route, std::string_view model) {
  const auto parse = [](std::string_view where, Result<Script> script) -> Outcome<Script> {
    if (script) return *std::move(script);
    return refuse(fmt::format("{}: {}", where, script.error().message));
  };
  if (const auto header = request.header("x-sim"); !header.empty()) return parse("x-sim", parse_script(header));
  const auto key = route.operation == Operation::token ? TokenDesk::key_of(request) : credential(request);
  if (const auto options = options_in_key(key)) {
    const auto json = options_as_json(*options);
    return parse("the options in the key", parse_script(std::string_view(json)));
  }
  if (scripts.empty()) return Script{};
  const std::string wanted(route.operation == Operation::token ? "token" : model);
  auto queued = scripts.take(key, wanted);
  return queued ? *std::move(queued) : Script{};
}

Outcome<> Desk::admit(const Request& request, const Route& route, Now now) {
  const auto key = credential(request);
  if (route.dialect == Dialect::gemini) {
    TRY_OK(admit_google(request, key));
    if (!tokens.accepts(key, now.unix_ms))
      return google_refusal(401, "Request had invalid authentication credentials.", "ACCESS_TOKEN_EXPIRED");
    return {};
  }
  const bool anthropic = route.dialect == Dialect::anthropic;
  if (key.empty())
    return std::unexpected(Problem{
        .status = 401,
        .message = anthropic
                       ? "x-api-key header is required"
                       : "You didn't provide an API key. You need to provide your API key in an Authorization header "
                         "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."});
  const bool google_only =
      request.find("x-goog-api-key") != nullptr && request.find("x-api-key") == nullptr && bearer(request).empty();
  if (key != bad_key && !google_only && tokens.accepts(key, now.unix_ms)) return {};
  return std::unexpected(Problem{.status = 401,
                                 .message = anthropic ? "invalid x-api-key" : "Incorrect API key provided.",
                                 .code = "invalid_api_key"});
}

Reply Desk::answer_turn(Turn& turn, const Request& request, const Route& route, const Script& script, Now now) {
  const auto counting = route.operation == Operation::count_tokens ? Counting::yes : Counting::no;
  Outcome<> read;
  switch (turn.dialect) {
    case Dialect::chat: read = read_chat(turn); break;
    case Dialect::completions: read = read_completions(turn); break;
    case Dialect::responses: read = read_responses(turn, signer); break;
    case Dialect::anthropic: read = read_anthropic(turn, request, signer, counting); break;
    case Dialect::gemini: read = read_gemini(turn, signer, counting); break;
  }
  if (!read) return error_reply(turn.dialect, read.error(), ids);
  if (turn.model.starts_with("no-such")) return named_error("404_model", turn.dialect, turn.model, ids);
  if (counting == Counting::yes) return count_reply(turn, ids);

  const Making making{.ids = ids, .signer = signer, .now_s = now.unix_ms / 1000};
  std::vector<Answer> answers;
  if (turn.dialect == Dialect::completions) {
    for (const auto& prompt : turn.prompts)
      for (std::size_t n = 0; n < turn.choices; ++n) answers.push_back(answer_to(turn, prompt, script));
  } else {
    answers.push_back(answer(turn, script));
  }
  if (script.reply_bytes) pad_to(answers, turn, *script.reply_bytes, making);
  Reply reply{
      .status = script.status.value_or(200), .headers = usual_headers(turn.dialect, ids), .stream = turn.stream};
  if (!turn.stream) {
    reply.body = whole_reply(turn, answers, making);
    return reply;
  }
  reply.content_type = turn.dialect == Dialect::gemini && !turn.sse ? "application/json" : "text/event-stream";
  const auto error = script.error_event ? error_event(turn, *script.error_event, making) : std::string();
  reply.frames = edited(stream_reply(turn, answers, making), script, turn.dialect == Dialect::anthropic, error);
  return reply;
}

Reply Desk::converse(const Request& request, const Route& route, json::Value root, const Script& script, Now now) {
  Turn turn{.dialect = route.dialect, .wrapped = route.wrapped, .body = request_body(route, root)};
  turn.input_bytes = prompt_bytes(turn.body);
  if (route.dialect == Dialect::gemini) {
    turn.model = route.wrapped ? root["model"].text_or("") : route.model;
    if (turn.model.starts_with("models/")) turn.model.erase(0, 7);
    turn.stream = route.operation == Operation::generate_stream;
    turn.sse = parameter(request.query(), "alt") == "sse";
    if (route.wrapped && !root["request"].is_object())
      return error_reply(Dialect::gemini, {.message = "Request contains an invalid argument."}, ids);
  }
  return answer_turn(turn, request, route, script, now);
}

Reply Desk::without_body(const Route& route, const Request& request) {
  if (route.operation == Operation::models) return models_reply(route, ids);
  if (route.operation == Operation::model) return model_reply(route, ids);
  if (route.operation == Operation::authorize) return tokens.authorize(request.query());
  Reply reply;
  if (route.operation == Operation::userinfo)
    reply.body = R"({"id":"1","email":"sim@example.com","verified_email":true,"name":"Simulated User"})";
  else
    reply.body = R"({"status":"ok"})";
  return reply;
}

Handled Desk::handle(const Request& request, const Route& route, Now now) {
  const auto refused = [&](Problem problem) { return Handled{.reply = error_reply(route.dialect, problem, ids)}; };
  if (route.operation == Operation::upgrade) {
    Handled out{.reply = error_reply(route.dialect, {.status = 426, .message = "Upgrade Required"}, ids)};
    return out;
  }
  if (route.operation == Operation::unknown)
    return refused({.status = 404, .message = fmt::format("Invalid URL ({} {})", request.method, request.path())});
  if (route.method_wrong)
    return refused({.status = 405, .message = fmt::format("Not allowed to {} on {}.", request.method, request.path())});
  if (route.operation == Operation::probe) return {.reply = without_body(route, request)};

  const bool scripted = request.find("x-sim") != nullptr || !scripts.empty() ||
                        credential(request).find("sim:") != std::string::npos || route.operation == Operation::token;
  Script script;
  if (scripted) {
    const auto model = scripts.empty() ? std::string() : model_of(request, route);
    auto found = script_for(request, route, model);
    if (!found) return refused(found.error());
    script = *std::move(found);
  }
  if (replayed && answers_a_prompt(route.operation)) script = *replayed;
  Handled out{.script = script, .refreshed = route.operation == Operation::token};
  if (replaces_answer(script)) {
    out.reply = scripted_reply(script, route.dialect, model_of(request, route), ids);
  } else if (route.operation == Operation::token) {
    out.reply = tokens.token(request, script, now.unix_ms);
  } else if (route.operation == Operation::authorize || route.operation == Operation::userinfo) {
    out.reply = without_body(route, request);
  } else if (const auto admitted = admit(request, route, now); !admitted) {
    out.reply = error_reply(route.dialect, admitted.error(), ids);
  } else if (route.operation == Operation::models || route.operation == Operation::model) {
    out.reply = without_body(route, request);
  } else if (takes_form(route.operation)) {
    out.reply = form_reply(route, request, ids);
  } else {
    const auto document = json::Document::parse(request.body);
    if (!document || !document->root().is_object()) {
      const auto why = document ? std::string("the body must be an object") : document.error().message;
      return refused({.message = fmt::format("We could not parse the JSON body of your request: {}", why)});
    }
    const auto root = document->root();
    if (route.operation == Operation::embed || route.operation == Operation::batch_embed)
      out.reply = embed_reply(route, root, ids);
    else if (route.operation == Operation::draw)
      out.reply = drawn_reply(root, ids);
    else if (route.operation >= Operation::load_code_assist && route.operation <= Operation::retrieve_quota)
      out.reply = code_assist_reply(route.operation, root, ids);
    else
      out.reply = converse(request, route, root, script, now);
  }
  if (!script.retry_after.empty()) out.reply.headers.push_back({.name = "retry-after", .value = script.retry_after});
  for (const auto& header : script.headers) {
    std::erase_if(out.reply.headers, [&](const Header& h) { return text::iequals(h.name, header.name); });
    out.reply.headers.push_back(header);
  }
  if (!script.encoding.empty()) compress(out.reply, script.encoding);
  return out;
}

}  // namespace agt::sim
