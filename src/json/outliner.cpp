#include "json/outliner.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "json/density.h"
#include "json/escapes.h"
#include "json/limits.h"

namespace agt::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// RFC 8259 §6.
bool is_number(std::string_view s) {
  std::size_t i = 0;
  if (s[0] >= '1' && s[0] <= '9') {  // most are short and whole
    while (i < s.size() && is_digit(s[i])) ++i;
    if (i == s.size()) return true;
    i = 0;
  }
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

}  // namespace

struct Scratch::Structure {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser{};
  std::vector<Document::Node> nodes{};  // room for an outline under way
  std::uint64_t number = 0;             // of the text that the parser has looked at last, in this whole process
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

std::uint64_t Outliner::structure() const { return scratch_.structure_->number; }

bool Outliner::find_structure() {
  auto& parser = scratch_.structure_->parser;
  if (known_ == 0 || known_ != scratch_.structure_->number) {
    if (!run_stage1()) return false;
  }
  structure_ = parser->structural_indexes.get();
  structure_size_ = parser->n_structural_indexes;
  return true;
}

bool Outliner::run_stage1() {
  if (text_.size() >= document_bytes_max) return refuse(Code::body_too_large, "The JSON text is too long.");
  if (text_.starts_with("\xEF\xBB\xBF")) return broken(0, "a byte order mark");
  if (text_.size() > sparse_text_bytes_max && too_dense_at(text_, structure_max))
    return refuse(Code::body_too_large, "The JSON text has too many values.");
  static std::atomic<std::uint64_t> last_number = 0;
  scratch_.structure_->number = last_number.fetch_add(1, std::memory_order_relaxed) + 1;
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
  return true;
}

Result<std::vector<Document::Node>> Outliner::outline() {
  const bool is_long = text_.size() > sparse_text_bytes_max;
  if (!walk()) {
    if (is_long) give_back(false);
    return std::unexpected(std::move(error_));
  }
  const auto* const nodes = nodes_->data();
  std::vector<Node> outline(nodes, nodes + count_);
  if (is_long) give_back(true);
  return outline;
}

// What a long text has taken; not what is needed once more, when only its members were wanted.
void Outliner::give_back(bool whole) {
  auto& structure = *scratch_.structure_;
  structure.nodes = {};
  if (whole && depth_ == Depth::members) return;
  structure.parser.reset();
  structure.number = 0;
}

bool Outliner::walk() {
  if (!find_structure()) return false;
  take_nodes();
  if (!value({})) return false;
  while (open_count_ != 0)
    if (!(around().kind == Kind::object ? members() : elements())) return false;
  if (!at_end()) return broken(structure_[cursor_], "text after the end of the value");
  return true;
}

// The room of the last text, unless a large one left too much.
void Outliner::take_nodes() {
  nodes_ = &scratch_.structure_->nodes;
  if (nodes_->size() > nodes_kept_max && structure_size_ < nodes_kept_max) *nodes_ = {};
  if (nodes_->empty()) nodes_->resize(std::min(nodes_min, structure_size_ + 1));
}

// The place of the node that comes next; it counts only when value() has filled it.
inline Outliner::Node& Outliner::next_node() {
  if (count_ == nodes_->size()) nodes_->resize(2 * count_);
  return nodes_->data()[count_];
}

bool Outliner::unexpected_here(std::string_view why) {
  return broken(position(), at_end() ? "the text ends too early" : why);
}

// What is left of the innermost container, when it is an object: up to its end, or to a container among its members.
bool Outliner::members() {
  for (;;) {
    const char c = here();
    if (c == '}') {
      close();
      return true;
    }
    if (!fresh_) {
      if (c != ',') return unexpected_here("a comma or a closing brace is needed");
      ++cursor_;
    }
    fresh_ = false;
    Key key;
    if (!read_key(key) || !value(key)) return false;
    if (fresh_) return true;
  }
}

// The same for an array.
bool Outliner::elements() {
  for (;;) {
    const char c = here();
    if (c == ']') {
      close();
      return true;
    }
    if (!fresh_) {
      if (c != ',') return unexpected_here("a comma or a closing bracket is needed");
      ++cursor_;
    }
    fresh_ = false;
    if (!value({})) return false;
    if (fresh_) return true;
  }
}

// A member's name and its colon.
inline bool Outliner::read_key(Key& key) {
  if (here() != '"') return unexpected_here("a member name is needed");
  const auto at = structure_[cursor_];
  StringEnd name;
  if (!string_end(at, ++cursor_, name)) return false;
  if (here() != ':') return broken(name.end, "a colon is needed after the member name");
  ++cursor_;
  key = {.begin = at, .size = name.end - at - 2, .escaped = name.escaped};
  return true;
}

inline bool Outliner::value(const Key& key) {
  if (at_end()) return broken(text_.size(), "the text ends too early");
  if (count_ >= nodes_max) return refuse(Code::body_too_large, "The JSON text has too many values.");
  const auto at = structure_[cursor_++];
  const auto index = static_cast<std::uint32_t>(count_);
  auto& node = next_node();
  node = {.begin = at,
          .end = 0,
          .next = index + 1,
          .parent = 0,
          .key_begin = key.begin,
          .key_size = key.size,
          .children = 0,
          .kind = Kind::missing,
          .escaped = false,
          .surrogates = false,
          .key_escaped = key.escaped};
  if (open_count_ != 0) {
    node.parent = open_.data()[open_count_ - 1];
    ++nodes_->data()[node.parent].children;
  }
  ++count_;
  const char c = text_.data()[at];
  if (c == '"') {
    StringEnd string;
    if (!string_end(at, cursor_, string)) return false;
    node.kind = Kind::string;
    node.end = string.end;
    node.escaped = string.escaped;
    node.surrogates = string.surrogates;
    return true;
  }
  return c == '{' || c == '[' ? container(c, node) : word(at, node);
}

bool Outliner::container(char c, Node& node) {
  if (open_count_ >= depth_max) return broken(node.begin, fmt::format("nesting deeper than {}", depth_max));
  node.kind = c == '{' ? Kind::object : Kind::array;
  if (depth_ == Depth::members && open_count_ != 0) return skip_nested(node);
  open_.data()[open_count_++] = node.next - 1;
  fresh_ = true;
  return true;
}

inline void Outliner::close() {
  auto& node = around();
  node.end = structure_[cursor_++] + 1;
  node.next = static_cast<std::uint32_t>(count_);
  --open_count_;
  fresh_ = false;
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

// A number, true, false or null. Up to the next structural character there is nothing but white space behind it.
bool Outliner::word(std::uint32_t at, Node& node) {
  const char* const text = text_.data();
  auto end = static_cast<std::uint32_t>(position());
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
inline bool Outliner::string_end(std::uint32_t at, std::size_t next, StringEnd& result) {
  std::size_t end = next < structure_size_ ? structure_[next] : text_.size();
  const char* const text = text_.data();
  while (end > at + 1 && is_space(text[end - 1])) --end;
  if (end <= at + 1 || text[end - 1] != '"') return broken(end, "a comma is needed");
  const auto* const inside = text + at + 1;
  const auto* const quote = text + end - 1;
  result.end = static_cast<std::uint32_t>(end);
  return quote <= plain_until_ || check_escapes(inside, quote, result);
}

// Sets whether there are any.
bool Outliner::check_escapes(const char* inside, const char* quote, StringEnd& result) {
  const char* const text = text_.data();
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
  const auto seen = json::check_escapes(slash, quote);
  if (seen.wrong != nullptr) return broken(static_cast<std::size_t>(seen.wrong - text_.data()), "a wrong escape");
  result.surrogates = seen.surrogates;
  return true;
}

}  // namespace agt::json
