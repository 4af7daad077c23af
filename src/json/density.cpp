#include "json/density.h"

#include <array>
#include <cstdint>

namespace agt::json {
namespace {

enum class Sort : std::uint8_t { word, space, structure };

constexpr auto sorts = [] {
  std::array<Sort, 256> all{};
  for (const unsigned char c : {' ', '\n', '\r', '\t'}) all[c] = Sort::space;
  for (const unsigned char c : {'[', ']', '{', '}', ':', ',', '"'}) all[c] = Sort::structure;
  return all;
}();

// One past the quote that closes the string which begins at `at`; the end of the text when none does.
std::size_t behind_string(std::string_view text, std::size_t at) {
  const auto begin = at + 1;
  for (auto quote = text.find('"', begin); quote != std::string_view::npos; quote = text.find('"', quote + 1)) {
    auto slashes = quote;
    while (slashes > begin && text[slashes - 1] == '\\') --slashes;
    if ((quote - slashes) % 2 == 0) return quote + 1;
  }
  return text.size();
}

}  // namespace

std::optional<std::size_t> too_dense_at(std::string_view text, std::size_t most) {
  std::size_t count = 0;
  auto before = Sort::space;
  for (std::size_t at = 0; at < text.size();) {
    const auto sort = sorts[static_cast<unsigned char>(text[at])];
    const bool begins = sort == Sort::structure || (sort == Sort::word && before != Sort::word);
    if (begins && ++count > most) return at;
    before = sort;
    at = text[at] == '"' ? behind_string(text, at) : at + 1;
  }
  return std::nullopt;
}

}  // namespace agt::json
