// A fixed set of names in which header fields are looked for: only those of the same length are compared.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/text.h"

namespace agt {

template <std::size_t count>
class NameSet {
 public:
  consteval explicit NameSet(std::array<std::string_view, count> names) : names_(names) {
    std::ranges::sort(names_, {}, &std::string_view::size);
    for (std::size_t size = 0; size < first_.size(); ++size)
      first_.at(size) = static_cast<std::uint8_t>(
          std::ranges::count_if(names_, [size](std::string_view name) { return name.size() < size; }));
    if (names_.back().size() >= sizes - 1) throw "a name is too long for this set";
  }

  // Without regard to case.
  [[nodiscard]] bool contains(std::string_view name) const {
    if (name.size() >= sizes - 1) return false;
    for (std::size_t i = first_[name.size()]; i < first_[name.size() + 1]; ++i)
      if (text::same_letters(names_[i], name)) return true;
    return false;
  }

 private:
  static constexpr std::size_t sizes = 32;
  std::array<std::string_view, count> names_;
  std::array<std::uint8_t, sizes> first_{};  // of each length: the index of its first name
};

}  // namespace agt
