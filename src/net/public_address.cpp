#include "net/public_address.h"

#include <algorithm>

namespace agt::net {
namespace {

struct Block {
  std::uint32_t address = 0;
  int bits = 0;
};
constexpr auto special = std::to_array<Block>({
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared by carriers
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local, where clouds tell their secrets
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relays
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 3},   // multicast, reserved, broadcast
});

bool begins(std::span<const std::uint8_t, 16> address, std::initializer_list<std::uint8_t> with) {
  return std::ranges::equal(address.first(with.size()), with);
}

}  // namespace

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(special, [&](const Block& block) {
    const auto mask = ~std::uint32_t{0} << static_cast<unsigned>(32 - block.bits);
    return (address & mask) == block.address;
  });
}

// Only 2000::/3 is given out; inside of it, what carries other addresses could lead anywhere.
bool is_public_v6(std::span<const std::uint8_t, 16> address) {
  const bool global = (address[0] & 0xE0U) == 0x20U;
  const bool teredo = begins(address, {0x20, 0x01, 0x00, 0x00});
  const bool benchmark = begins(address, {0x20, 0x01, 0x00, 0x02, 0x00, 0x00});
  const bool documentation =
      begins(address, {0x20, 0x01, 0x0d, 0xb8}) || (begins(address, {0x3f, 0xff}) && (address[2] & 0xF0U) == 0);
  const bool six_to_four = begins(address, {0x20, 0x02});
  return global && !teredo && !benchmark && !documentation && !six_to_four;
}

}  // namespace agt::net
