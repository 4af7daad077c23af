// Byte splice: replaces slices of a text and leaves every other byte as it was. This is how the pass-through lane
// changes a model name without re-serialising the body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "json/document.h"

namespace agt::json {

struct Edit {
  std::size_t begin = 0;  // [begin, end) of the source
  std::size_t end = 0;
  std::string text{};
};

// Applies edits that are in order and do not overlap.
[[nodiscard]] std::string spliced(std::string_view source, const std::vector<Edit>& edits);

// Edits that set the member `key` of the root object to the JSON text `value`: every occurrence is replaced, so that
// no parser can see another value; a missing member is inserted at the front.
[[nodiscard]] std::vector<Edit> set_member(const Document& document, std::string_view key, std::string_view value);

}  // namespace agt::json
