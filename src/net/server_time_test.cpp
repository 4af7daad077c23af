// Deadlines, clients that go away, limits on connections, draining.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>

#include "net/testing/harness.h"

namespace agt::net {
namespace {

using testing::Harness;
using testing::is_within;
using testing::Socket;
using testing::with_status;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n";

RuntimeOptions impatient() {
  return {.server = {.head = Milliseconds(150),
                     .body_idle = Milliseconds(150),
                     .body_rate_grace = Milliseconds(500),
                     .keep_alive = Milliseconds(150),
                     .write_stall = Milliseconds(200),
                     .linger = Milliseconds(200)}};
}

Task<> hello(Exchange& exchange) { co_await exchange.respond(with_status(200), "hello"); }

Task<> reads(Exchange& exchange) {
  const auto body = co_await exchange.read_body(1000000);
  if (body)
    co_await exchange.respond(with_status(200), *body);
  else
    co_await exchange.respond(with_status(408), std::string(name(body.error().code)));
}

TEST(ServerTime, gives_a_head_so_long_and_no_longer) {
  Harness harness(impatient());
  const Socket client(harness.serve(hello));
  client.send("GET /a HTTP/1.1\r\nho");
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 408"));
}

TEST(ServerTime, closes_an_idle_connection_without_a_word) {
  Harness harness(impatient());
  const Socket client(harness.serve(hello));
  client.send(get);
  EXPECT_TRUE(client.receive_until("hello").ends_with("hello"));
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(is_within(Milliseconds(500), [&] { return harness.runtime().open_connections() == 0; }));
}

TEST(ServerTime, gives_up_on_a_body_that_stops_or_trickles) {
  Harness harness(impatient());
  const auto port = harness.serve(reads);
  const Socket stops(port);
  stops.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab");
  EXPECT_TRUE(stops.receive_until("slow_client").starts_with("HTTP/1.1 408"));
  const Socket trickles(port);
  trickles.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\nab");
  std::atomic<bool> done = false;
  std::thread sender([&] {
    while (!done) {
      trickles.send("x");
      std::this_thread::sleep_for(Milliseconds(50));
    }
  });
  EXPECT_TRUE(trickles.receive_until("slow_client").starts_with("HTTP/1.1 408"));
  done = true;
  sender.join();
}

TEST(ServerTime, gives_up_on_a_client_that_does_not_read) {
  Harness harness(impatient());
  std::atomic<int> code = -1;
  const Socket client(harness.serve([&](Exchange& exchange) -> Task<> {
    co_await exchange.begin(with_status(200));
    const std::string piece(100'000, 'x');
    for (;;) {
      const auto written = co_await exchange.write(piece);
      if (written) continue;
      code = static_cast<int>(written.error().code);
      co_return;
    }
  }));
  client.send(get);
  EXPECT_TRUE(is_within(Milliseconds(3000), [&] { return code == static_cast<int>(Code::slow_client); })) << code;
}

// The phases in which a client can go away, as what the handler does meanwhile.
struct Phase {
  const char* name;
  std::function<Task<>(Exchange&, Worker&, std::atomic<int>&)> wait;
};

void note(std::atomic<int>& code, const Result<>& result) {
  code = result ? -2 : static_cast<int>(result.error().code);
}

std::vector<Phase> phases() {
  return {
      {"sleeping",
       [](Exchange&, Worker& worker, std::atomic<int>& code) -> Task<> {
         note(code, co_await worker.sleep(Milliseconds(20000)));
       }},
      {"reading",
       [](Exchange& exchange, Worker&, std::atomic<int>& code) -> Task<> {
         const auto body = co_await exchange.read_body(1000);
         code = body ? -2 : static_cast<int>(body.error().code);
       }},
      {"between writes",
       [](Exchange& exchange, Worker& worker, std::atomic<int>& code) -> Task<> {
         co_await exchange.begin(with_status(200));
         co_await exchange.write("x");
         note(code, co_await worker.sleep(Milliseconds(20000)));
       }},
      {"writing",
       [](Exchange& exchange, Worker&, std::atomic<int>& code) -> Task<> {
         co_await exchange.begin(with_status(200));
         const std::string piece(1'000'000, 'x');
         Result<> written;
         while (written) written = co_await exchange.write(piece);
         note(code, written);
       }},
  };
}

TEST(ServerTime, cancels_the_handler_within_100_ms_of_a_fin_or_reset) {
  for (const auto& phase : phases()) {
    for (const bool hard : {false, true}) {
      std::atomic<int> code = -1;
      std::atomic<bool> begun = false;
      std::atomic<bool> still_gone = false;
      Harness harness;
      const auto port = harness.serve([&](Exchange& exchange) -> Task<> {
        begun = true;
        co_await phase.wait(exchange, harness.runtime().worker(0), code);
        const auto late = co_await exchange.respond(with_status(200), "late");
        still_gone = !late && exchange.client_gone();
      });
      Socket client(port);
      client.send("POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab");
      ASSERT_TRUE(is_within(Milliseconds(2000), [&] { return begun.load(); }));
      std::this_thread::sleep_for(Milliseconds(30));
      if (hard)
        client.reset();
      else
        client.close();
      EXPECT_TRUE(is_within(Milliseconds(100), [&] { return code == static_cast<int>(Code::client_gone); }))
          << phase.name << " " << hard << " " << code;
      EXPECT_TRUE(is_within(Milliseconds(200), [&] { return harness.runtime().open_connections() == 0; }))
          << phase.name;
      EXPECT_TRUE(std::string_view(phase.name) != "sleeping" || still_gone);
    }
  }
}

TEST(ServerTime, drops_offloaded_work_that_has_not_begun_and_waits_for_what_has) {
  Harness harness;
  std::atomic<int> finished = 0;
  std::atomic<int> entered = 0;
  const auto port = harness.serve([&](Exchange&) -> Task<> {
    ++entered;
    int local = 0;
    co_await harness.runtime().worker(0).offload([&local, &finished] {
      std::this_thread::sleep_for(Milliseconds(100));
      ++local;
      ++finished;
    });
  });
  std::vector<std::unique_ptr<Socket>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<Socket>(port));
    clients.back()->send(get);
  }
  ASSERT_TRUE(is_within(Milliseconds(2000), [&] { return entered == 10; }));
  clients.clear();
  EXPECT_TRUE(is_within(Milliseconds(1000), [&] { return harness.runtime().open_connections() == 0; }));
  EXPECT_LE(finished, 4);
}

TEST(ServerTime, leaks_nothing_over_a_thousand_aborts) {
  Harness harness;
  std::atomic<int> entered = 0;
  const auto port = harness.serve([&](Exchange& exchange) -> Task<> {
    ++entered;
    const auto slept = co_await harness.runtime().worker(0).sleep(Milliseconds(5000));
    if (slept) co_await exchange.respond(with_status(200), "x");
  });
  {
    const Socket first(port);  // when it is served, the listener has all its descriptors
    first.send(get);
    ASSERT_TRUE(is_within(Milliseconds(1000), [&] { return entered == 1; }));
  }
  ASSERT_TRUE(is_within(Milliseconds(1000), [&] { return harness.runtime().open_connections() == 0; }));
  const auto before = testing::open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    Socket client(port);
    client.send(get);
    if (i % 2 == 0) client.reset();
  }
  EXPECT_TRUE(is_within(Milliseconds(3000), [&] { return harness.runtime().open_connections() == 0; }));
  EXPECT_TRUE(is_within(Milliseconds(1000), [&] { return testing::open_descriptors() <= before; }))
      << testing::open_descriptors() << " " << before;
}

