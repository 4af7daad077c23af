// From the targets of a route to one answer: who is asked, in which order, and what a failure leads to.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "relay/explain.h"
#include "relay/journey.h"
#include "relay/limits.h"
#include "relay/session.h"

namespace agt::relay {
namespace {

double seconds(Milliseconds t) { return static_cast<double>(t.count()) / 1000.0; }

// What a waiting request is woken by.
class BellWaker final : public pool::Waker {
 public:
  explicit BellWaker(net::Worker& worker) : worker_(worker) {}
  void wake() override { bell_->ring(); }
  net::Bell& bell() {
    if (!bell_) bell_ = worker_.bell();  // most requests never wait
    return *bell_;
  }

 private:
  net::Worker& worker_;
  std::unique_ptr<net::Bell> bell_{};
};

bool offers(const provider::Family& family, dialect::Operation operation) {
  const bool speech = operation == dialect::Operation::transcribe || operation == dialect::Operation::translate_speech;
  return speech ? family.hears : family.draws;
}

std::string_view media_words(dialect::Operation operation) {
  if (operation == dialect::Operation::draw) return "images from a prompt";
  if (operation == dialect::Operation::edit_image) return "edits of images";
  if (operation == dialect::Operation::vary_image) return "variations of images";
  return "transcription of speech";
}

}  // namespace

// 0 also where there is nobody to choose between.
std::uint64_t Journey::session() {
  constexpr std::size_t accounts_with_demo = 2;
  const bool has_choice = snapshot_->accounts.size() > accounts_with_demo;
  if (!has_choice || !shallow_) return 0;
  if (const auto known = continued_.session(); known != 0) return known;
  const auto header = [&](std::string_view name) { return exchange_.head().headers.get(name); };
  return session_of(header, body(), *shallow_, *codec_, trace_.client_key);
}

Task<Result<>> Journey::try_targets(const Route& route) {
  BellWaker waker(worker_);
  const auto make_waker = [&waker]() -> pool::Waker& {
    static_cast<void>(waker.bell());
    return waker;
  };
  session_ = session();
  Pursuit pursuit(
      services_.pool, route,
      {.mode = snapshot_->mode,
       .session = session_,
       .carries_state = snapshot_->mode == pool::Mode::performance_first && carries_state(*codec_, body()),
       .pinned = snapshot_->pinned_account,
       .client = trace_.client_key,
       .waker = make_waker},
      {.attempts = snapshot_->attempts, .wait = snapshot_->wait_max, .deadline = start_ + attempts_deadline});
  std::optional<Error> last;
  while (true) {
    auto step = pursuit.next(services_.clock.now());
    note_passed(std::move(step.passed));
    if (step.kind == Pursuit::Step::Kind::over) co_return std::unexpected(given_up(step, route, std::move(last)));
    if (step.kind == Pursuit::Step::Kind::wait) {
      const auto begun = services_.clock.now();
      CO_TRY_OK(co_await wait(step, waker.bell()));
      pursuit.waited(std::chrono::ceil<Milliseconds>(services_.clock.now() - begun));
      continue;
    }
    auto& lease = *step.lease;
    const auto account = lease.shared_account();
    trace_.attempts.push_back({.target = step.target,
                               .account = account,
                               .skipped = std::move(step.skipped),
                               .waited = std::exchange(waited_, {}),
                               .begun = elapsed()});
    const auto upstream = snapshot_->upstreams.find(account->id);
    if (upstream == snapshot_->upstreams.end())
      co_return fail(Code::conflict, "The account was removed while the request was under way; try again.");

    lease_ = &lease;
    auto outcome = co_await attempt(*step.target, upstream->second);
    if (!outcome && signature_refused(outcome.error(), upstream->second) &&
        pursuit.may_ask_again(services_.clock.now()))
      outcome = co_await attempt_unsigned(*step.target, upstream->second, std::move(outcome).error());
    lease_ = nullptr;
    current().ended = elapsed();
    if (outcome) co_return outcome;
    last = outcome.error();
    close_attempt(*last, pursuit, lease);
    // After the first byte nothing can be taken back; the lane has told the client already.
    if (exchange_.answered() || current().next == Next::stop) co_return std::unexpected(*std::move(last));
  }
}

// Targets for which nobody was free: told once, and again only when the request gave up after a wait.
void Journey::note_passed(std::vector<Pursuit::Passed> passed) {
  for (auto& one : passed) {
    const auto told = std::ranges::find_if(trace_.attempts, [&](const Attempt& attempt) {
      return attempt.account == nullptr && attempt.target == one.target;
    });
    if (told != trace_.attempts.end()) {
      told->skipped = std::move(one.skipped);
      told->ended = elapsed();
      continue;
    }
    trace_.attempts.push_back({.target = one.target, .skipped = std::move(one.skipped), .begun = elapsed()});
    current().ended = elapsed();
  }
}

Task<Result<>> Journey::wait(const Pursuit::Step& step, net::Bell& bell) {
  const auto begun = elapsed();
  CO_TRY_OK(co_await bell.wait(step.wait));
  waited_ += elapsed() - begun;
  co_return Result<>{};
}

Task<Result<>> Journey::ended(Result<> outcome) { co_return outcome; }

Task<Result<>> Journey::attempt(const Target& target, const provider::Upstream& upstream) {
  verbatim_.reset();
  const bool native = upstream.family->speaks(codec_->dialect) && !upstream.family->local();
  if (endpoint_.operation == dialect::Operation::count_tokens && (!native || !codec_->counts_tokens_upstream))
    return estimate_tokens();
  const bool embeds = endpoint_.operation == dialect::Operation::embed;
  if (dialect::is_media(endpoint_.operation) && !(native && offers(*upstream.family, endpoint_.operation)))
    return ended(std::unexpected(not_there(media_words(endpoint_.operation), upstream)));
  batch_ = endpoint_.batch;
  if (embeds && (!native || upstream.family->envelope != nullptr)) return translate_embeddings(target, upstream);
  if (!native) {
    auto several = asks_several();
    if (!several) return ended(std::unexpected(std::move(several).error()));
    if (*several) return answer_several(target, upstream);
  }
  if (upstream.family->local()) return answer_locally(upstream);
  const bool carries = native && !codec_->carried_mark.empty() && text::contains(body(), codec_->carried_mark);
  // An envelope has events only; an array of them is written by us.
  const bool reframed = upstream.family->envelope != nullptr && endpoint_.array_framing;
  if (native && !carries && !reframed && !continues_own()) return pass_through(target, upstream);
  return translate(target, upstream);
}

void Journey::close_attempt(const Error& error, Pursuit& pursuit, pool::Lease& lease) {
  auto& attempt = current();
  attempt.error = error;
  if (attempt.status == 0 || attempt.status == 200) attempt.scope = provider::scope_of(error);
  constexpr std::uint64_t steps = 1024;
  const auto chance = static_cast<double>(pool::hash_of(trace_.id) % steps) / static_cast<double>(steps);
  const auto decided = pursuit.failed(lease, error, attempt.scope, trace_.id, services_.clock.now(), chance);
  attempt.next = decided.next;
  attempt.rest = decided.rest;
  if (!decided.rest) return;
  const bool whole = decided.blame == pool::Blame::account || decided.blame == pool::Blame::site;
  const bool forever = *decided.rest == Milliseconds::max();
  services_.log.write(LogLevel::info, "account_rests",
                      {{"trace", trace_.id},
                       {"account", attempt.account_label()},
                       {"scope", name(attempt.scope)},
                       {"model", whole ? std::string_view("*") : attempt.model()},
                       {"code", agt::name(error.code)},
                       {"seconds", forever ? -1.0 : seconds(*decided.rest)}});
}

// What the client is told: what the last account said with the time when the first one is back, or why nobody could be
// asked at all.
Error Journey::given_up(const Pursuit::Step& step, const Route& route, std::optional<Error> last) const {
  if (last) {
    auto back_in = step.back_in;
    if (!back_in)  // nobody else is awaited: then the one that was asked last
      for (const auto& asked : trace_.attempts)
        if (asked.rest && *asked.rest != Milliseconds::max()) back_in = asked.rest;
    if (back_in && worth_another_attempt(last->failure_class())) last->retry_after = back_in;
    return *std::move(last);
  }
  auto nobody = nobody_free(trace_.attempts, step.back_in, model_, to_text(route.targets.front()), step.line_full);
  const bool comes_back = step.back_in || nobody.code == Code::concurrency;
  return bound_ ? bound_to_owner(std::move(nobody), continued_, comes_back) : nobody;
}

}  // namespace agt::relay
