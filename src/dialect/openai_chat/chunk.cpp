#include "dialect/openai_chat/chunk.h"

#include <algorithm>

#include "dialect/openai_chat/data_url.h"
#include "dialect/openai_chat/messages.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_chat/tools.h"

namespace agt::dialect::openai_chat {
namespace {

bool is_complete(std::string_view arguments) { return json::Document::parse(arguments).has_value(); }

// Arguments as text; some servers send the object itself.
std::string arguments_of(json::Value value) {
  return value.is_object() || value.is_array() ? std::string(value.raw()) : value.text_or("");
}

// What the first chunk, or the whole reply, says beside the answer.
ir::Extras reply_extras(json::Value root) {
  ir::Extras extras{.origin = here};
  for (const std::string_view key : {"service_tier", "system_fingerprint"})
    if (root[key].present()) {
      extras.fields.push_back({.key = std::string(key), .value = root[key].keep()});
      extras.harmless.emplace_back(key);  // about the answer, not of it
    }
  return extras;
}

std::string first_text(json::Value delta, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys)
    if (auto text = delta[key].text_or(""); !text.empty()) return text;
  return {};
}

}  // namespace

void DeltaReader::start(json::Value root, std::vector<ir::Event>& out) {
  if (started_) return;
  started_ = true;
  out.emplace_back(
      ir::Started{.id = root["id"].text_or(""), .model = root["model"].text_or(""), .extras = reply_extras(root)});
}

void DeltaReader::take(json::Value root, std::vector<ir::Event>& out) {
  start(root, out);
  // Of several choices (n > 1) the first is the answer; the request side refuses n elsewhere.
  for (const auto choice : root["choices"].children())
    if (choice["index"].integer_or(0) == 0) take_choice(choice, out);
  if (auto usage = usage_in(root)) out.emplace_back(ir::Metered{.usage = *std::move(usage)});
}

void DeltaReader::take_choice(json::Value choice, std::vector<ir::Event>& out) {
  const bool untouched = next_part_ == 0 && calls_.empty();
  auto delta = choice[form_ == Form::whole ? "message" : "delta"];
  // Some servers answer a stream with one whole message; others repeat the whole at the end.
  if (!delta.is_object() && untouched) delta = choice["message"];
  take_thoughts(delta, out);
  take_content(delta["content"], out);
  take_scores(choice["logprobs"]["content"], out);
  take_annotations(delta["annotations"], out);
  take_images(delta["images"], out);
  if (auto refusal = delta["refusal"].text_or(""); !refusal.empty()) {
    refused_ = true;
    const auto index = grow(Kind::refusal, out);
    out.emplace_back(ir::RefusalGrew{.index = index, .text = std::move(refusal)});
  }
  take_calls(delta["tool_calls"], out);
  if (const auto legacy = delta[legacy_call]; legacy.is_object()) {
    auto& call = calls_.empty() ? new_call(std::nullopt) : calls_.back();
    take_call(call, {}, legacy, arguments_of(legacy["arguments"]), out);
  }
  if (finish_.empty()) finish_ = choice["finish_reason"].text_or("");
}

// DeepSeek, Moonshot, Qwen and others say reasoning_content; OpenRouter, Groq and newer vLLM say reasoning. Servers
// that send both send the same text twice.
void DeltaReader::take_thoughts(json::Value delta, std::vector<ir::Event>& out) {
  auto text = first_text(delta, {"reasoning_content", "reasoning"});
  if (text.empty()) return;
  const auto index = grow(Kind::reasoning, out);
  out.emplace_back(ir::ThoughtGrew{.index = index, .text = std::move(text)});
}

void DeltaReader::take_content(json::Value content, std::vector<ir::Event>& out) {
  // Mistral's reasoning models send arrays of parts (2026).
  for (const auto part : content.children()) {
    for (const auto thought : part["thinking"].children()) {
      auto text = thought["text"].text_or("");
      if (text.empty()) continue;
      const auto index = grow(Kind::reasoning, out);
      out.emplace_back(ir::ThoughtGrew{.index = index, .text = std::move(text)});
    }
    if (part["type"].is("text")) take_content(part["text"], out);
  }
  auto text = content.text_or("");
  if (text.empty()) return;
  const auto index = grow(Kind::text, out);
  content_ += text;
  out.emplace_back(ir::TextGrew{.index = index, .text = std::move(text)});
}

void DeltaReader::take_annotations(json::Value annotations, std::vector<ir::Event>& out) {
  if (!current_ || current_->first != Kind::text) return;
  for (const auto annotation : annotations.children()) {
    if (!annotation["url_citation"].is_object()) continue;
    out.emplace_back(
        ir::Cited{.index = current_->second, .citation = read_citation(annotation, content_, part_begin_)});
  }
}

void DeltaReader::take_scores(json::Value tokens, std::vector<ir::Event>& out) {
  if (!current_ || current_->first != Kind::text || tokens.size() == 0) return;
  out.emplace_back(ir::Scored{.index = current_->second, .tokens = read_scores(tokens)});
}

// Not OpenAI's: OpenRouter and LiteLLM give generated images beside the content (2026).
void DeltaReader::take_images(json::Value images, std::vector<ir::Event>& out) {
  for (const auto image : images.children()) {
    ir::Media media{.kind = ir::MediaKind::image};
    ir::Extras ignored;
    if (!read_url(image["image_url"]["url"], media, ignored, "data")) continue;
    close_current(out);
    ir::Opened opened{.index = next_part_++};
    opened.part.body = std::move(media);
    out.emplace_back(std::move(opened));
    out.emplace_back(ir::Closed{.index = next_part_ - 1});
  }
}