TEST(ServerTime, turns_away_what_is_over_the_connection_limit) {
  Harness harness({.connections_max = 2});
  const auto port = harness.serve(hello);
  const Socket a(port);
  const Socket b(port);
  ASSERT_TRUE(is_within(Milliseconds(1000), [&] { return harness.runtime().open_connections() == 2; }));
  EXPECT_TRUE(testing::http_get(port, "/").starts_with("HTTP/1.1 503"));
  a.send(get);
  EXPECT_TRUE(a.receive_until("hello").starts_with("HTTP/1.1 200"));
}

TEST(ServerTime, drains_answers_that_are_under_way) {
  Harness harness;
  std::atomic<bool> begun = false;
  const auto port = harness.serve([&](Exchange& exchange) -> Task<> {
    begun = true;
    co_await harness.runtime().worker(0).sleep(Milliseconds(200));
    co_await exchange.respond(with_status(200), "done");
  });
  const Socket idle(port);
  const Socket busy(port);
  busy.send(get);
  ASSERT_TRUE(is_within(Milliseconds(2000), [&] { return begun.load(); }));
  std::thread stopper([&] { harness.stop(); });
  EXPECT_TRUE(idle.is_closed_within(Milliseconds(150)));
  const auto answer = busy.receive_all();
  EXPECT_TRUE(answer.ends_with("done")) << answer;
  EXPECT_TRUE(answer.contains("connection: close")) << answer;
  stopper.join();
}

