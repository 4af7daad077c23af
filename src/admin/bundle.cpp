// One request as a file to hand on: what was decided, and what was said on both sides, without credentials, addresses
// of people and names of accounts. agt-sim --replay FILE says the upstream's part of it again.
#include <fmt/format.h>

#include <vector>

#include "admin/endpoints.h"
#include "admin/kept_message.h"
#include "admin/redaction.h"
#include "core/text.h"
#include "core/utf8.h"
#include "core/version.h"
#include "relay/trace.h"
#include "store/accounts.h"
#include "store/oauth_grants.h"

namespace agt::admin {
namespace {

constexpr std::string_view format_name = "agt-bundle/1";

// Every credential that this gateway holds.
Result<std::vector<Secret>> own_secrets(Gateway& gateway) {
  std::vector<Secret> out;
  TRY(auto accounts, store::accounts(gateway.vault));
  for (auto& account : accounts) out.push_back(std::move(account.credential));
  TRY(auto grants, store::oauth_grants(gateway.vault));
  for (auto& grant : grants) {
    out.push_back(std::move(grant.client.client_secret));
    out.push_back(std::move(grant.tokens.refresh));
    out.push_back(std::move(grant.tokens.access));
  }
  auto settings = settings_now(gateway);
  out.push_back(std::move(settings.proxy.api_key));
  out.push_back(std::move(settings.oauth.google_client_secret));
  out.push_back(std::move(settings.metrics.token));
  out.push_back(std::move(settings.telemetry.otlp_headers));
  return out;
}

class BundleWriter {
 public:
  explicit BundleWriter(std::vector<Secret> secrets) : secrets_(std::move(secrets)) {}

  void text(std::string_view name, std::string_view value) { w_.field(name, redacted(text::as_utf8(value), secrets_)); }

  void request(const store::LedgerRow& row, const json::Value& trace) {
    w_.key("request");
    w_.begin_object();
    w_.field("id", row.id);
    w_.field("started_ms", row.started_ms);
    w_.field("dialect", row.client_dialect);
    w_.field("operation", trace["operation"].text_or(""));
    text("path", row.path);
    text("model", row.client_model);
    w_.field("stream", row.stream);
    w_.field("status", row.status);
    if (!row.failure_class.empty()) w_.field("class", row.failure_class);
    if (!row.code.empty()) w_.field("code", row.code);
    w_.field("total_ms", trace["total_ms"].number_or(0));
    w_.end_object();
  }

  // Names of accounts are the user's own words, and often an address.
  void attempt(const json::Value& attempt) {
    const auto error = attempt["error"];
    w_.begin_object();
    for (const auto* name : {"provider", "model", "lane", "scope", "next"})
      if (attempt[name].exists()) text(name, attempt[name].text_or(""));
    for (const auto* name : {"begun_ms", "ended_ms", "status", "waited_ms", "rest_ms"})
      if (attempt[name].exists()) w_.field(name, attempt[name].number_or(0));
    for (const auto* name : {"class", "code", "message", "field"})
      if (error[name].exists()) text(name, error[name].text_or(""));
    w_.end_object();
  }

  void message(store::BodyKind kind, const store::LedgerBody& kept) {
    const auto message = taken_apart(kept.bytes);
    // Sound and pictures cannot be looked through for what must not be in them.
    const bool is_text = text::as_utf8(message.body) == message.body;
    w_.key(name(kind));
    w_.begin_object();
    text("first_line", message.first_line);
    w_.key("headers");
    w_.begin_array();
    for (const auto& header : message.headers) {
      w_.begin_object();
      text("name", header.name);
      text("value", header.value);
      w_.end_object();
    }
    w_.end_array();
    w_.field("truncated", kept.truncated);
    w_.field("left_out", !is_text);
    text("body", is_text ? message.body : std::string_view());
    w_.end_object();
  }

  json::Writer& json() { return w_; }

 private:
  std::vector<Secret> secrets_;
  json::Writer w_{};
};

// How the last answer of an upstream came to its end.
std::string_view upstream_end(const json::Value& trace) {
  const auto attempts = trace["attempts"];
  if (attempts.size() == 0) return "none";
  const auto code = attempts[attempts.size() - 1]["error"]["code"].text_or(trace["error"]["code"].text_or(""));
  if (code == name(Code::stream_cut)) return "cut";
  if (code == name(Code::idle_timeout) || code == name(Code::first_byte_timeout)) return "silent";
  return "whole";
}

Result<> write_messages(BundleWriter& out, Gateway& gateway, const std::string& id) {
  TRY(const auto kinds, gateway.ledger.body_kinds(id));
  if (kinds.empty())
    return fail(Code::conflict,
                fmt::format("Nothing that was said was kept of the request {}. Switch it on with `agt record on` and "
                            "send the request again.",
                            id));
  out.json().key("messages");
  out.json().begin_object();
  for (const auto kind : kinds) {
    TRY(const auto kept, gateway.ledger.body(id, kind));
    out.message(kind, kept);
  }
  out.json().end_object();
  return {};
}

}  // namespace

Result<Answer> bundle_request(const Call& call) {
  auto& gateway = call.gateway;
  gateway.ledger_writer.flush();
  TRY(const auto row, gateway.ledger.get(call.word()));
  auto kept = relay::trace_json(row.trace);
  if (!kept) return fail(Code::internal, fmt::format("The trace of the request {} is damaged.", row.id));
  TRY(const auto document, json::Document::parse_owned(*std::move(kept)));
  const auto trace = document.root();
  TRY(auto secrets, own_secrets(gateway));
  BundleWriter out(std::move(secrets));
  auto& w = out.json();
  w.begin_object();
  w.field("format", format_name);
  w.field("made_by", user_agent);
  out.request(row, trace);
  w.key("attempts");
  w.begin_array();
  for (const auto attempt : trace["attempts"].children()) out.attempt(attempt);
  w.end_array();
  w.field("upstream_end", upstream_end(trace));
  TRY_OK(write_messages(out, gateway, row.id));
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin
