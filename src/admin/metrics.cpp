#include "admin/metrics.h"

#include <utility>

#include "admin/limits.h"
#include "catalogue/models.h"

namespace agt::admin {
namespace {

using Kind = Exposition::Kind;

constexpr std::int64_t us_per_ms = 1'000;
constexpr double billion = 1e9;

// Who nobody served names whom the client asked for, and that is a text of the client.
std::string_view provider_of(const store::LedgerEntry& row) {
  return row.account_id.empty() ? std::string_view("none") : row.provider;
}

}  // namespace

Metrics::Metrics() {
  const auto catalogue = catalogue::Catalogue::built_in();
  for (const auto& row : catalogue->rows())
    if (!row.match.contains('*')) models_.insert(row.match);
}

template <class T>
T* Metrics::one_of(Series<T>& series, std::string labels) {
  const auto found = series.find(labels);
  if (found != series.end()) return &found->second;
  if (series.size() >= metric_series_max) {
    ++uncounted_;
    return nullptr;
  }
  return &series.emplace(std::move(labels), T{}).first->second;
}

void Metrics::count(Series<std::uint64_t>& series, std::string labels, std::uint64_t by) {
  if (auto* const one = one_of(series, std::move(labels))) *one += by;
}

void Metrics::observe(const store::LedgerEntry& row) {
  const auto provider = provider_of(row);
  const std::scoped_lock held(mutex_);
  count(requests_, labels({{"dialect", row.client_dialect},
                           {"provider", provider},
                           {"lane", row.lane},
                           {"class", row.failure_class.empty() ? "ok" : row.failure_class},
                           {"code", row.code.empty() ? "ok" : row.code}}));
  if (row.failure_class.empty() && row.attempts > 1) count(recovered_, labels({{"dialect", row.client_dialect}}));
  bytes_in_ += static_cast<std::uint64_t>(row.bytes_in);
  bytes_out_ += static_cast<std::uint64_t>(row.bytes_out);
  observe_times(row, provider);
  observe_tokens(row, provider);
}

void Metrics::observe_times(const store::LedgerEntry& row, std::string_view provider) {
  const auto whom = labels({{"dialect", row.client_dialect}, {"provider", provider}});
  if (auto* const durations = one_of(durations_, whom)) durations->add(row.latency_ms * us_per_ms);
  // A refusal comes fast: it would make the times of answers look better than they are.
  if (!row.failure_class.empty()) return;
  if (row.first_byte_ms)
    if (auto* const durations = one_of(first_bytes_, whom)) durations->add(*row.first_byte_ms * us_per_ms);
  if (row.overhead_us)
    if (auto* const durations = one_of(overheads_, labels({{"lane", row.lane}}))) durations->add(*row.overhead_us);
  waits_.add(row.waited_us);
}

void Metrics::observe_tokens(const store::LedgerEntry& row, std::string_view provider) {
  const auto model = models_.contains(row.upstream_model) ? row.upstream_model : std::string_view("other");
  const auto add = [&](std::string_view kind, const std::optional<std::int64_t>& tokens) {
    if (tokens && *tokens > 0)
      count(tokens_, labels({{"provider", provider}, {"model", model}, {"kind", kind}}),
            static_cast<std::uint64_t>(*tokens));
  };
  add("input", row.input_tokens);
  add("output", row.output_tokens);
  add("cache_read", row.cache_read_tokens);
  add("cache_write", row.cache_write_tokens);
  add("reasoning", row.reasoning_tokens);
  if (!row.input_tokens && !row.output_tokens) return;
  auto whom = labels({{"provider", provider}, {"model", model}});
  if (!row.cost) return count(unpriced_, std::move(whom));
  if (auto* const cost = one_of(costs_, std::move(whom))) *cost += *row.cost;
}

void Metrics::attempt_failed(std::string_view provider, Code code, bool account_rests) {
  const auto whom = labels({{"provider", provider}, {"class", name(facts(code).failure_class)}, {"code", name(code)}});
  const std::scoped_lock held(mutex_);
  count(failed_attempts_, whom);
  if (account_rests) count(cool_downs_, whom);
}

void Metrics::write_requests(Exposition& out) const {
  out.metric("agt_requests_total", Kind::counter,
             "Requests that are over, by what the client speaks, who served it, and how it ended.");
  for (const auto& [whom, n] : requests_) out.sample(whom, n);
  out.metric("agt_requests_recovered_total", Kind::counter,
             "Requests that went well after another account had failed.");
  for (const auto& [whom, n] : recovered_) out.sample(whom, n);
  out.metric("agt_attempts_failed_total", Kind::counter, "Calls of an upstream that failed, whatever came after.");
  for (const auto& [whom, n] : failed_attempts_) out.sample(whom, n);
  out.metric("agt_cooldowns_total", Kind::counter, "Rests that accounts were sent to.");
  for (const auto& [whom, n] : cool_downs_) out.sample(whom, n);
  out.metric("agt_request_duration_seconds", Kind::histogram,
             "From the first byte of a request to the end of its answer.");
  for (const auto& [whom, durations] : durations_) out.sample(whom, durations);
  out.metric("agt_time_to_first_byte_seconds", Kind::histogram,
             "Until the client got the first byte of a good answer.");
  for (const auto& [whom, durations] : first_bytes_) out.sample(whom, durations);
  out.metric("agt_gateway_overhead_seconds", Kind::histogram,
             "The gateway's own part of it: without waiting for an account or for the upstream.");
  for (const auto& [lane, durations] : overheads_) out.sample(lane, durations);
  out.metric("agt_account_wait_seconds", Kind::histogram, "How long requests that went well waited for an account.");
  out.sample("", waits_);
}

void Metrics::write_tokens(Exposition& out) const {
  out.metric("agt_tokens_total", Kind::counter,
             "Tokens, by kind: input holds what was read from and written to the cache, output holds reasoning.");
  for (const auto& [whom, n] : tokens_) out.sample(whom, n);
  out.metric("agt_cost_dollars_total", Kind::counter, "What the tokens cost by the price list.");
  for (const auto& [whom, cost] : costs_) out.sample(whom, static_cast<double>(cost) / billion);
  out.metric("agt_requests_unpriced_total", Kind::counter, "Requests with tokens whose price is not known.");
  for (const auto& [whom, n] : unpriced_) out.sample(whom, n);
}

void Metrics::write(Exposition& out) const {
  const std::scoped_lock held(mutex_);
  write_requests(out);
  write_tokens(out);
  out.metric("agt_client_bytes_total", Kind::counter, "Bytes of bodies, from and to clients.");
  out.sample(labels({{"direction", "in"}}), bytes_in_);
  out.sample(labels({{"direction", "out"}}), bytes_out_);
  out.single("agt_metric_series_refused_total", Kind::counter,
             "Samples that were not counted, as their metric had too many series.", uncounted_);
}

}  // namespace agt::admin