TEST(ServerTime, an_answer_of_the_turn_in_which_draining_begins_still_leaves) {
  Harness harness;
  std::atomic<bool> blocks = false;
  const auto port = harness.serve([&](Exchange& exchange) -> Task<> {
    if (exchange.head().path == "/block") {
      blocks = true;
      std::this_thread::sleep_for(Milliseconds(200));  // the next turn finds the request and the order to stop together
    }
    co_await exchange.respond(with_status(200), "hello");
  });
  const Socket client(port);
  client.send(get);
  ASSERT_TRUE(client.receive_until("hello").ends_with("hello"));
  const Socket other(port);
  other.send("GET /block HTTP/1.1\r\nhost: x\r\n\r\n");
  ASSERT_TRUE(is_within(Milliseconds(2000), [&] { return blocks.load(); }));
  client.send(get);
  std::this_thread::sleep_for(Milliseconds(20));
  std::thread stopper([&] { harness.stop(); });
  EXPECT_TRUE(client.receive_all().ends_with("hello"));
  EXPECT_TRUE(other.receive_all().ends_with("hello"));
  stopper.join();
}

// A client whose kernel takes little, so that the server's is soon full.
Socket narrow(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int bytes = 4096;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return Socket(fd);
}

TEST(ServerTime, what_a_full_socket_held_back_leaves_while_the_next_request_is_awaited) {
  Harness harness;
  const auto port = harness.serve([](Exchange& exchange) -> Task<> {
    co_await exchange.respond(with_status(200), std::string(15'000, 'x') + "THE-END");
  });
  // Wherever the answer is at which the socket becomes full.
  for (int requests = 1; requests <= 24; ++requests) {
    const auto client = narrow(port);
    for (int i = 0; i < requests; ++i) {
      client.send(get);
      std::this_thread::sleep_for(Milliseconds(2));
    }
    const auto whole = [requests](std::string_view got) {
      auto ends = 0;
      for (auto at = got.find("THE-END"); at != std::string_view::npos; at = got.find("THE-END", at + 1)) ++ends;
      return ends == requests;
    };
    ASSERT_TRUE(whole(client.receive_until(whole, Milliseconds(2000)))) << requests;
  }
}

TEST(ServerTime, cuts_what_outlives_the_drain) {
  Harness harness({.drain = Milliseconds(100)});
  std::atomic<bool> cancelled = false;
  const Socket client(harness.serve([&](Exchange&) -> Task<> {
    const auto slept = co_await harness.runtime().worker(0).sleep(Milliseconds(20000));
    cancelled = !slept;
  }));
  client.send(get);
  std::this_thread::sleep_for(Milliseconds(50));
  const auto begin = std::chrono::steady_clock::now();
  harness.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_TRUE(cancelled);
}

TEST(ServerTime, closes_and_reopens_a_port_on_all_workers) {
  Harness harness({.workers = 3});
  const auto port = harness.serve(hello);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(testing::http_get(port, "/").ends_with("hello"));
  const Socket idle(port);
  idle.send(get);
  EXPECT_TRUE(idle.receive_until("hello").ends_with("hello"));
  harness.runtime().close_listener("test");
  EXPECT_TRUE(idle.is_closed_within(Milliseconds(200)));
  const auto again =
      harness.runtime().listen("test", {.port = port}, [](Worker&) -> std::unique_ptr<Handler> { return nullptr; });
  ASSERT_TRUE(again.has_value()) << again.error().message;
  const auto taken =
      harness.runtime().listen("other", {.port = port}, [](Worker&) -> std::unique_ptr<Handler> { return nullptr; });
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, Code::config);
  EXPECT_TRUE(taken.error().message.contains(fmt::format("pid {}", ::getpid()))) << taken.error().message;
}

}  // namespace
}  // namespace agt::net
