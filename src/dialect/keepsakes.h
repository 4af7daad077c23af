// Clients of some protocols send a tool call back without the thinking that led to it and without its signature,
// because their protocol has no place for either. A keepsake is what such an answer held beside a call; it is put back
// when the call comes again. Whoever keeps them bounds them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/conversation.h"
#include "ir/event.h"

namespace agt::dialect {

struct Keepsake {
  std::vector<ir::Part> thoughts{};          // signed, in front of the call
  std::optional<ir::Signature> signature{};  // of the call itself
  // Of the tool, so that a call of another one which happens to have the same id gets nothing. Arguments are no sign:
  // clients write them anew.
  std::string name{};

  [[nodiscard]] std::size_t bytes() const;
  friend bool operator==(const Keepsake&, const Keepsake&) = default;
};

// Collects the keepsakes of an answer from its events; everything else of the answer is forgotten at once.
class KeepsakeCollector {
 public:
  void take(const ir::Event& event);
  // By the ids of their calls, as the client knows them.
  [[nodiscard]] std::vector<std::pair<std::string, Keepsake>> release() &&;

 private:
  struct Open {
    int index = 0;
    ir::Part part{};
  };
  void close(Open open);

  std::vector<Open> open_{};
  std::vector<ir::Part> thoughts_{};  // since the last call
  std::vector<std::pair<std::string, Keepsake>> done_{};
};

using FindKeepsake = std::function<std::shared_ptr<const Keepsake>(std::string_view call_id)>;
// Puts back what calls of the history have lost. Returns how many calls got something.
std::size_t put_back(ir::Request& request, const FindKeepsake& find);

}  // namespace agt::dialect
