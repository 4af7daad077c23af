// The version of the program, in one place.
#pragma once

#include <string_view>

namespace agt {

inline constexpr std::string_view version = "0.1.0";
inline constexpr std::string_view version_date = "November 23, 2026";  // as mdoc(7) wants it

// How we name ourselves to upstreams. We never pass for another program.
inline constexpr std::string_view user_agent = "antigravity-tools/0.1.0";

}  // namespace agt
