#include "store/bundle.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <span>
#include <vector>

#include "store/limits.h"

namespace agt::store {
namespace {

constexpr std::size_t salt_bytes = crypto_pwhash_SALTBYTES;
constexpr std::size_t head_bytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t extra_bytes = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t cost_bytes = 8;  // operations and mebibytes, 4 bytes each, little-endian
constexpr std::uint32_t operations = 3;
constexpr std::uint32_t mebibytes = 64;
constexpr std::uint32_t operations_max = 10;  // of a file that somebody else made: it must not stall us
constexpr std::uint32_t mebibytes_max = 1024;
// Sealed first, so that a wrong passphrase is told from a damaged file.
constexpr std::string_view check_text = "the passphrase fits";
constexpr int base64 = sodium_base64_VARIANT_ORIGINAL;
constexpr std::size_t line_characters = 76;

using State = crypto_secretstream_xchacha20poly1305_state;
using Key = std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES>;

struct WipedKey {
  Key bytes{};
  WipedKey() = default;
  WipedKey(const WipedKey&) = delete;
  WipedKey& operator=(const WipedKey&) = delete;
  ~WipedKey() { sodium_memzero(bytes.data(), bytes.size()); }
};

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

std::string number_text(std::uint32_t n) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>((n >> shift) & 0xffU);
  return text;
}
std::uint32_t number_in(std::string_view s) {
  std::uint32_t n = 0;
  for (std::size_t i = 4; i-- > 0;) n = n << 8U | static_cast<unsigned char>(s[i]);
  return n;
}

Result<> make_key(WipedKey& key, const Secret& passphrase, std::string_view salt, std::uint32_t ops,
                  std::uint32_t mem) {
  const auto words = passphrase.reveal();
  const auto memory = static_cast<std::size_t>(mem) << 20U;
  if (crypto_pwhash(key.bytes.data(), key.bytes.size(), words.data(), words.size(), bytes(salt), ops, memory,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(Code::busy, fmt::format("There is no memory for the key of the export ({} MB).", mem));
  return {};
}

std::unexpected<Error> damaged() {
  return fail(Code::schema, "This export is damaged or cut off: use another copy of the file.", "text");
}

std::string in_lines(const std::string& raw) {
  std::string encoded(sodium_base64_ENCODED_LEN(raw.size(), base64), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), bytes(std::string_view(raw)), raw.size(), base64);
  encoded.pop_back();
  std::string out = fmt::format("{}\n", bundle_title);
  for (std::size_t at = 0; at < encoded.size(); at += line_characters)
    out += encoded.substr(at, line_characters) + "\n";
  return out;
}

void push(State& state, std::string& into, std::string_view content, std::string_view bound, unsigned char tag) {
  std::string sealed(content.size() + extra_bytes, '\0');
  crypto_secretstream_xchacha20poly1305_push(&state, bytes(sealed), nullptr, bytes(content), content.size(),
                                             bytes(bound), bound.size(), tag);
  into += sealed;
}

// Nothing when the piece is not what was sealed.
bool pull(State& state, std::string_view sealed, std::string_view bound, std::string& content, unsigned char& tag) {
  content.assign(sealed.size() - extra_bytes, '\0');
  return crypto_secretstream_xchacha20poly1305_pull(&state, bytes(content), nullptr, &tag, bytes(sealed), sealed.size(),
                                                    bytes(bound), bound.size()) == 0;
}

}  // namespace

bool is_bundle(std::string_view text) { return text.starts_with(bundle_title); }

Result<std::string> seal_bundle(const Secret& content, const Secret& passphrase) {
  if (sodium_init() < 0) return fail(Code::internal, "libsodium cannot be initialised");
  if (passphrase.reveal().size() < passphrase_bytes_min)
    return fail(Code::schema, fmt::format("The passphrase must have {} characters or more.", passphrase_bytes_min),
                "passphrase");
  std::string raw = number_text(operations) + number_text(mebibytes) + std::string(salt_bytes, '\0');
  randombytes_buf(raw.data() + cost_bytes, salt_bytes);
  WipedKey key;
  TRY_OK(make_key(key, passphrase, std::string_view(raw).substr(cost_bytes), operations, mebibytes));
  State state{};
  std::string head(head_bytes, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&state, bytes(head), key.bytes.data());
  raw += head;
  const std::string bound = raw;
  push(state, raw, check_text, bound, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
  push(state, raw, content.reveal(), bound, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  sodium_memzero(&state, sizeof state);
  return in_lines(raw);
}

Result<Secret> open_bundle(std::string_view text, const Secret& passphrase) {
  if (sodium_init() < 0) return fail(Code::internal, "libsodium cannot be initialised");
  if (!is_bundle(text)) return fail(Code::schema, "This is no export of this program.", "text");
  text.remove_prefix(bundle_title.size());
  std::string raw(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes(raw), raw.size(), text.data(), text.size(), "\r\n \t", &size, &end, base64) != 0 ||
      end != text.data() + text.size())
    return damaged();
  raw.resize(size);
  constexpr std::size_t preface = cost_bytes + salt_bytes + head_bytes;
  constexpr std::size_t check_size = check_text.size() + extra_bytes;
  if (raw.size() < preface + check_size + extra_bytes) return damaged();
  const std::string_view all = raw;
  const auto bound = all.substr(0, preface);
  const auto ops = number_in(all);
  const auto mem = number_in(all.substr(4));
  if (ops < crypto_pwhash_OPSLIMIT_MIN || ops > operations_max || mem == 0 || mem > mebibytes_max) return damaged();
  WipedKey key;
  TRY_OK(make_key(key, passphrase, all.substr(cost_bytes, salt_bytes), ops, mem));
  State state{};
  if (crypto_secretstream_xchacha20poly1305_init_pull(&state, bytes(all.substr(cost_bytes + salt_bytes)),
                                                      key.bytes.data()) != 0)
    return damaged();
  std::string content;
  unsigned char tag = 0;
  if (!pull(state, all.substr(preface, check_size), bound, content, tag) || content != check_text)
    return fail(Code::schema, "The passphrase is wrong (or the first lines of the file are damaged).", "passphrase");
  const bool whole = pull(state, all.substr(preface + check_size), bound, content, tag);
  sodium_memzero(&state, sizeof state);
  if (!whole || tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) return damaged();
  return Secret(std::move(content));
}

}  // namespace agt::store
