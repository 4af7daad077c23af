// Writes output items as they grow: the events of one item after the other, and the finished items.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dialect/codec.h"
#include "json/writer.h"

namespace agt::dialect::openai_responses {

// One item is open at a time; a message stays open until another item begins, because texts in a row belong together.
class Output {
 public:
  enum class Events : std::uint8_t { written, left_out };
  Output(const ReplyContext& context, Events events) : context_(context), events_(events) {}

  // Where events are appended until the next call.
  void to(std::string& out) { out_ = &out; }

  void begin(const ir::Part& part);
  void grow(const ir::Event& event);
  void end();
  void finish(std::string_view status);  // of a message that is still open

  // One event with what `members` writes behind its type and number.
  template <class Members>
  void event(std::string_view type, Members members) {
    if (events_ == Events::left_out) return;
    json::Writer writer;
    writer.begin_object();
    writer.field("type", type);
    writer.field("sequence_number", sequence_++);
    members(writer);
    writer.end_object();
    append(type, std::move(writer).take());
  }

  [[nodiscard]] std::string items() const;  // the finished ones, a JSON array
  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] const ir::Losses& losses() const { return losses_; }
  [[nodiscard]] ir::Losses& losses() { return losses_; }

 private:
  enum class State : std::uint8_t { in_progress, done };

  void append(std::string_view type, std::string text);
  void open_item(std::string_view prefix);
  void place(json::Writer& writer) const;

  void begin_words();
  void grow_words(const std::string& text);
  void cite(const ir::Citation& citation);
  void end_words();
  [[nodiscard]] std::string content(std::string_view text) const;
  void close_message(std::string_view status);
  [[nodiscard]] std::string message_item(std::string_view status) const;

  [[nodiscard]] bool thoughts_shown() const;
  void grow_thought(const std::string& text);
  void open_reasoning();
  void end_reasoning();
  [[nodiscard]] std::string reasoning_item(State state) const;
  void seal(const ir::Signature& signature);

  void grow_call(const std::string& text);
  void open_call();
  void say_arguments(std::string_view text);
  void end_call();
  [[nodiscard]] std::string call_item(State state, std::string_view payload) const;

  void give_whole();
  void give_image(const ir::Media& media, const ir::InlineData& data);

  const ReplyContext& context_;
  Events events_;
  std::string* out_ = nullptr;
  int sequence_ = 0;
  std::vector<std::string> done_{};
  int minted_ = 0;
  bool refused_ = false;
  ir::Losses losses_{};

  // The part that grows now.
  ir::Part part_{};
  std::string text_{};
  bool begun_ = false;  // its item, or its piece of the message, was written
  int growths_ = 0;
  std::vector<std::string> annotations_{};
  std::vector<ir::TokenScore> scores_{};

  // The item that is open.
  std::string id_{};
  bool message_open_ = false;
  json::Raw phase_{};
  std::vector<std::string> contents_{};  // of the message, finished
};

}  // namespace agt::dialect::openai_responses
