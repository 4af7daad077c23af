// A Loss says what a translation could not carry. Losses are counted for the client and listed in the trace; nothing
// is dropped in silence.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "ir/conversation.h"

namespace agt::ir {

struct Loss {
  std::string path{};  // in the client's own spelling where possible: "tools[2].cache_control"
  std::string why{};
  // An approximation keeps the meaning nearly (a warning); a drop does not. Harmless drops cannot change the answer
  // (metadata, cache hints) and are listed in the trace only.
  enum class Weight : std::uint8_t { harmless, approximated, dropped };
  Weight weight = Weight::dropped;
  friend bool operator==(const Loss&, const Loss&) = default;
};

class Losses {
 public:
  void dropped(std::string path, std::string why) { add(std::move(path), std::move(why), Loss::Weight::dropped); }
  void approximated(std::string path, std::string why) {
    add(std::move(path), std::move(why), Loss::Weight::approximated);
  }
  void harmless(std::string path, std::string why) { add(std::move(path), std::move(why), Loss::Weight::harmless); }

  // One Loss per field of `extras` when they come from another dialect than `target`, harmless where the origin says
  // so; nothing otherwise. Returns whether the extras may be written.
  bool extras_go_home(const Extras& extras, Dialect target, std::string_view path);

  [[nodiscard]] const std::vector<Loss>& all() const { return all_; }
  [[nodiscard]] bool empty() const { return all_.empty(); }

 private:
  void add(std::string path, std::string why, Loss::Weight weight);
  std::vector<Loss> all_{};
};

// Code::feature_unsupported for a field that the answer depends on and that `target` does not have. At home none.
[[nodiscard]] Result<> refuse_essential(const Extras& extras, Dialect target);

}  // namespace agt::ir
