#include "store/sealer.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <span>
#include <system_error>

#include "store/files.h"
#include "store/limits.h"

namespace agt::store {
namespace {

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t key_id_bytes = 8;
constexpr char format_version = 1;
constexpr std::string_view key_file_title = "agt vault key 1";

unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::string hexadecimal(std::span<const unsigned char> data) {
  std::string text(data.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), data.data(), data.size());
  text.pop_back();
  return text;
}

// What the ciphertext is bound to. 0x1f stands in no table, column or id.
std::string bound_to(const Place& place) {
  return fmt::format("{}|{}\x1f{}\x1f{}", static_cast<int>(format_version), place.table, place.row, place.column);
}

Result<> start_sodium() {
  if (sodium_init() < 0) return fail(Code::internal, "libsodium cannot be initialised");
  return {};
}

}  // namespace

void Sealer::FreeKey::operator()(unsigned char* key) const { sodium_free(key); }

Result<Sealer::Key> Sealer::new_key() {
  Key key(static_cast<unsigned char*>(sodium_malloc(key_bytes)));
  if (!key) return fail(Code::internal, "no memory for the vault's key");
  return key;
}

Sealer::Sealer(Key key) : key_(std::move(key)) {
  std::array<unsigned char, 16> digest{};
  crypto_generichash(digest.data(), digest.size(), key_.get(), key_bytes, nullptr, 0);
  key_id_ = hexadecimal(std::span(digest).first<key_id_bytes>());
}

Result<Sealer> Sealer::open(const std::filesystem::path& key_file, Missing missing) {
  TRY_OK(start_sodium());
  std::error_code error;
  const bool there = std::filesystem::exists(std::filesystem::symlink_status(key_file, error));
  if (there) {
    TRY(auto text, read_file(key_file, Trust::secret, key_file_bytes_max));
    const Secret wiped(std::move(text));
    return from_text(wiped.reveal(), key_file);
  }
  if (missing == Missing::refuse)
    return fail(Code::config, fmt::format("{}: the key of the vault is missing: put it back from a backup; without it "
                                          "the stored credentials cannot be read",
                                          key_file.string()));
  TRY(auto key, new_key());
  crypto_aead_xchacha20poly1305_ietf_keygen(key.get());
  const Secret text(fmt::format("{}\n{}\n", key_file_title, hexadecimal(std::span(key.get(), key_bytes))));
  TRY_OK(write_file(key_file, text.reveal()));
  return Sealer(std::move(key));
}

Result<Sealer> Sealer::from_text(std::string_view text, const std::filesystem::path& key_file) {
  const auto malformed = [&key_file] {
    return fail(Code::config, fmt::format("{}: must hold the line \"{}\" and 64 hexadecimal digits: put it back from a "
                                          "backup",
                                          key_file.string(), key_file_title));
  };
  if (!text.starts_with(key_file_title)) return malformed();
  text.remove_prefix(key_file_title.size());
  TRY(auto key, new_key());
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_hex2bin(key.get(), key_bytes, text.data(), text.size(), "\r\n", &size, &end) != 0) return malformed();
  if (size != key_bytes || end != text.data() + text.size()) return malformed();
  return Sealer(std::move(key));
}

Result<std::string> Sealer::seal(const Secret& secret, const Place& place) const {
  const auto plain = secret.reveal();
  const auto bound = bound_to(place);
  std::string sealed(1 + key_id_bytes + nonce_bytes + plain.size() + tag_bytes, '\0');
  sealed[0] = format_version;
  sodium_hex2bin(bytes(sealed) + 1, key_id_bytes, key_id_.data(), key_id_.size(), nullptr, nullptr, nullptr);
  auto* nonce = bytes(sealed) + 1 + key_id_bytes;
  randombytes_buf(nonce, nonce_bytes);  // 192 random bits never repeat
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonce_bytes, &size, bytes(plain), plain.size(), bytes(bound),
                                             bound.size(), nullptr, nonce, key_.get());
  return sealed;
}

Result<Secret> Sealer::open(std::string_view sealed, const Place& place) const {
  const auto where = fmt::format("{}.{} of {}", place.table, place.column, place.row);
  constexpr std::size_t overhead = 1 + key_id_bytes + nonce_bytes + tag_bytes;
  if (sealed.size() < overhead || sealed[0] != format_version)
    return fail(Code::storage, fmt::format("{}: is not a sealed value", where));
  const auto sealed_with = hexadecimal(std::span(bytes(sealed) + 1, key_id_bytes));
  if (sealed_with != key_id_)
    return fail(Code::storage, fmt::format("{}: was sealed with the key {}, not with {}", where, sealed_with, key_id_));
  const auto* nonce = bytes(sealed) + 1 + key_id_bytes;
  const auto bound = bound_to(place);
  std::string plain(sealed.size() - overhead, '\0');
  unsigned long long size = 0;
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(plain), &size, nullptr, nonce + nonce_bytes,
                                                                sealed.size() - overhead + tag_bytes, bytes(bound),
                                                                bound.size(), nonce, key_.get());
  if (opened != 0) return fail(Code::storage, fmt::format("{}: was changed since it was sealed", where));
  return Secret(std::move(plain));
}

}  // namespace agt::store
