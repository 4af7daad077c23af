#include "relay/journey.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "core/utf8.h"
#include "core/version.h"
#include "dialect/signs.h"
#include "json/writer.h"
#include "relay/admit.h"
#include "relay/limits.h"
#include "relay/traceparent.h"

namespace agt::relay {
namespace {

constexpr std::size_t user_agent_bytes_max = 200;

bool is_health(std::string_view path) { return path == "/healthz"; }

// Clients probe these before their first request; any 2xx will do.
bool is_probe(const net::RequestHead& head) {
  return head.method == "HEAD" && (head.path == "/" || head.path == "/api/hello");
}

std::string_view name(dialect::Operation operation) {
  switch (operation) {
    case dialect::Operation::generate: return "generate";
    case dialect::Operation::count_tokens: return "count_tokens";
    case dialect::Operation::complete: return "complete";
    case dialect::Operation::embed: return "embed";
    case dialect::Operation::draw: return "draw";
    case dialect::Operation::edit_image: return "edit_image";
    case dialect::Operation::vary_image: return "vary_image";
    case dialect::Operation::transcribe: return "transcribe";
    case dialect::Operation::translate_speech: return "translate_speech";
    case dialect::Operation::list_models: return "list_models";
    case dialect::Operation::show_model: return "show_model";
    case dialect::Operation::not_served: return "not_served";
  }
  std::unreachable();
}

// The models that clients may list: of each account those it lists by exact name, else those its provider is known for.
std::vector<ModelFacts> models_of(const Snapshot& snapshot, const ClientKey* key) {
  std::vector<ModelFacts> models;
  const auto add = [&](ModelFacts facts) {
    if (!allows_model(key, facts.id)) return;
    const bool there = std::ranges::find(models, facts.id, &ModelFacts::id) != models.end();
    if (!there) models.push_back(std::move(facts));
  };
  for (const auto& account : snapshot.accounts) {
    if (!account.enabled) continue;
    for (const auto& model : account.models)
      if (!model.contains('*')) add(snapshot.catalogue->lookup(account.provider, model));
    if (!account.models.empty()) continue;
    for (auto& facts : snapshot.catalogue->list(account.provider))
      if (pool::serves_model(account, facts.id)) add(std::move(facts));
  }
  for (const auto& rule : snapshot.rules)
    if (!rule.match.contains('*') && !rule.match.starts_with('/'))
      add(snapshot.catalogue->lookup(rule.targets.front().who, rule.match));
  return models;
}

}  // namespace

Journey::Journey(const Services& services, net::Worker& worker, Desk& desk, net::Exchange& exchange, std::string id)
    : services_(services),
      worker_(worker),
      desk_(desk),
      exchange_(exchange),
      snapshot_(services.current.get()),
      start_(services.clock.now()) {
  trace_.id = std::move(id);
  trace_.started = services.clock.wall();
  trace_.method = exchange.head().method;
  trace_.path = exchange.head().path;
  trace_.user_agent =
      text::as_utf8(text::clipped(exchange.head().headers.get_or("user-agent", ""), user_agent_bytes_max));
  if (const auto parent = exchange.head().headers.get("traceparent"); parent && parse_traceparent(*parent))
    trace_.traceparent = *parent;
}

Microseconds Journey::elapsed() const {
  return std::chrono::duration_cast<Microseconds>(services_.clock.now() - start_);
}

Task<> Journey::run() {
  auto outcome = co_await travel();
  if (!outcome) {
    trace_.error = outcome.error();
    if (!exchange_.answered() && !exchange_.client_gone()) {
      // A client that left while we wrote the refusal has nothing to be told; the trace has the error already.
      [[maybe_unused]] const auto told = co_await refuse(outcome.error());
    }
  }
  record();
}

Result<> Journey::admit() {
  const auto& head = exchange_.head();
  const auto header = [&](std::string_view name) { return head.headers.get(name); };
  const auto query = [&](std::string_view name) { return net::query_parameter(head.query, name); };
  const auto signs = dialect::read_signs(header, query);
  codec_ = codec_of(services_, dialect::error_dialect(head.path, signs));
  if (codec_ == nullptr) codec_ = services_.codecs.front();
  TRY_OK(admit_peer(exchange_.peer(), snapshot_->admission));
  TRY_OK(admit_visit(head, snapshot_->admission));
  if (is_lost_browser()) return {};
  if (is_health(head.path)) return {};  // always open: it tells nothing but that we are here
  TRY(const auto key, dialect::client_key(header, query));
  TRY_OK(show_key(key));
  if (is_probe(head)) return {};

  TRY(auto located, dialect::locate(head.method, head.path, signs));
  if (!located.correction.empty()) {
    if (snapshot_->strict_paths)
      return fail(Code::path_corrected,
                  fmt::format("{} is not an endpoint. {}", text::quoted(head.path), located.correction));
    trace_.correction = std::move(located.correction);
  }
  endpoint_ = std::move(located.endpoint);
  trace_.operation = name(endpoint_.operation);
  const auto* codec = codec_of(services_, endpoint_.dialect);
  if (codec != nullptr) codec_ = codec;
  if (endpoint_.operation == dialect::Operation::complete) codec_ = codec_->completions;
  if (dialect::is_media(endpoint_.operation)) codec_ = codec_->media;
  trace_.dialect = ir::name(endpoint_.dialect);
  if (codec == nullptr || endpoint_.operation == dialect::Operation::not_served)
    return fail(Code::path_unknown,
                fmt::format("{} is not served by this version of the gateway.", text::quoted(head.path)));
  TRY_OK(admit_type(head, dialect::takes_form(endpoint_.operation) ? dialect::form_type : json_type));
  TRY(codings_, net::content_codings(head.headers));
  return {};
}

Result<> Journey::show_key(const Secret& shown) {
  auto& door = services_.doorkeeper;
  const auto& rules = snapshot_->admission;
  const auto& peer = exchange_.peer();
  const auto now = services_.clock.now();
  if (rules.keys_demanded) TRY_OK(door.wrong_keys.admit(peer, now));
  const auto key = admit_key(shown, rules);
  if (!key) {
    if (key.error().code == Code::key_missing) return std::unexpected(key.error());
    return std::unexpected(door.wrong_keys.note(peer, key.error(), now));
  }
  key_ = *key;
  if (key_ == nullptr) return {};
  trace_.client_key = key_->name;
  TRY_OK(admit_use(*key_, peer, services_.clock.wall()));
  if (!key_->limits.counts()) return {};
  TRY(stay_, door.keys.enter(*key_, now, services_.clock.wall()));
  return {};
}

// Somebody of this computer typed the clients' address into a browser.
bool Journey::is_lost_browser() const {
  const auto& head = exchange_.head();
  return head.method == "GET" && head.path == "/" && exchange_.peer().loopback && !snapshot_->interface_url.empty() &&
         head.headers.get_or("accept", "").contains("text/html");
}

Task<Result<>> Journey::send_to_interface() {
  net::Headers headers{{"location", snapshot_->interface_url + "/"}, {"cache-control", "no-store"}};
  co_return co_await respond(302, std::move(headers), std::string());
}

// No coroutine, so that it costs no frame while a stream lasts; nor are attempt() and what answer.cpp has.
Task<Result<>> Journey::travel() {
  if (auto admitted = admit(); !admitted) return ended(std::move(admitted));
  if (is_lost_browser()) return send_to_interface();
  if (trace_.operation.empty()) return answer_probe();
  switch (endpoint_.operation) {
    case dialect::Operation::list_models: return list_models();
    case dialect::Operation::show_model: return show_model();
    case dialect::Operation::generate:
    case dialect::Operation::complete:
    case dialect::Operation::embed:
    case dialect::Operation::draw:
    case dialect::Operation::edit_image:
    case dialect::Operation::vary_image:
    case dialect::Operation::transcribe:
    case dialect::Operation::translate_speech:
    case dialect::Operation::count_tokens: return forward();
    case dialect::Operation::not_served: break;
  }
  std::unreachable();
}

Task<Result<>> Journey::answer_probe() {
  std::string body;
  if (is_health(exchange_.head().path)) {
    if (exchange_.head().method != "GET" && exchange_.head().method != "HEAD")
      co_return fail(Code::method, "Use GET on /healthz.", "GET");
    body = fmt::format(R"({{"status":"ok","version":"{}"}})", version);
  }
  net::Headers headers{{"content-type", "application/json"}};
  co_return co_await respond(200, std::move(headers), std::move(body));
}

Task<Result<>> Journey::list_models() {
  const auto models = models_of(*snapshot_, key_);
  dialect::ModelPage page{.models = models};
  if (codec_->model_page != nullptr) {
    const auto& head = exchange_.head();
    const auto query = [&head](std::string_view name) { return net::query_parameter(head.query, name); };
    CO_TRY(page, codec_->model_page(models, query));
  }
  auto body = codec_->render_models(page);
  net::Headers headers{{"content-type", "application/json"}};
  co_return co_await respond(200, std::move(headers), std::move(body));
}

Task<Result<>> Journey::show_model() {
  const auto models = models_of(*snapshot_, key_);
  const auto found = std::ranges::find(models, endpoint_.model, &ModelFacts::id);
  if (found == models.end())
    co_return fail(Code::model_unknown,
                   fmt::format("No enabled account has the model \"{}\".", text::quoted(endpoint_.model, 80)), "model");
  auto body = codec_->render_model(*found);
  net::Headers headers{{"content-type", "application/json"}};
  co_return co_await respond(200, std::move(headers), std::move(body));
}

// What the lanes need to know of the body: that it is JSON, the model, and whether to stream.
Result<> Journey::read_ask() {
  if (dialect::takes_form(endpoint_.operation)) return read_form();
  TRY(shallow_, json::Document::parse_members(body(), desk_.scratch));
  const auto root = shallow_->root();
  if (!root.is_object()) return root.refuse("a JSON object");
  if (codec_->model_in_path) {
    model_ = endpoint_.model;
    stream_ = endpoint_.stream;
  } else {
    if (!root["model"].exists()) return fail(Code::schema, "model: is required.", "model");
    TRY(model_, root["model"].text());
    if (root["stream"].present()) {
      TRY(stream_, root["stream"].boolean());
    }
  }
  const bool speaks = endpoint_.operation == dialect::Operation::generate ||
                      endpoint_.operation == dialect::Operation::complete || dialect::is_media(endpoint_.operation);
  if (!speaks) stream_ = false;
  return note_ask();
}

// The same of a form, which holds a file beside the words.
Result<> Journey::read_form() {
  TRY(form_, dialect::Form::parse(exchange_.head().headers.get_or("content-type", ""), body()));
  TRY(const auto model, form_->text(body(), "model"));
  if (!model) return fail(Code::schema, "model: is required, since it says who is to be asked.", "model");
  model_ = *model;
  TRY(const auto stream, form_->text(body(), "stream"));
  stream_ = stream && text::iequals(*stream, "true");
  return note_ask();
}

Result<> Journey::note_ask() {
  if (model_.empty() || model_.size() > model_name_bytes_max)
    return fail(Code::schema, fmt::format("model: must have 1 to {} bytes.", model_name_bytes_max), "model");
  trace_.client_model = model_;
  if (!allows_model(key_, model_))
    return fail(Code::key_not_allowed_model,
                fmt::format("The key \"{}\" may not use the model \"{}\".", text::quoted(key_->name, 60),
                            text::quoted(model_, 80)),
                "model");
  trace_.stream = stream_;
  return {};
}

Task<Result<>> Journey::forward() {
  if (snapshot_->capture != Capture::none) tape_ = std::make_unique<Tape>();
  CO_TRY(auto body, co_await exchange_.read_body(snapshot_->body_bytes_max));
  CO_TRY_OK(find_route(std::move(body)));
  co_return co_await try_targets(*trace_.route);
}

// From the body that has come to the targets.
Result<> Journey::find_route(std::string body) {
  trace_.bytes_in = body.size();
  if (!codings_.empty()) {
    TRY(body, net::decoded(codings_, std::move(body), snapshot_->body_bytes_max));
  }
  body_ = std::make_shared<const std::string>(std::move(body));
  TRY_OK(read_ask());
  trace_.announced = true;
  services_.recorder.started(trace_);
  TRY(trace_.route, desk_.planner.plan(snapshot_, model_, endpoint_.dialect));
  follow_trail();
  return {};
}

void Journey::keep_messages() {
  if (!tape_ || (snapshot_->capture == Capture::failures && !trace_.error)) return;
  tape_->asked(exchange_.head(), body());
  trace_.messages = tape_->take();
}

void Journey::record() {
  trace_.total = elapsed();
  if (key_ != nullptr && key_->limits.tokens_per_day > 0)
    services_.doorkeeper.keys.spent(key_->name, trace_.usage.input.value_or(0) + trace_.usage.output.value_or(0),
                                    services_.clock.wall());
  const bool reads =
      endpoint_.operation == dialect::Operation::list_models || endpoint_.operation == dialect::Operation::show_model;
  const bool worth_it = (!reads && endpoint_.operation != dialect::Operation::not_served) || trace_.error;
  if (!worth_it || is_health(trace_.path)) return;
  keep_messages();
  desk_.text.clear();
  services_.recorder.record(trace_, desk_.text);
}

}  // namespace agt::relay
