#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "net/testing/certificates.h"
#include "net/testing/harness.h"

namespace agt::net {
namespace {

using testing::Free;
using testing::Harness;
using testing::Identity;
using testing::make_authority;
using testing::make_identity;
using testing::Server;

// Answers each request of each connection with its own body, over TLS.
class TlsServer {
 public:
  struct Options {
    int version_max = TLS1_3_VERSION;
    std::size_t cut_after = std::string::npos;  // of the answer, then without close_notify
    int connections = 1;
    std::string_view behind{};  // an answer that comes in two parts, the second of them with this behind it
  };
  TlsServer(const Identity& identity, const Options& options)
      : options_(options), context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
    SSL_CTX_set_max_proto_version(context_.get(), options.version_max);
    if (options.version_max < TLS1_2_VERSION) SSL_CTX_set_security_level(context_.get(), 0);
    thread_ = std::thread([this] {
      for (int i = 0; i < options_.connections; ++i) serve();
    });
  }
  ~TlsServer() { thread_.join(); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] int resumed() const { return resumed_; }
  [[nodiscard]] int hung_up() const { return hung_up_; }
  [[nodiscard]] std::string name() const { return name_; }

 private:
  void serve() {
    const auto socket = server_.accept();
    const std::unique_ptr<SSL, Free> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), socket.fd());
    if (SSL_accept(ssl.get()) != 1) return;
    if (SSL_session_reused(ssl.get()) == 1) ++resumed_;
    if (const char* const asked = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name); asked != nullptr)
      name_ = asked;
    std::string request;
    std::vector<char> piece(100'000);
    std::size_t body_at = std::string::npos;
    std::size_t length = 0;
    while (body_at == std::string::npos || request.size() < body_at + length) {
      const int got = SSL_read(ssl.get(), piece.data(), static_cast<int>(piece.size()));
      if (got <= 0) return;
      request.append(piece.data(), static_cast<std::size_t>(got));
      if (body_at != std::string::npos || !request.contains("\r\n\r\n")) continue;
      body_at = request.find("\r\n\r\n") + 4;
      length = std::stoul(request.substr(request.find("content-length: ") + 16));
    }
    const auto body = request.substr(body_at);
    if (!options_.behind.empty()) return say_too_much(ssl.get(), body);
    const auto answer =
        fmt::format("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}", body.size(), body)
            .substr(0, options_.cut_after);
    for (std::size_t sent = 0; sent < answer.size();) {
      const int wrote = SSL_write(ssl.get(), answer.data() + sent, static_cast<int>(answer.size() - sent));
      if (wrote <= 0) return;
      sent += static_cast<std::size_t>(wrote);
    }
    if (options_.cut_after == std::string::npos) SSL_shutdown(ssl.get());
  }

  void say_too_much(SSL* ssl, std::string_view body) {
    const auto write = [ssl](std::string_view text) { SSL_write(ssl, text.data(), static_cast<int>(text.size())); };
    write(fmt::format("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}", body.size(), body.substr(0, 2)));
    std::this_thread::sleep_for(Milliseconds(30));
    write(fmt::format("{}{}", body.substr(2), options_.behind));
    char more = 0;
    if (SSL_read(ssl, &more, 1) <= 0) ++hung_up_;
  }

  Options options_;
  Server server_{};
  std::unique_ptr<SSL_CTX, Free> context_;
  std::atomic<int> resumed_ = 0;
  std::atomic<int> hung_up_ = 0;
  std::string name_{};
  std::thread thread_{};
};

struct Outcome {
  std::string text{};
  std::string message{};
};

Outcome ask(Harness& harness, const std::string& host, std::uint16_t port, std::string body = "hello") {
  Outcome outcome;
  harness.run([&](Worker& worker) -> Task<> {
    Call call;
    call.url = *parse_url(fmt::format("https://{}:{}", host, port));
    call.target = "/x";
    call.body = body;
    auto reply = co_await worker.client().send(std::move(call));
    if (!reply) {
      outcome.text = std::string(name(reply.error().code));
      outcome.message = reply.error().message;
      co_return;
    }
    auto got = co_await (*reply)->whole(100'000'000);
    outcome.text = got ? *std::move(got) : std::string(name(got.error().code));
  });
  return outcome;
}

RuntimeOptions trusting(const Identity& authority) {
  RuntimeOptions options;
  options.client.ca_file = testing::write_pem(authority);
  return options;
}

TEST(Tls, accepts_a_good_peer_by_name_and_by_address) {
  const auto authority = make_authority();
  Harness harness(trusting(authority));
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    const TlsServer server(make_identity(authority), {});
    EXPECT_EQ(ask(harness, host, server.port()).text, "hello") << host;
    EXPECT_EQ(server.name(), host == "localhost" ? "localhost" : "");
  }
}

TEST(Tls, carries_much_both_ways) {
  const auto authority = make_authority();
  Harness harness(trusting(authority));
  const TlsServer server(make_identity(authority), {});
  const std::string body(3'000'000, 'z');
  EXPECT_TRUE(ask(harness, "localhost", server.port(), body).text == body);
}

