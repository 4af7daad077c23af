// From the targets of a route to one answer: who is asked, in which order, and what a failure leads to.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "relay/journey.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

constexpr std::size_t rest_message_bytes_max = 300;

double seconds(Milliseconds t) { return static_cast<double>(t.count()) / 1000.0; }

// The account that comes back first.
const pool::Skip* earliest(const std::vector<Attempt>& attempts) {
  const pool::Skip* first = nullptr;
  for (const auto& attempt : attempts)
    for (const auto& skip : attempt.skipped)
      if (skip.remaining && (first == nullptr || *skip.remaining < *first->remaining)) first = &skip;
  return first;
}

// "2 cooling, 1 off", over the looks into the pool that found nobody.
std::string reasons(const std::vector<Attempt>& attempts) {
  std::vector<std::pair<pool::SkipReason, int>> counts;
  for (const auto& attempt : attempts) {
    if (attempt.account != nullptr) continue;
    for (const auto& skip : attempt.skipped) {
      const auto found = std::ranges::find(counts, skip.reason, &std::pair<pool::SkipReason, int>::first);
      if (found == counts.end())
        counts.emplace_back(skip.reason, 1);
      else
        ++found->second;
    }
  }
  std::string out;
  for (const auto& [reason, count] : counts)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, pool::name(reason));
  return out;
}

}  // namespace

bool Journey::may_try_again() const { return calls_ < snapshot_->attempts && elapsed() < attempts_deadline; }

Task<Result<>> Journey::try_targets(const Route& route) {
  std::optional<Error> last;
  for (const auto& target : route.targets) {
    while (may_try_again()) {
      // `who` is a provider or one account; a provider has the right of way.
      const bool is_provider =
          std::ranges::any_of(snapshot_->accounts, [&](const pool::Account& a) { return a.provider == target.who; });
      const std::string_view who = target.who;
      pool::Ask ask{.provider = is_provider ? who : std::string_view(),
                    .account = is_provider ? std::string_view() : who,
                    .model = target.model,
                    .tried = tried_};
      auto leased = services_.pool.lease(ask, services_.clock.now());
      trace_.attempts.push_back({.target = &target, .skipped = std::move(leased.skipped), .begun = elapsed()});
      if (!leased.lease) {
        current().ended = elapsed();
        break;
      }
      const auto& account = leased.lease->account();
      current().account = leased.lease->shared_account();
      const auto upstream = snapshot_->upstreams.find(account.id);
      if (upstream == snapshot_->upstreams.end())
        co_return fail(Code::conflict, "The account was removed while the request was under way; try again.");

      auto outcome = co_await attempt(target, upstream->second);
      if (!outcome && signature_refused(outcome.error(), upstream->second))
        outcome = co_await attempt_unsigned(target, upstream->second, std::move(outcome).error());
      current().ended = elapsed();
      if (outcome) {
        leased.lease->succeeded();
        co_return outcome;
      }
      last = outcome.error();
      close_attempt(*last, *leased.lease);
      // After the first byte nothing can be taken back; the lane has told the client already.
      if (exchange_.answered() || current().next == Next::stop) co_return std::unexpected(*std::move(last));
      tried_.push_back(account.id);
    }
  }
  if (last) co_return std::unexpected(*std::move(last));
  co_return std::unexpected(exhausted(route));
}

Task<Result<>> Journey::attempt(const Target& target, const provider::Upstream& upstream) {
  ++calls_;
  verbatim_.reset();
  const bool native = upstream.family->speaks(codec_->dialect) && !upstream.family->local();
  if (endpoint_.operation == dialect::Operation::count_tokens && (!native || !codec_->counts_tokens_upstream))
    co_return co_await estimate_tokens();
  const bool embeds = endpoint_.operation == dialect::Operation::embed;
  if (endpoint_.operation == dialect::Operation::draw && !(native && upstream.family->draws))
    co_return std::unexpected(not_there("images from a prompt", upstream));
  batch_ = endpoint_.batch;
  if (embeds && (!native || upstream.family->envelope != nullptr))
    co_return co_await translate_embeddings(target, upstream);
  if (upstream.family->local()) co_return co_await answer_locally(upstream);
  const bool carries = !codec_->carried_mark.empty() && body_.contains(codec_->carried_mark);
  // An envelope has events only; an array of them is written by us.
  const bool reframed = upstream.family->envelope != nullptr && endpoint_.array_framing;
  if (native && !carries && !reframed && !continues_own()) co_return co_await pass_through(target, upstream);
  co_return co_await translate(target, upstream);
}

void Journey::close_attempt(const Error& error, pool::Lease& lease) {
  auto& attempt = current();
  attempt.error = error;
  if (attempt.status == 0 || attempt.status == 200) attempt.scope = provider::scope_of(error);
  const auto decided = verdict(error, attempt.scope, snapshot_->attempts - calls_);
  attempt.next = decided.next;
  attempt.rest = decided.rest;
  if (!decided.rest) return;
  lease.rests({.until = services_.clock.now() + *decided.rest,
               .code = error.code,
               .message = std::string(text::clipped(error.message, rest_message_bytes_max)),
               .set_by = trace_.id},
              decided.whole_account);
  services_.log.write(LogLevel::info, "account_rests",
                      {{"trace", trace_.id},
                       {"account", attempt.account_label()},
                       {"model", decided.whole_account ? std::string_view("*") : attempt.model()},
                       {"code", agt::name(error.code)},
                       {"seconds", seconds(*decided.rest)}});
}

// Nobody could be asked at all: the dominating cause and the earliest recovery.
Error Journey::exhausted(const Route& route) const {
  const auto why = reasons(trace_.attempts);
  const auto* first = earliest(trace_.attempts);
  if (first != nullptr) {
    Error error{.code = first->code.value_or(Code::unknown_429)};
    error.retry_after = first->remaining;
    error.message = fmt::format("No account is free for \"{}\" ({}). The first one, {}, is back in {:.1f} s.",
                                text::quoted(model_, 80), why, first->account->label, seconds(*first->remaining));
    return error;
  }
  if (why.empty())
    return {.code = Code::no_account,
            .message = fmt::format("No account of {} is set up, so nobody can serve \"{}\".", route.targets.front().who,
                                   text::quoted(model_, 80)),
            .field = "model"};
  return {.code = Code::no_account,
          .message = fmt::format("No account may serve \"{}\" now: {}.", text::quoted(model_, 80), why),
          .field = "model"};
}

}  // namespace agt::relay
