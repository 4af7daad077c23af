#include "relay/dry_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "dialect/signs.h"
#include "ir/turns.h"
#include "json/splice.h"
#include "relay/continued.h"
#include "relay/explain.h"
#include "relay/limits.h"
#include "relay/plan.h"
#include "relay/session.h"

namespace agt::relay {
namespace {

using json::Writer;

constexpr std::string_view masked = "***";

// One dry run: the same steps as a Journey's, without the network.
class Rehearsal {
 public:
  Rehearsal(const Services& services, std::shared_ptr<const Snapshot> snapshot, const Hypothetical& asked)
      : services_(services), snapshot_(std::move(snapshot)), asked_(asked), body_(asked.body) {}

  std::string told() {
    w_.begin_object();
    w_.field("sent", false);
    std::string outcome;
    if (auto done = run(outcome); !done) {
      write_error(done.error());
      outcome = fmt::format("{} {}", done.error().message, done.error().remedy());
    }
    w_.field("sentence", fmt::format("{} Nothing was sent.", outcome));
    w_.end_object();
    return std::move(w_).take();
  }

 private:
  Result<> run(std::string& outcome) {
    TRY_OK(read());
    TRY_OK(leave_out());
    TRY(auto route, plan(*snapshot_, model_, endpoint_.dialect));
    const auto header = [&](std::string_view name) { return asked_.headers.get(name); };
    from_ = continued(services_.kept, asked_.client_key, *codec_, body_, *members_, services_.clock.now());
    const bool bound = narrow(route, from_, snapshot_->accounts);
    session_ = from_.session();
    if (session_ == 0) session_ = session_of(header, body_, *members_, *codec_, asked_.client_key);
    w_.field("rule", route.why);
    w_.key("targets");
    w_.begin_array();
    for (const auto& target : route.targets) weigh(target);
    w_.end_array();
    if (first_ == nullptr) {
      auto error = nobody_free(looks_, back_in_, model_, to_text(route.targets.front()), false);
      if (bound) error = bound_to_owner(std::move(error), from_, back_in_ || error.code == Code::concurrency);
      write_error(error);
      outcome = fmt::format("{} {}", error.message, error.remedy());
      return {};
    }
    const auto& upstream = snapshot_->upstreams.at(first_->id);
    w_.key("would_send");
    w_.begin_object();
    const auto sent = write_call(target_, upstream);
    w_.end_object();
    TRY_OK(sent);
    outcome = fmt::format("\"{}\" would go to {} ({}) by {}.", text::quoted(model_, 80), first_->label,
                          to_text(target_), route.why);
    return {};
  }

  // Path, dialect, body and model.
  Result<> read() {
    const auto header = [&](std::string_view name) { return asked_.headers.get(name); };
    const auto query = [&](std::string_view name) { return net::query_parameter(asked_.query, name); };
    TRY(auto located, dialect::locate("POST", asked_.path, dialect::read_signs(header, query)));
    endpoint_ = std::move(located.endpoint);
    if (!located.correction.empty()) w_.field("correction", located.correction);
    codec_ = codec_of(services_, endpoint_.dialect);
    const bool is_request =
        endpoint_.operation == dialect::Operation::generate || endpoint_.operation == dialect::Operation::count_tokens;
    if (codec_ == nullptr || !is_request)
      return agt::fail(Code::path_unknown, fmt::format("{} takes no model request.", text::quoted(asked_.path)),
                       "path");
    w_.field("dialect", ir::name(endpoint_.dialect));
    TRY_OK(fill_body());
    TRY(members_, json::Document::parse_members(body_, scratch_));
    if (!members_->root().is_object()) return members_->root().refuse("a JSON object");
    if (!asked_.model.empty() && !codec_->model_in_path) {
      body_ = json::spliced(body_, json::set_member(*members_, "model", json::quoted(asked_.model)));
      TRY(members_, json::Document::parse_members(body_, scratch_));
    }
    TRY_OK(read_model());
    w_.field("model", model_);
    return {};
  }

  Result<> fill_body() {
    if (!body_.empty()) return {};
    ir::Request greeting{.model = asked_.model.empty() ? endpoint_.model : asked_.model};
    greeting.messages.push_back({.role = ir::Role::user, .parts = {ir::text_part("Hello!")}});
    greeting.stream = endpoint_.stream;
    // From nowhere in particular, so that the dialect writes what it writes for a stranger.
    for (const auto* codec : services_.codecs)
      if (codec->dialect != codec_->dialect) greeting.extras.origin = codec->dialect;
    TRY(auto rendered, codec_->render_request(greeting, {.model = greeting.model}));
    body_ = std::move(rendered.body);
    return {};
  }

