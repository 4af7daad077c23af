#include "dialect/openai_chat/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agt::dialect::openai_chat {
namespace {

// Fields that cannot change an answer: names of users, caches, what is kept about the request, what only speeds it up.
constexpr std::array harmless_fields{
    "metadata", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "prediction", "safety_identifier",
    "user",     "max_tokens",
};

bool is_harmless(std::string_view key, json::Value value) {
  if (key == "image_url.detail") return value.is("auto");
  if (key == "modalities") return value.size() == 1 && value[std::size_t{0}].is("text");
  return std::ranges::find(harmless_fields, key) != harmless_fields.end();
}

}  // namespace

void keep(ir::Extras& extras, std::string key, json::Value value) {
  if (is_harmless(key, value)) {
    extras.harmless.push_back(key);
  } else if (key == "modalities" || key == "response_format") {
    extras.essential.push_back(key);
  }
  extras.fields.push_back({.key = std::move(key), .value = value.keep()});
}

ObjectIn::ObjectIn(json::Value object, ir::Extras& extras, std::string prefix)
    : object_(object), extras_(extras), prefix_(std::move(prefix)) {
  extras_.origin = here;
  for (const auto child : object.children()) rest_.push_back(child);
}

json::Value ObjectIn::take(std::string_view key) {
  json::Value found;
  std::erase_if(rest_, [&](json::Value child) {
    if (!child.key_is(key)) return false;
    found = child;
    return true;
  });
  if (found.kind() != json::Kind::null) return found;
  spell(key, found.raw());
  return {};
}

Result<json::Value> ObjectIn::need(std::string_view key) {
  const auto found = object_[key];
  if (!found.exists()) return missing(object_, key);
  std::erase_if(rest_, [&](json::Value child) { return child.key_is(key); });
  return found;
}

void ObjectIn::spell(std::string_view key, std::string_view raw) {
  openai_chat::spell(extras_, prefix_ + std::string(key), raw);
}

void ObjectIn::keep_rest() {
  for (const auto child : rest_) keep(extras_, prefix_ + child.key(), child);
  rest_.clear();
}

ObjectOut::ObjectOut(json::Writer& writer, const ir::Extras& extras, std::string prefix)
    : writer_(writer), extras_(extras), prefix_(std::move(prefix)) {
  writer_.begin_object();
}

json::Writer& ObjectOut::key(std::string_view name) {
  settled(name);
  writer_.key(name);
  return writer_;
}

void ObjectOut::settled(std::string_view name) { written_.emplace_back(name); }

ObjectOut ObjectOut::inner(std::string_view name) {
  key(name);
  auto prefix = fmt::format("{}{}.", prefix_, name);
  inner_prefixes_.push_back(prefix);
  return {writer_, extras_, std::move(prefix)};
}

void ObjectOut::rest(const std::vector<json::RawField>& fields) {
  for (const auto& field : fields) {
    const bool deeper =
        std::ranges::any_of(inner_prefixes_, [&](const auto& inner) { return field.key.starts_with(inner); });
    if (field.value.empty() || deeper || !field.key.starts_with(prefix_)) continue;
    const auto name = field.key.substr(prefix_.size());
    if (std::ranges::find(written_, name) == written_.end()) key(name).value(field.value);
  }
}

void ObjectOut::end() {
  if (extras_.origin == here) {
    rest(extras_.spelling);
    rest(extras_.fields);
  }
  writer_.end_object();
}

const json::Raw* spelling(const ir::Extras& extras, std::string_view key) {
  if (extras.origin != here) return nullptr;
  const auto found = std::ranges::find(extras.spelling, key, &json::RawField::key);
  return found == extras.spelling.end() ? nullptr : &found->value;
}

void spell(ir::Extras& extras, std::string_view key, std::string_view raw) {
  extras.origin = here;
  extras.spelling.push_back({.key = std::string(key), .value = {std::string(raw)}});
}

std::unexpected<Error> missing(json::Value object, std::string_view key) {
  const auto at = object.path();
  auto field = at.empty() ? std::string(key) : fmt::format("{}.{}", at, key);
  auto message = fmt::format("{}: is missing.", field);
  return fail(Code::schema, std::move(message), std::move(field));
}

Result<> take_text(ObjectIn& in, std::string_view key, std::string& out) {
  const auto value = in.take(key);
  if (!value.exists()) return {};
  TRY(out, value.text());
  if (out.empty()) in.spell(key, value.raw());  // an empty text is not written unless somebody wrote it before
  return {};
}

}  // namespace agt::dialect::openai_chat
