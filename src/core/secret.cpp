#include "core/secret.h"

#include <cstring>
#include <utility>

namespace agt {

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe();
  value_ = other.value_;
  return *this;
}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  value_ = std::move(other.value_);
  other.wipe();
  return *this;
}

Secret::~Secret() { wipe(); }

std::string Secret::hint() const {
  constexpr std::size_t shown = 4;
  constexpr std::size_t long_enough = 12;
  return value_.size() < long_enough ? "…" : "…" + value_.substr(value_.size() - shown);
}

bool Secret::matches(std::string_view candidate) const {
  if (value_.empty()) return false;
  unsigned difference = value_.size() == candidate.size() ? 0U : 1U;
  for (std::size_t i = 0; i < candidate.size(); ++i) {
    const auto mine = static_cast<unsigned char>(value_[i % value_.size()]);
    difference |= static_cast<unsigned>(mine ^ static_cast<unsigned char>(candidate[i]));
  }
  return difference == 0;
}

void Secret::wipe() {
  // explicit_bzero is not optimised away; the capacity is wiped too, because a short string lives inside the object.
  value_.resize(value_.capacity());
  explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace agt
