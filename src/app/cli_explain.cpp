// agt explain
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "app/commands.h"
#include "app/output.h"
#include "core/text.h"
#include "json/writer.h"

namespace agt::app {
namespace {

constexpr std::size_t body_bytes_max = 1U << 20;

Result<std::string> body_given(Session& session) {
  const auto& arguments = session.arguments();
  if (arguments.words() == 0) return std::string();
  const auto& name = arguments.word(0);
  std::ifstream file;
  if (name != "-") file.open(name, std::ios::binary);
  auto& in = name == "-" ? session.context().in : file;
  if (!in)
    return fail(Code::schema, fmt::format("The file {} cannot be read: {}.", text::quoted(name), std::strerror(errno)));
  std::string body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (body.size() > body_bytes_max)
    return fail(Code::schema, fmt::format("The request is longer than {} bytes.", body_bytes_max));
  if (const auto document = json::Document::parse(body); !document)
    return fail(Code::schema, fmt::format("{} is not valid JSON: {}", text::quoted(name), document.error().message));
  return body;
}

std::string standing(const json::Value& account) {
  if (account["may_serve"].boolean_or(false)) return fmt::format("{}: may serve", account["account"].text_or(""));
  auto line = fmt::format("{}: {}", account["account"].text_or(""), account["reason"].text_or(""));
  if (account["assumed"].boolean_or(false)) return line + " (as assumed)";
  if (account["code"].exists()) line += fmt::format(" ({})", account["code"].text_or(""));
  if (account["remaining_ms"].exists())
    line += fmt::format(", {} left", shown_duration(account["remaining_ms"].number_or(0)));
  return line;
}

std::string told(const json::Value& root) {
  std::string out;
  if (root["correction"].exists()) out += fmt::format("corrected  {}\n", root["correction"].text_or(""));
  if (root["rule"].exists()) out += fmt::format("rule       {}\n", root["rule"].text_or(""));
  for (const auto target : root["targets"].children()) {
    out += fmt::format("target     {}\n", target["target"].text_or(""));
    for (const auto account : target["accounts"].children()) out += fmt::format("             {}\n", standing(account));
  }
  const auto call = root["would_send"];
  if (call.exists()) {
    out += fmt::format("by         {} ({})\n", call["account"].text_or(""), call["lane"].text_or(""));
    for (const auto loss : call["losses"].children()) out += fmt::format("loss       {}\n", loss.text_or(""));
  }
  if (call["url"].exists()) {
    out += fmt::format("\n{} {}\n", call["method"].text_or(""), call["url"].text_or(""));
    for (const auto header : call["headers"].children())
      out += fmt::format("{}: {}\n", header.key(), header.text_or(""));
    out += fmt::format("\n{}\n", call["body"].raw());
  }
  return out + fmt::format("\n{}\n", root["sentence"].text_or(""));
}

}  // namespace

Result<Exit> explain(Session& session) {
  const auto& arguments = session.arguments();
  TRY(const auto given, body_given(session));
  json::Writer w;
  w.begin_object();
  if (arguments.has("--path")) w.field("path", arguments.get("--path"));
  if (arguments.has("--model")) w.field("model", arguments.get("--model"));
  if (arguments.has("--without")) {
    w.key("without");
    w.begin_array();
    for (const auto& name : arguments.all("--without")) w.value(name);
    w.end_array();
  }
  if (!given.empty()) {
    w.key("body");
    w.raw(given);
  }
  w.end_object();
  TRY(const auto body, session.ask({.method = "POST", .path = "/routes/explain", .body = std::move(w).take()}));
  TRY(const auto document, json::Document::parse(body));
  session.print(session.wants_json() ? body + "\n" : told(document.root()));
  return document.root()["error"].exists() ? Exit::failed : Exit::ok;
}

}  // namespace agt::app
