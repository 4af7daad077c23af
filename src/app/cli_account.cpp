// agt account …
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "json/writer.h"

namespace agt::app {
namespace {

std::string path_of(Session& session, std::string_view action = "") {
  return fmt::format("/accounts/{}{}", session.arguments().word(0), action);
}

// What decides when the account is chosen: only what was given.
Result<> write_choice(json::Writer& w, const Arguments& arguments) {
  for (const auto& [option, field] :
       {std::pair("--priority", "priority"), std::pair("--weight", "weight"),
        std::pair("--max-concurrency", "max_concurrency"), std::pair("--reserve", "reserve_percent")}) {
    if (!arguments.has(option)) continue;
    TRY(const auto number, number_in(arguments, option));
    w.field(field, number);
  }
  write_list(w, "models", arguments.all("--model"));
  write_list(w, "excluded_models", arguments.all("--exclude"));
  write_list(w, "groups", arguments.all("--group"));
  write_list(w, "tags", arguments.all("--tag"));
  if (!arguments.has("--reserve-use")) return {};
  const auto use = arguments.get("--reserve-use");
  if (use != "last" && use != "never")
    return fail(Code::schema, "--reserve-use: must be last (when nobody else can serve) or never.", "--reserve-use");
  w.field("reserve_strict", use == "never");
  return {};
}

Result<std::string> account_body(Session& session) {
  const auto& arguments = session.arguments();
  TRY(const auto key, secret_given(session, "--key-env", "--key-stdin"));
  json::Writer w;
  w.begin_object();
  w.field("provider", arguments.word(0));
  if (key) w.field("key", *key);
  for (const auto& [option, field] :
       {std::pair("--label", "label"), std::pair("--base-url", "base_url"), std::pair("--key-header", "key_header"),
        std::pair("--project", "project"), std::pair("--location", "location")})
    if (arguments.has(option)) w.field(field, arguments.get(option));
  TRY_OK(write_choice(w, arguments));
  w.field("insecure_http", arguments.has("--insecure-http"));
  w.field("enabled", !arguments.has("--disabled"));
  w.end_object();
  return std::move(w).take();
}

std::vector<std::string> words_in(const json::Value& list) {
  std::vector<std::string> words;
  for (const auto item : list.children()) words.push_back(item.text_or(""));
  return words;
}

// "resting 42 s (rpm)", "disabled", …
std::string state_text(const json::Value& account) {
  auto state = account["state"].text_or("");
  if (state == "needs_sign_in") return "must sign in again";
  const auto rests = account["rests"];
  if (state != "resting" || rests.size() == 0) return state;
  double longest = 0;
  std::string code;
  for (const auto rest : rests.children()) {
    if (rest["until"].exists()) return fmt::format("needs you ({})", rest["code"].text_or(""));
    if (rest["remaining_ms"].number_or(0) < longest) continue;
    longest = rest["remaining_ms"].number_or(0);
    code = rest["code"].text_or("");
  }
  return fmt::format("resting {} ({})", shown_duration(longest), code);
}

Result<Exit> act(Session& session, std::string_view action, std::string_view done) {
  TRY(const auto account, session.ask_document({.method = "POST", .path = path_of(session, action)}));
  session.hint(fmt::format("{} {} ({}).", done, account.root()["label"].text_or(""), account.root()["id"].text_or("")));
  return Exit::ok;
}

// The account that is preferred whenever it may serve is a setting: there is at most one.
Result<> pin(Session& session, std::string_view account_id) {
  json::Writer w;
  w.begin_object();
  w.field("scheduling.pinned_account", account_id);
  w.end_object();
  TRY_OK(session.ask({.method = "PATCH", .path = "/settings", .body = std::move(w).take()}));
  return {};
}

// How the sign-in of an account is.
template <class Line>
void sign_in_lines(const json::Value& oauth, const Line& line) {
  line("signed in as", fmt::format("{} ({})", oauth["subject"].text_or("").empty() ? "?" : oauth["subject"].text_or(""),
                                   oauth["service"].text_or("")));
  if (oauth["refused_ms"].present())
    line("sign-in ended",
         fmt::format("{} UTC: {}", shown_time(oauth["refused_ms"].integer_or(0)), oauth["refused_why"].text_or("")));
  const auto left = oauth["expires_in_ms"];
  line("access token", !left.present()           ? "none yet"
                       : left.integer_or(0) <= 0 ? "expired; the next request gets a new one"
                                                 : "good for " + shown_duration(left.number_or(0)));
  if (oauth["unsaved"].boolean_or(false))
    line("WARNING", "the newest refresh token is not on the disk: free some space before the gateway stops");
  if (oauth["last_failure"].exists()) line("last refresh", "failed: " + oauth["last_failure"]["message"].text_or(""));
}

// What is the matter, since when, on what evidence, and what comes next.
template <class Line>
void story_lines(const json::Value& story, const Line& line) {
  line("story", story["what"].text_or(""));
  if (story["since_ms"].exists()) line("since", shown_time(story["since_ms"].integer_or(0)) + " UTC");
  if (!story["evidence"].is("")) line("evidence", story["evidence"].text_or(""));
  if (!story["request"].is("")) line("shown by", fmt::format("agt trace {}", story["request"].text_or("")));
  if (story["back_in_ms"].exists()) line("back in", shown_duration(story["back_in_ms"].number_or(0)));
  if (!story["next"].is("")) line("next", story["next"].text_or(""));
}

std::string reserve_text(const json::Value& account) {
  const auto percent = account["reserve_percent"].integer_or(0);
  if (percent == 0) return "none";
  return fmt::format("below {} % of a window it is {}", percent,
                     account["reserve_strict"].boolean_or(false) ? "not asked" : "asked last");
}

template <class Line>
std::string quota_text(const json::Value& account, const Line& line) {
  const auto quota = account["quota"];
  if (quota.size() == 0) line("quota", "unknown: the provider has said nothing yet");
  if (account["quota_asked_ms"].exists())
    line("quota asked", shown_time(account["quota_asked_ms"].integer_or(0)) + " UTC");
  if (account["quota_failure"].exists()) line("not told", account["quota_failure"]["message"].text_or(""));
  Table windows({"quota", "models", "left", "of", "resets (UTC)", "told (UTC)"});
  for (const auto window : quota.children()) {
    const auto count = [&window](std::string_view key) {
      return window[key].present() ? fmt::format("{}", window[key].integer_or(0)) : std::string("?");
    };
    auto left = count("remaining");
    if (window["left"].present()) left += fmt::format(" ({:.0f} %)", 100 * window["left"].number_or(0));
    if (window["below_reserve"].boolean_or(false)) left += ", reserve";
    windows.add({window["name"].text_or(""), window["models"].is("") ? "all" : window["models"].text_or(""), left,
                 count("limit"), window["resets_ms"].present() ? shown_time(window["resets_ms"].integer_or(0)) : "?",
                 shown_time(window["seen_ms"].integer_or(0))});
  }
  return windows.empty() ? std::string() : "\n" + windows.text();
}

std::string details(const json::Value& account) {
  std::string out;
  const auto line = [&out](std::string_view name, const std::string& value) {
    out += fmt::format("{:<16} {}\n", name, value.empty() ? "-" : value);
  };
  Table rests({"model", "code", "for", "set by", "message"});
  for (const auto rest : account["rests"].children())
    rests.add({rest["model"].text_or("").empty() ? "all" : rest["model"].text_or(""), rest["code"].text_or(""),
               rest["until"].exists() ? "until you act" : shown_duration(rest["remaining_ms"].number_or(0)),
               rest["set_by"].text_or(""), rest["message"].text_or("")});
  line("id", account["id"].text_or(""));
  line("label", account["label"].text_or(""));
  line("provider", account["provider"].text_or(""));
  line("address", account["address"].text_or(""));
  if (account["kind"].is("oauth"))
    sign_in_lines(account["oauth"], line);
  else
    line("key", account["key_hint"].text_or(""));
  if (account["project"].exists()) line("project", account["project"].text_or(""));
  if (account["location"].exists()) line("location", account["location"].text_or(""));
  line("state", state_text(account));
  story_lines(account["story"], line);
  line("models", shown_words(words_in(account["models"]), "all"));
  line("excluded", shown_words(words_in(account["excluded_models"]), "none"));
  line("groups", shown_words(words_in(account["groups"]), "none"));
  if (account["tags"].size() > 0) line("tags", shown_words(words_in(account["tags"]), "none"));
  line("priority", fmt::format("{}, weight {}{}", account["priority"].integer_or(0), account["weight"].integer_or(0),
                               account["pinned"].boolean_or(false) ? ", pinned" : ""));
  const auto concurrency = account["max_concurrency"].integer_or(0);
  line("max concurrency", concurrency == 0 ? "no limit" : fmt::format("{}", concurrency));
  line("reserve", reserve_text(account));
  line("created", shown_time(account["created_ms"].integer_or(0)) + " UTC");
  out += quota_text(account, line);
  return rests.empty() ? out : out + "\n" + rests.text();
}

}  // namespace

void write_list(json::Writer& w, std::string_view key, std::vector<std::string> words) {
  if (words.empty()) return;
  if (words == std::vector<std::string>{""}) words.clear();
  w.key(key);
  w.begin_array();
  for (const auto& word : words) w.value(word);
  w.end_array();
}

Result<Exit> account_add(Session& session) {
  TRY(auto body, account_body(session));
  TRY(const auto account, session.ask_document({.method = "POST", .path = "/accounts", .body = std::move(body)}));
  const auto id = account.root()["id"].text_or("");
  session.print(id + "\n");
  session.hint(fmt::format("Added {} as \"{}\". Test it: agt account test {}", account.root()["provider"].text_or(""),
                           account.root()["label"].text_or(""), id));
  return Exit::ok;
}

Result<Exit> account_set(Session& session) {
  const auto& arguments = session.arguments();
  if (arguments.has("--pin") && arguments.has("--unpin"))
    return fail(Code::schema, "Give one of --pin and --unpin.", "--pin");
  json::Writer w;
  w.begin_object();
  if (arguments.has("--label")) w.field("label", arguments.get("--label"));
  TRY_OK(write_choice(w, arguments));
  w.end_object();
  auto body = std::move(w).take();
  const bool changes = body != "{}";
  if (!changes && !arguments.has("--pin") && !arguments.has("--unpin"))
    return fail(Code::schema, "Nothing to change was given; see `agt help account set`.");
  TRY(const auto account, changes ? session.ask_document({.method = "PATCH", .path = path_of(session), .body = body})
                                  : session.ask_document({.path = path_of(session)}));
  const auto id = account.root()["id"].text_or("");
  if (arguments.has("--pin")) TRY_OK(pin(session, id));
  if (arguments.has("--unpin") && account.root()["pinned"].boolean_or(false)) TRY_OK(pin(session, ""));
  session.hint(fmt::format("Changed {} ({}).", account.root()["label"].text_or(""), id));
  return Exit::ok;
}

Result<Exit> account_quota(Session& session) {
  TRY(const auto body, session.ask({.method = "POST", .path = path_of(session, "/quota")}));
  TRY(const auto document, json::Document::parse(body));
  session.print(session.wants_json() ? body + "\n" : details(document.root()));
  return Exit::ok;
}

Result<Exit> account_list(Session& session) {
  TRY(const auto body, session.ask({.path = "/accounts"}));
  if (session.wants_json()) {
    session.print(body + "\n");
    return Exit::ok;
  }
  TRY(const auto document, json::Document::parse(body));
  Table table({"ID", "LABEL", "PROVIDER", "KEY", "STATE", "PRIORITY", "MODELS"});
  for (const auto account : document.root()["accounts"].children())
    table.add({account["id"].text_or(""), account["label"].text_or(""), account["provider"].text_or(""),
               account["kind"].is("oauth") ? "signed in" : account["key_hint"].text_or(""), state_text(account),
               fmt::format("{}", account["priority"].integer_or(0)), shown_words(words_in(account["models"]), "all")});
  if (table.empty())
    session.hint("No account yet. Add one: agt account add PROVIDER --key-env VARIABLE (see agt provider list)");
  else
    session.print(table.text());
  return Exit::ok;
}

Result<Exit> account_show(Session& session) {
  TRY(const auto body, session.ask({.path = path_of(session)}));
  TRY(const auto document, json::Document::parse(body));
  session.print(session.wants_json() ? body + "\n" : details(document.root()));
  return Exit::ok;
}

Result<Exit> account_test(Session& session) {
  TRY(const auto body, session.ask({.method = "POST", .path = path_of(session, "/test")}));
  TRY(const auto document, json::Document::parse(body));
  const auto root = document.root();
  const bool is_good = root["ok"].boolean_or(false);
  const auto exit = is_good ? Exit::ok : Exit::failed;
  if (session.wants_json()) {
    session.print(body + "\n");
    return exit;
  }
  const auto took = shown_duration(root["latency_ms"].number_or(0));
  if (is_good) {
    session.print(
        fmt::format("{} works: {} models, {}.\n", root["label"].text_or(""), root["models_count"].integer_or(0), took));
    return exit;
  }
  const auto error = root["error"];
  const auto status = root["status"].integer_or(0);
  const auto answered = status == 0 ? std::string("no answer") : fmt::format("status {}", status);
  session.hint(fmt::format("agt: {} does not work ({}, {}, {}): {}", root["label"].text_or(""), answered,
                           error["code"].text_or(""), took, error["message"].text_or("")));
  session.hint(fmt::format("     {}", error["remedy"].text_or("")));
  return exit;
}

Result<Exit> account_enable(Session& session) { return act(session, "/enable", "Enabled"); }

Result<Exit> account_disable(Session& session) { return act(session, "/disable", "Disabled"); }

Result<Exit> account_refresh(Session& session) { return act(session, "/refresh", "Refreshed"); }
Result<Exit> account_reset(Session& session) { return act(session, "/reset", "Ended every rest of"); }

Result<Exit> account_remove(Session& session) {
  TRY(const auto account, session.ask_document({.method = "DELETE", .path = path_of(session)}));
  session.hint(fmt::format("Removed {} ({}).", account.root()["label"].text_or(""), account.root()["id"].text_or("")));
  return Exit::ok;
}

}  // namespace agt::app
