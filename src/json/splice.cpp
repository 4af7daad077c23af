#include "json/splice.h"

#include <cassert>

#include "json/writer.h"

namespace agt::json {

std::string spliced(std::string_view source, const std::vector<Edit>& edits) {
  std::size_t size = source.size();
  for (const auto& edit : edits) size += edit.text.size();
  std::string out;
  out.reserve(size);
  std::size_t at = 0;
  for (const auto& edit : edits) {
    assert(at <= edit.begin && edit.begin <= edit.end && edit.end <= source.size());
    out.append(source, at, edit.begin - at);
    out += edit.text;
    at = edit.end;
  }
  out.append(source, at);
  return out;
}

std::vector<Edit> set_member(const Document& document, std::string_view key, std::string_view value) {
  const auto root = document.root();
  assert(root.is_object());
  std::vector<Edit> edits;
  for (const auto child : root.children())
    if (child.key_is(key)) edits.push_back({child.begin_offset(), child.end_offset(), std::string(value)});
  if (!edits.empty()) return edits;

  auto member = quoted(key) + ':' + std::string(value);
  if (root.size() > 0) member += ',';
  const auto inside = root.begin_offset() + 1;
  edits.push_back({inside, inside, std::move(member)});
  return edits;
}

}  // namespace agt::json
