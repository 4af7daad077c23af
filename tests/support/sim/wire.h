// Wire is one accepted connection, plain or TLS: blocking, and able to notice that the peer has gone while it waits.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <string_view>

namespace agt::sim {

class Wire {
 public:
  explicit Wire(int fd) : fd_(fd) {}
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] bool start_tls(SSL_CTX* context);

  // Bytes read; 0 at the end of the peer's data or after an error.
  [[nodiscard]] std::size_t read(char* into, std::size_t size);
  // All of `bytes`, or false when the peer is gone.
  [[nodiscard]] bool write(std::string_view bytes);
  // Waits; true as soon as the peer has closed or reset, false when the time is over.
  [[nodiscard]] bool peer_leaves_within(int ms);
  void reset();  // closes with RST

 private:
  int fd_;
  SSL* tls_ = nullptr;
};

}  // namespace agt::sim
