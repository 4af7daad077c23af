#include "app/trace_story.h"

#include <fmt/format.h>

#include <vector>

#include "app/output.h"
#include "core/text.h"

namespace agt::app {
namespace {

constexpr std::size_t message_max = 400;

std::string words_of(const json::Value& value, std::size_t max = message_max) {
  return text::quoted(value.text_or(""), max);
}

std::string ms(const json::Value& value) { return fmt::format("{:.1f}", value.number_or(0)); }

void line(std::string& out, std::string_view name, std::string_view words) {
  out += fmt::format("  {:<10} {}\n", name, words);
}

void detail(std::string& out, std::string_view words) { out += fmt::format("               {}\n", words); }

std::string asked(const json::Value& trace) {
  auto out = fmt::format("{} {}", words_of(trace["method"]), words_of(trace["path"]));
  if (trace["dialect"].text_or("").empty()) return out;
  out += fmt::format(" ({}, {}{})", words_of(trace["dialect"]), words_of(trace["operation"]),
                     trace["stream"].boolean_or(false) ? ", streamed" : "");
  if (const auto model = words_of(trace["model"]); !model.empty()) out += fmt::format(" for \"{}\"", model);
  if (const auto agent = words_of(trace["user_agent"], 80); !agent.empty()) out += fmt::format(" by {}", agent);
  if (trace["client_key"].exists()) out += fmt::format(", key \"{}\"", words_of(trace["client_key"]));
  return out;
}

std::string targets(const json::Value& trace) {
  std::vector<std::string> all;
  for (const auto target : trace["targets"].children()) all.push_back(words_of(target));
  return text::joined(all, ", then ");
}

std::string skip_text(const json::Value& skip) {
  std::vector<std::string> why{words_of(skip["reason"])};
  if (skip["code"].exists()) why.push_back(words_of(skip["code"]));
  if (skip["remaining_ms"].exists()) why.push_back(shown_duration(skip["remaining_ms"].number_or(0)) + " left");
  if (skip["set_by"].exists()) why.push_back("since " + words_of(skip["set_by"]));
  return fmt::format("passed over {}: {}", words_of(skip["account"]), text::joined(why, ", "));
}

// "reused connection, first byte after 520.1 ms" or "dns 3.0, connect 12.0, tls 30.1, first byte 520.1 ms".
std::string connection_text(const json::Value& timings) {
  std::vector<std::string> steps;
  if (timings["reused_connection"].boolean_or(false)) steps.emplace_back("reused connection");
  for (const auto& [key, step] :
       {std::pair("dns_ms", "name found"), std::pair("connect_ms", "connected"), std::pair("tls_ms", "TLS"),
        std::pair("sent_ms", "sent"), std::pair("first_byte_ms", "first byte")})
    if (timings[key].exists()) steps.push_back(fmt::format("{} at {} ms", step, ms(timings[key])));
  return text::joined(steps, ", ");
}

std::string error_text(const json::Value& error) {
  return fmt::format("{}/{}: {}", words_of(error["class"]), words_of(error["code"]), words_of(error["message"]));
}

std::string consequence(const json::Value& attempt) {
  std::vector<std::string> parts;
  if (attempt["rest_ms"].exists()) {
    const auto hint = attempt["retry_hint"].text_or("none");
    parts.push_back(fmt::format("rests {} ({}{})", shown_duration(attempt["rest_ms"].number_or(0)),
                                words_of(attempt["scope"]), hint == "none" ? "" : ", told by the " + hint));
  }
  if (attempt["rests_until"].exists())
    parts.push_back(fmt::format("rests until somebody acts ({})", words_of(attempt["scope"])));
  const auto next = attempt["next"].text_or("");
  if (next == "next_account") parts.emplace_back("another account was tried");
  if (next == "next_target") parts.emplace_back("the next target was tried");
  if (next == "stop") parts.emplace_back("nothing more was tried");
  return text::joined(parts, "; ");
}

void tell_attempt(std::string& out, std::size_t number, const json::Value& attempt) {
  const auto where = fmt::format("{}/{}", words_of(attempt["provider"]), words_of(attempt["model"]));
  const bool nobody = attempt["account_id"].text_or("").empty();
  if (nobody)
    line(out, fmt::format("try {}", number), fmt::format("nobody was free for {}", where));
  else
    line(out, fmt::format("try {}", number),
         fmt::format("{} ({}), {}, from {} to {} ms", words_of(attempt["account"]), where, words_of(attempt["lane"]),
                     ms(attempt["begun_ms"]), ms(attempt["ended_ms"])));
  for (const auto skip : attempt["skipped"].children()) detail(out, skip_text(skip));
  if (const auto more = attempt["skipped_more"].integer_or(0); more > 0)
    detail(out, fmt::format("and {} more were passed over", more));
  if (attempt["waited_ms"].exists()) detail(out, fmt::format("waited {} ms for it", ms(attempt["waited_ms"])));
  if (const auto connection = connection_text(attempt["timings"]); !connection.empty()) detail(out, connection);
  const auto status = attempt["status"].integer_or(0);
  const auto answered = status == 0 ? std::string("no answer") : fmt::format("answered {}", status);
  if (attempt["error"].exists())
    detail(out, fmt::format("{}: {}", answered, error_text(attempt["error"])));
  else if (!nobody)
    detail(out, status == 0 ? "answered" : answered);
  if (const auto then = consequence(attempt); !then.empty()) detail(out, then);
}

std::string usage_text(const json::Value& usage) {
  std::vector<std::string> parts;
  for (const auto& [key, word] :
       {std::pair("input", "in"), std::pair("output", "out"), std::pair("cache_read", "read from cache"),
        std::pair("cache_write", "put into cache"), std::pair("reasoning", "reasoning")})
    if (usage[key].exists()) parts.push_back(fmt::format("{} {}", usage[key].integer_or(0), word));
  if (!parts.empty() && usage["estimated"].boolean_or(false)) parts.emplace_back("estimated");
  return text::joined(parts, ", ");
}

std::string answer_text(const json::Value& trace) {
  const auto status = trace["status"].integer_or(0);
  auto out = status == 0 ? std::string("the client was gone before an answer") : fmt::format("{}", status);
  out += fmt::format(" after {} ms", ms(trace["total_ms"]));
  if (trace["first_byte_ms"].exists()) out += fmt::format(", first byte at {} ms", ms(trace["first_byte_ms"]));
  if (trace["stop_reason"].exists()) out += fmt::format(", stop: {}", words_of(trace["stop_reason"]));
  return out + fmt::format("; {} in, {} out", shown_bytes(trace["bytes_in"].integer_or(0)),
                           shown_bytes(trace["bytes_out"].integer_or(0)));
}

}  // namespace

std::string trace_story(const json::Value& trace) {
  auto out = fmt::format("Request {}, {} UTC\n", words_of(trace["id"]), shown_time(trace["started_ms"].integer_or(0)));
  line(out, "asked", asked(trace));
  if (trace["correction"].exists()) line(out, "corrected", words_of(trace["correction"]));
  if (const auto rule = words_of(trace["rule"]); !rule.empty()) line(out, "rule", rule);
  if (const auto all = targets(trace); !all.empty()) line(out, "goes to", all);
  std::size_t number = 0;
  for (const auto attempt : trace["attempts"].children()) tell_attempt(out, ++number, attempt);
  for (const auto loss : trace["losses"].children())
    line(out, "loss",
         fmt::format("{} {}: {}", words_of(loss["path"]), words_of(loss["weight"]), words_of(loss["why"])));
  if (const auto usage = usage_text(trace["usage"]); !usage.empty()) line(out, "tokens", usage);
  if (trace["cost_usd"].present())
    line(out, "cost",
         fmt::format("{}{} at list price ({})", shown_dollars(trace["cost_usd"].number_or(0)),
                     trace["usage"]["estimated"].boolean_or(false) ? ", estimated," : "",
                     words_of(trace["price_source"])));
  line(out, "answer", answer_text(trace));
  if (trace["error"].exists()) line(out, "error", error_text(trace["error"]));
  return out + fmt::format("\n{}\n", words_of(trace["sentence"], 2 * message_max));
}

}  // namespace agt::app
