// Identifiers that never repeat within a process, and signatures of reasoning that only this process can verify.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace agt::sim {

class Minter {
 public:
  explicit Minter(std::uint64_t seed) : seed_(seed) {}

  // prefix + `length` characters of [0-9a-z].
  [[nodiscard]] std::string mint(std::string_view prefix, std::size_t length = 24);

 private:
  std::uint64_t seed_;
  std::atomic<std::uint64_t> next_{1};
};

// Who a signature is for: one provider's is worth nothing to another.
enum class SignatureKind : std::uint8_t { anthropic, redacted, responses, gemini };

// "The simulator remembers what it signed" without a table: a signature carries its own proof.
class Signer {
 public:
  explicit Signer(std::string_view secret) : secret_(secret) {}

  [[nodiscard]] std::string issue(SignatureKind kind, std::string_view nonce) const;
  [[nodiscard]] bool knows(SignatureKind kind, std::string_view signature) const;

 private:
  [[nodiscard]] std::string proof(SignatureKind kind, std::string_view nonce) const;
  std::string secret_;
};

[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string base64url(std::string_view bytes);  // no padding
[[nodiscard]] std::string sha256(std::string_view bytes);     // 32 raw bytes
[[nodiscard]] std::string hex(std::string_view bytes);

}  // namespace agt::sim
