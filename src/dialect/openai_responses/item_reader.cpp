#include "dialect/openai_responses/item_reader.h"

#include <algorithm>

#include "dialect/members.h"
#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/reply.h"

namespace agt::dialect::openai_responses {
namespace {

constexpr std::string_view between_sections = "\n\n";

// What of a whole text has not been streamed; nothing when the two do not fit together.
std::string remainder(std::string_view whole, std::string_view so_far) {
  return whole.starts_with(so_far) ? std::string(whole.substr(so_far.size())) : std::string();
}

// An item's id and phase go back to the server with the part that came from it.
ir::Extras item_extras(json::Value item) {
  ir::Extras extras{.origin = here};
  for (const std::string_view key : {"id", "phase"})
    if (item[key].present()) extras.spelling.push_back({.key = std::string(key), .value = item[key].keep()});
  return extras;
}

}  // namespace

void ItemReader::start(json::Value response, Events& out) {
  if (started_) return;
  started_ = true;
  out.emplace_back(ir::Started{.id = response["id"].text_or(""), .model = response["model"].text_or("")});
}

void ItemReader::take(std::string_view type, json::Value event, Events& out) {
  if (type == event::text_delta) return take_words(event, false, out);
  if (type == event::refusal_delta) return take_words(event, true, out);
  if (type == event::arguments_delta) return take_call(event, Kind::function, out);
  if (type == event::input_delta) return take_call(event, Kind::custom, out);
  if (type == event::summary_delta) return take_thought(event, false, out);
  if (type == event::reasoning_delta) return take_thought(event, true, out);
  if (type == event::item_added) {
    start({}, out);
    add(event["output_index"].integer_or(0), event["item"], out);
  } else if (type == event::item_done) {
    start({}, out);
    const auto index = event["output_index"].integer_or(0);
    auto* item = known(index, event["item"]["id"].text_or(""));
    done(item != nullptr ? *item : add(index, event["item"], out), event["item"], out);
  } else if (type == event::part_added || type == event::part_done) {
    const auto part = event["part"];
    const bool refusal = part["type"].is(part::refusal);
    if (!refusal && !part["type"].is(part::output_text)) return;
    auto& item = item_at(event, Kind::message, out);
    if (item.kind != Kind::message || item.done) return;
    auto& content = content_at(item, event["content_index"].integer_or(0), refusal, out);
    if (type == event::part_done) close(content, part, out);
  } else if (type == event::annotation) {
    auto& item = item_at(event, Kind::message, out);
    if (item.kind != Kind::message || item.done) return;
    auto& content = content_at(item, event["content_index"].integer_or(0), false, out);
    content.annotations.emplace_back(event["annotation"].raw());
  }
}

ItemReader::Item* ItemReader::known(std::int64_t index, std::string_view id) {
  // By id where there is one: servers that leave items out of the stream count the others differently at its end.
  const auto by_id = std::ranges::find_if(items_, [&](const Item& one) { return !id.empty() && one.id == id; });
  if (by_id != items_.end()) return &*by_id;
  const auto by_index = std::ranges::find_if(
      items_, [&](const Item& one) { return one.index == index && (id.empty() || one.id.empty()); });
  return by_index == items_.end() ? nullptr : &*by_index;
}

// The item that an event is about, also when nobody has announced it.
ItemReader::Item& ItemReader::item_at(json::Value event, Kind kind, Events& out) {
  start({}, out);
  const auto index = event["output_index"].integer_or(0);
  const auto id = event["item_id"].text_or("");
  if (auto* item = known(index, id)) return *item;
  auto& item = items_.emplace_back(Item{.index = index, .id = id, .kind = kind});
  item.extras.origin = here;
  if (!id.empty()) item.extras.spelling.push_back({.key = "id", .value = {json::quoted(id)}});
  if (kind == Kind::reasoning) open_reasoning(item, {}, out);
  return item;
}

ItemReader::Item& ItemReader::add(std::int64_t index, json::Value value, Events& out) {
  const auto id = value["id"].text_or("");
  if (auto* item = known(index, id)) return *item;
  auto& item = items_.emplace_back(Item{.index = index, .id = id, .extras = item_extras(value)});
  const auto type = value["type"].text_or("");
  if (type == item::message) item.kind = Kind::message;
  if (type == item::reasoning) item.kind = Kind::reasoning;
  if (type == item::function_call) item.kind = Kind::function;
  if (type == item::custom_call) item.kind = Kind::custom;
  open(item, value, out);
  return item;
}

void ItemReader::open(Item& item, json::Value value, Events& out) {
  switch (item.kind) {
    case Kind::message:
    case Kind::other: return;
    case Kind::reasoning: return open_reasoning(item, value, out);
    case Kind::function:
    case Kind::custom: return open_call(item, value, out);
  }
}

int ItemReader::open_part(ir::Part part, Events& out) {
  out.emplace_back(ir::Opened{.index = next_part_, .part = std::move(part)});
  return next_part_++;
}

void ItemReader::open_call(Item& item, json::Value value, Events& out) {
  const auto kind = item.kind == Kind::custom ? ir::ToolCall::Kind::custom : ir::ToolCall::Kind::function;
  ir::ToolCall call{.id = value["call_id"].text_or(""),
                    .name = value["name"].text_or(""),
                    .kind = kind,
                    .name_space = value["namespace"].text_or("")};
  if (call.id.empty()) call.id = minted_tool_id(context_.id_seed, calls_);
  ++calls_;
  ir::Part part{.extras = item.extras};
  part.body = context_.names.restored(std::move(call));
  item.part = open_part(std::move(part), out);
}

void ItemReader::open_reasoning(Item& item, json::Value value, Events& out) {
  ir::Reasoning reasoning;
  ir::Part part{.extras = item.extras};
  item.sealed = value[sealed].text_or("");
  auto signature = signature_of(item.sealed, reasoning);
  if (reasoning.redacted) part.signature = std::move(signature);  // it is the whole content
  part.body = std::move(reasoning);
  item.part = open_part(std::move(part), out);
}

ItemReader::Content& ItemReader::content_at(Item& item, std::int64_t index, bool refusal, Events& out) {
  const auto found = std::ranges::find(item.contents, index, &Content::index);
  if (found != item.contents.end()) return *found;
  ir::Part part{.extras = item.extras};
  if (refusal) {
    part.body = ir::Refusal{};
    refused_ = true;
  }
  return item.contents.emplace_back(
      Content{.index = index, .part = open_part(std::move(part), out), .refusal = refusal});
}

void ItemReader::grow(Content& content, std::string text, Events& out) {
  if (text.empty() || content.closed) return;
  content.text += text;
  if (content.refusal)
    out.emplace_back(ir::RefusalGrew{.index = content.part, .text = std::move(text)});
  else
    out.emplace_back(ir::TextGrew{.index = content.part, .text = std::move(text)});
}

void ItemReader::take_words(json::Value event, bool refusal, Events& out) {
  auto& item = item_at(event, Kind::message, out);
  if (item.kind != Kind::message || item.done) return;
  auto& content = content_at(item, event["content_index"].integer_or(0), refusal, out);
  if (content.refusal == refusal) grow(content, event["delta"].text_or(""), out);
}

// Citations come after the text that they count the characters of.
void ItemReader::close(Content& content, json::Value part, Events& out) {
  if (content.closed) return;
  grow(content, remainder(part[content.refusal ? "refusal" : "text"].text_or(""), content.text), out);
  if (content.annotations.empty())
    for (const auto annotation : part["annotations"].children()) content.annotations.emplace_back(annotation.raw());
  for (const auto& annotation : content.annotations) {
    const auto document = json::Document::parse(annotation);
    if (!document || content.refusal) continue;
    if (auto citation = read_citation(document->root(), content.text))
      out.emplace_back(ir::Cited{.index = content.part, .citation = *std::move(citation)});
  }
  content.closed = true;
  out.emplace_back(ir::Closed{.index = content.part});
}

void ItemReader::take_thought(json::Value event, bool raw, Events& out) {
  auto& item = item_at(event, Kind::reasoning, out);
  if (item.kind != Kind::reasoning || item.done || !item.part) return;
  auto text = event["delta"].text_or("");
  if (text.empty()) return;
  if (item.text.empty()) item.raw_thoughts = raw;
  if (item.raw_thoughts != raw) return;
  const auto section = event[raw ? "content_index" : "summary_index"].integer_or(0);
  if (!item.text.empty() && section != item.section) text.insert(0, between_sections);
  item.section = section;
  item.text += text;
  out.emplace_back(ir::ThoughtGrew{.index = *item.part, .text = std::move(text)});
}

void ItemReader::take_call(json::Value event, Kind kind, Events& out) {
  auto* item = known(event["output_index"].integer_or(0), event["item_id"].text_or(""));
  // A call that nobody announced has no name yet; output_item.done will say all of it.
  if (item == nullptr || item->kind != kind || item->done || !item->part) return;
  auto text = event["delta"].text_or("");
  if (text.empty()) return;
  item->text += text;
  out.emplace_back(ir::ArgumentsGrew{.index = *item->part, .text = std::move(text)});
}

void ItemReader::done(Item& item, json::Value value, Events& out) {
  if (item.done) return;
  switch (item.kind) {
    case Kind::message: done_message(item, value, out); break;
    case Kind::reasoning: {
      const auto whole = reasoning_of(value);
      auto rest = item.raw_thoughts ? std::string() : remainder(std::get<ir::Reasoning>(whole.body).text, item.text);
      if (!rest.empty()) out.emplace_back(ir::ThoughtGrew{.index = *item.part, .text = std::move(rest)});
      if (auto text = value[sealed].text_or(""); !text.empty()) item.sealed = std::move(text);
      break;
    }
    case Kind::function:
    case Kind::custom: {
      auto rest = remainder(value[item.kind == Kind::custom ? "input" : "arguments"].text_or(""), item.text);
      if (!rest.empty()) out.emplace_back(ir::ArgumentsGrew{.index = *item.part, .text = std::move(rest)});
      break;
    }
    case Kind::other: done_other(item, value, out); break;
  }
  close_item(item, out);
}

void ItemReader::done_message(Item& item, json::Value value, Events& out) {
  std::int64_t index = 0;
  for (const auto part : value["content"].children()) {
    const bool refusal = part["type"].is(part::refusal);
    if (refusal || part["type"].is(part::output_text)) close(content_at(item, index, refusal, out), part, out);
    ++index;
  }
}

// An image is one for everybody; what else a server ran is understood by its own clients only.
void ItemReader::done_other(Item& item, json::Value value, Events& out) {
  if (!value.is_object()) return;
  ir::Part part;
  const auto result = value["result"].text_or("");
  if (value["type"].is(item::image_call) && !result.empty()) {
    const auto format = value["output_format"].text_or("png");
    part.extras = item.extras;
    part.body =
        ir::Media{.kind = ir::MediaKind::image, .mime = "image/" + format, .source = ir::InlineData{.base64 = result}};
  } else {
    part.body = ir::Opaque{.origin = here, .raw = value.keep()};
  }
  item.part = open_part(std::move(part), out);
}

void ItemReader::close_item(Item& item, Events& out) {
  if (std::exchange(item.done, true)) return;
  for (auto& content : item.contents) close(content, {}, out);
  if (!item.part) return;
  if (item.kind == Kind::reasoning) {
    ir::Reasoning reasoning;
    auto signature = signature_of(item.sealed, reasoning);
    if (signature && !reasoning.redacted)
      out.emplace_back(ir::Signed{.index = *item.part, .signature = *std::move(signature)});
  }
  out.emplace_back(ir::Closed{.index = *item.part});
}

void ItemReader::finish(json::Value response, Events& out) {
  start(response, out);
  std::int64_t index = 0;
  for (const auto value : response["output"].children()) {
    auto* item = known(index, value["id"].text_or(""));
    if (item == nullptr) item = known(index, {});  // servers that give an item a new id at the end
    if (item == nullptr) item = &add(index, value, out);
    done(*item, value, out);
    ++index;
  }
  for (auto& item : items_) close_item(item, out);
  if (auto usage = usage_in(response)) out.emplace_back(ir::Metered{.usage = *std::move(usage)});
  out.emplace_back(ir::Finished{.stop = stop_info(response, calls_ > 0, refused_)});
}

}  // namespace agt::dialect::openai_responses
