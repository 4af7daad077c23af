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
  Outliner(std::string_view text, Scratch& scratch, Depth depth = Depth::all)
      : text_(text), scratch_(scratch), depth_(depth) {}  // NOLINT(*-member-init): open_ grows as it is written
  [[nodiscard]] Result<std::vector<Document::Node>> outline();

 private:
  using Node = Document::Node;
  enum class State : std::uint8_t { value, first_member, member, first_element, after_value, done };

  // False: `error_` tells why. A Result here would cost more than the work it reports on.
  [[nodiscard]] bool walk();
  [[nodiscard]] bool find_structure();
  void take_nodes();
  [[nodiscard]] Node& next_node();
  [[nodiscard]] Node& around() { return nodes_->data()[open_.data()[open_count_ - 1]]; }
  [[nodiscard]] bool step();
  [[nodiscard]] bool open_value(Node& node);
  [[nodiscard]] bool read_key();
  [[nodiscard]] bool after_value(char c);
  [[nodiscard]] bool close(Kind kind);
  [[nodiscard]] bool skip_nested(Node& node);
  [[nodiscard]] bool scalar(std::uint32_t at, Node& node);
  struct StringEnd {
    std::uint32_t end{};  // one past the closing quote
    bool escaped = false;
  };
  // Of the string whose opening quote is at `at`; `next` is the index of the structural character behind it.
  [[nodiscard]] bool string_end(std::uint32_t at, std::size_t next, StringEnd& result);
  [[nodiscard]] bool broken(std::size_t at, std::string_view why);
  [[nodiscard]] bool refuse(Code code, std::string message);
  [[nodiscard]] bool at_end() const { return cursor_ == structure_size_; }

  std::string_view text_;
  Scratch& scratch_;
  Depth depth_;
  const std::uint32_t* structure_ = nullptr;  // in scratch_
  std::size_t structure_size_ = 0;
  std::size_t cursor_ = 0;
  std::vector<Node>* nodes_ = nullptr;  // in scratch_; the first count_ are the outline so far
  std::size_t count_ = 0;
  std::array<std::uint32_t, depth_max> open_;  // indexes of the containers around the cursor: the first open_count_
  std::size_t open_count_ = 0;
  const char* plain_until_ = nullptr;  // between the last string read and here is no backslash
  State state_ = State::value;
  Error error_{};
};

}  // namespace agt::json
