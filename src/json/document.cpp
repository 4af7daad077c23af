#include "json/document.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/text.h"
#include "json/escapes.h"
#include "json/outliner.h"

namespace agt::json {

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::missing: return "missing";
    case Kind::null: return "null";
    case Kind::boolean: return "a boolean";
    case Kind::number: return "a number";
    case Kind::string: return "a string";
    case Kind::array: return "an array";
    case Kind::object: return "an object";
  }
  std::unreachable();
}

std::string unescaped(std::string_view literal) {
  std::string out;
  out.resize_and_overwrite(literal.size(), [&](char* to, std::size_t /*size*/) {
    return static_cast<std::size_t>(unescape(to, literal) - to);
  });
  return out;
}

Result<Document> Document::parse(std::string_view text) {
  Scratch scratch;
  return parse(text, scratch);
}

Result<Document> Document::outlined(Outliner outliner, std::string_view text) {
  TRY(auto nodes, outliner.outline());
  Document document;
  document.source_ = text;
  document.nodes_ = std::move(nodes);
  document.structure_ = outliner.structure();
  return document;
}

Result<Document> Document::parse(std::string_view text, Scratch& scratch) {
  return outlined(Outliner(text, scratch), text);
}

Result<Document> Document::parse_members(std::string_view text, Scratch& scratch) {
  return outlined(Outliner(text, scratch, Outliner::Depth::members), text);
}

Result<Document> Document::parse_rest(const Document& members, Scratch& scratch) {
  return outlined(Outliner(members.source_, scratch, Outliner::Depth::all, members.structure_), members.source_);
}

Result<Document> Document::parse_owned(std::string text) {
  auto owned = std::make_unique<std::string>(std::move(text));
  TRY(auto document, parse(*owned));
  document.owned_ = std::move(owned);
  return document;
}

std::size_t Value::begin_offset() const { return document_ == nullptr ? 0 : document_->node(index_).begin; }
std::size_t Value::end_offset() const { return document_ == nullptr ? 0 : document_->node(index_).end; }

std::unexpected<Error> Value::refuse(std::string_view must_be) const {
  auto at = path();
  auto message = fmt::format("{}: must be {}, not {}.", at.empty() ? "The body" : at, must_be, name(kind()));
  return fail(Code::schema, std::move(message), std::move(at));
}

Result<std::string> Value::text() const {
  if (kind() != Kind::string) return refuse("a string");
  const auto literal = raw().substr(1, raw().size() - 2);
  return document_->node(index_).escaped ? unescaped(literal) : std::string(literal);
}

Result<Words> Value::words() const {
  if (kind() != Kind::string) return refuse("a string");
  const auto& node = document_->node(index_);
  const auto literal = raw().substr(1, raw().size() - 2);
  if (node.surrogates) return Words(unescaped(literal));  // half a pair must not go on
  return Words::spelled(literal, node.escaped, document_->keeper_);
}

Result<bool> Value::boolean() const {
  if (kind() != Kind::boolean) return refuse("true or false");
  return raw() == "true";
}

Result<double> Value::number() const {
  if (kind() != Kind::number) return refuse("a number");
  double value = 0;
  const auto text = raw();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return refuse("a number within the range of a double");
  return value;
}

Result<std::int64_t> Value::integer() const {
  if (kind() != Kind::number) return refuse("an integer");
  if (const auto whole = text::parse_number<std::int64_t>(raw())) return *whole;
  constexpr double exact_max = 9007199254740992.0;  // 2^53: beyond it a double is not one integer
  TRY(const auto value, number());
  if (std::trunc(value) != value || std::fabs(value) > exact_max) return refuse("an integer");
  return static_cast<std::int64_t>(value);
}

std::string Value::text_or(std::string_view fallback) const {
  auto value = kind() == Kind::string ? text() : Result<std::string>(fallback);
  return *std::move(value);
}
bool Value::boolean_or(bool fallback) const { return kind() == Kind::boolean ? raw() == "true" : fallback; }
double Value::number_or(double fallback) const {
  return kind() == Kind::number ? number().value_or(fallback) : fallback;
}
std::int64_t Value::integer_or(std::int64_t fallback) const {
  return kind() == Kind::number ? integer().value_or(fallback) : fallback;
}

bool Value::is(std::string_view s) const {
  if (kind() != Kind::string) return false;
  const auto literal = raw().substr(1, raw().size() - 2);
  return document_->node(index_).escaped ? unescaped(literal) == s : literal == s;
}

Value Value::operator[](std::string_view key) const {
  if (kind() != Kind::object) return {};
  const auto* const nodes = document_->nodes_.data();
  const auto* const text = document_->source_.data();
  const auto end = nodes[index_].next;
  Value found;
  for (auto i = index_ + 1; i < end; i = nodes[i].next) {
    const auto& node = nodes[i];
    if (node.key_size != key.size() && !node.key_escaped) continue;
    // Most names of the same length differ in their first byte.
    if (!node.key_escaped && !key.empty() && text[node.key_begin + 1] != key.front()) continue;
    const Value child(document_, i);
    if (child.key_is(key)) found = child;
  }
  return found;
}

Value Value::operator[](std::size_t index) const {
  if (kind() != Kind::array) return {};
  for (const auto child : children())
    if (index-- == 0) return child;
  return {};
}

std::string Value::key() const {
  if (document_ == nullptr) return {};
  const auto& node = document_->node(index_);
  if (node.key_begin == 0) return {};
  const auto literal = document_->key_literal(node);
  return node.key_escaped ? unescaped(literal) : std::string(literal);
}

bool Value::key_is(std::string_view name) const {
  const auto& node = document_->node(index_);
  if (node.key_begin == 0) return false;
  const auto literal = document_->key_literal(node);
  return node.key_escaped ? unescaped(literal) == name : literal == name;
}

std::size_t Value::size() const { return document_ == nullptr ? 0 : document_->node(index_).children; }

std::string Value::path() const {
  if (document_ == nullptr || index_ == 0) return {};
  const auto& node = document_->node(index_);
  const Value parent(document_, node.parent);
  auto path = parent.path();
  if (node.key_begin != 0) {
    if (!path.empty()) path += '.';
    return path + key();
  }
  std::size_t position = 0;
  for (const auto sibling : parent.children()) {
    if (sibling.index_ == index_) break;
    ++position;
  }
  return path + fmt::format("[{}]", position);
}

}  // namespace agt::json
