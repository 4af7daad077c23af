#include "dialect/members.h"

#include <fmt/format.h>

#include <algorithm>

namespace agt::dialect {

MembersIn::MembersIn(json::Value object, ir::Extras& extras, ir::Dialect origin, std::string prefix, Keep keep_one)
    : object_(object), extras_(extras), prefix_(std::move(prefix)), keep_(keep_one) {
  extras_.origin = origin;
  if (object.size() > bits) taken_beyond_.resize(object.size() - bits);
}

void MembersIn::mark(std::size_t i) {
  if (i < bits)
    taken_ |= std::uint64_t{1} << i;
  else
    taken_beyond_[i - bits] = true;
}

void MembersIn::keep(ir::Extras& extras, std::string key, json::Value value) {
  extras.fields.push_back({.key = std::move(key), .value = value.keep()});
}

json::Value MembersIn::take(std::string_view key) {
  json::Value found;
  std::size_t i = 0;
  for (const auto child : object_.children()) {
    const auto at = i++;
    if (taken(at) || !child.key_is(key)) continue;
    found = child;
    mark(at);
  }
  if (found.kind() != json::Kind::null) return found;
  spell(key, found.raw());
  return {};
}

Result<json::Value> MembersIn::need(std::string_view key) {
  json::Value found;
  std::size_t i = 0;
  for (const auto child : object_.children()) {
    const auto at = i++;
    if (!child.key_is(key)) continue;
    found = child;
    mark(at);
  }
  if (!found.exists()) return missing_member(object_, key);
  return found;
}

Result<std::string> MembersIn::need_text(std::string_view key) {
  TRY(const auto value, need(key));
  return value.text();
}

Result<json::Words> MembersIn::need_words(std::string_view key) {
  TRY(const auto value, need(key));
  return value.words();
}

Result<> MembersIn::take_text(std::string_view key, std::string& out) {
  const auto value = take(key);
  if (!value.exists()) return {};
  TRY(out, value.text());
  if (out.empty()) spell(key, value.raw());  // an empty text is not written unless somebody wrote it before
  return {};
}

void MembersIn::keep_unweighed(std::initializer_list<std::string_view> keys) {
  for (const auto key : keys)
    if (const auto value = take(key); value.exists()) spell(key, value.raw());
}

void MembersIn::spell(std::string_view key, std::string_view raw) {
  extras_.spelling.push_back({.key = prefix_ + std::string(key), .value = {std::string(raw)}});
}

void MembersIn::keep_rest() {
  std::size_t i = 0;
  for (const auto child : object_.children()) {
    const auto at = i++;
    if (taken(at)) continue;
    mark(at);
    keep_(extras_, prefix_ + child.key(), child);
  }
}

MembersOut::MembersOut(json::Writer& writer, const ir::Extras& extras, ir::Dialect origin, std::string prefix)
    : writer_(writer), extras_(extras), origin_(origin), prefix_(std::move(prefix)) {
  writer_.begin_object();
}

json::Writer& MembersOut::key(std::string_view name) {
  settled(name);
  writer_.key(name);
  return writer_;
}

void MembersOut::settled(std::string_view name) { written_.emplace_back(name); }

MembersOut MembersOut::inner(std::string_view name) {
  key(name);
  auto prefix = fmt::format("{}{}.", prefix_, name);
  inner_prefixes_.push_back(prefix);
  return {writer_, extras_, origin_, std::move(prefix)};
}

void MembersOut::rest(const std::vector<json::RawField>& fields) {
  for (const auto& field : fields) {
    const bool deeper =
        std::ranges::any_of(inner_prefixes_, [&](const auto& inner) { return field.key.starts_with(inner); });
    if (field.value.empty() || deeper || !field.key.starts_with(prefix_)) continue;
    const auto name = field.key.substr(prefix_.size());
    if (std::ranges::find(written_, name) == written_.end()) key(name).value(field.value);
  }
}

void MembersOut::end() {
  if (extras_.origin == origin_) {
    rest(extras_.spelling);
    rest(extras_.fields);
  }
  writer_.end_object();
}

const json::Raw* spelling(const ir::Extras& extras, ir::Dialect origin, std::string_view key) {
  if (extras.origin != origin) return nullptr;
  const auto found = std::ranges::find(extras.spelling, key, &json::RawField::key);
  return found == extras.spelling.end() ? nullptr : &found->value;
}

void spell(ir::Extras& extras, ir::Dialect origin, std::string_view key, std::string_view raw) {
  extras.origin = origin;
  extras.spelling.push_back({.key = std::string(key), .value = {std::string(raw)}});
}

std::unexpected<Error> missing_member(json::Value object, std::string_view key) {
  const auto at = object.path();
  auto field = at.empty() ? std::string(key) : fmt::format("{}.{}", at, key);
  auto message = fmt::format("{}: is missing.", field);
  return fail(Code::schema, std::move(message), std::move(field));
}

}  // namespace agt::dialect
