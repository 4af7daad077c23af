// A whole answer is a stream that is over: fold makes a Response of events, unfold makes events of a Response.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "ir/event.h"

namespace agt::ir {

// Collects events one by one; cheaper than keeping them all.
class Folder {
 public:
  // Fails with the error of Failed, or Code::translate_reply when the events break the grammar.
  [[nodiscard]] Result<> take(const Event& event);
  [[nodiscard]] bool finished() const { return finished_; }
  // The answer so far; whole when finished().
  [[nodiscard]] const Response& response() const { return response_; }
  [[nodiscard]] Response&& release() { return std::move(response_); }

 private:
  [[nodiscard]] Result<Part*> part(int index);
  Response response_{};
  bool finished_ = false;
};

[[nodiscard]] Result<Response> fold(std::span<const Event> events);

// Opened with the head of each part, one growth with its content if there is any, Closed; in order.
[[nodiscard]] std::vector<Event> unfold(const Response& response);

}  // namespace agt::ir
