// What a rule matches: a name, a name with `*`, or a regular expression between slashes. Pure.
#pragma once

#include <string_view>

#include "core/result.h"

namespace agt::relay {

// Code::schema when the pattern is empty, too long or no valid regular expression.
[[nodiscard]] Result<> check_pattern(std::string_view match);
[[nodiscard]] bool matches(std::string_view match, std::string_view model);

}  // namespace agt::relay
