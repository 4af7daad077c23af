// Random identifiers. The random bytes are an argument's business: whoever owns an Rng passes it in.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace agt {

using Rng = std::mt19937_64;

// prefix + `length` characters of [0-9a-z]; 24 of them carry 124 bits. Not for secrets: see random_secret_text.
[[nodiscard]] std::string random_id(Rng& rng, std::string_view prefix, std::size_t length = 24);

// The time in milliseconds as 9 characters of [0-9a-z] that sort as the times do (until the year 5188).
[[nodiscard]] std::string sortable_text(WallTime time);

// prefix + `length` characters of [0-9A-Za-z] from the kernel's generator; for keys and tokens.
[[nodiscard]] std::string random_secret_text(std::string_view prefix, std::size_t length = 48);

// A generator seeded from the kernel.
[[nodiscard]] Rng seeded_rng();

}  // namespace agt
