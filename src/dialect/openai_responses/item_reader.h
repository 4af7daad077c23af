// Reads output items into events, as they grow or whole. Whatever a server leaves out on the way (an added, a delta, a
// done) is made up for by what it says later.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "dialect/codec.h"

namespace agt::dialect::openai_responses {

class ItemReader {
 public:
  using Events = std::vector<ir::Event>;
  explicit ItemReader(ReadContext context) : context_(std::move(context)) {}

  void start(json::Value response, Events& out);                     // Started, once
  void take(std::string_view type, json::Value event, Events& out);  // one event of the stream that is not lifecycle
  // The last word: items that were not streamed, the ends of all parts, usage, and Finished.
  void finish(json::Value response, Events& out);

 private:
  enum class Kind : std::uint8_t { message, reasoning, function, custom, other };
  struct Content {
    std::int64_t index = 0;
    int part = 0;
    bool refusal = false;
    bool closed = false;
    std::string text{};
    std::vector<std::string> annotations{};  // JSON
  };
  struct Item {
    std::int64_t index = 0;
    std::string id{};
    Kind kind = Kind::other;
    bool done = false;
    std::optional<int> part{};  // of what is one part: reasoning, calls
    std::string text{};         // what that part has grown by
    std::string sealed{};
    bool raw_thoughts = false;  // it grew by reasoning_text; the summary would say the same again
    std::int64_t section = 0;   // of a summary or a raw text: the one that grew last
    std::vector<Content> contents{};
    ir::Extras extras{};
  };

  Item& item_at(json::Value event, Kind kind, Events& out);
  Item& add(std::int64_t index, json::Value item, Events& out);
  [[nodiscard]] Item* known(std::int64_t index, std::string_view id);
  void open(Item& item, json::Value value, Events& out);
  void open_call(Item& item, json::Value value, Events& out);
  void open_reasoning(Item& item, json::Value value, Events& out);
  [[nodiscard]] int open_part(ir::Part part, Events& out);

  Content& content_at(Item& item, std::int64_t index, bool refusal, Events& out);
  void take_words(json::Value event, bool refusal, Events& out);
  static void grow(Content& content, std::string text, Events& out);
  void close(Content& content, json::Value part, Events& out);
  void take_thought(json::Value event, bool raw, Events& out);
  void take_call(json::Value event, Kind kind, Events& out);

  void done(Item& item, json::Value value, Events& out);
  void done_message(Item& item, json::Value value, Events& out);
  void done_other(Item& item, json::Value value, Events& out);
  void close_item(Item& item, Events& out);

  ReadContext context_{};
  bool started_ = false;
  int next_part_ = 0;
  std::size_t calls_ = 0;
  bool refused_ = false;
  std::deque<Item> items_{};  // references to items stay good
};

}  // namespace agt::dialect::openai_responses
