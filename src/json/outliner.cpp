#include "json/outliner.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "json/limits.h"

namespace agt::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// RFC 8259 §6.
bool is_number(std::string_view s) {
  std::size_t i = 0;
  const auto digits = [&] {
    const auto begin = i;
    while (i < s.size() && is_digit(s[i])) ++i;
    return i - begin;
  };
  if (i < s.size() && s[i] == '-') ++i;
  const bool zero_first = i < s.size() && s[i] == '0';
  const auto whole = digits();
  if (whole == 0 || (zero_first && whole > 1)) return false;
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == s.size();
}

constexpr std::array<bool, 256> simple_escapes = [] {
  std::array<bool, 256> table{};
  for (const char c : {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Length of the valid escape that starts at s[0] == '\\', or 0.
inline std::size_t escape_length(std::string_view s) {
  if (s.size() < 2) return 0;
  if (simple_escapes[static_cast<unsigned char>(s.data()[1])]) return 2;
  if (s.data()[1] != 'u') return 0;
  constexpr std::size_t whole = 6;
  if (s.size() < whole) return 0;
  for (std::size_t i = 2; i < whole; ++i)
    if (!is_hex(s[i])) return 0;
  return whole;
}

// Checks every escape in [at, end): nullptr when all are right, else the first wrong one. `at` is a backslash or end.
// Tool results are full of code, so escapes are many: the blocks are searched sixteen bytes at once.
const char* wrong_escape(const char* at, const char* end) {
  const char* next = at;  // bytes before this belong to an escape already checked
#ifdef __SSE2__
  const __m128i backslash = _mm_set1_epi8('\\');
  constexpr std::ptrdiff_t width = sizeof(__m128i);
  for (; end - at >= width; at += width) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    auto hits = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, backslash)));
    for (; hits != 0; hits &= hits - 1) {
      const char* const hit = at + std::countr_zero(hits);
      if (hit < next) continue;
      const auto length = escape_length({hit, static_cast<std::size_t>(end - hit)});
      if (length == 0) return hit;
      next = hit + length;
    }
  }
#endif
  for (at = std::max(at, next); at < end; ++at) {
    if (*at != '\\') continue;
    const auto length = escape_length({at, static_cast<std::size_t>(end - at)});
    if (length == 0) return at;
    at += length - 1;
  }
  return nullptr;
}

}  // namespace

