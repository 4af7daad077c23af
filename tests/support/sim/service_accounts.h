// Google service accounts: this process gives out one key file, and takes assertions that its key has signed.
// Source: RFC 7523, developers.google.com/identity/protocols/oauth2/service-account.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace agt::sim {

class ServiceAccounts {
 public:
  ServiceAccounts();
  ~ServiceAccounts();
  ServiceAccounts(const ServiceAccounts&) = delete;
  ServiceAccounts& operator=(const ServiceAccounts&) = delete;

  // The key file, as the Cloud Console writes it; `origin` is this server's address.
  [[nodiscard]] std::string key_file(std::string_view origin);
  // Why an assertion is refused, in Google's words; "" for a good one.
  [[nodiscard]] std::string problem(std::string_view assertion, std::int64_t now_s);

 private:
  [[nodiscard]] bool verified(std::string_view text, std::string_view signature);
  void ensure_key();

  std::mutex mutex_{};
  evp_pkey_st* key_ = nullptr;
};

}  // namespace agt::sim
