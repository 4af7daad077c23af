#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/testing/harness.h"

namespace agt::net {
namespace {

using testing::Harness;
using testing::is_within;
using testing::Server;
using testing::Socket;

constexpr std::string_view whole_answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-a: b\r\n\r\nhello";
constexpr std::string_view chunked_answer =
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n1;x=y\r\nl\r\n1\r\no\r\n0\r\ntrailer: x\r\n\r\n";
constexpr std::string_view until_close_answer = "HTTP/1.1 200 OK\r\n\r\nhello";

Call call_to(std::uint16_t port, std::string_view body = "{}") {  // `body` outlives the call
  Call call;
  call.url = *parse_url(fmt::format("http://127.0.0.1:{}", port));
  call.target = "/v1/x?y=z";
  call.headers = Headers{{"content-type", "application/json"}, {"connection", "close"}, {"content-length", "999"}};
  call.body = body;
  return call;
}

// What became of a call: the body, or the code of the failure.
struct Outcome {
  int status = 0;
  std::string text{};
  std::string message{};
  bool reused = false;
};

Task<Outcome> outcome_of(Client& client, Call call) {
  Outcome outcome;
  auto reply = co_await client.send(std::move(call));
  if (!reply) {
    outcome.text = std::string(name(reply.error().code));
    outcome.message = reply.error().message;
    co_return outcome;
  }
  outcome.status = (*reply)->head().status;
  outcome.reused = (*reply)->timings().reused;
  auto body = co_await (*reply)->whole(100'000'000);
  outcome.text = body ? *std::move(body) : std::string(name(body.error().code));
  co_return outcome;
}

Outcome ask(Harness& harness, Call call) {
  Outcome outcome;
  harness.run([&](Worker& worker) -> Task<> { outcome = co_await outcome_of(worker.client(), call); });
  return outcome;
}

std::string receive_request(const Socket& socket) {
  return socket.receive_until([](std::string_view all) { return all.ends_with("{}"); });
}

TEST(Client, writes_one_well_formed_request) {
  Harness harness;
  const Server server;
  std::thread upstream([&] {
    const auto socket = server.accept();
    EXPECT_EQ(receive_request(socket),
              fmt::format("POST /v1/x?y=z HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: application/json\r\n"
                          "content-length: 2\r\n\r\n{{}}",
                          server.port()));
    socket.send(whole_answer);
  });
  const auto outcome = ask(harness, call_to(server.port()));
  upstream.join();
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.text, "hello");
}

TEST(Client, refuses_to_write_a_broken_request) {
  Harness harness;
  auto call = call_to(1);
  call.headers.add("x", "a\r\nb: c");
  EXPECT_EQ(ask(harness, call).text, "internal");
  call = call_to(1);
  call.target = "/a b";
  EXPECT_EQ(ask(harness, call).text, "internal");
}

TEST(Client, reads_every_framing_however_the_bytes_are_split) {
  Harness harness;
  for (const auto answer : {whole_answer, chunked_answer, until_close_answer}) {
    for (std::size_t split = 0; split < answer.size(); ++split) {
      const Server server;
      std::thread upstream([&] {
        const auto socket = server.accept();
        static_cast<void>(receive_request(socket));
        socket.send(answer.substr(0, split));
        if (split % 3 == 0) std::this_thread::sleep_for(Milliseconds(1));
        socket.send(answer.substr(split));
      });
      const auto outcome = ask(harness, call_to(server.port()));
      upstream.join();
      ASSERT_EQ(outcome.text, "hello") << split << " " << answer;
    }
  }
}

TEST(Client, tells_a_truncated_answer) {
  Harness harness;
  for (const auto answer : {whole_answer, chunked_answer}) {
    for (std::size_t length = 0; length < answer.size(); ++length) {
      const Server server;
      std::thread upstream([&] {
        const auto socket = server.accept();
        static_cast<void>(receive_request(socket));
        socket.send(answer.substr(0, length));
      });
      const auto outcome = ask(harness, call_to(server.port()));
      upstream.join();
      ASSERT_EQ(outcome.text, "stream_cut") << length << " " << answer;
    }
  }
}

TEST(Client, hands_several_chunks_of_one_read_on_as_one_piece) {
  Harness harness;
  const Server server;
  std::thread upstream([&] {
    const auto socket = server.accept();
    static_cast<void>(receive_request(socket));
    socket.send(chunked_answer);
  });
  std::vector<std::string> pieces;
  harness.run([&](Worker& worker) -> Task<> {
    auto reply = co_await worker.client().send(call_to(server.port()));
    for (;;) {
      const auto piece = co_await (*reply)->next(Milliseconds(1000));
      if (!piece || piece->kind != Piece::Kind::bytes) break;
      pieces.emplace_back(piece->bytes);
    }
  });
  upstream.join();
  EXPECT_EQ(pieces, std::vector<std::string>{"hello"});
}

TEST(Client, skips_interim_answers_and_refuses_101) {
  Harness harness;
  for (const bool upgrade : {false, true}) {
    const Server server;
    std::thread upstream([&] {
      const auto socket = server.accept();
      static_cast<void>(receive_request(socket));
      socket.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
      if (upgrade) socket.send("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n");
      socket.send(whole_answer);
    });
    const auto outcome = ask(harness, call_to(server.port()));
    upstream.join();
    EXPECT_EQ(outcome.text, upgrade ? "translate_reply" : "hello");
  }
}

TEST(Client, refuses_ambiguous_and_broken_answers) {
  Harness harness;
  for (const std::string answer :
       {"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\ncontent-length: 5\n\nhello",
        "HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nx y: a\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 999 OK\r\ncontent-length: 5\r\n\r\nhello", "HTTP/2 200\r\n\r\n", "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"}) {
    const Server server;
    std::thread upstream([&] {
      const auto socket = server.accept();
      static_cast<void>(receive_request(socket));
      socket.send(answer);
    });
    const auto outcome = ask(harness, call_to(server.port()));
    upstream.join();
    EXPECT_EQ(outcome.text, "translate_reply") << answer;
  }
}

TEST(Client, bounds_the_head_of_an_answer) {
  Harness harness;
  std::string fields;
  for (int i = 0; i < 201; ++i) fields += fmt::format("x{}: y\r\n", i);
  for (const std::string& head : {fields, "x: " + std::string(70000, 'a') + "\r\n"}) {
    const Server server;
    std::thread upstream([&] {
      const auto socket = server.accept();
      static_cast<void>(receive_request(socket));
      socket.send("HTTP/1.1 200 OK\r\n" + head + "content-length: 0\r\n\r\n");
    });
    EXPECT_EQ(ask(harness, call_to(server.port())).text, "translate_reply");
    upstream.join();
  }
}

TEST(Client, reuses_a_connection_and_notices_that_it_was_closed) {
  Harness harness;
  const Server server;
  std::thread upstream([&] {
    auto socket = server.accept();
    for (int i = 0; i < 2; ++i) {
      static_cast<void>(receive_request(socket));
      socket.send(whole_answer);
    }
    socket.close();  // while idle
    const auto next = server.accept();
    static_cast<void>(receive_request(next));
    next.send(whole_answer);
  });
  EXPECT_FALSE(ask(harness, call_to(server.port())).reused);
  EXPECT_TRUE(ask(harness, call_to(server.port())).reused);
  std::this_thread::sleep_for(Milliseconds(20));
  const auto third = ask(harness, call_to(server.port()));
  EXPECT_EQ(third.text, "hello");
  EXPECT_FALSE(third.reused);
  upstream.join();
}

TEST(Client, replaces_a_reused_connection_that_closes_without_an_answer_once) {
  Harness harness;
  const Server server;
  std::thread upstream([&] {
    auto socket = server.accept();
    static_cast<void>(receive_request(socket));
    socket.send(whole_answer);
    static_cast<void>(receive_request(socket));
    socket.reset();
    auto second = server.accept();
    static_cast<void>(receive_request(second));
    second.reset();
  });
  EXPECT_EQ(ask(harness, call_to(server.port())).text, "hello");
  EXPECT_EQ(ask(harness, call_to(server.port())).text, "stream_cut");
  upstream.join();
}

// What the upstream says behind its answer would be taken for the answer to the next request, whoever's that is.
TEST(Client, does_not_reuse_what_is_not_clean) {
  Harness harness;
  const std::string evil = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nevil!";
  for (const auto& [begin, rest] : {std::pair<std::string, std::string>{
                                        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n", "hello"},
                                    {"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n", "hello"},
                                    {"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello" + evil, ""},
                                    {"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe", "llo" + evil}}) {
    const Server server;
    std::thread upstream([&] {
      for (int i = 0; i < 2; ++i) {
        const auto socket = server.accept();
        static_cast<void>(receive_request(socket));
        socket.send(begin);
        std::this_thread::sleep_for(Milliseconds(30));
        socket.send(rest);
        EXPECT_TRUE(socket.is_closed_within(Milliseconds(1000)));
      }
    });
    EXPECT_EQ(ask(harness, call_to(server.port())).text, "hello");
    EXPECT_EQ(ask(harness, call_to(server.port())).text, "hello");
    upstream.join();
  }
}

TEST(Client, hears_an_early_answer_while_it_sends_a_big_body) {
  Harness harness;
  const Server server;
  std::thread upstream([&] {
    const auto socket = server.accept();
    static_cast<void>(socket.receive_until("\r\n\r\n"));
    socket.send("HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbig");
  });
  const auto outcome = ask(harness, call_to(server.port(), std::string(50'000'000, 'x')));
  upstream.join();
  EXPECT_EQ(outcome.status, 413);
  EXPECT_EQ(outcome.text, "big");
}

TEST(Client, sends_and_receives_much) {
  Harness harness;
  const auto port = harness.serve([](Exchange& exchange) -> Task<> {
    auto body = co_await exchange.read_body(client_body_bytes_max);
    ResponseHead head;
    co_await exchange.respond(std::move(head), *std::move(body));
  });
  const std::string body(5'000'000, 'y');
  const auto outcome = ask(harness, call_to(port, body));
  EXPECT_TRUE(outcome.text == body) << outcome.status << " " << outcome.text.size() << " " << outcome.message;
}

TEST(Client, tells_refused_connections_and_unknown_hosts) {
  Harness harness;
  std::uint16_t closed = 0;
  {
    closed = Server().port();
  }
  EXPECT_EQ(ask(harness, call_to(closed)).text, "refused");
  auto call = call_to(80);
  call.url.host = "-no-such-host.invalid";
  EXPECT_EQ(ask(harness, call).text, "dns");
  call.url.host = "localhost";
  call.url.port = closed;
  EXPECT_EQ(ask(harness, call).text, "refused");
}

TEST(Client, gives_up_when_the_first_byte_does_not_come) {
  Harness harness;
  const Server server;
  auto call = call_to(server.port());
  call.timeouts.first_byte = Milliseconds(100);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(harness, call).text, "first_byte_timeout");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(600));
}