TEST(Tls, speaks_1_2_and_not_1_1) {
  const auto authority = make_authority();
  Harness harness(trusting(authority));
  const TlsServer good(make_identity(authority), {.version_max = TLS1_2_VERSION});
  EXPECT_EQ(ask(harness, "localhost", good.port()).text, "hello");
  const TlsServer old(make_identity(authority), {.version_max = TLS1_1_VERSION});
  EXPECT_EQ(ask(harness, "localhost", old.port()).text, "tls");
}

TEST(Tls, resumes_a_session) {
  const auto authority = make_authority();
  Harness harness(trusting(authority));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsServer server(make_identity(authority), {.version_max = version, .connections = 2});
    EXPECT_EQ(ask(harness, "localhost", server.port()).text, "hello");
    EXPECT_EQ(ask(harness, "localhost", server.port()).text, "hello");
    EXPECT_TRUE(testing::is_within(Milliseconds(500), [&] { return server.resumed() == 1; })) << version;
  }
}

// The rest of the record is with OpenSSL, where no event tells of it.
TEST(Tls, does_not_reuse_what_has_more_behind_an_answer) {
  const auto authority = make_authority();
  Harness harness(trusting(authority));
  const TlsServer server(make_identity(authority),
                         {.connections = 2, .behind = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nevil!"});
  EXPECT_EQ(ask(harness, "localhost", server.port()).text, "hello");
  EXPECT_EQ(ask(harness, "localhost", server.port()).text, "hello");
  EXPECT_TRUE(testing::is_within(Milliseconds(500), [&] { return server.hung_up() == 2; }));
}

struct BadPeer {
  const char* what;
  testing::Wish wish;
  bool foreign_authority;
  const char* reason;
};

TEST(Tls, refuses_bad_peers_and_says_why) {
  const auto authority = make_authority();
  const auto stranger = make_authority("Stranger");
  Harness harness(trusting(authority));
  for (const auto& [what, wish, foreign, reason] : {
           BadPeer{"expired", {.valid_until = -60}, false, "certificate has expired"},
           BadPeer{"not yet valid", {.valid_from = 600}, false, "certificate is not yet valid"},
           BadPeer{"wrong host", {.alternative = "DNS:other.example"}, false, "hostname mismatch"},
           BadPeer{"only a common name", {.alternative = ""}, false, "hostname mismatch"},
           BadPeer{"wrong address in a name", {.alternative = "IP:127.0.0.1"}, false, "hostname mismatch"},
           BadPeer{"SHA-1", {.sha1 = true}, false, "CA md too weak"},
           BadPeer{"unknown authority", {}, true, "unable to get local issuer certificate"},
       }) {
    const TlsServer server(make_identity(foreign ? stranger : authority, wish), {});
    const auto outcome = ask(harness, "localhost", server.port());
    EXPECT_EQ(outcome.text, "tls") << what;
    EXPECT_TRUE(outcome.message.contains(reason) || wish.sha1) << what << ": " << outcome.message;
    EXPECT_TRUE(outcome.message.contains("localhost")) << outcome.message;
  }
  const TlsServer self_signed(make_authority(), {});
  EXPECT_EQ(ask(harness, "localhost", self_signed.port()).text, "tls");
  const TlsServer by_address(make_identity(authority, {.alternative = "DNS:localhost"}), {});
  const auto mismatch = ask(harness, "127.0.0.1", by_address.port());
  EXPECT_EQ(mismatch.text, "tls");
  EXPECT_TRUE(mismatch.message.contains("IP address mismatch")) << mismatch.message;
}

TEST(Tls, tells_a_peer_that_speaks_no_tls) {
  Harness harness;
  const Server plain;
  std::thread upstream([&] {
    const auto socket = plain.accept();
    socket.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    static_cast<void>(socket.is_closed_within(Milliseconds(1000)));
  });
  const auto outcome = ask(harness, "localhost", plain.port());
  upstream.join();
  EXPECT_EQ(outcome.text, "tls");
  EXPECT_TRUE(outcome.message.contains("wrong version number")) << outcome.message;
}

TEST(Tls, tells_a_truncated_answer) {
  const auto authority = make_authority();
  Harness harness(trusting(authority));
  const TlsServer server(make_identity(authority), {.cut_after = 70});
  EXPECT_EQ(ask(harness, "localhost", server.port(), std::string(100, 'x')).text, "stream_cut");
}

TEST(Tls, names_a_ca_file_that_cannot_be_read) {
  RuntimeOptions options;
  options.client.ca_file = "no/such/file.pem";
  const Clock clock;
  const Log log(LogLevel::off, 2, clock);
  const auto runtime = make_runtime(std::move(options), log, clock);
  ASSERT_FALSE(runtime.has_value());
  EXPECT_EQ(runtime.error().code, Code::config);
  EXPECT_TRUE(runtime.error().message.contains("no/such/file.pem")) << runtime.error().message;
}

TEST(Tls, gives_up_on_a_handshake_that_does_not_end) {
  Harness harness;
  const Server silent;
  Code code = Code::internal;
  harness.run([&](Worker& worker) -> Task<> {
    Call call;
    call.url = *parse_url(fmt::format("https://localhost:{}", silent.port()));
    call.target = "/";
    call.timeouts.tls = Milliseconds(100);
    const auto reply = co_await worker.client().send(std::move(call));
    if (!reply) code = reply.error().code;
  });
  EXPECT_EQ(code, Code::connect_timeout);
}

}  // namespace
}  // namespace agt::net