  Result<> read_model() {
    stream_ = endpoint_.stream;
    if (codec_->model_in_path) {
      model_ = asked_.model.empty() ? endpoint_.model : asked_.model;
    } else {
      stream_ = members_->root()["stream"].boolean_or(false);
      model_ = asked_.model;
      if (model_.empty()) {
        TRY(model_, members_->root()["model"].text());
      }
    }
    if (model_.empty() || model_.size() > model_name_bytes_max)
      return agt::fail(Code::schema, fmt::format("model: must have 1 to {} bytes.", model_name_bytes_max), "model");
    return {};
  }

  Result<> leave_out() {
    for (std::size_t i = 0; i < asked_.without.size(); ++i) {
      const auto& name = asked_.without[i];
      const auto before = without_.size();
      for (const auto& account : snapshot_->accounts)
        if (account.id == name || account.label == name || account.provider == name) without_.push_back(account.id);
      if (without_.size() == before)
        return agt::fail(Code::schema, fmt::format("{} is no account and no provider of one.", text::quoted(name, 80)),
                         fmt::format("without[{}]", i));
    }
    return {};
  }

  // Whom this target means, in their order, each with what stands against it.
  void weigh(const Target& target) {
    const pool::Ask ask{.who = target.asked(),
                        .model = target.model,
                        .mode = snapshot_->mode,
                        .session = session_,
                        .pinned = snapshot_->pinned_account,
                        .tried = without_,
                        .carries_state = carries_state(*codec_, body_)};
    const auto now = services_.clock.now();
    Attempt look{.target = &target};
    w_.begin_object();
    w_.field("target", to_text(target));
    w_.key("accounts");
    w_.begin_array();
    for (auto& one : services_.pool.standings(ask, now)) {
      // The dry run asks nobody: who counts as tried was left out.
      const bool is_assumed = one.skip && one.skip->reason == pool::SkipReason::already_tried;
      if (is_assumed)
        one.skip = pool::Skip{.account = one.account, .reason = pool::SkipReason::quota, .code = Code::daily};
      if (!one.skip && first_ == nullptr) {
        first_ = one.account;
        target_ = target;
      }
      write_standing(one, is_assumed);
      if (!one.skip) continue;
      look.skipped.add(one.skip->reason);
      look.skipped.listed.push_back(*one.skip);
      if (one.skip->remaining && (!back_in_ || *one.skip->remaining < *back_in_)) back_in_ = one.skip->remaining;
    }
    w_.end_array();
    w_.end_object();
    looks_.push_back(std::move(look));
  }

  void write_standing(const pool::Standing& one, bool is_assumed) {
    w_.begin_object();
    w_.field("account_id", one.account->id);
    w_.field("account", one.account->label);
    w_.field("may_serve", !one.skip.has_value());
    if (is_assumed) w_.field("assumed", true);
    if (one.skip) {
      w_.field("reason", name(one.skip->reason));
      if (one.skip->remaining) w_.field("remaining_ms", one.skip->remaining->count());
      if (one.skip->code) w_.field("code", agt::name(*one.skip->code));
      if (!one.skip->set_by.empty()) w_.field("set_by", one.skip->set_by);
    }
    w_.end_object();
  }

