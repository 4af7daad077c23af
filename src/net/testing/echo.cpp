// A server that answers every request with what it understood of it: method, target and body. Tests of framing put it
// behind other servers and compare. `net_echo` prints its port and serves until a signal.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "net/runtime.h"

namespace agt::net {
namespace {

constexpr std::size_t echo_body_bytes_max = 1UL << 20;

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

class Echo final : public Handler {
 public:
  Task<> handle(Exchange& exchange) override {
    auto body = co_await exchange.read_body(echo_body_bytes_max);
    const auto& head = exchange.head();
    ResponseHead answer{.status = body ? 200 : 400};
    auto text = body ? fmt::format("{} {} {}\n", head.method, hexadecimal(head.target), hexadecimal(*body))
                     : fmt::format("{}\n", name(body.error().code));
    // A client that is gone has nothing to be told.
    static_cast<void>(co_await exchange.respond(std::move(answer), std::move(text)));
  }
  Refusal refusal(const Error& error, std::string_view /*path*/) const override {
    return {.content_type = "text/plain", .body = fmt::format("{}: {}\n", name(error.code), error.message)};
  }
};

int serve() {
  const Clock clock;
  const Log log(LogLevel::off, STDERR_FILENO, clock);
  const auto runtime = make_runtime({.workers = 1}, log, clock);
  if (!runtime) return 1;
  const auto port =
      (*runtime)->listen("echo", {.host = "127.0.0.1", .port = 0}, [](Worker&) { return std::make_unique<Echo>(); });
  if (!port) return 1;
  fmt::print("net_echo listening on {}\n", *port);
  std::fflush(stdout);
  (*runtime)->run();
  return 0;
}

}  // namespace
}  // namespace agt::net

int main() { return agt::net::serve(); }
