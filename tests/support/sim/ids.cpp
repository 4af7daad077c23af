#include "sim/ids.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>

namespace agt::sim {
namespace {

constexpr std::size_t nonce_bytes = 24;

const unsigned char* bytes_of(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::uint64_t mixed(std::uint64_t x) {  // splitmix64: neighbours look unrelated
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

}  // namespace

std::string Minter::mint(std::string_view prefix, std::size_t length) {
  constexpr std::string_view alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
  auto state = mixed(seed_) + (next_.fetch_add(1, std::memory_order_relaxed) << 20U);
  std::string id;
  id.reserve(prefix.size() + length);
  id = prefix;
  std::uint64_t pool = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 12 == 0) pool = mixed(state++);
    id += alphabet[pool % alphabet.size()];
    pool /= alphabet.size();
  }
  return id;
}

std::string Signer::proof(SignatureKind kind, std::string_view nonce) const {
  std::string text(1, static_cast<char>('0' + static_cast<int>(kind)));
  text += nonce;
  std::array<unsigned char, 32> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), bytes_of(text), text.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

std::string Signer::issue(SignatureKind kind, std::string_view nonce) const {
  std::string fixed(nonce.substr(0, nonce_bytes));
  fixed.resize(nonce_bytes, '.');
  return base64(fixed + proof(kind, fixed) + sha256(fixed));
}

bool Signer::knows(SignatureKind kind, std::string_view signature) const {
  constexpr std::size_t whole_bytes = nonce_bytes + 32 + 32;
  if (signature.size() != (whole_bytes + 2) / 3 * 4) return false;
  std::string raw(signature.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(raw.data()), bytes_of(signature),
                                   static_cast<int>(signature.size()));
  if (size < static_cast<int>(whole_bytes)) return false;
  return std::string_view(raw).substr(nonce_bytes, 32) == proof(kind, std::string_view(raw).substr(0, nonce_bytes));
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string base64url(std::string_view bytes) {
  auto out = base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::string sha256(std::string_view bytes) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(bytes), bytes.size(), reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

}  // namespace agt::sim
