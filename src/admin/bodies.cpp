// What was said word by word: the messages that logging.bodies kept, and saying one of them again.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/kept_message.h"
#include "admin/limits.h"
#include "core/text.h"
#include "core/utf8.h"
#include "core/version.h"
#include "json/splice.h"
#include "relay/tape.h"

namespace agt::admin {
namespace {

// Of the headers that a client sent, those that belong to its connection or are made anew.
constexpr auto not_replayed = std::to_array<std::string_view>(
    {"host", "connection", "content-length", "content-encoding", "transfer-encoding", "accept-encoding", "expect",
     "user-agent", "origin", "referer", "keep-alive", "te", "trailer", "upgrade"});

bool is_replayed(const net::Header& header) {
  const auto name = text::lowered(header.name);
  return std::ranges::find(not_replayed, name) == not_replayed.end() && !name.starts_with("sec-") &&
         relay::shown_value(header.name, {}).empty();  // one that was masked says nothing
}

struct Replay {
  net::Headers headers{};
  std::string target{};
  std::string body{};
};

// The members of the asking body are edits of what the client had sent.
Result<std::string> edited_body(const json::Value& ask, std::string body) {
  if (ask["body"].present()) body = ask["body"].raw();
  std::string model;
  TRY_OK(take(ask, "model", model));
  std::optional<bool> stream;
  if (ask["stream"].present()) {
    TRY(stream, ask["stream"].boolean());
  }
  const auto document = json::Document::parse(body);
  if (!document) return fail(Code::bad_json, "The body that was kept is not JSON any more; give one.", "body");
  const bool names_model = document->root()["model"].exists();
  if (!names_model && (!model.empty() || stream))
    return fail(Code::schema, "This client's protocol has model and stream in the path: they cannot be changed here.",
                model.empty() ? "stream" : "model");
  if (!model.empty()) body = json::spliced(body, json::set_member(*document, "model", json::quoted(model)));
  if (!stream) return body;
  TRY(const auto again, json::Document::parse(body));
  return json::spliced(body, json::set_member(again, "stream", *stream ? "true" : "false"));
}

Result<Replay> replay_of(const Call& call, const Secret& key) {
  TRY_OK(check_fields(call.body, {"body", "model", "stream"}));
  auto& gateway = call.gateway;
  gateway.ledger_writer.flush();
  TRY(const auto row, gateway.ledger.get(call.word()));
  const auto kept = gateway.ledger.body(row.id, store::BodyKind::client);
  if (!kept) return std::unexpected(kept.error());
  const auto message = taken_apart(kept->bytes);
  if (kept->truncated && !call.body["body"].present())
    return fail(Code::conflict, "Only the beginning of this request was kept: give a body to send.", "body");
  Replay replay;
  const auto space = message.first_line.find(' ');
  replay.target = message.first_line.substr(std::min(space + 1, message.first_line.size()));
  if (const auto question = replay.target.find('?'); question != std::string::npos) {
    const auto query = net::without_query_parameter(replay.target.substr(question + 1), "key");
    replay.target.resize(question);
    if (!query.empty()) replay.target += "?" + query;
  }
  for (const auto& header : message.headers)
    if (is_replayed(header)) replay.headers.add(header.name, header.value);
  replay.headers.set("content-type", "application/json");
  replay.headers.set("user-agent", fmt::format("{} (replay)", user_agent));
  replay.headers.set("authorization", fmt::format("Bearer {}", key.reveal()));
  TRY(replay.body, edited_body(call.body, std::string(message.body)));
  return replay;
}

std::string outcome_of(const net::ResponseHead& head, std::string_view body, Microseconds took) {
  json::Writer w;
  w.begin_object();
  w.field("id", head.headers.get_or("x-agt-trace", ""));
  w.field("status", head.status);
  w.field("latency_ms", static_cast<double>(took.count()) / 1000.0);
  w.field("content_type", head.headers.get_or("content-type", ""));
  w.field("truncated", body.size() > replay_bytes_shown_max);
  w.field("body", text::as_utf8(body.substr(0, replay_bytes_shown_max)));
  w.end_object();
  return std::move(w).take();
}

}  // namespace

Result<Answer> show_body(const Call& call) {
  const auto kind = store::body_kind_named(call.words.at(1));
  if (!kind)
    return fail(Code::path_unknown,
                fmt::format("There is no body \"{}\"; there are client, upstream, upstream_reply and "
                            "reply.",
                            text::quoted(call.words.at(1), 40)));
  call.gateway.ledger_writer.flush();
  TRY(const auto row, call.gateway.ledger.get(call.word()));
  TRY(const auto kept, call.gateway.ledger.body(row.id, *kind));
  const auto message = taken_apart(kept.bytes);
  json::Writer w;
  w.begin_object();
  w.field("id", row.id);
  w.field("kind", name(*kind));
  w.field("first_line", text::as_utf8(message.first_line));
  w.key("headers");
  w.begin_array();
  for (const auto& header : message.headers) {
    w.begin_object();
    w.field("name", text::as_utf8(header.name));
    w.field("value", text::as_utf8(header.value));
    w.end_object();
  }
  w.end_array();
  w.field("content_type", text::as_utf8(kept.content_type));
  w.field("bytes", message.body.size());
  w.field("truncated", kept.truncated);
  w.field("body", text::as_utf8(message.body));
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Task<Result<Answer>> replay_request(const Call& call, net::Worker& worker) {
  auto& gateway = call.gateway;
  if (gateway.proxy_port == 0)
    co_return fail(Code::conflict, "The clients' port is closed, so nothing can be sent through it; start it first.");
  Result<Replay> replay = fail(Code::internal, "The replay was not prepared.");
  const auto key = settings_now(gateway).proxy.api_key;
  CO_TRY_OK(co_await worker.offload([&] { replay = replay_of(call, key); }));
  if (!replay) co_return std::unexpected(replay.error());
  auto host = gateway.proxy == nullptr ? std::string() : gateway.proxy->state().at.host;
  if (host.empty() || host == "0.0.0.0" || host == "::") host = "127.0.0.1";
  net::Call sent{.url = {.tls = false, .host = host, .port = gateway.proxy_port.load(), .path = {}},
                 .target = replay->target,
                 .headers = replay->headers,
                 .body = replay->body};
  const auto begun = gateway.clock.now();
  CO_TRY(const auto reply, co_await worker.client().send(std::move(sent)));
  CO_TRY(const auto body, co_await reply->whole(replay_reply_bytes_max));
  const auto took = std::chrono::duration_cast<Microseconds>(gateway.clock.now() - begun);
  co_return Answer{.body = outcome_of(reply->head(), body, took)};
}

Result<Answer> forget_requests(const Call& call) {
  call.gateway.ledger_writer.flush();
  TRY(const auto count, call.gateway.ledger.count());
  TRY_OK(call.gateway.ledger.clear());
  json::Writer w;
  w.begin_object();
  w.field("forgotten", count);
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin
