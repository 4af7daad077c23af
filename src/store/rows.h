// How lists of names lie in a column: as a JSON array of strings.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace agt::store {

[[nodiscard]] std::string list_text(const std::vector<std::string>& names);
[[nodiscard]] Result<std::vector<std::string>> list_of(std::string_view text);

// A JSON object or nothing; Code::schema with the field otherwise.
[[nodiscard]] Result<> check_object(std::string_view text, std::string_view field);

// A name that a person types: 1 … label_bytes_max bytes of UTF-8 without control characters, '/', or outer spaces.
[[nodiscard]] Result<> check_label(std::string_view label, std::string_view field);

}  // namespace agt::store
