#include "net/service_manager.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <thread>

#include "net/internal/listener.h"
#include "net/testing/harness.h"

namespace agt::net {
namespace {

Result<InheritedSockets> one_listening_on(std::uint16_t& port) {
  TRY(const auto sockets, open_listening_sockets({}, 1));
  port = local_port(sockets.front());
  return InheritedSockets::of(sockets);
}

class Served final : public Handler {
 public:
  Task<> handle(Exchange& exchange) override { co_await exchange.respond(testing::with_status(200), "served"); }
  Refusal refusal(const Error& error, std::string_view /*path*/) const override { return {.body = error.message}; }
};

TEST(ServiceManager, hands_over_nothing_to_another_process) {
  EXPECT_TRUE(InheritedSockets::take("", "")->descriptors().empty());
  EXPECT_TRUE(InheritedSockets::take("1", "1")->descriptors().empty());
  EXPECT_TRUE(InheritedSockets::take("x", "1")->descriptors().empty());
}

TEST(ServiceManager, refuses_what_is_no_listening_socket) {
  const auto mine = fmt::format("{}", ::getpid());
  const auto counted = InheritedSockets::take(mine, "many");
  ASSERT_FALSE(counted);
  EXPECT_EQ(counted.error().code, Code::config);
  EXPECT_EQ(counted.error().message, "LISTEN_FDS: must be a whole number from 0 to 16, not \"many\".");
  EXPECT_FALSE(InheritedSockets::take(mine, "17"));
  EXPECT_TRUE(InheritedSockets::take(mine, "0")->descriptors().empty());
  const auto unconnected = InheritedSockets::of({::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)});
  ASSERT_FALSE(unconnected);
  EXPECT_TRUE(unconnected.error().message.contains("no listening TCP socket")) << unconnected.error().message;
}

TEST(ServiceManager, sockets_serve_every_worker_and_outlive_a_closed_listener) {
  std::uint16_t port = 0;
  auto inherited = one_listening_on(port);
  ASSERT_TRUE(inherited);
  const Clock clock;
  const Log log(LogLevel::off, STDERR_FILENO, clock);
  const RuntimeOptions options{.workers = 3, .handle_signals = false};
  const auto runtime = *make_runtime(options, *std::move(inherited), log, clock);
  const HandlerFactory factory = [](Worker&) { return std::make_unique<Served>(); };
  const ListenAddress address{.port = port};
  EXPECT_EQ(runtime->listen("one", address, factory), port);
  std::thread thread([&] { runtime->run(); });
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(testing::http_get(port, "/").contains("served"));
  runtime->close_listener("one");
  const testing::Socket waits(port);  // the socket itself stays open
  waits.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_EQ(runtime->listen("two", address, factory), port);
  EXPECT_TRUE(waits.receive_until("served").contains("200 OK"));
  runtime->stop();
  thread.join();
}

TEST(ServiceManager, hears_what_it_is_told) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("agt_notify_{}", ::getpid());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(tell_service_manager(path.string(), "READY=1"));
  std::array<char, 64> heard{};
  const auto size = ::recv(fd, heard.data(), heard.size(), MSG_DONTWAIT);
  EXPECT_EQ(std::string_view(heard.data(), size < 0 ? 0 : static_cast<std::size_t>(size)), "READY=1");
  ::close(fd);
  std::filesystem::remove(path);
  EXPECT_TRUE(tell_service_manager("", "READY=1"));
  EXPECT_EQ(tell_service_manager(path.string(), "READY=1").error().code, Code::config);
  EXPECT_EQ(tell_service_manager("relative", "READY=1").error().code, Code::config);
}

}  // namespace
}  // namespace agt::net
