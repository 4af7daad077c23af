// A block of IP addresses, as people write it: "192.168.1.0/24", "fd00::/8", or one address. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace agt::net {

class Network {
 public:
  // Code::schema. Bits behind the prefix must be zero: "192.168.1.7/24" is probably a slip.
  [[nodiscard]] static Result<Network> parse(std::string_view text);

  // An IPv4 address counts as the same, mapped into IPv6 or not. What is no address is in no network.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_{};
  std::array<std::uint8_t, 16> address_{};  // IPv4 mapped into IPv6
  unsigned bits_ = 0;
};

[[nodiscard]] bool any_contains(const std::vector<Network>& networks, std::string_view address);

}  // namespace agt::net
