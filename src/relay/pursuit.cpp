#include "relay/pursuit.h"

#include <algorithm>

#include "core/text.h"
#include "relay/limits.h"

namespace agt::relay {

Milliseconds Pursuit::patience(Instant now) const {
  const auto until_deadline = std::chrono::duration_cast<Milliseconds>(limits_.deadline - now);
  return std::max(Milliseconds{}, std::min(limits_.wait - waited_, until_deadline));
}

pool::Ask Pursuit::ask_for(const Target& target, Instant now) const {
  return {.who = target.asked(),
          .model = target.model,
          .mode = asker_.mode,
          .session = asker_.session,
          .pinned = asker_.pinned,
          .patience = patience(now),
          .tried = tried_,
          .is_retry = calls_ > 0,
          .carries_state = asker_.carries_state};
}

Pursuit::Step Pursuit::call(const Target& target, pool::Leased leased) {
  ticket_.reset();
  awaited_ = nullptr;
  ++calls_;
  Step step{.kind = Step::Kind::call, .target = &target, .skipped = std::move(leased.skipped)};
  step.lease.emplace(*std::move(leased.lease));
  return step;
}

// Asks every target in its order. A call, or nobody with what stands against everybody.
std::optional<Pursuit::Step> Pursuit::round(Instant now, Step& nobody) {
  best_ = nullptr;
  back_at_.reset();
  any_busy_ = false;
  for (const auto& target : route_.targets) {
    auto leased = ticket_ && awaited_ == &target ? ticket_->claim(now) : pool_.lease(ask_for(target, now), now);
    // The token is the next one's: a provider that is well may always be asked.
    if (leased.lease && costs_token_ && !leased.lease->may_retry()) {
      leased.lease.reset();
      leased.back_at.reset();
    }
    if (leased.lease) {
      auto step = call(target, std::move(leased));
      step.passed = std::move(nobody.passed);
      return step;
    }
    nobody.passed.push_back({.target = &target, .skipped = std::move(leased.skipped)});
    if (leased.back_at && (!back_at_ || *leased.back_at < *back_at_)) {
      back_at_ = leased.back_at;
      if (!any_busy_) best_ = &target;
    }
    if (leased.any_busy && !any_busy_) best_ = &target;
    any_busy_ = any_busy_ || leased.any_busy;
    if (leased.stays) break;  // the session waits for its account; other targets do not have its cache
  }
  return std::nullopt;
}

Pursuit::Step Pursuit::next(Instant now) {
  Step nobody;
  if (calls_ >= limits_.attempts || now >= limits_.deadline) return nobody;
  if (auto step = round(now, nobody)) return *std::move(step);
  if (once_more_ && !asked_again_) {
    const auto pause = std::min(patience(now), Milliseconds(retry_pause));
    if (!pausing_ && pause > Milliseconds{}) {
      pausing_ = true;
      // The bell may as well end the pause: the waker is needed for that alone.
      static_cast<void>(asker_.waker());
      return {.kind = Step::Kind::wait, .target = &route_.targets.front(), .wait = pause};
    }
    asked_again_ = true;
    tried_.clear();
    Step still_nobody;
    if (auto step = round(now, still_nobody)) return *std::move(step);
    nobody = std::move(still_nobody);
  }
  return wait_or_end(std::move(nobody), now);
}

namespace {

// Who is back first has been asked already: a server that could not be reached.
bool first_back_was_tried(const std::vector<Pursuit::Passed>& passed, const std::vector<std::string>& tried) {
  const pool::Skip* first = nullptr;
  for (const auto& one : passed)
    for (const auto& skip : one.skipped.listed)
      if (skip.remaining && (first == nullptr || *skip.remaining < *first->remaining)) first = &skip;
  return first != nullptr && std::ranges::find(tried, first->account->id) != tried.end();
}

}  // namespace

Pursuit::Step Pursuit::wait_or_end(Step nobody, Instant now) {
  const auto left = patience(now);
  if (back_at_) nobody.back_in = std::max(Milliseconds{}, std::chrono::ceil<Milliseconds>(*back_at_ - now));
  const bool soon = nobody.back_in && *nobody.back_in <= left;
  if (left <= Milliseconds{} || best_ == nullptr || (!soon && !any_busy_)) return nobody;
  if (!any_busy_ && !tried_.empty() && first_back_was_tried(nobody.passed, tried_)) return nobody;
  if (!ticket_ || awaited_ != best_) {
    ticket_.reset();
    ticket_ = pool_.wait(ask_for(*best_, now), asker_.client, asker_.waker(), now);
    awaited_ = best_;
    if (!ticket_) {
      nobody.line_full = true;
      return nobody;
    }
  }
  nobody.kind = Step::Kind::wait;
  nobody.target = best_;
  nobody.wait = std::max(Milliseconds(1), soon ? *nobody.back_in : left);
  return nobody;
}

bool Pursuit::may_ask_again(Instant now) {
  if (calls_ >= limits_.attempts || now >= limits_.deadline) return false;
  ++calls_;
  return true;
}

Pursuit::Consequence Pursuit::failed(pool::Lease& lease, const Error& error, provider::Scope scope,
                                     std::string_view trace_id, Instant now, double chance) {
  const auto decided = verdict(error, scope, limits_.attempts - calls_);
  Consequence out{.next = decided.next, .blame = decided.blame};
  if (decided.blame != pool::Blame::nobody) {
    const pool::Blow blow{.blame = decided.blame,
                          .code = error.code,
                          .told = error.retry_after,
                          .message = std::string(text::clipped(error.message, rest_message_bytes_max)),
                          .set_by = std::string(trace_id)};
    out.rest = lease.failed(blow, now, chance);
  }
  if (out.next == Next::stop) return out;
  costs_token_ = decided.costs_token;
  // Who rests is not asked anyway until the rest is over; then it may be. But nobody waits twice for a server that
  // cannot be reached: the client is better told.
  const bool was_unreachable = error.failure_class() == FailureClass::network && decided.blame == pool::Blame::site;
  if (!out.rest || was_unreachable) tried_.push_back(lease.account().id);
  // Nobody was asked, so some of these are no attempts: servers of one's own are off more often than on.
  if (was_unreachable && ++unreached_ <= unreached_free_max) --calls_;
  once_more_ = once_more_ || (decided.once_more && !out.rest);
  pausing_ = false;
  return out;
}

}  // namespace agt::relay
