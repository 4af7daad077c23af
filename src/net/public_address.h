// Which addresses belong to the public internet: what a request may name must not lead into this computer or its
// network. Source: IANA's special-purpose address registries (RFC 6890), 2026-11.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace agt::net {

[[nodiscard]] bool is_public_v4(std::uint32_t address);                      // host byte order
[[nodiscard]] bool is_public_v6(std::span<const std::uint8_t, 16> address);  // network byte order

}  // namespace agt::net
