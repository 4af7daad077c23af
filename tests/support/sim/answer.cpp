#include "sim/answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "sim/limits.h"

namespace agt::sim {
namespace {

constexpr std::string_view filler = "The quick brown fox jumps over the lazy dog. ";
constexpr std::string_view thought =
    "The user asked for something simple. I will think about it briefly and then answer.";

std::int64_t tokens(std::size_t bytes) { return static_cast<std::int64_t>(bytes / 4 + 1); }

void fill(Answer& into, std::size_t count, std::size_t bytes) {
  into.text.clear();
  into.cuts.clear();
  into.text.reserve(count * bytes + filler.size());
  while (into.text.size() < count * bytes) into.text += filler;
  into.text.resize(count * bytes);
  into.cuts.reserve(count);
  for (std::size_t i = 1; i <= count; ++i) into.cuts.push_back(i * bytes);
}

void say_long(Answer& into, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    into.text += fmt::format("chunk {} ", i);
    into.cuts.push_back(into.text.size());
  }
}

ToolCall as_call(const WantedCall& wanted, const DeclaredTool* tool) {
  ToolCall call{.name = wanted.name, .arguments = wanted.arguments};
  if (tool == nullptr) return call;
  call.name = tool->name;
  call.name_space = tool->name_space;
  call.custom = tool->custom;
  if (!tool->custom) return call;
  const auto document = json::Document::parse(wanted.arguments);
  if (document) call.arguments = document->root()["input"].text_or(wanted.arguments);
  return call;
}

void stop_at_sequence(const Turn& turn, Answer& into) {
  for (const auto& stop : turn.stops) {
    const auto at = stop.empty() ? std::string::npos : into.text.find(stop);
    if (at == std::string::npos) continue;
    into.text.resize(at);
    into.stop = Stop::stop_sequence;
    into.stop_sequence = stop;
  }
}

void set_stop(std::string_view word, Answer& into) {
  if (word.empty()) return;
  if (word == "end") {
    into.stop = Stop::end;
  } else if (word == "length") {
    into.stop = Stop::length;
  } else if (word == "refuse" || word == "refusal") {
    into.stop = Stop::refusal;
  } else if (word == "tools") {
    into.stop = Stop::tools;
  } else {
    into.stop_word = word;
  }
}

void count_usage(const Turn& turn, const UsageWords& words, Answer& into) {
  auto& usage = into.usage;
  std::size_t written = into.text.size();
  for (const auto& call : into.calls) written += call.name.size() + call.arguments.size();
  usage.reasoning = words.reasoning.value_or(into.thinking ? tokens(into.thinking->size()) : 0);
  usage.input = words.input.value_or(tokens(turn.input_bytes));
  usage.output = words.output.value_or(tokens(written) + usage.reasoning);
  usage.cached = words.cached.value_or(0);
  usage.cache_write = words.cache_write.value_or(0);
}

void decide_text(const Turn& turn, std::string_view prompt, const Markers& markers, Answer& into) {
  const auto& results = turn.said.results();
  if (!results.empty())
    into.text = fmt::format("Tools said: {}", fmt::join(results, " | "));
  else if (markers.json)
    into.text = *markers.json;
  else if (markers.long_chunks)
    say_long(into, *markers.long_chunks);
  else
    into.text = fmt::format("Echo: {}", text::clipped(prompt, echo_bytes_max));
}

}  // namespace

std::vector<std::size_t> word_cuts(std::string_view text) {
  std::vector<std::size_t> cuts;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto space = text.find(' ', begin);
    auto end = space == std::string_view::npos ? text.size() : space + 1;
    if (end - begin > word_bytes_max)
      end = begin + std::max<std::size_t>(1, text::clipped(text.substr(begin), word_bytes_max).size());
    cuts.push_back(end);
    begin = end;
  }
  return cuts;
}

void pad(Answer& into, std::size_t bytes) {
  fill(into, 1, bytes);
  into.cuts = word_cuts(into.text);
}

Answer answer_to(const Turn& turn, std::string_view prompt, const Script& script) {
  const auto markers = find_markers(prompt);
  const bool fresh = turn.said.results().empty();  // the markers of a prompt act until its tools have answered
  Answer out;
  for (const auto& call : script.tool_calls) out.calls.push_back(as_call(call, declared(turn, call.name)));
  if (fresh && out.calls.empty())
    for (const auto& call : markers.calls)
      if (const auto* tool = declared(turn, call.name)) out.calls.push_back(as_call(call, tool));
  if (script.thinking)
    out.thinking = script.thinking;
  else if (markers.think && fresh)
    out.thinking = std::string(thought);

  if (script.text)
    out.text = *script.text;
  else if (script.chunks)
    fill(out, static_cast<std::size_t>(*script.chunks), static_cast<std::size_t>(script.chunk_bytes.value_or(20)));
  else if (out.calls.empty())
    decide_text(turn, prompt, markers, out);

  if (!out.calls.empty()) out.stop = Stop::tools;
  if (!turn.stops.empty() && out.calls.empty()) stop_at_sequence(turn, out);
  if (markers.length && fresh) out.stop = Stop::length;
  if (markers.refuse && fresh) out.stop = Stop::refusal;
  set_stop(script.stop, out);
  if (out.cuts.empty() || out.cuts.back() != out.text.size()) out.cuts = word_cuts(out.text);

  auto usage = script.usage;
  if (!usage && markers.usage)
    if (const auto document = json::Document::parse(*markers.usage)) usage = parse_usage(document->root());
  count_usage(turn, usage.value_or(UsageWords{}), out);
  return out;
}

Answer answer(const Turn& turn, const Script& script) { return answer_to(turn, turn.said.prompt(), script); }

}  // namespace agt::sim