  Result<> write_call(const Target& target, provider::Upstream upstream) {
    w_.field("account", upstream.label);
    const bool native = upstream.family->speaks(codec_->dialect) && !upstream.family->local();
    const bool counts = endpoint_.operation == dialect::Operation::count_tokens;
    if (upstream.family->local() || (counts && (!native || !codec_->counts_tokens_upstream))) {
      w_.field("lane", name(Lane::local));  // answered by the gateway itself
      return {};
    }
    const bool carries = !codec_->carried_mark.empty() && body_.contains(codec_->carried_mark);
    const bool passes = native && !carries && kept_conversation() == nullptr;
    w_.field("lane", name(passes ? Lane::passthrough : Lane::translate));
    TRY(const auto body, passes ? passed(target) : translated(target, upstream));
    if (!upstream.key.empty()) upstream.key = Secret(std::string(masked));
    const auto query = net::without_query_parameter(asked_.query, "key");
    provider::Want want{.operation = endpoint_.operation,
                        .dialect = upstream.family->dialect_for(codec_->dialect),
                        .model = target.model,
                        .stream = stream_,
                        .passthrough = passes};
    if (passes) want.client_path = asked_.path;
    if (passes) want.client_query = query;
    want.project = upstream.project;
    want.location = upstream.location;
    const auto* envelope = upstream.family->envelope;
    TRY(const auto message, envelope == nullptr ? Result<std::string>(body) : envelope->wrap(body, want));
    const bool headers_pass = passes && envelope == nullptr;
    const auto call =
        provider::prepare(upstream, want, message, headers_pass ? &asked_.headers : nullptr, snapshot_->timeouts);
    w_.field("method", call.method);
    w_.field("url", fmt::format("{}://{}{}", call.url.tls ? "https" : "http", call.url.authority(), call.target));
    w_.key("headers");
    w_.begin_object();
    for (const auto& header : call.headers) w_.field(header.name, header.value);
    w_.end_object();
    w_.key("body");
    w_.raw(message);
    return {};
  }

  // What the request goes on from, if it is we who keep it.
  std::shared_ptr<const std::string> kept_conversation() {
    if (from_.id.empty()) return nullptr;
    return services_.kept.conversations.find(asked_.client_key, from_.id, services_.clock.now());
  }

  Result<std::string> passed(const Target& target) {
    if (codec_->model_in_path) return body_;
    return json::spliced(body_, json::set_member(*members_, "model", json::quoted(target.model)));
  }

  Result<std::string> translated(const Target& target, const provider::Upstream& upstream) {
    TRY(const auto document, json::Document::parse(body_, scratch_));
    dialect::Asked asked{.model = model_, .stream = stream_, .version = endpoint_.version};
    dialect::RenderTarget rendering{.model = target.model,
                                    .facts = snapshot_->catalogue->lookup(upstream.provider, target.model)};
    if (endpoint_.operation == dialect::Operation::count_tokens) {
      asked.operation = dialect::Asked::Operation::count_tokens;
      rendering.operation = dialect::Asked::Operation::count_tokens;
    }
    TRY(auto request, codec_->parse_request(document, asked));
    if (const auto kept = kept_conversation()) TRY_OK(codec_->memory->recall(request, *kept));
    const auto* codec = codec_of(services_, upstream.family->dialect_for(codec_->dialect));
    if (codec == nullptr) return agt::fail(Code::internal, "The upstream's dialect is not wired.");
    if (codec_->memory != nullptr && codec != codec_)
      if (const auto id = codec_->memory->continues(request); !id.empty())
        return std::unexpected(codec_->memory->forgotten(id));
    TRY(auto rendered, codec->render_request(request, rendering));
    w_.key("losses");
    w_.begin_array();
    for (const auto& loss : rendered.losses.all()) w_.value(fmt::format("{}: {}", loss.path, loss.why));
    w_.end_array();
    return std::move(rendered.body);
  }

  void write_error(const Error& error) {
    w_.key("error");
    w_.begin_object();
    w_.field("class", agt::name(error.failure_class()));
    w_.field("code", agt::name(error.code));
    w_.field("message", error.message);
    if (!error.field.empty()) w_.field("field", error.field);
    if (error.retry_after) w_.field("retry_after_ms", error.retry_after->count());
    w_.field("remedy", error.remedy());
    w_.end_object();
  }

  const Services& services_;
  std::shared_ptr<const Snapshot> snapshot_;
  const Hypothetical& asked_;
  std::string body_;
  Writer w_{};
  json::Scratch scratch_{};
  Continued from_{};
  std::uint64_t session_ = 0;
  dialect::Endpoint endpoint_{};
  const dialect::Codec* codec_ = nullptr;
  std::optional<json::Document> members_{};
  std::string model_{};
  bool stream_ = false;
  std::shared_ptr<const pool::Account> first_{};
  Target target_{};
  std::vector<std::string> without_{};  // ids
  std::vector<Attempt> looks_{};
  std::optional<Milliseconds> back_in_{};
};

}  // namespace

std::string dry_run(const Services& services, const std::shared_ptr<const Snapshot>& snapshot,
                    const Hypothetical& asked) {
  return Rehearsal(services, snapshot, asked).told();
}

}  // namespace agt::relay
