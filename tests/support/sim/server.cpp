#include "sim/server.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include "sim/delivery.h"
#include "sim/request_reader.h"

namespace agt::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t stack_bytes = 1U << 20;  // instrumented frames are several times as large
#else
constexpr std::size_t stack_bytes = 256U << 10;  // ten thousand connections must fit
#endif

std::int64_t unix_ms_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

struct Guest {
  int fd{};
  std::int64_t number{};
  Desk& desk;
  SSL_CTX* context{};
};

class Connection {
 public:
  explicit Connection(const Guest& guest) : wire_(guest.fd), reader_(wire_), guest_(guest) {}

  void run() {
    if (guest_.context != nullptr && !wire_.start_tls(guest_.context)) return;
    Request request;
    for (;;) {
      const auto got = reader_.next(request);
      if (got == RequestReader::Got::broken) answer_broken();
      if (got != RequestReader::Got::request || !answer(request)) return;
    }
  }

 private:
  void answer_broken() {
    Reply reply{.status = 400};
    reply.body =
        R"({"error":{"message":"malformed HTTP request","type":"invalid_request_error","param":null,"code":null}})";
    static_cast<void>(wire_.write(encoded(reply, After::close)));
  }

  // With the log off the simulator is a bench's upstream: the same request again gets the same bytes again.
  [[nodiscard]] bool repeats(const Request& request) const {
    if (guest_.desk.log.enabled() || last_reply_.empty() || !guest_.desk.scripts.empty()) return false;
    return request.body == last_.body && request.target == last_.target && request.method == last_.method &&
           request.header("authorization") == last_.header("authorization") &&
           request.header("x-api-key") == last_.header("x-api-key") &&
           request.header("x-goog-api-key") == last_.header("x-goog-api-key") &&
           request.header("x-sim") == last_.header("x-sim") && request.keep_alive == last_.keep_alive &&
           request.header("anthropic-version") == last_.header("anthropic-version");
  }

  // False when the connection is over.
  bool answer(const Request& request) {
    auto& desk = guest_.desk;
    const auto where = route(request);
    if (where.operation == Operation::control)
      return wire_.write(encoded(desk.control(request), after(request))) && request.keep_alive;
    desk.counters.requests_total.fetch_add(1, std::memory_order_relaxed);
    if (repeats(request)) return wire_.write(last_reply_) && request.keep_alive;
    const auto now_ms = unix_ms_now();
    const auto key = where.operation == Operation::token ? TokenDesk::key_of(request) : credential(request);
    const auto seq = desk.log.add(guest_.number, request, key, now_ms);
    auto handled = desk.handle(request, where, {.unix_ms = now_ms});
    if (handled.refreshed) desk.counters.refreshes_total.fetch_add(1, std::memory_order_relaxed);
    if (request.method == "HEAD") strip_body(handled.reply);
    desk.log.replied(seq, handled.reply.status, handled.reply.stream);
    const auto ended = deliver(request, where, handled);
    if (ended == Ended::peer_gone) desk.counters.aborts_total.fetch_add(1, std::memory_order_relaxed);
    desk.log.finished(seq, ended == Ended::peer_gone, unix_ms_now());
    return ended == Ended::complete && request.keep_alive;
  }

  Ended deliver(const Request& request, const Route& where, const Handled& handled) {
    const bool repeatable = !guest_.desk.log.enabled() && where.operation != Operation::token &&
                            handled.script.delivers_plainly() && handled.reply.status == 200;
    last_reply_.clear();
    if (!repeatable) return Delivery(wire_, handled.script).deliver(handled.reply, after(request));
    last_ = request;
    last_reply_ = encoded(handled.reply, after(request));
    return wire_.write(last_reply_) ? Ended::complete : Ended::peer_gone;
  }

  static After after(const Request& request) { return request.keep_alive ? After::keep_alive : After::close; }

  static void strip_body(Reply& reply) {
    reply.headers.push_back({.name = "content-length", .value = std::to_string(reply.body.size())});
    reply.body.clear();
  }

  Wire wire_;
  RequestReader reader_;
  const Guest& guest_;
  Request last_{};
  std::string last_reply_{};
};

void* host(void* argument) {
  const std::unique_ptr<Guest> guest(static_cast<Guest*>(argument));
  Connection(*guest).run();
  guest->desk.counters.connections_open.fetch_sub(1, std::memory_order_relaxed);
  return nullptr;
}

void welcome(int fd, std::int64_t number, Desk& desk, SSL_CTX* context, const pthread_attr_t& attributes) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto guest = std::make_unique<Guest>(Guest{.fd = fd, .number = number, .desk = desk, .context = context});
  desk.counters.connections_total.fetch_add(1, std::memory_order_relaxed);
  desk.counters.connections_open.fetch_add(1, std::memory_order_relaxed);
  pthread_t thread{};
  if (::pthread_create(&thread, &attributes, host, guest.get()) == 0) {
    static_cast<void>(guest.release());  // the thread owns it now
    return;
  }
  ::close(fd);
  desk.counters.connections_open.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace

Result<Listener> listen_on(const std::string& host_name, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host_name.c_str(), std::to_string(port).c_str(), &wanted, &found); error != 0)
    return fail(Code::config, fmt::format("cannot resolve {}: {}", host_name, ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  constexpr int backlog = 4096;
  if (::bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, backlog) != 0) {
    const auto why = std::string(std::strerror(errno));
    ::close(fd);
    return fail(Code::config, fmt::format("cannot listen on {}:{}: {}", host_name, port, why));
  }
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  const auto network_port = address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                                                          : reinterpret_cast<const sockaddr_in*>(&address)->sin_port;
  return Listener{.fd = fd, .port = ntohs(network_port)};
}

void serve(Listener listener, Desk& desk, SSL_CTX* context) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, stack_bytes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  for (std::int64_t number = 1;;) {
    const int fd = ::accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
      welcome(fd, number++, desk, context, attributes);
      continue;
    }
    // Out of descriptors or a guest that left at once: neither may end the loop.
    constexpr auto pause = std::chrono::milliseconds(5);
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) std::this_thread::sleep_for(pause);
  }
}

}  // namespace agt::sim
