// agt account login: the browser does the signing in; the gateway, or the user's paste, brings back the code.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <istream>
#include <thread>

#include "app/commands.h"
#include "json/writer.h"

namespace agt::app {
namespace {

constexpr auto look_every = std::chrono::milliseconds(300);

Result<std::string> start_body(Session& session, bool listen) {
  const auto& arguments = session.arguments();
  TRY(const auto secret, secret_given(session, "--client-secret-env", ""));
  json::Writer w;
  w.begin_object();
  w.field("service", arguments.word(0));
  w.field("listen", listen);
  if (secret) w.field("client_secret", *secret);
  constexpr std::array taken{std::pair("--account", "account"),       std::pair("--provider", "provider"),
                             std::pair("--label", "label"),           std::pair("--base-url", "base_url"),
                             std::pair("--client-id", "client_id"),   std::pair("--auth-url", "auth_url"),
                             std::pair("--token-url", "token_url"),   std::pair("--userinfo-url", "userinfo_url"),
                             std::pair("--revoke-url", "revoke_url"), std::pair("--scopes", "scopes")};
  for (const auto& [option, field] : taken)
    if (arguments.has(option)) w.field(field, arguments.get(option));
  w.end_object();
  return std::move(w).take();
}

// The desktop's own way; false when there is none.
bool open_browser(CliContext& context, const std::string& url) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : context.environment) environment.push_back(fmt::format("{}={}", name, value));
  std::vector<char*> variables;
  for (auto& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);
  std::string program = "xdg-open";
  std::string address = url;
  const std::array<char*, 3> words{program.data(), address.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, words.data(), variables.data()) != 0) return false;
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Result<Exit> tell_done(Session& session, const json::Value& done) {
  const auto account = done["account"];
  session.print(account["id"].text_or("") + "\n");
  const auto who = account["oauth"]["subject"].text_or("");
  session.hint(fmt::format("{} as {}: \"{}\". Test it: agt account test {}",
                           done["updated"].boolean_or(false) ? "Signed in again" : "Signed in",
                           who.empty() ? "somebody the provider does not name" : who, account["label"].text_or(""),
                           account["id"].text_or("")));
  return Exit::ok;
}

Result<Exit> wait_for_browser(Session& session, const std::string& login_id) {
  while (true) {
    TRY(const auto look, session.ask_document({.path = fmt::format("/accounts/oauth/{}", login_id)}));
    const auto state = look.root()["state"].text_or("");
    if (state == "done") return tell_done(session, look.root());
    if (state == "failed") return fail(Code::token_revoked, look.root()["error"]["message"].text_or(""));
    std::this_thread::sleep_for(look_every);
  }
}

Result<Exit> take_paste(Session& session, const std::string& login_id) {
  session.hint("\nPaste the address on which the browser ended, or the code in it:");
  std::string line;
  std::getline(session.context().in, line);
  json::Writer w;
  w.begin_object();
  w.field("login_id", login_id);
  w.field("answer", line);
  w.end_object();
  TRY(const auto done,
      session.ask_document({.method = "POST", .path = "/accounts/oauth/finish", .body = std::move(w).take()}));
  return tell_done(session, done.root());
}

}  // namespace

Result<Exit> account_login(Session& session) {
  TRY(const bool runs, session.gateway_runs());
  const bool by_browser = runs && !session.arguments().has("--no-browser");
  TRY(auto body, start_body(session, by_browser));
  TRY(const auto begun,
      session.ask_document({.method = "POST", .path = "/accounts/oauth/start", .body = std::move(body)}));
  const auto login_id = begun.root()["login_id"].text_or("");
  const auto link = begun.root()["url"].text_or("");
  const bool listening = begun.root()["listening"].boolean_or(false);
  session.hint(fmt::format("Open this link and agree; it is good for {} minutes:\n\n  {}\n",
                           begun.root()["expires_in_s"].integer_or(0) / 60, link));
  if (!listening) return take_paste(session, login_id);
  if (!open_browser(session.context(), link)) session.hint("No browser could be opened here: open the link yourself.");
  session.hint("Waiting for the browser … (Ctrl-C gives up; --no-browser takes a pasted address instead)");
  return wait_for_browser(session, login_id);
}

}  // namespace agt::app
