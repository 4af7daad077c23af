// Builds the outline of a Document: one walk over the structural positions that simdjson's stage 1 found. It checks
// the whole grammar of RFC 8259, so a text that has an outline is valid JSON to the last byte.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "json/document.h"
#include "json/limits.h"

namespace agt::json {

class Outliner {
 public:
  enum class Depth : std::uint8_t { all, members };
  // NOLINTNEXTLINE(*-member-init): open_ grows as it is written
  Outliner(std::string_view text, Scratch& scratch, Depth depth = Depth::all, std::uint64_t known = 0)
      : text_(text), scratch_(scratch), depth_(depth), known_(known) {}
  [[nodiscard]] Result<std::vector<Document::Node>> outline();
  [[nodiscard]] std::uint64_t structure() const;  // the number of what stage 1 found for this outline

 private:
  using Node = Document::Node;
  struct Key {  // of the member whose value comes; begin 0 for none
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    bool escaped = false;
  };

  // False: `error_` tells why. A Result here would cost more than the work it reports on.
  [[nodiscard]] bool walk();
  [[nodiscard]] bool find_structure();
  [[nodiscard]] bool run_stage1();
  void take_nodes();
  void give_back(bool whole);
  [[nodiscard]] Node& next_node();
  [[nodiscard]] Node& around() { return nodes_->data()[open_.data()[open_count_ - 1]]; }
  [[nodiscard]] bool members();
  [[nodiscard]] bool elements();
  [[nodiscard]] bool read_key(Key& key);
  [[nodiscard]] bool value(const Key& key);
  [[nodiscard]] bool container(char c, Node& node);
  void close();
  [[nodiscard]] bool skip_nested(Node& node);
  [[nodiscard]] bool word(std::uint32_t at, Node& node);
  struct StringEnd {
    std::uint32_t end{};  // one past the closing quote
    bool escaped = false;
    bool surrogates = false;
  };
  // Of the string whose opening quote is at `at`; `next` is the index of the structural character behind it.
  [[nodiscard]] bool string_end(std::uint32_t at, std::size_t next, StringEnd& result);
  [[nodiscard]] bool check_escapes(const char* inside, const char* quote, StringEnd& result);
  [[nodiscard]] bool broken(std::size_t at, std::string_view why);
  [[nodiscard]] bool refuse(Code code, std::string message);
  [[nodiscard]] bool at_end() const { return cursor_ == structure_size_; }
  // The structural character at the cursor; NUL, which is none, at the end.
  [[nodiscard]] char here() const { return at_end() ? '\0' : text_.data()[structure_[cursor_]]; }
  [[nodiscard]] std::size_t position() const { return at_end() ? text_.size() : structure_[cursor_]; }
  [[nodiscard]] bool unexpected_here(std::string_view why);

  std::string_view text_;
  Scratch& scratch_;
  Depth depth_;
  std::uint64_t known_;                       // what stage 1 found in this text before, if the scratch still has that
  const std::uint32_t* structure_ = nullptr;  // in scratch_
  std::size_t structure_size_ = 0;
  std::size_t cursor_ = 0;
  std::vector<Node>* nodes_ = nullptr;  // in scratch_; the first count_ are the outline so far
  std::size_t count_ = 0;
  std::array<std::uint32_t, depth_max> open_;  // indexes of the containers around the cursor: the first open_count_
  std::size_t open_count_ = 0;
  const char* plain_until_ = nullptr;  // between the last string read and here is no backslash
  bool fresh_ = false;                 // the innermost container has just been opened
  Error error_{};
};

}  // namespace agt::json
