// For this room's tests: a runtime on a thread of its own, handlers written as lambdas, and raw sockets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/runtime.h"

namespace agt::net::testing {

using Handle = std::function<Task<>(Exchange&)>;

// A blocking client socket with a time limit on everything.
class Socket {
 public:
  explicit Socket(std::uint16_t port);
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket();
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void send(std::string_view bytes) const;
  // Until `enough` is satisfied by all that came, or the other side closes, or the time is over.
  [[nodiscard]] std::string receive_until(const std::function<bool(std::string_view)>& enough,
                                          Milliseconds limit = Milliseconds(5000)) const;
  [[nodiscard]] std::string receive_until(std::string_view end) const;
  [[nodiscard]] std::string receive_all() const;                  // until the other side closes
  [[nodiscard]] bool is_closed_within(Milliseconds limit) const;  // FIN or RST arrives
  void shutdown_write() const;
  void reset();  // closes with RST
  void close();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// Listens and hands out connections: a scripted upstream.
class Server {
 public:
  Server();
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] Socket accept() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

class Harness {
 public:
  explicit Harness(RuntimeOptions options = {});
  ~Harness();
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;

  std::uint16_t serve(Handle handle, std::string name = "test");
  // Runs a task on the first worker and waits for it.
  void run(std::function<Task<>(Worker&)> task);
  void stop();  // and wait

  [[nodiscard]] Runtime& runtime() { return *runtime_; }

 private:
  Clock clock_{};
  Log log_;
  std::unique_ptr<Runtime> runtime_{};
  std::thread thread_{};
};

// Instead of a braced aggregate inside a co_await expression, which g++ 12 copies bit by bit and frees twice.
[[nodiscard]] inline ResponseHead with_status(int status) { return {.status = status}; }
[[nodiscard]] std::size_t count(std::string_view text, std::string_view part);
[[nodiscard]] bool is_within(Milliseconds limit, const std::function<bool()>& condition);
[[nodiscard]] std::size_t open_descriptors();
[[nodiscard]] std::string http_get(std::uint16_t port, std::string_view path);

}  // namespace agt::net::testing
