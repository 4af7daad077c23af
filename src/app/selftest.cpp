#include "app/selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/output.h"
#include "app/selftest_reading.h"
#include "core/text.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::app {
namespace {

constexpr std::string_view city = "Zürich";
constexpr std::string_view tool = "get_weather";
// An upstream's word for a model it does not have: 404, in OpenAI's Responses 400 (`model_not_found`).
bool is_refusal(int status) { return status == 404 || status == 400; }
constexpr std::string_view schema =
    R"({"type":"object","properties":{"city":{"type":"string","description":"Where"}},"required":["city"]})";

bool streams(Matter matter) { return matter == Matter::stream || matter == Matter::tools_stream; }
bool calls(Matter matter) { return matter == Matter::tools || matter == Matter::tools_stream; }

std::string prompt(Matter matter) {
  return calls(matter) ? fmt::format(R"([[tool {} {{"city":"{}"}}]])", tool, city) : "ping";
}

void write_tools(json::Writer& w, Wire client) {
  switch (client) {
    case Wire::chat:
      return w.raw(fmt::format(R"([{{"type":"function","function":{{"name":"{}","parameters":{}}}}}])", tool, schema));
    case Wire::responses:
      return w.raw(fmt::format(R"([{{"type":"function","name":"{}","strict":false,"parameters":{}}}])", tool, schema));
    case Wire::anthropic: return w.raw(fmt::format(R"([{{"name":"{}","input_schema":{}}}])", tool, schema));
    case Wire::gemini:
      return w.raw(fmt::format(R"([{{"functionDeclarations":[{{"name":"{}","parameters":{}}}]}}])", tool, schema));
  }
  std::unreachable();
}

void write_prompt(json::Writer& w, Wire client, const std::string& text) {
  const auto said = json::quoted(text);
  switch (client) {
    case Wire::chat:
    case Wire::anthropic: w.key("messages"); return w.raw(fmt::format(R"([{{"role":"user","content":{}}}])", said));
    case Wire::responses: w.key("input"); return w.raw(said);
    case Wire::gemini:
      w.key("contents");
      return w.raw(fmt::format(R"([{{"role":"user","parts":[{{"text":{}}}]}}])", said));
  }
  std::unreachable();
}

std::string target_of(Wire client, const std::string& model, Matter matter) {
  switch (client) {
    case Wire::chat: return "/v1/chat/completions";
    case Wire::responses: return "/v1/responses";
    case Wire::anthropic: return "/v1/messages";
    case Wire::gemini:
      return fmt::format("/v1beta/models/{}:{}", model,
                         streams(matter) ? "streamGenerateContent?alt=sse" : "generateContent");
  }
  std::unreachable();
}

std::string judged_failure(Wire client, int status, std::string_view body) {
  if (!is_refusal(status)) return fmt::format("status {} instead of a refusal", status);
  const auto document = json::Document::parse(body);
  if (!document) return "the refusal is no JSON";
  const auto error = document->root()["error"];
  if (error["message"].text_or("").empty()) return "the refusal has no message";
  if (client == Wire::anthropic && document->root()["type"].text_or("") != "error") return "the refusal has no type";
  if (client == Wire::gemini && error["code"].integer_or(0) != status) return "the refusal has no code";
  if (client != Wire::gemini && error["type"].text_or("").empty()) return "the refusal's error has no type";
  return {};
}

std::string judged_call(const Said& said) {
  if (said.calls.size() != 1) return fmt::format("{} tool calls instead of one", said.calls.size());
  const auto& [called, arguments] = said.calls.front();
  if (called != tool) return fmt::format("the tool \"{}\" was called instead of {}", text::quoted(called, 40), tool);
  const auto document = json::Document::parse(arguments);
  if (!document) return "the arguments of the call are no JSON";
  if (document->root()["city"].text_or("") != city)
    return fmt::format("the arguments are {}", text::quoted(arguments, 60));
  return {};
}

const SelftestCell* first_wrong(const std::vector<SelftestCell>& cells, Wire client, Wire upstream) {
  const auto found = std::ranges::find_if(cells, [&](const SelftestCell& cell) {
    return cell.client == client && cell.upstream == upstream && !cell.wrong.empty();
  });
  return found == cells.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name(Wire wire) {
  switch (wire) {
    case Wire::chat: return "chat";
    case Wire::responses: return "responses";
    case Wire::anthropic: return "anthropic";
    case Wire::gemini: return "gemini";
  }
  std::unreachable();
}

std::string_view name(Matter matter) {
  switch (matter) {
    case Matter::text: return "text";
    case Matter::stream: return "stream";
    case Matter::tools: return "tools";
    case Matter::tools_stream: return "tools_stream";
    case Matter::failure: return "failure";
  }
  std::unreachable();
}

std::string model_for(Wire upstream, Matter matter) {
  return fmt::format("{}-{}", matter == Matter::failure ? "fails" : "speaks", name(upstream));
}

SelftestAsk selftest_ask(Wire client, Wire upstream, Matter matter) {
  const auto model = model_for(upstream, matter);
  json::Writer w;
  w.begin_object();
  if (client != Wire::gemini) {
    w.field("model", model);
    if (streams(matter)) w.field("stream", true);
  }
  if (client == Wire::anthropic) w.field("max_tokens", 256);
  write_prompt(w, client, prompt(matter));
  if (calls(matter)) {
    w.key("tools");
    write_tools(w, client);
  }
  w.end_object();
  return {.target = target_of(client, model, matter), .body = std::move(w).take()};
}

std::string judged(Wire client, Matter matter, int status, std::string_view body) {
  if (matter == Matter::failure) return judged_failure(client, status, body);
  if (status != 200) return fmt::format("status {}: {}", status, text::quoted(body, 120));
  const auto said = streams(matter) ? read_stream(client, body) : read_whole(client, body);
  if (!said) return said.error().message;
  if (!said->finished) return "the answer has no end";
  if (calls(matter)) return judged_call(*said);
  const auto wanted = fmt::format("Echo: {}", prompt(matter));
  return said->text == wanted ? std::string() : fmt::format("it said \"{}\"", text::quoted(said->text, 60));
}

std::string selftest_table(const std::vector<SelftestCell>& cells) {
  std::string out = "Each client protocol through the gateway to each upstream protocol, against the simulator:\n\n";
  Table table({"CLIENT", "TO CHAT", "TO RESPONSES", "TO ANTHROPIC", "TO GEMINI"});
  for (const auto client : all_wires) {
    std::vector<std::string> row{std::string(name(client))};
    for (const auto upstream : all_wires) {
      const auto* const wrong = first_wrong(cells, client, upstream);
      row.push_back(wrong == nullptr ? "ok" : fmt::format("WRONG: {}", name(wrong->matter)));
    }
    table.add(std::move(row));
  }
  out += table.text();
  const auto right = std::ranges::count_if(cells, [](const SelftestCell& cell) { return cell.wrong.empty(); });
  out +=
      fmt::format("\n{} of {} right: whole answers, streams, tool calls in both, and refusals.\n", right, cells.size());
  for (const auto& cell : cells)
    if (!cell.wrong.empty())
      out += fmt::format("  {} to {}, {}: {}\n", name(cell.client), name(cell.upstream), name(cell.matter), cell.wrong);
  return out;
}

std::string selftest_json(const std::vector<SelftestCell>& cells) {
  json::Writer w;
  w.begin_object();
  w.field("ok", std::ranges::all_of(cells, [](const SelftestCell& cell) { return cell.wrong.empty(); }));
  w.key("cells");
  w.begin_array();
  for (const auto& cell : cells) {
    w.begin_object();
    w.field("client", name(cell.client));
    w.field("upstream", name(cell.upstream));
    w.field("case", name(cell.matter));
    w.field("ok", cell.wrong.empty());
    if (!cell.wrong.empty()) w.field("why", cell.wrong);
    w.field("trace", cell.trace);
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return std::move(w).take();
}

}  // namespace agt::app
