#include "ir/loss.h"

#include <fmt/format.h>

#include <algorithm>

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
  for (const auto& field : extras.fields) {
    if (field.value.text == "null") continue;  // says nothing
    const bool harmless = std::ranges::find(extras.harmless, field.key) != extras.harmless.end();
    add(path.empty() ? field.key : fmt::format("{}.{}", path, field.key),
        fmt::format("{} has no such field", name(target)), harmless ? Loss::Weight::harmless : Loss::Weight::dropped);
  }
  return false;
}

Result<> refuse_essential(const Extras& extras, Dialect target) {
  if (extras.origin == target || extras.essential.empty()) return {};
  const auto& field = extras.essential.front();
  return fail(
      Code::feature_unsupported,
      fmt::format("{}: {} has no such thing, and the answer would not be what you asked for.", field, name(target)),
      field);
}

}  // namespace agt::ir
