#include "app/selftest_reading.h"

#include <fmt/format.h>

#include "core/text.h"
#include "json/document.h"

namespace agt::app {
namespace {

// Addresses of public protocols; fields as their documentation has them (2026-11).
void read_chat(const json::Value& root, Said& said) {
  const auto message = root["choices"][std::size_t{0}]["message"];
  said.text += message["content"].text_or("");
  for (const auto call : message["tool_calls"].children())
    said.calls.emplace_back(call["function"]["name"].text_or(""), call["function"]["arguments"].text_or(""));
  said.finished = root["choices"][std::size_t{0}]["finish_reason"].present();
}

void read_item(const json::Value& item, Said& said) {
  if (item["type"].is("function_call"))
    said.calls.emplace_back(item["name"].text_or(""), item["arguments"].text_or(""));
  for (const auto part : item["content"].children())
    if (item["type"].is("message")) said.text += part["text"].text_or("");
}

void read_responses(const json::Value& root, Said& said) {
  for (const auto item : root["output"].children()) read_item(item, said);
  said.finished = root["status"].is("completed");
}

void read_anthropic(const json::Value& root, Said& said) {
  for (const auto block : root["content"].children()) {
    if (block["type"].is("text")) said.text += block["text"].text_or("");
    if (block["type"].is("tool_use")) said.calls.emplace_back(block["name"].text_or(""), block["input"].raw());
  }
  said.finished = root["stop_reason"].present();
}

void read_gemini(const json::Value& root, Said& said) {
  const auto candidate = root["candidates"][std::size_t{0}];
  for (const auto part : candidate["content"]["parts"].children()) {
    if (!part["thought"].boolean_or(false)) said.text += part["text"].text_or("");
    const auto call = part["functionCall"];
    if (call.present()) said.calls.emplace_back(call["name"].text_or(""), call["args"].raw());
  }
  said.finished = said.finished || candidate["finishReason"].present();
}

void read_chat_chunk(const json::Value& chunk, Said& said) {
  const auto delta = chunk["choices"][std::size_t{0}]["delta"];
  said.text += delta["content"].text_or("");
  for (const auto call : delta["tool_calls"].children()) {
    const auto index = static_cast<std::size_t>(call["index"].integer_or(0));
    constexpr std::size_t calls_max = 16;
    if (index >= calls_max) continue;
    if (said.calls.size() <= index) said.calls.resize(index + 1);
    said.calls[index].first += call["function"]["name"].text_or("");
    said.calls[index].second += call["function"]["arguments"].text_or("");
  }
}

void read_responses_event(const json::Value& event, Said& said) {
  if (event["type"].is("response.output_text.delta")) said.text += event["delta"].text_or("");
  if (event["type"].is("response.output_item.done") && event["item"]["type"].is("function_call"))
    read_item(event["item"], said);
  if (event["type"].is("response.completed")) said.finished = true;
}

void read_anthropic_event(const json::Value& event, Said& said) {
  const auto block = event["content_block"];
  if (event["type"].is("content_block_start") && block["type"].is("tool_use"))
    said.calls.emplace_back(block["name"].text_or(""), "");
  const auto delta = event["delta"];
  if (delta["type"].is("text_delta")) said.text += delta["text"].text_or("");
  if (delta["type"].is("input_json_delta") && !said.calls.empty())
    said.calls.back().second += delta["partial_json"].text_or("");
  if (event["type"].is("message_stop")) said.finished = true;
}

Result<> read_event(Wire wire, std::string_view data, Said& said) {
  if (wire == Wire::chat && data == "[DONE]") {
    said.finished = true;
    return {};
  }
  const auto document = json::Document::parse(data);
  if (!document) return fail(Code::bad_json, fmt::format("an event is no JSON: {}", text::quoted(data, 60)));
  const auto root = document->root();
  if (root["error"].present() || root["type"].is("error"))
    return fail(Code::upstream_refused, fmt::format("an error event came: {}", text::quoted(data, 100)));
  switch (wire) {
    case Wire::chat: read_chat_chunk(root, said); break;
    case Wire::responses: read_responses_event(root, said); break;
    case Wire::anthropic: read_anthropic_event(root, said); break;
    case Wire::gemini: read_gemini(root, said); break;
  }
  return {};
}

}  // namespace

Result<Said> read_whole(Wire wire, std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document) return fail(Code::bad_json, "the answer is no JSON");
  Said said;
  switch (wire) {
    case Wire::chat: read_chat(document->root(), said); break;
    case Wire::responses: read_responses(document->root(), said); break;
    case Wire::anthropic: read_anthropic(document->root(), said); break;
    case Wire::gemini: read_gemini(document->root(), said); break;
  }
  return said;
}

Result<Said> read_stream(Wire wire, std::string_view body) {
  constexpr std::string_view field = "data:";
  Said said;
  for (auto line : text::split(body, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(field)) TRY_OK(read_event(wire, text::trimmed(line.substr(field.size())), said));
  }
  return said;
}

}  // namespace agt::app
