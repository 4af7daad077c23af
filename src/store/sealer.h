// Seals secrets for the disk: XChaCha20-Poly1305 under a random key that lives in a file of its own, outside the data
// folder. A sealed value is bound to the place it was sealed for: moved to another row, it does not open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/secret.h"

namespace agt::store {

struct Place {
  std::string_view table{};
  std::string_view row{};
  std::string_view column{};
};

class Sealer {
 public:
  enum class Missing : std::uint8_t { refuse, create };

  // Reads the key file; Missing::create makes a new one where there is none. Code::config when the file is missing,
  // malformed, or open to others.
  [[nodiscard]] static Result<Sealer> open(const std::filesystem::path& key_file, Missing missing);

  // version, key id, nonce, ciphertext: bytes, not text.
  [[nodiscard]] Result<std::string> seal(const Secret& secret, const Place& place) const;
  // Code::storage when `sealed` was changed, belongs to another place, or was sealed with another key (which is named).
  [[nodiscard]] Result<Secret> open(std::string_view sealed, const Place& place) const;

  [[nodiscard]] const std::string& key_id() const { return key_id_; }  // 16 hexadecimal digits, not secret

 private:
  struct FreeKey {
    void operator()(unsigned char* key) const;  // sodium_free: wipes, unlocks, unmaps
  };
  using Key = std::unique_ptr<unsigned char, FreeKey>;
  [[nodiscard]] static Result<Key> new_key();
  [[nodiscard]] static Result<Sealer> from_text(std::string_view text, const std::filesystem::path& key_file);
  explicit Sealer(Key key);

  Key key_;
  std::string key_id_{};
};

}  // namespace agt::store