struct Scratch::Structure {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser{};
  std::vector<Document::Node> nodes{};  // room for an outline under way
};
Scratch::Scratch() : structure_(std::make_unique<Structure>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

bool Outliner::broken(std::size_t at, std::string_view why) {
  return refuse(Code::bad_json, fmt::format("The body is not valid JSON: {} at byte {}.", why, at));
}

bool Outliner::refuse(Code code, std::string message) {
  error_ = Error{.code = code, .message = std::move(message)};
  return false;
}

bool Outliner::find_structure() {
  if (text_.size() >= document_bytes_max) return refuse(Code::body_too_large, "The JSON text is too long.");
  if (text_.starts_with("\xEF\xBB\xBF")) return broken(0, "a byte order mark");
  auto& parser = scratch_.structure_->parser;
  auto error = simdjson::SUCCESS;
  if (!parser) {  // for the first text just what it needs: most scratches live for one text only
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(text_.size(), 1, parser);
  } else {
    const auto capacity = std::max(text_.size(), scratch_bytes_min);
    const bool fits =
        parser->capacity() >= text_.size() && parser->capacity() <= std::max(capacity, scratch_bytes_kept);
    if (!fits) error = parser->allocate(capacity, 1);
  }
  if (error == simdjson::SUCCESS)
    error = parser->stage1(reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size(),
                           simdjson::stage1_mode::regular);
  if (error == simdjson::EMPTY) return refuse(Code::bad_json, "The body is empty; a JSON value is needed.");
  if (error == simdjson::UTF8_ERROR) return refuse(Code::bad_json, "The body is not valid UTF-8.");
  if (error == simdjson::UNCLOSED_STRING) return broken(text_.size(), "a string without its closing quote");
  if (error != simdjson::SUCCESS)
    return refuse(Code::bad_json, fmt::format("The body is not valid JSON: {}", simdjson::error_message(error)));
  structure_ = parser->structural_indexes.get();
  structure_size_ = parser->n_structural_indexes;
  return true;
}

Result<std::vector<Document::Node>> Outliner::outline() {
  if (!walk()) return std::unexpected(std::move(error_));
  const auto* const nodes = nodes_->data();
  return std::vector<Node>(nodes, nodes + count_);
}

bool Outliner::walk() {
  if (!find_structure()) return false;
  take_nodes();
  while (state_ != State::done) {
    if (at_end()) return broken(text_.size(), "the text ends too early");
    if (!step()) return false;
  }
  if (!at_end()) return broken(structure_[cursor_], "text after the end of the value");
  return true;
}

// The room of the last text, unless a large one left too much.
void Outliner::take_nodes() {
  nodes_ = &scratch_.structure_->nodes;
  if (nodes_->size() > nodes_kept_max && structure_size_ < nodes_kept_max) *nodes_ = {};
  if (nodes_->empty()) nodes_->resize(std::min(nodes_min, structure_size_ + 1));
}

bool Outliner::step() {
  const auto at = structure_[cursor_];
  const char c = text_.data()[at];
  switch (state_) {
    case State::first_member:
      if (c == '}') return close(Kind::object);
      return read_key();
    case State::member: return read_key();
    case State::first_element:
      if (c == ']') return close(Kind::array);
      return open_value(next_node());
    case State::value: return open_value(next_node());
    case State::after_value: return after_value(c);
    case State::done: break;
  }
  return broken(at, "an unexpected character");
}

// The place of the node that comes next; it counts only when open_value() has filled it.
Outliner::Node& Outliner::next_node() {
  if (count_ == nodes_->size()) nodes_->resize(2 * count_);
  auto& node = nodes_->data()[count_];
  node = {};
  return node;
}

// A member's name, and the value behind it.
bool Outliner::read_key() {
  const auto at = structure_[cursor_];
  if (text_.data()[at] != '"') return broken(at, "a member name is needed");
  StringEnd key;
  if (!string_end(at, cursor_ + 1, key)) return false;
  ++cursor_;
  if (at_end() || text_.data()[structure_[cursor_]] != ':')
    return broken(key.end, "a colon is needed after the member name");
  ++cursor_;
  auto& node = next_node();
  node.key_begin = at;
  node.key_size = key.end - at - 2;
  node.key_escaped = key.escaped;
  if (at_end()) return broken(text_.size(), "the text ends too early");
  return open_value(node);
}

bool Outliner::open_value(Node& node) {
  if (count_ >= nodes_max) return refuse(Code::body_too_large, "The JSON text has too many values.");
  const auto at = structure_[cursor_++];
  const auto index = static_cast<std::uint32_t>(count_);
  node.begin = at;
  node.next = index + 1;
  if (open_count_ != 0) {
    node.parent = open_.data()[open_count_ - 1];
    ++nodes_->data()[node.parent].children;
  }

  const char c = text_.data()[at];
  if (c == '{' || c == '[') {
    if (open_count_ >= depth_max) return broken(at, fmt::format("nesting deeper than {}", depth_max));
    node.kind = c == '{' ? Kind::object : Kind::array;
    ++count_;
    if (depth_ == Depth::members && open_count_ != 0) {
      state_ = State::after_value;
      return skip_nested(node);
    }
    open_.data()[open_count_++] = index;
    state_ = c == '{' ? State::first_member : State::first_element;
    return true;
  }
  if (!scalar(at, node)) return false;
  ++count_;
  state_ = open_count_ == 0 ? State::done : State::after_value;
  return true;
}

// Moves the cursor behind the bracket that closes `node`; the brackets between must match.
bool Outliner::skip_nested(Node& node) {
  std::array<char, depth_max> closing;  // NOLINT(*-member-init): what is read was written before
  std::size_t depth = 0;
  closing[depth++] = node.kind == Kind::object ? '}' : ']';
  for (; !at_end(); ++cursor_) {
    const auto at = structure_[cursor_];
    const char c = text_.data()[at];
    if (c == '{' || c == '[') {
      if (depth + open_count_ >= depth_max) return broken(at, fmt::format("nesting deeper than {}", depth_max));
      closing[depth++] = c == '{' ? '}' : ']';
    } else if (c == '}' || c == ']') {
      if (c != closing[--depth]) return broken(at, "a closing character of the wrong kind");
      if (depth > 0) continue;
      node.end = at + 1;
      ++cursor_;
      return true;
    }
  }
  return broken(text_.size(), "the text ends too early");
}

bool Outliner::scalar(std::uint32_t at, Node& node) {
  if (text_.data()[at] == '"') {
    StringEnd string;
    if (!string_end(at, cursor_, string)) return false;
    node.kind = Kind::string;
    node.end = string.end;
    node.escaped = string.escaped;
    return true;
  }
  // Up to the next structural character there is nothing but white space behind it.
  const char* const text = text_.data();
  auto end = static_cast<std::uint32_t>(at_end() ? text_.size() : structure_[cursor_]);
  while (is_space(text[end - 1])) --end;
  const std::string_view word(text + at, end - at);
  if (is_number(word))
    node.kind = Kind::number;
  else if (word == "null")
    node.kind = Kind::null;
  else if (word == "true" || word == "false")
    node.kind = Kind::boolean;
  else
    return broken(at, "an unexpected character");
  node.end = end;
  return true;
}

// Stage 1 has checked that the string closes and holds no raw control character. What follows it is the next structural
// character or the end of the text, with nothing but white space between: that is where its closing quote is.
bool Outliner::string_end(std::uint32_t at, std::size_t next, StringEnd& result) {
  std::size_t end = next < structure_size_ ? structure_[next] : text_.size();
  const char* const text = text_.data();
  while (end > at + 1 && is_space(text[end - 1])) --end;
  if (end <= at + 1 || text[end - 1] != '"') return broken(end, "a comma is needed");
  const auto* const inside = text + at + 1;
  const auto* const quote = text + end - 1;
  result.end = static_cast<std::uint32_t>(end);
  if (quote <= plain_until_) return true;
  const auto* slash = static_cast<const char*>(std::memchr(inside, '\\', static_cast<std::size_t>(quote - inside)));
  if (slash == nullptr) {
    // Strings are short and many, and backslashes often far: how far it is to the next is worth knowing.
    constexpr std::ptrdiff_t far = 4096;
    const auto ahead = std::min<std::ptrdiff_t>(text + text_.size() - quote, far);
    const auto* found = static_cast<const char*>(std::memchr(quote, '\\', static_cast<std::size_t>(ahead)));
    plain_until_ = found == nullptr ? quote + ahead : found;
    return true;
  }
  result.escaped = true;
  if (const auto* wrong = wrong_escape(slash, quote))
    return broken(static_cast<std::size_t>(wrong - text_.data()), "a wrong escape");
  return true;
}

bool Outliner::after_value(char c) {
  const auto at = structure_[cursor_];
  const auto kind = around().kind;
  if (c == ',') {
    ++cursor_;
    state_ = kind == Kind::object ? State::member : State::value;
    return true;
  }
  if (c == '}' && kind == Kind::object) return close(kind);
  if (c == ']' && kind == Kind::array) return close(kind);
  return broken(
      at, kind == Kind::object ? "a comma or a closing brace is needed" : "a comma or a closing bracket is needed");
}

bool Outliner::close(Kind kind) {
  auto& node = around();
  if (node.kind != kind) return broken(structure_[cursor_], "a closing character of the wrong kind");
  node.end = structure_[cursor_++] + 1;
  node.next = static_cast<std::uint32_t>(count_);
  --open_count_;
  state_ = open_count_ == 0 ? State::done : State::after_value;
  return true;
}

}  // namespace agt::json
