// The JSON outline and the byte splice: whatever has an outline can be spliced, reads the same afterwards but for the
// member, and the member reads as set.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/document.h"
#include "json/splice.h"
#include "json/writer.h"

namespace {

void walk(agt::json::Value value) {
  [[maybe_unused]] const auto text = value.text_or("");
  [[maybe_unused]] const auto number = value.number_or(0);
  [[maybe_unused]] const auto whole = value.integer_or(0);
  for (const auto child : value.children()) {
    if (child.raw().empty()) std::abort();
    walk(child);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = agt::json::Document::parse(text);
  if (!document) return 0;
  walk(document->root());
  if (!document->root().is_object()) return 0;
  const auto edits = agt::json::set_member(*document, "model", agt::json::quoted("a/b\"c"));
  const auto changed = agt::json::Document::parse_owned(agt::json::spliced(text, edits));
  if (!changed || !changed->root()["model"].is("a/b\"c")) std::abort();
  return 0;
}
