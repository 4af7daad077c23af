#include "sim/service_accounts.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>

#include "json/document.h"
#include "json/writer.h"

namespace agt::sim {
namespace {

constexpr std::string_view email = "simulator@sim-project.iam.gserviceaccount.com";
constexpr int key_bits = 2048;
constexpr std::int64_t life_max_s = 3600;
constexpr std::int64_t skew_s = 300;

std::string decoded(std::string_view base64url) {
  std::string out;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : base64url) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return {};
    held = (held << 6U) | static_cast<unsigned>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>((held >> bits) & 255U);
  }
  return out;
}

std::string pem_of(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

ServiceAccounts::ServiceAccounts() = default;
ServiceAccounts::~ServiceAccounts() { EVP_PKEY_free(key_); }

void ServiceAccounts::ensure_key() {
  if (key_ == nullptr) key_ = EVP_RSA_gen(key_bits);
}

std::string ServiceAccounts::key_file(std::string_view origin) {
  const std::scoped_lock lock(mutex_);
  ensure_key();
  json::Writer w;
  w.begin_object();
  w.field("type", "service_account");
  w.field("project_id", "sim-project");
  w.field("private_key_id", "sim-key-1");
  w.field("private_key", pem_of(key_));
  w.field("client_email", email);
  w.field("client_id", "1");
  w.field("token_uri", std::string(origin) + "/token");
  w.end_object();
  return std::move(w).take();
}

bool ServiceAccounts::verified(std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

std::string ServiceAccounts::problem(std::string_view assertion, std::int64_t now_s) {
  const std::scoped_lock lock(mutex_);
  const auto first = assertion.find('.');
  const auto second = assertion.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos)
    return "Bad Request: the assertion is no JWT.";
  const auto header_text = decoded(assertion.substr(0, first));
  const auto claims_text = decoded(assertion.substr(first + 1, second - first - 1));
  const auto header = json::Document::parse(header_text);
  const auto claims = json::Document::parse(claims_text);
  if (!header || !claims || !header->root()["alg"].is("RS256")) return "Invalid JWT: not RS256.";
  if (key_ == nullptr || !verified(assertion.substr(0, second), decoded(assertion.substr(second + 1))))
    return "Invalid JWT Signature.";
  const auto root = claims->root();
  const auto issued = root["iat"].integer_or(0);
  const auto until = root["exp"].integer_or(0);
  if (!root["iss"].is(email)) return "Invalid grant: account not found";
  if (!root["aud"].text_or("").ends_with("/token")) return "Invalid JWT: Failed audience check.";
  if (root["scope"].text_or("").find("cloud-platform") == std::string::npos) return "Invalid OAuth scope.";
  if (issued > now_s + skew_s || until < now_s || until - issued > life_max_s)
    return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
  return {};
}

}  // namespace agt::sim
