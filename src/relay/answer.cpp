// What goes to the client: heads with our own headers, errors in its dialect.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "relay/explain.h"
#include "relay/journey.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

// Milliseconds with three digits, by whole numbers: this is done for every answer.
void append_timing(std::string& out, std::string_view name, Microseconds t) {
  const fmt::format_int whole(t.count() / 1000);
  const fmt::format_int thousandths(1000 + t.count() % 1000);
  out += name;
  out.append(whole.data(), whole.size());
  out += '.';
  out.append(thousandths.data() + 1, 3);
}

// A header value may not hold controls or non-ASCII; what does is shown as '?'.
void make_header_safe(std::string& s) {
  std::ranges::replace_if(s, [](char c) { return c < 0x20 || c > 0x7E || c == ','; }, '?');
}

std::string route_shown(const Attempt& served) {
  std::string out(served.provider());
  out += '/';
  out += served.model();
  make_header_safe(out);
  return out;
}

// Over for a day or longer, whatever delay the provider names beside it (39 s beside a quota of a day was seen,
// 2026-11).
bool is_over(Code code) { return code == Code::daily || code == Code::weekly || code == Code::credits; }

bool worth_repeating(const Error& error) {
  if (is_over(error.code)) return false;
  if (!worth_another_attempt(error.failure_class())) return false;
  // Nobody comes back by itself: somebody must replace a key or sign in.
  if (error.failure_class() == FailureClass::account_invalid && !error.retry_after) return false;
  return !error.retry_after || *error.retry_after <= retry_after_max;
}

// SDKs sleep as long as they are told, so a wait of hours is not told as one: they are asked not to retry instead.
void add_retry_headers(net::Headers& headers, const Error& error) {
  if (error.retry_after && *error.retry_after <= retry_after_max && !is_over(error.code)) {
    headers.set("retry-after", std::to_string(std::chrono::ceil<Seconds>(*error.retry_after).count()));
    headers.set("retry-after-ms", std::to_string(error.retry_after->count()));
    return;
  }
  if (!worth_repeating(error)) {
    headers.set("x-should-retry", "false");
    headers.remove("retry-after");
    headers.remove("retry-after-ms");
  }
}

}  // namespace

void Journey::add_own_headers(net::Headers& headers) const {
  headers.add("x-agt-trace", trace_.id);
  if (const auto* served = trace_.served()) headers.add("x-agt-route", route_shown(*served));
  if (const auto losses = counted_losses(trace_.losses); losses > 0)
    headers.add("x-agt-losses", std::to_string(losses));
  if (auto codes = warnings(); !codes.empty()) headers.add("x-agt-warnings", std::move(codes));
  if (!trace_.attempts.empty()) headers.add("server-timing", server_timing());
}

std::string Journey::warnings() const {
  std::string out;
  std::size_t shown = 0;
  const auto add = [&](std::string code) {
    if (shown++ >= warnings_shown_max) return;
    if (!out.empty()) out += ", ";
    make_header_safe(code);
    out += code;
  };
  if (!trace_.correction.empty()) add("path_corrected");
  for (const auto& loss : trace_.losses) {
    if (loss.weight == ir::Loss::Weight::harmless) continue;
    add(fmt::format("{}:{}", loss.weight == ir::Loss::Weight::dropped ? "dropped" : "approximated", loss.path));
  }
  return out;
}

std::string Journey::server_timing() const {
  const auto& attempt = trace_.attempts.back();
  const auto upstream = attempt.timings.first_byte.value_or(Microseconds{});
  constexpr std::size_t usual_bytes = 80;
  std::string out;
  out.reserve(usual_bytes);
  append_timing(out, "queue;dur=", attempt.begun);
  if (attempt.timings.connect) append_timing(out, ", connect;dur=", *attempt.timings.connect);
  if (attempt.timings.first_byte) append_timing(out, ", ttfb;dur=", upstream);
  append_timing(out, ", gateway;dur=", std::max(Microseconds{}, elapsed() - upstream));
  return out;
}

// These are no coroutines: each hands on the one that does it, and a stream that lasts for hours has fewer frames.
Task<Result<>> Journey::respond(int status, net::Headers headers, std::string body) {
  if (lease_ != nullptr) lease_->accepted(services_.clock.now());
  add_own_headers(headers);
  trace_.status = status;
  trace_.bytes_out = body.size();
  trace_.first_byte = elapsed();
  if (tape_) {
    tape_->answered(status, headers);
    tape_->said(body);
  }
  return exchange_.respond({.status = status, .headers = std::move(headers)}, std::move(body));
}

Task<Result<>> Journey::begin(int status, net::Headers headers) {
  if (lease_ != nullptr) lease_->accepted(services_.clock.now());
  add_own_headers(headers);
  trace_.status = status;
  trace_.first_byte = elapsed();
  if (tape_) tape_->answered(status, headers);
  return exchange_.begin({.status = status, .headers = std::move(headers)});
}

Task<Result<>> Journey::write(std::string_view bytes) {
  trace_.bytes_out += bytes.size();
  if (tape_) tape_->said(bytes);
  return exchange_.write(bytes);
}

Task<Result<>> Journey::refuse(const Error& error) {
  if (verbatim_ && error.failure_class() != FailureClass::account_invalid) {
    auto headers = std::move(verbatim_->headers);
    add_retry_headers(headers, error);
    return respond(verbatim_->status, std::move(headers), std::move(verbatim_->body));
  }
  auto told = error;
  if (told.failure_class() != FailureClass::cancelled) told.message = with_remedy(told);
  auto rendered = codec_->render_error(told, trace_.id);
  net::Headers headers{{"content-type", "application/json"}};
  if (error.code == Code::method) headers.add("allow", error.field);
  add_retry_headers(headers, error);
  return respond(rendered.status, std::move(headers), std::move(rendered.body));
}

}  // namespace agt::relay
