#include "net/network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.h"

namespace agt::net {
namespace {

constexpr unsigned mapped_bits = 96;
constexpr unsigned all_bits = 128;

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;
};

std::optional<Address> read_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Address address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  address = {.v4 = true};
  address.bytes[10] = address.bytes[11] = 0xFF;
  if (::inet_pton(AF_INET, terminated.c_str(), &address.bytes[12]) == 1) return address;
  return std::nullopt;
}

bool same_bits(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, unsigned from,
               unsigned to) {
  for (auto bit = from; bit < to; ++bit)
    if (((a[bit / 8] ^ b[bit / 8]) & (0x80U >> (bit % 8))) != 0) return false;
  return true;
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = read_address(text.substr(0, slash));
  const auto offset = address && address->v4 ? mapped_bits : 0U;
  const auto bits = slash == std::string_view::npos ? std::optional<unsigned>(all_bits - offset)
                                                    : text::parse_number<unsigned>(text.substr(slash + 1));
  if (!address || !bits || *bits > all_bits - offset)
    return fail(Code::schema, fmt::format("\"{}\" is not an address or a network like 192.168.1.0/24 or fd00::/8.",
                                          text::quoted(text, 60)));
  Network network;
  network.text_ = text;
  network.address_ = address->bytes;
  network.bits_ = *bits + offset;
  if (!same_bits(network.address_, {}, network.bits_, all_bits))
    return fail(Code::schema, fmt::format("\"{}\" has bits behind its prefix: write the network's first address.",
                                          text::quoted(text, 60)));
  return network;
}

bool Network::contains(std::string_view address) const {
  const auto found = read_address(address);
  return found && same_bits(found->bytes, address_, 0, bits_);
}

bool any_contains(const std::vector<Network>& networks, std::string_view address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

}  // namespace agt::net
