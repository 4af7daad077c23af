#include "ir/loss.h"

#include <fmt/format.h>

#include "ir/limits.h"

namespace agt::ir {

void Losses::add(std::string path, std::string why, Loss::Weight weight) {
  if (all_.size() == losses_max) return;
  if (all_.size() + 1 == losses_max) {
    all_.push_back({.path = "…", .why = "more losses than can be listed", .weight = Loss::Weight::dropped});
    return;
  }
  Loss loss{.path = std::move(path), .why = std::move(why), .weight = weight};
  all_.push_back(std::move(loss));
}

bool Losses::extras_go_home(const Extras& extras, Dialect target, std::string_view path) {
  if (extras.origin == target) return true;
  for (const auto& field : extras.fields)
    dropped(path.empty() ? field.key : fmt::format("{}.{}", path, field.key),
            fmt::format("{} has no such field", name(target)));
  return false;
}

}  // namespace agt::ir
