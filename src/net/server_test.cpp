#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "net/testing/harness.h"

namespace agt::net {
namespace {

using testing::count;
using testing::Harness;
using testing::is_within;
using testing::Socket;

using testing::with_status;

ResponseHead with_headers(Headers headers) { return {.status = 200, .headers = std::move(headers)}; }
ResponseHead plain() { return with_headers({{"content-type", "text/plain"}}); }
ResponseHead evil() { return with_headers({{"x-evil", "a\r\nset-cookie: b"}, {"x-good", "c"}}); }

// Answers with method, path and body.
Task<> echo(Exchange& exchange) {
  auto body = co_await exchange.read_body(1024 * 1024);
  if (!body) {
    const int status = body.error().code == Code::body_too_large ? 413
                       : body.error().code == Code::slow_client  ? 408
                                                                 : 400;
    co_await exchange.respond(with_status(status), std::string(name(body.error().code)));
    co_return;
  }
  co_await exchange.respond(plain(), fmt::format("{} {} [{}]", exchange.head().method, exchange.head().path, *body));
}

// Streams three pieces.
Task<> stream(Exchange& exchange) {
  co_await exchange.begin(with_status(200));
  co_await exchange.write("one");
  co_await exchange.write("");
  co_await exchange.write("two2");
  co_await exchange.end();
}

constexpr std::string_view get = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n";

TEST(Server, answers_and_keeps_the_connection) {
  Harness harness;
  const Socket client(harness.serve(echo));
  for (int i = 0; i < 3; ++i) {
    client.send("POST /a?q=1 HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello");
    const auto answer = client.receive_until("[hello]");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\ndate: ")) << answer;
    EXPECT_TRUE(answer.contains("content-length: 15\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nPOST /a [hello]")) << answer;
    EXPECT_FALSE(answer.contains("connection:")) << answer;
  }
}

TEST(Server, closes_when_asked_to) {
  Harness harness;
  const auto port = harness.serve(echo);
  EXPECT_TRUE(testing::http_get(port, "/a").contains("connection: close\r\n"));
  const Socket old(port);
  old.send("GET /a HTTP/1.0\r\nhost: x\r\n\r\n");
  EXPECT_TRUE(old.receive_all().contains("connection: close\r\n"));
}

TEST(Server, gives_the_same_answers_however_the_bytes_are_split) {
  Harness harness;
  const auto port = harness.serve(echo);
  const std::string requests =
      "POST /one HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello"
      "POST /two HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n"
      "GET /three HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
  for (std::size_t split = 1; split < requests.size(); ++split) {
    const Socket client(port);
    client.send(requests.substr(0, split));
    std::this_thread::sleep_for(Milliseconds(1));
    client.send(requests.substr(split));
    const auto answer = client.receive_all();
    ASSERT_EQ(count(answer, "HTTP/1.1 200"), 3U) << split << "\n" << answer;
    ASSERT_LT(answer.find("POST /one [hello]"), answer.find("POST /two [abcde]")) << split;
    ASSERT_LT(answer.find("POST /two [abcde]"), answer.find("GET /three []")) << split;
  }
}

TEST(Server, answers_a_request_that_comes_byte_by_byte) {
  Harness harness;
  const Socket client(harness.serve(echo));
  for (const char c :
       std::string("POST /two HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
    client.send({&c, 1});
    std::this_thread::sleep_for(Milliseconds(1));
  }
  EXPECT_TRUE(client.receive_until("[abc]").contains("POST /two [abc]"));
}

TEST(Server, answers_a_thousand_pipelined_requests_in_order) {
  Harness harness;
  const Socket client(harness.serve(echo));
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += fmt::format("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", i);
  std::thread sender([&] { client.send(requests); });
  const auto answers = client.receive_until("GET /999 []");
  sender.join();
  std::size_t at = 0;
  for (int i = 0; i < 1000; ++i) {
    at = answers.find(fmt::format("GET /{} []", i), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST(Server, streams_in_chunks) {
  Harness harness;
  const Socket client(harness.serve(stream));
  client.send(get);
  const auto answer = client.receive_until("\r\n0\r\n\r\n");
  EXPECT_TRUE(answer.contains("transfer-encoding: chunked\r\n\r\n3\r\none\r\n4\r\ntwo2\r\n0\r\n\r\n")) << answer;
}

TEST(Server, streams_to_http_1_0_until_it_closes) {
  Harness harness;
  const Socket client(harness.serve(stream));
  client.send("GET /a HTTP/1.0\r\nhost: x\r\n\r\n");
  const auto answer = client.receive_all();
  EXPECT_FALSE(answer.contains("chunked")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nonetwo2")) << answer;
}

TEST(Server, sends_no_body_to_head) {
  Harness harness;
  const auto port = harness.serve(echo);
  const Socket client(port);
  client.send("HEAD /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n");
  const auto answer = client.receive_until("GET /b []");
  EXPECT_EQ(count(answer, "HTTP/1.1 200"), 2U) << answer;
  EXPECT_TRUE(answer.contains("content-length: 10\r\n")) << answer;
  EXPECT_FALSE(answer.contains("HEAD /a")) << answer;
}

TEST(Server, sends_no_body_with_204) {
  Harness harness;
  const Socket client(
      harness.serve([](Exchange& exchange) -> Task<> { co_await exchange.respond(with_status(204), "x"); }));
  client.send(get);
  const auto answer = client.receive_until("\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
  EXPECT_FALSE(answer.contains("content-length")) << answer;
}

TEST(Server, never_writes_a_header_with_a_line_break) {
  Harness harness;
  const Socket client(harness.serve([](Exchange& exchange) -> Task<> { co_await exchange.respond(evil(), ""); }));
  client.send(get);
  const auto answer = client.receive_until("\r\n\r\n");
  EXPECT_FALSE(answer.contains("set-cookie")) << answer;
  EXPECT_TRUE(answer.contains("x-good: c\r\n")) << answer;
}

TEST(Server, says_continue_before_it_reads_the_body) {
  Harness harness;
  const Socket client(harness.serve(echo));
  client.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_TRUE(client.receive_until("[abc]").starts_with("HTTP/1.1 200"));
}

TEST(Server, answers_without_the_body_when_it_is_not_wanted) {
  Harness harness;
  const auto port =
      harness.serve([](Exchange& exchange) -> Task<> { co_await exchange.respond(with_status(401), "no"); });
  const Socket client(port);
  client.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\nexpect: 100-continue\r\n\r\n");
  const auto answer = client.receive_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401")) << answer;
  EXPECT_TRUE(answer.contains("connection: close")) << answer;
}

TEST(Server, refuses_a_body_over_the_limit_before_and_while_reading) {
  Harness harness;
  const auto port = harness.serve(echo);
  const Socket sized(port);
  sized.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 1048577\r\n\r\n");
  EXPECT_TRUE(sized.receive_until("body_too_large").starts_with("HTTP/1.1 413"));
  const Socket chunked(port);
  chunked.send("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 17; ++i) chunked.send(chunk);
  EXPECT_TRUE(chunked.receive_until("body_too_large").starts_with("HTTP/1.1 413"));
}

TEST(Server, takes_a_large_body) {
  Harness harness;
  const Socket client(harness.serve([](Exchange& exchange) -> Task<> {
    const auto body = co_await exchange.read_body(client_body_bytes_max);
    co_await exchange.respond(with_status(200), fmt::format("got {}", body ? body->size() : 0));
  }));
  client.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n");
  client.send(std::string(5'000'000, 'x'));
  EXPECT_TRUE(client.receive_until("got").contains("got 5000000"));
}

TEST(Server, does_not_read_into_the_next_request) {
  Harness harness;
  const Socket client(harness.serve([](Exchange& exchange) -> Task<> {
    const auto body = co_await exchange.read_body(client_body_bytes_max);
    co_await exchange.respond(with_status(200),
                              fmt::format("got {} {};", exchange.head().path, body ? body->size() : 0));
  }));
  std::string requests;
  for (int i = 0; i < 20; ++i)
    requests += fmt::format("POST /{} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{}", i, 1'200'000 + i,
                            std::string(static_cast<std::size_t>(1'200'000 + i), 'x'));
  std::thread sender([&] { client.send(requests); });
  const auto answers = client.receive_until("got /19");
  sender.join();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(answers.contains(fmt::format("got /{} {};", i, 1'200'000 + i))) << i;
}

struct Refusal {
  std::string request;
  int status;
};

TEST(Server, refuses_with_the_right_status_and_closes) {
  Harness harness;
  const auto port = harness.serve(echo);
  const std::vector<Refusal> table{
      {"GET /a HTTP/1.1\r\n\r\n", 400},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nhost: x\r\n\r\n", 414},
      {"GET /" + std::string(9000, 'a'), 414},
      {"GET /a HTTP/1.1\r\nhost: x\r\nx: " + std::string(40000, 'a'), 431},
      {"TRACE /a HTTP/1.1\r\nhost: x\r\n\r\n", 405},
      {"CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n", 405},
      {"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n", 501},
      {"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nexpect: tea\r\n\r\n", 417},
      {"GET /a HTTP/1.1\nhost: x\n\n", 400},
      {"\x16\x03\x01\x02", 400},
  };
  for (const auto& [request, status] : table) {
    const Socket client(port);
    client.send(request);
    const auto answer = client.receive_all();
    EXPECT_TRUE(answer.starts_with(fmt::format("HTTP/1.1 {} ", status))) << request.substr(0, 60) << "\n" << answer;
    EXPECT_EQ(count(answer, "HTTP/1.1"), 1U);
    EXPECT_TRUE(answer.contains("connection: close")) << answer;
    EXPECT_EQ(answer.contains("allow: GET"), status == 405) << answer;
  }
}

TEST(Server, refuses_malformed_chunks) {
  Harness harness;
  const auto port = harness.serve(echo);
  for (const std::string body :
       {"0x5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n", "ffffffffffffffff0\r\n", "-1\r\n", "5;\r\rhello"}) {
    const Socket client(port);
    client.send("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + body);
    const auto answer = client.receive_all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << body << "\n" << answer;
    EXPECT_EQ(count(answer, "HTTP/1.1"), 1U);
  }
}

TEST(Server, bounds_chunk_extensions_and_trailers) {
  Harness harness;
  const auto port = harness.serve(echo);
  const std::string head = "POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
  for (const std::string& body :
       {"1;" + std::string(2000, 'a') + "\r\nx\r\n0\r\n\r\n",
        "1\r\nx\r\n0\r\na: " + std::string(9000, 'a') + "\r\n\r\n", std::string(100000, '0') + "1\r\nx\r\n0\r\n\r\n"}) {
    const Socket client(port);
    client.send(head + body);
    EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 400")) << body.substr(0, 20);
  }
}

TEST(Server, answers_500_for_a_handler_that_does_not_answer) {
  Harness harness;
  const Socket silent(harness.serve([](Exchange&) -> Task<> { co_return; }));
  silent.send(get);
  EXPECT_TRUE(silent.receive_all().starts_with("HTTP/1.1 500"));
}

TEST(Server, cuts_a_stream_that_the_handler_left) {
  Harness harness;
  const Socket client(harness.serve([](Exchange& exchange) -> Task<> {
    co_await exchange.begin(with_status(200));
    co_await exchange.write("partial");
  }));
  client.send(get);
  const auto answer = client.receive_all();
  EXPECT_TRUE(answer.ends_with("7\r\npartial\r\n")) << answer;
}

}  // namespace
}  // namespace agt::net
