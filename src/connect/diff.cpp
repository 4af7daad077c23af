#include "connect/diff.h"

#include <algorithm>

#include "core/text.h"

namespace agt::connect {
namespace {

using Kind = DiffLine::Kind;
using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text.empty() ? Lines{} : text::split(text, '\n');
}

DiffLine line(Kind kind, std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  return {.kind = kind, .text = std::string(text)};
}

// The longest common subsequence of the middle, by the table that every textbook has: settings files are small.
std::vector<DiffLine> changes(const Lines& a, const Lines& b) {
  std::vector<DiffLine> out;
  const auto width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width, 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return common[i * width + j]; };
  for (auto i = a.size(); i-- > 0;)
    for (auto j = b.size(); j-- > 0;)
      at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      out.push_back(line(Kind::same, a[i++]));
      ++j;
    } else if (i < a.size() && (j == b.size() || at(i + 1, j) >= at(i, j + 1))) {
      out.push_back(line(Kind::removed, a[i++]));
    } else {
      out.push_back(line(Kind::added, b[j++]));
    }
  }
  return out;
}

}  // namespace

std::vector<DiffLine> diff(std::string_view before, std::string_view after, std::size_t context) {
  auto a = lines_of(before);
  auto b = lines_of(after);
  const auto [a_split, b_split] = std::ranges::mismatch(a, b);
  const auto same_begin = static_cast<std::size_t>(a_split - a.begin());
  std::size_t same_end = 0;
  while (same_end < std::min(a.size(), b.size()) - same_begin &&
         a[a.size() - 1 - same_end] == b[b.size() - 1 - same_end])
    ++same_end;
  if (same_begin == a.size() && same_begin == b.size()) return {};

  std::vector<DiffLine> out;
  for (auto i = same_begin - std::min(context, same_begin); i < same_begin; ++i) out.push_back(line(Kind::same, a[i]));
  const Lines removed(a.begin() + static_cast<std::ptrdiff_t>(same_begin),
                      a.end() - static_cast<std::ptrdiff_t>(same_end));
  const Lines added(b.begin() + static_cast<std::ptrdiff_t>(same_begin),
                    b.end() - static_cast<std::ptrdiff_t>(same_end));
  if (std::max(removed.size(), added.size()) <= diff_lines_max) {
    std::ranges::move(changes(removed, added), std::back_inserter(out));
  } else {
    for (const auto text : removed) out.push_back(line(Kind::removed, text));
    for (const auto text : added) out.push_back(line(Kind::added, text));
  }
  for (std::size_t i = a.size() - same_end; i < std::min(a.size(), a.size() - same_end + context); ++i)
    out.push_back(line(Kind::same, a[i]));
  return out;
}

}  // namespace agt::connect
