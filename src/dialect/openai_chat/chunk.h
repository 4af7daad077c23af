// Reads what a model says, delta by delta, into events. A whole message is one big delta.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dialect/codec.h"

namespace agt::dialect::openai_chat {

class DeltaReader {
 public:
  enum class Form : std::uint8_t { streamed, whole };
  DeltaReader(ReadContext context, Form form) : context_(std::move(context)), form_(form) {}

  void start(json::Value root, std::vector<ir::Event>& out);  // Started, once
  void take(json::Value root, std::vector<ir::Event>& out);   // deltas, usage and finish reason of one chunk
  [[nodiscard]] bool has_finish() const { return !finish_.empty(); }
  // Closes everything and says Finished, or Failed when the answer cannot stand as it is.
  void finish(std::vector<ir::Event>& out);

 private:
  enum class Kind : std::uint8_t { text, refusal, reasoning };
  struct Call {
    std::optional<std::int64_t> wire_index{};
    std::string id{};
    std::string name{};
    std::string arguments{};  // all so far
    std::string signature{};
    bool custom = false;
    std::optional<int> part{};  // its index, once it is open
  };

  void take_choice(json::Value choice, std::vector<ir::Event>& out);
  void take_thoughts(json::Value delta, std::vector<ir::Event>& out);
  void take_content(json::Value content, std::vector<ir::Event>& out);
  void take_scores(json::Value tokens, std::vector<ir::Event>& out);
  void take_images(json::Value images, std::vector<ir::Event>& out);
  void take_annotations(json::Value annotations, std::vector<ir::Event>& out);
  void take_calls(json::Value calls, std::vector<ir::Event>& out);
  void take_call(Call& call, json::Value id, json::Value function, std::string arguments, std::vector<ir::Event>& out);
  void open_call(Call& call, std::vector<ir::Event>& out);
  [[nodiscard]] Call& call_for(json::Value call, std::size_t position);
  [[nodiscard]] Call& call_without_index(std::string_view id, std::string_view name);
  [[nodiscard]] Call& new_call(std::optional<std::int64_t> index);

  [[nodiscard]] int grow(Kind kind, std::vector<ir::Event>& out);  // the index of an open part of this kind
  void close_current(std::vector<ir::Event>& out);

  ReadContext context_{};
  Form form_{};
  bool started_ = false;
  std::string finish_{};
  int next_part_ = 0;
  std::optional<std::pair<Kind, int>> current_{};  // the open part that is not a call
  std::string content_{};                          // all text so far, by whose characters citations count
  std::size_t part_begin_ = 0;                     // where the current text part begins in it
  std::vector<Call> calls_{};
  bool refused_ = false;
};

}  // namespace agt::dialect::openai_chat
