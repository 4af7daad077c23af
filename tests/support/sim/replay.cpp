#include "sim/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/text.h"
#include "json/document.h"

namespace agt::sim {
namespace {

constexpr std::string_view format_name = "agt-bundle/1";
constexpr int silence_ms = 3'600'000;  // longer than anybody waits

// Of the connection, not of the answer; the body was kept decoded.
constexpr auto not_said_again = std::to_array<std::string_view>(
    {"content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive", "date", "set-cookie"});

std::string head_of(const json::Value& reply, int status) {
  auto head = fmt::format("HTTP/1.1 {} Recorded\r\nconnection: close\r\n", status);
  for (const auto header : reply["headers"].children()) {
    const auto name = header["name"].text_or("");
    const auto value = header["value"].text_or("");
    // What was masked says nothing, and is no header value either.
    const bool is_left_out =
        std::ranges::find(not_said_again, text::lowered(name)) != not_said_again.end() || value.contains("…");
    if (!is_left_out) head += fmt::format("{}: {}\r\n", name, value);
  }
  return head;
}

std::unexpected<Error> unusable(std::string_view why) {
  return fail(Code::config, fmt::format("this bundle cannot be replayed: {}", why));
}

}  // namespace

Result<Script> replay_of(std::string_view bundle) {
  TRY(const auto document, json::Document::parse(bundle));
  const auto root = document.root();
  if (root["format"].text_or("") != format_name) return unusable(fmt::format("it is no {}", format_name));
  const auto reply = root["messages"]["upstream_reply"];
  const auto end = root["upstream_end"].text_or("");
  Script script;
  if (!reply.exists()) {
    if (end != "silent") return unusable("no upstream has said anything");
    script.stall = Stall::accept;
    script.stall_ms = silence_ms;
    script.raw = std::string();
    return script;
  }
  if (reply["truncated"].boolean_or(false)) return unusable("only the beginning of the upstream's answer was kept");
  if (reply["left_out"].boolean_or(false)) return unusable("the upstream's answer is no text and was left out");
  const auto status = text::parse_number<int>(reply["first_line"].text_or(""));
  if (!status || *status < 200 || *status > 599) return unusable("the upstream's answer has no status");
  const auto body = reply["body"].text_or("");
  const bool is_whole = end != "cut" && end != "silent";
  const auto promised = body.size() + (is_whole ? 0 : 1);
  script.raw = fmt::format("{}content-length: {}\r\n\r\n{}", head_of(reply, *status), promised, body);
  if (end == "silent") script.after_raw_ms = silence_ms;
  return script;
}

}  // namespace agt::sim
