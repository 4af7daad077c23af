// Taking out of a text what must not be handed on: credentials that are known here, what looks like one, and e-mail
// addresses. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/secret.h"

namespace agt::admin {

// Each becomes "…", so that one sees that something was there.
[[nodiscard]] std::string redacted(std::string_view text, std::span<const Secret> known);

}  // namespace agt::admin
