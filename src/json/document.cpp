#include "json/document.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/text.h"
#include "json/outliner.h"

namespace agt::json {
namespace {

void append_utf8(std::string& out, std::uint32_t point) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0U | (point >> 6U));
    byte(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    byte(0xE0U | (point >> 12U));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  } else {
    byte(0xF0U | (point >> 18U));
    byte(0x80U | ((point >> 12U) & 0x3FU));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  }
}

std::uint32_t hex4(std::string_view s) {
  std::uint32_t value = 0;
  std::from_chars(s.data(), s.data() + std::min<std::size_t>(4, s.size()), value, 16);
  return value;
}

// Appends the code point of the \uXXXX at literal[at] and returns the number of bytes it took.
std::size_t append_unicode_escape(std::string& out, std::string_view literal, std::size_t at) {
  constexpr std::uint32_t replacement = 0xFFFD;
  constexpr std::size_t length = 6;
  const auto first = hex4(literal.substr(at + 2));
  if (first < 0xD800 || first > 0xDFFF) {
    append_utf8(out, first);
    return length;
  }
  const bool pair = first < 0xDC00 && literal.substr(at + length).starts_with("\\u");
  const auto second = pair ? hex4(literal.substr(at + length + 2)) : 0;
  if (second < 0xDC00 || second > 0xDFFF) {
    append_utf8(out, replacement);
    return length;
  }
  append_utf8(out, 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00));
  return 2 * length;
}

char simple_escape(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

}  // namespace

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
  out.reserve(literal.size());
  std::size_t i = 0;
  while (i < literal.size()) {
    const auto slash = std::min(literal.find('\\', i), literal.size());
    out.append(literal, i, slash - i);
    i = slash;
    if (i + 1 >= literal.size()) break;
    if (literal[i + 1] == 'u') {
      i += append_unicode_escape(out, literal, i);
    } else {
      out += simple_escape(literal[i + 1]);
      i += 2;
    }
  }
  return out;
}

Result<Document> Document::parse(std::string_view text) {
  thread_local Scratch scratch;  // events of a stream are many and small
  return parse(text, scratch);
}

Result<Document> Document::parse(std::string_view text, Scratch& scratch) {
  Outliner outliner(text, scratch);
  TRY(auto nodes, outliner.outline());
  Document document;
  document.source_ = text;
  document.nodes_ = std::move(nodes);
  return document;
}

Result<Document> Document::parse_members(std::string_view text, Scratch& scratch) {
  Outliner outliner(text, scratch, Outliner::Depth::members);
  TRY(auto nodes, outliner.outline());
  Document document;
  document.source_ = text;
  document.nodes_ = std::move(nodes);
  return document;
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
  Value found;
  for (const auto child : children()) {
    const auto& node = document_->node(child.index_);
    const bool may_be = node.key_size == key.size() || node.key_escaped;
    if (may_be && child.key_is(key)) found = child;
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
