// The pure parts of testing an account.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace agt::admin {

// How many models a list of any dialect names; nothing when it is no such list.
[[nodiscard]] std::optional<std::size_t> listed(std::string_view body);

// `text` with every occurrence of the secret replaced.
[[nodiscard]] std::string without(std::string text, const Secret& secret);

}  // namespace agt::admin
