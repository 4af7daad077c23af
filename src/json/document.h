// Reading JSON: a Document is the validated outline of a text. Every value knows its exact slice of the source, so it
// can be kept verbatim or replaced in place, and its path, so an error can name it.
//
// simdjson's stage 1 finds the structure and validates UTF-8; the outline is ours, because simdjson's DOM loses the
// source slices and the spelling of numbers.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "json/raw.h"
#include "json/words.h"

namespace agt::json {

enum class Kind : std::uint8_t { missing, null, boolean, number, string, array, object };
[[nodiscard]] std::string_view name(Kind kind);  // "an object", "a string", …

class Document;
class Outliner;

// A borrowed view of one value. Lives no longer than its Document. A missing value is a normal value of Kind::missing,
// so lookups chain: root["a"]["b"].
class Value {
 public:
  Value() = default;

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool exists() const { return kind() != Kind::missing; }
  [[nodiscard]] bool present() const { return exists() && kind() != Kind::null; }  // neither missing nor null
  [[nodiscard]] bool is_object() const { return kind() == Kind::object; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
  [[nodiscard]] bool is_string() const { return kind() == Kind::string; }

  // The exact source text of this value.
  [[nodiscard]] std::string_view raw() const;
  [[nodiscard]] Raw keep() const { return Raw{std::string(raw())}; }

  // Typed reading. Errors are Code::schema and name the path and what was found.
  [[nodiscard]] Result<std::string> text() const;
  [[nodiscard]] Result<Words> words() const;  // the same as text(), in its spelling
  [[nodiscard]] Result<bool> boolean() const;
  [[nodiscard]] Result<double> number() const;
  [[nodiscard]] Result<std::int64_t> integer() const;  // also accepts 3.0; refuses 3.5 and what 64 bits cannot hold

  // Reading where a wrong type means "as if absent" (replies of upstreams, never requests of clients).
  [[nodiscard]] std::string text_or(std::string_view fallback) const;
  [[nodiscard]] bool boolean_or(bool fallback) const;
  [[nodiscard]] double number_or(double fallback) const;
  [[nodiscard]] std::int64_t integer_or(std::int64_t fallback) const;

  // True for a string whose value is `s`.
  [[nodiscard]] bool is(std::string_view s) const;

  // Member of an object (the last one of that name, as common parsers do); missing when absent or not an object.
  [[nodiscard]] Value operator[](std::string_view key) const;
  [[nodiscard]] Value operator[](std::size_t index) const;

  // Children of an array or an object; nothing for other kinds. In an object, key() is the unescaped name.
  class Iterator;
  struct Range;
  [[nodiscard]] Range children() const;
  [[nodiscard]] std::string key() const;
  [[nodiscard]] bool key_is(std::string_view name) const;
  [[nodiscard]] std::size_t size() const;  // number of children

  // "messages[2].content"; "" for the root. For error messages; costs a walk.
  [[nodiscard]] std::string path() const;

  // Byte range of the value in the source.
  [[nodiscard]] std::size_t begin_offset() const;
  [[nodiscard]] std::size_t end_offset() const;

  // An Error of Code::schema at this value: "PATH: must be WHAT, not a number".
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view must_be) const;

 private:
  friend class Document;
  class Outliner;
  Value(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  const Document* document_ = nullptr;
  std::uint32_t index_ = 0;
};

// Working memory of parsing, kept from one text to the next by whoever parses many. One thread at a time.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

 private:
  friend class Outliner;
  struct Structure;
  std::unique_ptr<Structure> structure_;
};

class Document {
 public:
  // Copies nothing: `text` must outlive the document. Fails with Code::bad_json; the message gives the byte offset.
  [[nodiscard]] static Result<Document> parse(std::string_view text);
  [[nodiscard]] static Result<Document> parse(std::string_view text, Scratch& scratch);
  // The members of the root alone, for those who only hand the text on: what is nested is skipped by its brackets, so
  // its strings are checked for UTF-8 and control characters, but not its grammar. A container has no children here.
  [[nodiscard]] static Result<Document> parse_members(std::string_view text, Scratch& scratch);
  // All of the text of which `members` are the members. Its structure need not be found again if the scratch has read
  // nothing else since.
  [[nodiscard]] static Result<Document> parse_rest(const Document& members, Scratch& scratch);
  // The same as parse() over a text that the document owns.
  [[nodiscard]] static Result<Document> parse_owned(std::string text);

  // Long texts of words() are then not copied but share `keeper`, as long as which the source must live.
  void share(std::shared_ptr<const void> keeper) { keeper_ = std::move(keeper); }

  [[nodiscard]] Value root() const { return {this, 0}; }
  [[nodiscard]] std::string_view source() const { return source_; }

 private:
  friend class Value;
  friend class Value::Iterator;
  friend class Outliner;
  friend class Scratch;

  struct Node {
    std::uint32_t begin{};      // offset of the first byte of the value
    std::uint32_t end{};        // one past the last
    std::uint32_t next{};       // index of the node after this subtree
    std::uint32_t parent{};     // index of the enclosing array or object; the root is its own parent
    std::uint32_t key_begin{};  // offset of the opening quote of the member name; 0 when not a member
    std::uint32_t key_size{};   // between the quotes, still escaped
    std::uint32_t children{};   // number of children
    Kind kind{};
    bool escaped = false;     // a string with a backslash
    bool surrogates = false;  // a string with halves of UTF-16 pairs, perhaps alone
    bool key_escaped = false;
  };

  Document() = default;
  [[nodiscard]] static Result<Document> outlined(Outliner outliner, std::string_view text);
  [[nodiscard]] const Node& node(std::uint32_t index) const { return nodes_.data()[index]; }
  [[nodiscard]] std::string_view key_literal(const Node& node) const {
    return {source_.data() + node.key_begin + 1, node.key_size};
  }
  std::unique_ptr<std::string> owned_{};  // behind a pointer, so that moving the document does not move the bytes
  std::shared_ptr<const void> keeper_{};  // of the source, if it may be shared
  std::string_view source_{};
  std::vector<Node> nodes_{};
  std::uint64_t structure_ = 0;  // the number of what stage 1 found in this text
};

class Value::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = Value;
  using difference_type = std::ptrdiff_t;

  Value operator*() const { return {document_, index_}; }
  Iterator& operator++();
  Iterator operator++(int) {
    auto old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

 private:
  friend class Value;
  Iterator(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  const Document* document_;
  std::uint32_t index_;
};

struct Value::Range {
  Iterator first;
  Iterator last;
  [[nodiscard]] Iterator begin() const { return first; }
  [[nodiscard]] Iterator end() const { return last; }
};

inline Kind Value::kind() const { return document_ == nullptr ? Kind::missing : document_->node(index_).kind; }

inline Value::Iterator& Value::Iterator::operator++() {
  index_ = document_->node(index_).next;
  return *this;
}

inline Value::Range Value::children() const {
  if (document_ == nullptr) return {{nullptr, 0}, {nullptr, 0}};
  const auto& node = document_->node(index_);
  const bool container = node.kind == Kind::array || node.kind == Kind::object;
  return {{document_, container ? index_ + 1 : node.next}, {document_, node.next}};
}

inline std::string_view Value::raw() const {
  if (document_ == nullptr) return {};
  const auto& node = document_->node(index_);
  return {document_->source_.data() + node.begin, node.end - node.begin};
}

// The value of a JSON string literal given without its quotes. \ud800 alone becomes U+FFFD.
[[nodiscard]] std::string unescaped(std::string_view literal);

}  // namespace agt::json