TEST(Client, gives_up_on_silence_in_the_middle_and_says_quiet_before) {
  Harness harness;
  const Server server;
  std::thread upstream([&] {
    const auto socket = server.accept();
    static_cast<void>(receive_request(socket));
    socket.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe");
    EXPECT_TRUE(socket.is_closed_within(Milliseconds(2000)));
  });
  int quiet = 0;
  Code code = Code::internal;
  harness.run([&](Worker& worker) -> Task<> {
    auto call = call_to(server.port());
    call.timeouts.idle = Milliseconds(300);
    auto reply = co_await worker.client().send(std::move(call));
    for (;;) {
      const auto piece = co_await (*reply)->next(Milliseconds(50));
      if (!piece) code = piece.error().code;
      if (!piece || piece->kind == Piece::Kind::end) break;
      if (piece->kind == Piece::Kind::quiet) ++quiet;
    }
  });
  upstream.join();
  EXPECT_EQ(code, Code::idle_timeout);
  EXPECT_GE(quiet, 3);
  EXPECT_LE(quiet, 6);
}

TEST(Client, limits_a_whole_body) {
  Harness harness;
  for (const auto answer : {whole_answer, chunked_answer}) {
    const Server server;
    std::thread upstream([&] {
      const auto socket = server.accept();
      static_cast<void>(receive_request(socket));
      socket.send(answer);
    });
    Code code = Code::internal;
    harness.run([&](Worker& worker) -> Task<> {
      auto reply = co_await worker.client().send(call_to(server.port()));
      const auto body = co_await (*reply)->whole(4);
      if (!body) code = body.error().code;
    });
    upstream.join();
    EXPECT_EQ(code, Code::translate_reply);
  }
}

// The upstream's socket closes soon after the client of the gateway has gone.
TEST(Client, hangs_up_when_the_client_of_the_exchange_goes) {
  for (const bool answered : {false, true}) {
    Harness harness;
    const Server server;
    const auto port = harness.serve([&](Exchange& exchange) -> Task<> {
      auto reply = co_await harness.runtime().worker(0).client().send(call_to(server.port()));
      if (!reply) co_return;
      ResponseHead head;
      co_await exchange.begin(std::move(head));
      for (;;) {
        const auto piece = co_await (*reply)->next(Milliseconds(10000));
        if (!piece || piece->kind != Piece::Kind::bytes) co_return;
        const auto written = co_await exchange.write(piece->bytes);
        if (!written) co_return;
      }
    });
    Socket client(port);
    client.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
    const auto upstream = server.accept();
    static_cast<void>(receive_request(upstream));
    if (answered) upstream.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_TRUE(!answered || client.receive_until("abc").contains("abc"));
    client.close();
    EXPECT_TRUE(upstream.is_closed_within(Milliseconds(100))) << answered;
  }
}

}  // namespace
}  // namespace agt::net
