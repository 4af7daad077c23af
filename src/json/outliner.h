// Builds the outline of a Document: one walk over the structural positions that simdjson's stage 1 found. It checks
// the whole grammar of RFC 8259, so a text that has an outline is valid JSON to the last byte.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "json/document.h"

namespace agt::json {

class Outliner {
 public:
  enum class Depth : std::uint8_t { all, members };
  Outliner(std::string_view text, Scratch& scratch, Depth depth = Depth::all)
      : text_(text), scratch_(scratch), depth_(depth) {}
  [[nodiscard]] Result<std::vector<Document::Node>> outline();

 private:
  using Node = Document::Node;
  enum class State : std::uint8_t { value, first_member, member, first_element, after_value, done };

  [[nodiscard]] Result<> find_structure();
  [[nodiscard]] Result<> step();
  [[nodiscard]] Result<> open_value();
  [[nodiscard]] Result<> read_key();
  [[nodiscard]] Result<> after_value(char c);
  [[nodiscard]] Result<> close(Kind kind);
  [[nodiscard]] Result<> skip_nested(Node& node);
  [[nodiscard]] Result<> scalar(std::uint32_t at, Node& node);
  struct StringEnd {
    std::uint32_t end{};  // one past the closing quote
    bool escaped = false;
  };
  // Of the string whose opening quote is at `at`; `next` is the index of the structural character behind it.
  [[nodiscard]] Result<StringEnd> string_end(std::uint32_t at, std::size_t next) const;
  [[nodiscard]] std::unexpected<Error> broken(std::size_t at, std::string_view why) const;
  [[nodiscard]] bool at_end() const { return cursor_ == structure_size_; }

  std::string_view text_;
  Scratch& scratch_;
  Depth depth_;
  const std::uint32_t* structure_ = nullptr;  // in scratch_
  std::size_t structure_size_ = 0;
  std::size_t cursor_ = 0;
  std::vector<Node> nodes_{};
  std::vector<std::uint32_t> open_{};  // indexes of the containers around the cursor
  Node pending_{};                     // carries the key of the member whose value comes next
  State state_ = State::value;
};

}  // namespace agt::json
