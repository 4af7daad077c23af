#include "core/ids.h"

#include <sys/random.h>

#include <array>
#include <stdexcept>

namespace agt {
namespace {

constexpr std::string_view base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

unsigned char kernel_byte() {
  unsigned char byte = 0;
  if (getrandom(&byte, 1, 0) != 1) throw std::runtime_error("getrandom failed");
  return byte;
}

}  // namespace

std::string random_id(Rng& rng, std::string_view prefix, std::size_t length) {
  std::string id(prefix);
  id.reserve(prefix.size() + length);
  std::uint64_t bits = 0;
  int digits_left = 0;  // 36^12 < 2^64: twelve digits from one draw
  while (id.size() < prefix.size() + length) {
    if (digits_left-- == 0) {
      bits = rng();
      digits_left = 11;
    }
    id += base36[bits % base36.size()];
    bits /= base36.size();
  }
  return id;
}

std::string sortable_text(WallTime time) {
  std::string text(9, '0');
  auto rest = static_cast<std::uint64_t>(unix_ms(time));
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, rest /= base36.size())
    *digit = base36[rest % base36.size()];
  return text;
}

std::string random_secret_text(std::string_view prefix, std::size_t length) {
  std::string secret(prefix);
  while (secret.size() < prefix.size() + length) {
    const auto byte = kernel_byte();
    if (byte < 4 * base62.size()) secret += base62[byte % base62.size()];  // reject the rest: no modulo bias
  }
  return secret;
}

Rng seeded_rng() {
  std::array<std::uint32_t, 8> seed{};
  if (getrandom(seed.data(), sizeof seed, 0) != sizeof seed) throw std::runtime_error("getrandom failed");
  std::seed_seq sequence(seed.begin(), seed.end());
  return Rng(sequence);
}

}  // namespace agt
