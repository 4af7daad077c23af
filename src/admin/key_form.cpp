#include "admin/key_form.h"

#include <fmt/format.h>

#include "admin/fields.h"

namespace agt::admin {
namespace {

constexpr std::int64_t number_max = 1'000'000'000'000'000;  // dates in milliseconds too

Result<> take_number(const json::Value& body, std::string_view name, std::int64_t& into) {
  const auto value = body[name];
  if (!value.exists()) return {};
  if (!value.present()) {
    into = 0;
    return {};
  }
  TRY(const auto number, value.integer());
  if (number < 0 || number > number_max) return value.refuse("a whole number from 0 (no limit) on");
  into = number;
  return {};
}

Result<> take_words(const json::Value& body, std::string_view name, std::vector<std::string>& into) {
  if (!body[name].exists() || body[name].present()) return take(body, name, into);
  into.clear();
  return {};
}

void write_number(json::Writer& w, std::string_view name, std::int64_t number) {
  if (number > 0) w.field(name, number);
}

}  // namespace

Result<std::vector<net::Network>> networks_in(std::span<const std::string> words, std::string_view field) {
  std::vector<net::Network> networks;
  for (const auto& word : words) {
    auto network = net::Network::parse(word);
    if (!network) return fail(Code::schema, fmt::format("{}: {}", field, network.error().message), std::string(field));
    networks.push_back(*std::move(network));
  }
  return networks;
}

Result<> take_limits(const json::Value& body, relay::KeyLimits& limits) {
  TRY_OK(take_words(body, "models", limits.models));
  if (body["networks"].exists()) {
    std::vector<std::string> words;
    TRY_OK(take_words(body, "networks", words));
    TRY(limits.networks, networks_in(words, "networks"));
  }
  if (body["expires_ms"].exists()) {
    std::int64_t ms = 0;
    TRY_OK(take_number(body, "expires_ms", ms));
    limits.expires.reset();
    if (ms > 0) limits.expires = from_unix_ms(ms);
  }
  TRY_OK(take_number(body, "requests_per_minute", limits.requests_per_minute));
  TRY_OK(take_number(body, "concurrency", limits.concurrency));
  return take_number(body, "tokens_per_day", limits.tokens_per_day);
}

Result<relay::KeyLimits> key_limits_in(const json::Raw& kept) {
  relay::KeyLimits limits;
  if (kept.text.empty()) return limits;
  TRY(const auto document, json::Document::parse(kept.text));
  TRY_OK(take_limits(document.root(), limits));
  return limits;
}

void write_limits(json::Writer& w, const relay::KeyLimits& limits) {
  if (!limits.models.empty()) {
    w.key("models");
    w.begin_array();
    for (const auto& model : limits.models) w.value(model);
    w.end_array();
  }
  if (!limits.networks.empty()) {
    w.key("networks");
    w.begin_array();
    for (const auto& network : limits.networks) w.value(network.text());
    w.end_array();
  }
  if (limits.expires) w.field("expires_ms", static_cast<std::int64_t>(unix_ms(*limits.expires)));
  write_number(w, "requests_per_minute", limits.requests_per_minute);
  write_number(w, "concurrency", limits.concurrency);
  write_number(w, "tokens_per_day", limits.tokens_per_day);
}

Result<> restore_spending(Gateway& gateway) {
  const auto now = gateway.clock.wall();
  TRY(const auto sums, gateway.ledger.stats({.by = store::StatBy::client, .since_ms = unix_ms(relay::day_begin(now))}));
  for (const auto& sum : sums)
    gateway.services.doorkeeper.keys.spent(sum.key, sum.input_tokens + sum.output_tokens, now);
  return {};
}

json::Raw kept_limits(const relay::KeyLimits& limits) {
  json::Writer w;
  w.begin_object();
  write_limits(w, limits);
  w.end_object();
  return json::Raw{std::move(w).take()};
}

}  // namespace agt::admin
