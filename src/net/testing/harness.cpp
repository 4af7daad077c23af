#include "net/testing/harness.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <future>

namespace agt::net::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

class LambdaHandler final : public Handler {
 public:
  explicit LambdaHandler(Handle handle) : handle_(std::move(handle)) {}
  Task<> handle(Exchange& exchange) override { return handle_(exchange); }
  Refusal refusal(const Error& error, std::string_view /*path*/) const override {
    return {.content_type = "text/plain", .body = fmt::format("{}: {}", name(error.code), error.message)};
  }

 private:
  Handle handle_;
};

}  // namespace

Socket::Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = loopback(port);
  EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << port;
}
Socket::~Socket() { close(); }

void Socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Socket::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string Socket::receive_until(const std::function<bool(std::string_view)>& enough, Milliseconds limit) const {
  std::string all;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::vector<char> piece(64 * 1024);
  while (!enough(all)) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
    const auto got = ::recv(fd_, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    all.append(piece.data(), static_cast<std::size_t>(got));
  }
  return all;
}

std::string Socket::receive_until(std::string_view end) const {
  return receive_until([end](std::string_view all) { return all.contains(end); });
}

std::string Socket::receive_all() const {
  return receive_until([](std::string_view) { return false; });
}

bool Socket::is_closed_within(Milliseconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::vector<char> piece(64 * 1024);
  for (;;) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
    if (::recv(fd_, piece.data(), piece.size(), 0) <= 0) return true;
  }
}

void Socket::shutdown_write() const { ::shutdown(fd_, SHUT_WR); }

void Socket::reset() {
  const linger hard{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

Server::Server() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(fd_, 64), 0);
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}
Server::~Server() { ::close(fd_); }

Socket Server::accept() const {
  pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&waiting, 1, 5000), 1) << "nobody connected";
  return Socket(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
}

Harness::Harness(RuntimeOptions options) : log_(LogLevel::error, STDERR_FILENO, clock_) {
  options.handle_signals = false;
  runtime_ = *make_runtime(std::move(options), log_, clock_);
  thread_ = std::thread([this] { runtime_->run(); });
}

Harness::~Harness() { stop(); }

void Harness::stop() {
  runtime_->stop();
  if (thread_.joinable()) thread_.join();
}

std::uint16_t Harness::serve(Handle handle, std::string name) {
  const auto port =
      runtime_->listen(std::move(name), {}, [handle](Worker&) { return std::make_unique<LambdaHandler>(handle); });
  EXPECT_TRUE(port.has_value()) << port.error().message;
  return port.value_or(0);
}

void Harness::run(std::function<Task<>(Worker&)> task) {
  std::promise<void> done;
  auto& worker = runtime_->worker(0);
  const auto wrapped = [&]() -> Task<> {
    co_await task(worker);
    done.set_value();
  };
  worker.spawn(wrapped);
  ASSERT_EQ(done.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready) << "the task did not end";
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

bool is_within(Milliseconds limit, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Milliseconds(1));
  }
  return true;
}

std::size_t open_descriptors() {
  namespace fs = std::filesystem;
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::string http_get(std::uint16_t port, std::string_view path) {
  const Socket client(port);
  client.send(fmt::format("GET {} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n", path));
  return client.receive_all();
}

}  // namespace agt::net::testing
