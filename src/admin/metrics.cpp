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

// Whether `text` is what labels() makes of these. A value that wants escaping never is, which costs time only.
bool says(std::string_view text, std::initializer_list<Label> all) {
  const auto next = [&text](std::string_view words) {
    if (!text.starts_with(words)) return false;
    text.remove_prefix(words.size());
    return true;
  };
  bool first = true;
  for (const auto& [name, value] : all)
    if (value.contains('"') || !(std::exchange(first, false) || next(",")) || !next(name) || !next("=\"") ||
        !next(value) || !next("\""))
      return false;
  return text.empty();
}

}  // namespace

Metrics::Metrics() {
  const auto catalogue = catalogue::Catalogue::built_in();
  for (const auto& row : catalogue->rows())
    if (!row.match.contains('*')) models_.insert(row.match);
}

template <class T>
T* Metrics::one_of(Series<T>& series, Labels all) {
  if (series.last != nullptr && says(series.last->first, all)) return &series.last->second;
  auto text = labels(all);
  auto found = series.of.find(text);
  if (found == series.of.end()) {
    if (series.of.size() >= metric_series_max) {
      ++uncounted_;
      return nullptr;
    }
    found = series.of.emplace(std::move(text), T{}).first;
  }
  series.last = &*found;
  return &found->second;
}

void Metrics::count(Series<std::uint64_t>& series, Labels all, std::uint64_t by) {
  if (auto* const one = one_of(series, all)) *one += by;
}

void Metrics::observe(const store::LedgerEntry& row) {
  const auto provider = provider_of(row);
  const std::scoped_lock held(mutex_);
  count(requests_, {{"dialect", row.client_dialect},
                    {"provider", provider},
                    {"lane", row.lane},
                    {"class", row.failure_class.empty() ? "ok" : row.failure_class},
                    {"code", row.code.empty() ? "ok" : row.code}});
  if (row.failure_class.empty() && row.attempts > 1) count(recovered_, {{"dialect", row.client_dialect}});
  bytes_in_ += static_cast<std::uint64_t>(row.bytes_in);
  bytes_out_ += static_cast<std::uint64_t>(row.bytes_out);
  observe_times(row, provider);
  observe_tokens(row, provider);
}

void Metrics::observe_times(const store::LedgerEntry& row, std::string_view provider) {
  const Labels whom = {{"dialect", row.client_dialect}, {"provider", provider}};
  if (auto* const durations = one_of(durations_, whom)) durations->add(row.latency_ms * us_per_ms);
  // A refusal comes fast: it would make the times of answers look better than they are.
  if (!row.failure_class.empty()) return;
  if (row.first_byte_ms)
    if (auto* const durations = one_of(first_bytes_, whom)) durations->add(*row.first_byte_ms * us_per_ms);
  if (row.overhead_us)
    if (auto* const durations = one_of(overheads_, {{"lane", row.lane}})) durations->add(*row.overhead_us);
  waits_.add(row.waited_us);
}

void Metrics::observe_tokens(const store::LedgerEntry& row, std::string_view provider) {
  const auto model = models_.contains(row.upstream_model) ? row.upstream_model : std::string_view("other");
  const std::array tokens = {row.input_tokens, row.output_tokens, row.cache_read_tokens, row.cache_write_tokens,
                             row.reasoning_tokens};
  static_assert(tokens.size() == kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (tokens[i].value_or(0) > 0)
      count(tokens_[i], {{"provider", provider}, {"model", model}, {"kind", kinds[i]}},
            static_cast<std::uint64_t>(*tokens[i]));
  if (!row.input_tokens && !row.output_tokens) return;
  const Labels whom = {{"provider", provider}, {"model", model}};
  if (!row.cost) return count(unpriced_, whom);
  if (auto* const cost = one_of(costs_, whom)) *cost += *row.cost;
}

void Metrics::attempt_failed(std::string_view provider, Code code, bool account_rests) {
  const Labels whom = {{"provider", provider}, {"class", name(facts(code).failure_class)}, {"code", name(code)}};
  const std::scoped_lock held(mutex_);
  count(failed_attempts_, whom);
  if (account_rests) count(cool_downs_, whom);
}

void Metrics::write_requests(Exposition& out) const {
  out.metric("agt_requests_total", Kind::counter,
             "Requests that are over, by what the client speaks, who served it, and how it ended.");
  for (const auto& [whom, n] : requests_.of) out.sample(whom, n);
  out.metric("agt_requests_recovered_total", Kind::counter,
             "Requests that went well after another account had failed.");
  for (const auto& [whom, n] : recovered_.of) out.sample(whom, n);
  out.metric("agt_attempts_failed_total", Kind::counter, "Calls of an upstream that failed, whatever came after.");
  for (const auto& [whom, n] : failed_attempts_.of) out.sample(whom, n);
  out.metric("agt_cooldowns_total", Kind::counter, "Rests that accounts were sent to.");
  for (const auto& [whom, n] : cool_downs_.of) out.sample(whom, n);
  out.metric("agt_request_duration_seconds", Kind::histogram,
             "From the first byte of a request to the end of its answer.");
  for (const auto& [whom, durations] : durations_.of) out.sample(whom, durations);
  out.metric("agt_time_to_first_byte_seconds", Kind::histogram,
             "Until the client got the first byte of a good answer.");
  for (const auto& [whom, durations] : first_bytes_.of) out.sample(whom, durations);
  out.metric("agt_gateway_overhead_seconds", Kind::histogram,
             "The gateway's own part of it: without waiting for an account or for the upstream.");
  for (const auto& [lane, durations] : overheads_.of) out.sample(lane, durations);
  out.metric("agt_account_wait_seconds", Kind::histogram, "How long requests that went well waited for an account.");
  out.sample("", waits_);
}

void Metrics::write_tokens(Exposition& out) const {
  out.metric("agt_tokens_total", Kind::counter,
             "Tokens, by kind: input holds what was read from and written to the cache, output holds reasoning.");
  for (const auto& kind : tokens_)
    for (const auto& [whom, n] : kind.of) out.sample(whom, n);
  out.metric("agt_cost_dollars_total", Kind::counter, "What the tokens cost by the price list.");
  for (const auto& [whom, cost] : costs_.of) out.sample(whom, static_cast<double>(cost) / billion);
  out.metric("agt_requests_unpriced_total", Kind::counter, "Requests with tokens whose price is not known.");
  for (const auto& [whom, n] : unpriced_.of) out.sample(whom, n);
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