void DeltaReader::take_calls(json::Value calls, std::vector<ir::Event>& out) {
  std::size_t position = 0;
  for (const auto value : calls.children()) {
    if (!value.is_object()) continue;
    auto& call = call_for(value, position++);
    call.custom = call.custom || value["type"].is("custom") || value["custom"].is_object();
    if (auto signature = thought_signature(value); !signature.empty()) call.signature = std::move(signature);
    const auto inner = value[call.custom ? "custom" : "function"];
    take_call(call, value["id"], inner, arguments_of(inner[call.custom ? "input" : "arguments"]), out);
  }
}

DeltaReader::Call& DeltaReader::new_call(std::optional<std::int64_t> index) {
  return calls_.emplace_back(Call{.wire_index = index});
}

// By index where the server gives one. Google's compatible endpoint gives every call the index 0: a new id together
// with a name, after complete arguments, is a new call.
DeltaReader::Call& DeltaReader::call_for(json::Value value, std::size_t position) {
  const auto id = value["id"].text_or("");
  const auto name = value[value["custom"].is_object() ? "custom" : "function"]["name"].text_or("");
  if (form_ == Form::whole) return new_call(static_cast<std::int64_t>(position));
  const auto index = value["index"];
  if (index.kind() != json::Kind::number) return call_without_index(id, name);
  const auto number = index.integer_or(0);
  const auto known = std::ranges::find(calls_.rbegin(), calls_.rend(), std::optional(number), &Call::wire_index);
  if (known == calls_.rend()) return new_call(number);
  const bool another = !id.empty() && !known->id.empty() && id != known->id && !name.empty() &&
                       (known->arguments.empty() || is_complete(known->arguments));
  return another ? new_call(number) : *known;
}

DeltaReader::Call& DeltaReader::call_without_index(std::string_view id, std::string_view name) {
  if (calls_.empty()) return new_call(std::nullopt);
  auto& last = calls_.back();
  if (!id.empty()) {
    const auto known = std::ranges::find(calls_, id, &Call::id);
    if (known != calls_.end()) return *known;
    return last.id.empty() && name.empty() ? last : new_call(std::nullopt);
  }
  const bool another = !name.empty() && (name != last.name || is_complete(last.arguments));
  return another ? new_call(std::nullopt) : last;
}

void DeltaReader::take_call(Call& call, json::Value id, json::Value function, std::string arguments,
                            std::vector<ir::Event>& out) {
  if (call.id.empty()) call.id = id.text_or("");
  if (call.name.empty()) call.name = function["name"].text_or("");
  call.arguments += arguments;
  if (!call.part) {
    if (!call.name.empty()) open_call(call, out);
    return;
  }
  if (!arguments.empty()) out.emplace_back(ir::ArgumentsGrew{.index = *call.part, .text = std::move(arguments)});
  if (call.signature.empty()) return;
  out.emplace_back(ir::Signed{.index = *call.part,
                              .signature = {.blob = std::exchange(call.signature, {}), .signer = ir::Dialect::gemini}});
}

void DeltaReader::open_call(Call& call, std::vector<ir::Event>& out) {
  close_current(out);
  const auto position = static_cast<std::size_t>(&call - calls_.data());
  const bool taken = std::ranges::any_of(
      calls_, [&](const Call& other) { return &other != &call && other.part && other.id == call.id; });
  if (call.id.empty() || taken) call.id = minted_tool_id(context_.id_seed, position);
  ir::Opened opened{.index = next_part_++};
  const auto kind = call.custom ? ir::ToolCall::Kind::custom : ir::ToolCall::Kind::function;
  opened.part.body = context_.names.restored({.id = call.id, .name = call.name, .kind = kind});
  call.part = opened.index;
  // Said at once where it is known: a client's protocol may need to say it before the call.
  if (!call.signature.empty())
    opened.part.signature = ir::Signature{.blob = std::exchange(call.signature, {}), .signer = ir::Dialect::gemini};
  out.emplace_back(std::move(opened));
  if (!call.arguments.empty()) out.emplace_back(ir::ArgumentsGrew{.index = *call.part, .text = call.arguments});
}

int DeltaReader::grow(Kind kind, std::vector<ir::Event>& out) {
  if (current_ && current_->first == kind) return current_->second;
  close_current(out);
  ir::Opened opened{.index = next_part_++};
  switch (kind) {
    case Kind::text: opened.part.body = ir::Text{}; break;
    case Kind::refusal: opened.part.body = ir::Refusal{}; break;
    case Kind::reasoning: opened.part.body = ir::Reasoning{}; break;
  }
  part_begin_ = content_.size();
  current_.emplace(kind, opened.index);
  out.emplace_back(std::move(opened));
  return current_->second;
}

void DeltaReader::close_current(std::vector<ir::Event>& out) {
  if (current_) out.emplace_back(ir::Closed{.index = current_->second});
  current_.reset();
}

void DeltaReader::finish(std::vector<ir::Event>& out) {
  close_current(out);
  // OpenRouter's word for a failure of its own upstream (2026).
  if (finish_ == "error") {
    out.emplace_back(
        ir::Failed{.error = {.code = Code::internal_5xx, .message = "The upstream ended its answer with an error."}});
    return;
  }
  bool called = false;
  for (const auto& call : calls_) {
    if (call.part) {
      out.emplace_back(ir::Closed{.index = *call.part});
      called = true;
    } else if (!call.id.empty() || !call.arguments.empty()) {
      out.emplace_back(ir::Failed{
          .error = {.code = Code::translate_reply, .message = "The upstream called a tool without naming it."}});
      return;
    }
  }
  const auto word = finish_.empty() ? std::string_view("stop") : std::string_view(finish_);
  out.emplace_back(ir::Finished{.stop = stop_info(word, called, refused_)});
}

}  // namespace agt::dialect::openai_chat
