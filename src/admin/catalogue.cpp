// What the gateway knows of models, providers and clients: data for pages and lists.
#include <fmt/format.h>

#include "admin/client_files.h"
#include "admin/endpoints.h"
#include "catalogue/clients.h"
#include "catalogue/models.h"
#include "catalogue/presets.h"
#include "catalogue/prices.h"

namespace agt::admin {
namespace {

void write_limit(json::Writer& w, std::string_view name, const std::optional<std::int64_t>& tokens) {
  if (tokens) w.field(name, *tokens);
}

std::string_view thinking_name(ThinkingStyle style) {
  switch (style) {
    case ThinkingStyle::none: return "none";
    case ThinkingStyle::effort: return "effort";
    case ThinkingStyle::budget: return "budget";
    case ThinkingStyle::level: return "level";
  }
  std::unreachable();
}

void write_model(json::Writer& w, const catalogue::ModelRow& row) {
  w.begin_object();
  w.field("provider", row.provider);
  w.field("match", row.match);
  w.field("display_name", row.facts.display_name);
  w.field("listed", row.listed);
  write_limit(w, "context_tokens", row.facts.context_tokens);
  write_limit(w, "output_tokens", row.facts.output_tokens);
  w.field("thinking", thinking_name(row.facts.thinking));
  w.field("images", row.facts.images);
  w.field("documents", row.facts.documents);
  w.field("audio", row.facts.audio);
  w.field("tools", row.facts.tools);
  w.field("source", row.source);
  w.field("checked", row.checked);
  w.end_object();
}

void write_rates(json::Writer& w, const TokenRates& rates) {
  constexpr double millionths = 1e6;
  const auto dollars = [&w](std::string_view name, std::optional<std::int64_t> rate) {
    if (rate) w.field(name, static_cast<double>(*rate) / millionths);
  };
  dollars("input", rates.input);
  dollars("output", rates.output);
  dollars("cache_read", rates.cache_read);
  dollars("cache_write", rates.cache_write);
  dollars("cache_write_long", rates.cache_write_long);
  dollars("reasoning", rates.reasoning);
}

void write_price(json::Writer& w, const catalogue::PriceRow& row) {
  w.begin_object();
  w.field("provider", row.provider);
  w.field("match", row.match);
  write_rates(w, row.price.rates);
  if (row.price.long_above) {
    w.field("long_above", *row.price.long_above);
    w.key("long");
    w.begin_object();
    write_rates(w, row.price.long_rates);
    w.end_object();
  }
  if (!row.before.empty()) w.field("before", row.before);
  w.field("source", row.price.source);
  w.field("checked", row.price.checked);
  w.field("from_user", row.from_user);
  w.end_object();
}

void write_provider(json::Writer& w, const catalogue::Provider& provider) {
  w.begin_object();
  w.field("name", provider.name);
  w.field("display_name", provider.display_name);
  w.field("family", provider.family);
  w.field("dialect", provider.dialect);
  w.field("base_url", provider.base_url);
  w.field("key_header", name(provider.key_style));
  w.field("key_required", provider.key_required);
  w.field("key_env", provider.key_env);
  w.field("docs", provider.docs);
  w.field("note", provider.note);
  w.field("preset", provider.preset);
  w.field("local", provider.local);
  w.end_object();
}

void write_client(json::Writer& w, const catalogue::Client& client, const std::string& host, bool keys_demanded) {
  // The key is put in by whoever copies the snippet: answers carry no secret.
  const std::string_view key = keys_demanded ? "YOUR-KEY" : "unused";
  w.begin_object();
  w.field("name", client.name);
  w.field("display_name", client.display_name);
  w.field("dialect", client.dialect);
  w.field("tested", client.tested);
  w.field("base_url", catalogue::base_url(client, host));
  w.field("base_url_key", client.base_url_key);
  w.field("key_key", client.key_key);
  w.field("key_travels", client.key_travels);
  w.field("file", client.file);
  w.field("language", client.language);
  w.field("snippet", catalogue::snippet(client, {.host = host, .key = key, .model = "demo"}));
  w.field("why", client.why);
  w.field("wrong", client.wrong);
  w.field("can_be_written", !client.files.empty());
  w.field("needs_model", needs_model(client));
  w.end_object();
}

}  // namespace

Result<Answer> list_models(const Call&) {
  json::Writer w;
  w.begin_object();
  w.key("models");
  w.begin_array();
  const auto catalogue = catalogue::Catalogue::built_in();
  for (const auto& row : catalogue->rows()) write_model(w, row);
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> list_prices(const Call& call) {
  const auto prices = prices_now(call.gateway);
  json::Writer w;
  w.begin_object();
  w.key("prices");
  w.begin_array();
  if (prices != nullptr)
    for (const auto& row : prices->rows()) write_price(w, row);
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> list_providers(const Call&) {
  json::Writer w;
  w.begin_object();
  w.key("providers");
  w.begin_array();
  for (const auto& provider : catalogue::providers()) write_provider(w, provider);
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> list_clients(const Call& call) {
  const auto settings = settings_now(call.gateway);
  const auto port = call.gateway.proxy_port == 0 ? settings.proxy.port : std::int64_t{call.gateway.proxy_port};
  const auto host = fmt::format("http://127.0.0.1:{}", port);
  json::Writer w;
  w.begin_object();
  w.key("clients");
  w.begin_array();
  for (const auto& client : catalogue::clients()) write_client(w, client, host, settings.keys_demanded());
  w.end_array();
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

}  // namespace agt::admin
