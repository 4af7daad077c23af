// agt record: keeping everything that is said, for a while.
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "core/text.h"
#include "json/writer.h"
#include "store/files.h"

namespace agt::app {
namespace {

std::string recording_text(const json::Value& root) {
  if (root["on"].boolean_or(false))
    return fmt::format("Everything that is said is kept until {} UTC. `agt record off` ends it.\n",
                       shown_time(root["until_ms"].integer_or(0)));
  return fmt::format("Not recording; logging.bodies keeps \"{}\".\n", root["otherwise"].text_or(""));
}

Result<Session::Question> question_of(const Arguments& arguments) {
  const auto what = arguments.words() > 0 ? arguments.word(0) : std::string();
  if (what != "on" && arguments.has("--minutes"))
    return fail(Code::schema, "--minutes belongs to `agt record on`.", "--minutes");
  if (what.empty()) return Session::Question{.path = "/recording"};
  if (what == "off") return Session::Question{.method = "DELETE", .path = "/recording"};
  if (what != "on")
    return fail(Code::schema, fmt::format("agt record takes on or off, not \"{}\".", text::quoted(what, 40)));
  Session::Question question{.method = "POST", .path = "/recording"};
  if (arguments.has("--minutes")) {
    TRY(const auto minutes, number_in(arguments, "--minutes"));
    json::Writer w;
    w.begin_object();
    w.field("minutes", minutes);
    w.end_object();
    question.body = std::move(w).take();
  }
  return question;
}

}  // namespace

Result<Exit> record(Session& session) {
  TRY(auto question, question_of(session.arguments()));
  TRY(const auto body, session.ask(std::move(question)));
  TRY(const auto document, json::Document::parse(body));
  session.print(session.wants_json() ? body + "\n" : recording_text(document.root()));
  return Exit::ok;
}

Result<Exit> save_bundle(Session& session) {
  const auto& arguments = session.arguments();
  if (arguments.words() == 0)
    return fail(Code::schema, "--bundle needs the ID of a request: agt trace ID --bundle FILE.");
  const auto file = arguments.get("--bundle");
  TRY(const auto body, session.ask({.path = fmt::format("/requests/{}/bundle", arguments.word(0))}));
  if (file == "-") {
    session.print(body + "\n");
    return Exit::ok;
  }
  TRY_OK(store::write_file(std::filesystem::absolute(file), body + "\n"));
  session.hint(
      fmt::format("{} holds what was asked and answered. Keys, addresses of people and names of accounts were "
                  "taken out where they could be recognised: read it before you hand it on.",
                  file));
  return Exit::ok;
}

}  // namespace agt::app
