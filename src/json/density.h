// How much structure a long text has, before memory is taken for it: simdjson takes four bytes for each of its bytes,
// and fills them where a text is all brackets and commas.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "json/limits.h"

namespace agt::json {

inline constexpr std::size_t structure_max = 5 * nodes_max;            // a name, a colon, a bracket each way, a comma
inline constexpr std::size_t sparse_text_bytes_max = 4 * 1024 * 1024;  // a longer one must show that it is sparse

// Where the text has more structural characters and words outside of strings than `most`; nothing when it has not.
[[nodiscard]] std::optional<std::size_t> too_dense_at(std::string_view text, std::size_t most);

}  // namespace agt::json
