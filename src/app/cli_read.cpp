// agt status, trace, stats, provider list, openapi.
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "app/trace_story.h"
#include "core/text.h"

namespace agt::app {
namespace {

// Prints the answer as it is, or as `render` tells it.
template <class Render>
Result<Exit> show(Session& session, Session::Question question, Render render) {
  TRY(const auto body, session.ask(std::move(question)));
  TRY(const auto document, json::Document::parse(body));
  session.print(session.wants_json() ? body + "\n" : render(document.root()));
  return Exit::ok;
}

std::string status_text(const json::Value& root, bool runs) {
  std::string out;
  const auto line = [&out](std::string_view name, const std::string& words) {
    out += fmt::format("{:<10} {}\n", name, words);
  };
  const auto proxy = root["proxy"];
  const auto accounts = root["accounts"];
  const auto ledger = root["ledger"];
  if (runs)
    line("gateway", fmt::format("running: process {}, up {}, version {}, {} workers", root["pid"].integer_or(0),
                                shown_duration(1000 * root["uptime_s"].number_or(0)), root["version"].text_or(""),
                                root["workers"].integer_or(0)));
  else
    line("gateway", "not running; start it with `agt serve`");
  line("address", fmt::format("{}{}{}", proxy["address"].text_or(""),
                              proxy["open_to_lan"].boolean_or(false) ? ", open to other computers" : "",
                              proxy["keys_demanded"].boolean_or(false) ? ", clients need a key" : ""));
  line("accounts", fmt::format("{}: {} enabled, {} resting, {} unusable", accounts["total"].integer_or(0),
                               accounts["enabled"].integer_or(0), accounts["resting"].integer_or(0),
                               accounts["unusable"].integer_or(0)));
  line("rules", fmt::format("{}", root["routes"].integer_or(0)));
  line("keys", fmt::format("{} besides the primary one", root["keys"].integer_or(0)));
  line("ledger",
       fmt::format("{} requests, {}", ledger["requests"].integer_or(0), shown_bytes(ledger["bytes"].integer_or(0))));
  const auto missing = ledger["dropped"].integer_or(0) + ledger["lost"].integer_or(0);
  if (missing > 0)
    line("",
         fmt::format("{} requests could not be recorded. {}", missing, text::quoted(ledger["last_error"].text_or(""))));
  return out;
}

std::string tokens_text(const json::Value& row) {
  const auto count = [&row](std::string_view key) {
    return row[key].present() ? fmt::format("{}", row[key].integer_or(0)) : std::string("?");
  };
  return fmt::format("{} / {}", count("input_tokens"), count("output_tokens"));
}

// The ledger counts whole milliseconds.
std::string took(double milliseconds) { return milliseconds < 1 ? "< 1 ms" : shown_duration(milliseconds); }

std::string requests_text(const json::Value& root, std::string_view when_none) {
  Table table({"ID", "TIME (UTC)", "STATUS", "MODEL", "SERVED BY", "TOKENS", "TOOK", "FAILURE"});
  for (const auto row : root["requests"].children()) {
    const auto account = row["account"].text_or("");
    const auto served = row["provider"].text_or("").empty()
                            ? std::string("-")
                            : fmt::format("{}/{}{}", row["provider"].text_or(""), row["upstream_model"].text_or(""),
                                          account.empty() ? "" : fmt::format(" ({})", account));
    table.add({row["id"].text_or(""), shown_time(row["started_ms"].integer_or(0)),
               fmt::format("{}", row["status"].integer_or(0)), row["model"].text_or(""), served, tokens_text(row),
               took(row["latency_ms"].number_or(0)), row["code"].text_or("")});
  }
  return table.empty() ? std::string(when_none) : table.text();
}

// "$0.0123", "$0.0123 + 2 without a price", "?"
std::string cost_text(const json::Value& stat) {
  const auto unpriced = stat["unpriced"].integer_or(0);
  if (!stat["cost_usd"].present()) return unpriced > 0 ? "?" : "-";
  auto out = shown_dollars(stat["cost_usd"].number_or(0));
  if (stat["estimated_cost_usd"].number_or(0) > 0) out += ", partly estimated";
  if (unpriced > 0) out += fmt::format(" + {} without a price", unpriced);
  return out;
}

std::string stats_text(const json::Value& root) {
  Table table({root["by"].text_or("by"), "REQUESTS", "FAILED", "TOKENS IN", "TOKENS OUT", "FROM CACHE", "AVERAGE",
               "COST (LIST PRICE)"});
  const auto count = [](const json::Value& stat, std::string_view key) {
    return fmt::format("{}", stat[key].integer_or(0));
  };
  for (const auto stat : root["stats"].children()) {
    const auto requests = stat["requests"].number_or(0);
    const auto average = requests > 0 ? stat["latency_ms_sum"].number_or(0) / requests : 0;
    table.add({stat["key"].text_or(""), count(stat, "requests"), count(stat, "failures"), count(stat, "input_tokens"),
               count(stat, "output_tokens"), count(stat, "cache_read_tokens"), took(average), cost_text(stat)});
  }
  return table.empty() ? "No request yet.\n" : table.text();
}

std::string prices_text(const json::Value& root) {
  Table table({"PROVIDER", "MODEL", "IN", "OUT", "CACHE READ", "CACHE WRITE", "LONG FROM", "CHECKED", "SOURCE"});
  const auto rate = [](const json::Value& price, std::string_view key) {
    return price[key].exists() ? shown_dollars(price[key].number_or(0)) : std::string("-");
  };
  for (const auto price : root["prices"].children())
    table.add({price["provider"].text_or(""), price["match"].text_or(""), rate(price, "input"), rate(price, "output"),
               rate(price, "cache_read"), rate(price, "cache_write"),
               price["long_above"].exists() ? fmt::format("{}", price["long_above"].integer_or(0)) : "-",
               price["checked"].is("") ? "-" : price["checked"].text_or(""),
               price["before"].exists()
                   ? fmt::format("{}; until {}", price["source"].text_or(""), price["before"].text_or(""))
                   : price["source"].text_or("")});
  return table.text();
}

std::string providers_text(const json::Value& root) {
  Table table({"NAME", "WHAT", "ADDRESS", "KEY USUALLY IN", "NOTE"});
  const auto address = [](const json::Value& provider) {
    if (!provider["base_url"].is("")) return provider["base_url"].text_or("");
    return std::string(provider["key_header"].is("none") ? "-" : "--base-url URL");
  };
  for (const auto provider : root["providers"].children())
    table.add({provider["name"].text_or(""), provider["display_name"].text_or(""), address(provider),
               provider["key_env"].text_or(""), provider["note"].text_or("")});
  return table.text();
}

}  // namespace

Result<Exit> show_status(Session& session) {
  TRY(const bool runs, session.gateway_runs());
  TRY(const auto shown,
      show(session, {.path = "/status"}, [runs](const json::Value& root) { return status_text(root, runs); }));
  return session.arguments().has("--running") && !runs ? Exit::failed : shown;
}

Result<Exit> show_trace(Session& session) {
  const auto& arguments = session.arguments();
  if (arguments.has("--bundle")) return save_bundle(session);
  if (arguments.words() > 0)
    return show(session, {.path = fmt::format("/requests/{}/trace", arguments.word(0))}, trace_story);
  std::int64_t limit = 20;
  if (arguments.has("--limit")) {
    TRY(limit, number_in(arguments, "--limit"));
  }
  const bool failures = arguments.has("--failures");
  const auto query = fmt::format("limit={}{}", limit, failures ? "&failures=1" : "");
  return show(session, {.path = "/requests", .query = query}, [failures](const json::Value& root) {
    return requests_text(root, failures ? "No request has failed.\n" : "No request yet.\n");
  });
}

Result<Exit> show_stats(Session& session) {
  const auto by = session.arguments().get("--by");
  return show(session, {.path = "/stats", .query = by.empty() ? "" : "by=" + text::percent_encoded(by)}, stats_text);
}

Result<Exit> price_list(Session& session) { return show(session, {.path = "/catalogue/prices"}, prices_text); }

Result<Exit> provider_list(Session& session) { return show(session, {.path = "/catalogue/providers"}, providers_text); }

Result<Exit> show_openapi(Session& session) {
  TRY(const auto body, session.ask({.path = "/openapi.json"}));
  session.print(body + "\n");
  return Exit::ok;
}

}  // namespace agt::app
