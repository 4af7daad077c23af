// The token service with a clock that only the test moves, and a token endpoint that does as it is told.
#include "admin/token_keeper.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "admin/limits.h"
#include "store/test_home.h"

namespace agt::admin {
namespace {

using namespace std::chrono_literals;

class MovedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant(1h) + Milliseconds(ms_.load()); }
  [[nodiscard]] WallTime wall() const override {
    return from_unix_ms(1'800'000'000'000 + ms_.load() + leap_ms_.load());
  }
  void move(Milliseconds time) { ms_ += time.count(); }
  void leap(Milliseconds time) { leap_ms_ += time.count(); }  // of the clock on the wall only

 private:
  std::atomic<long long> ms_{0};
  std::atomic<long long> leap_ms_{0};
};

// Grants "access-1" with "refresh-1" for "refresh-0", and so on; or refuses.
class Endpoint {
 public:
  std::atomic<int> calls{0};
  std::atomic<int> status{200};
  std::atomic<int> delay_ms{0};

  class Handler final : public net::Handler {
   public:
    Handler(Endpoint& endpoint, net::Worker& worker) : endpoint_(endpoint), worker_(worker) {}
    Task<> handle(net::Exchange& exchange) override {
      const int number = ++endpoint_.calls;
      static_cast<void>(co_await exchange.read_body(10'000));
      static_cast<void>(co_await worker_.sleep(Milliseconds(endpoint_.delay_ms.load())));
      const int status = endpoint_.status;
      std::string body = fmt::format(
          R"({{"access_token":"access-{0}","refresh_token":"refresh-{0}","token_type":"Bearer","expires_in":3600}})",
          number);
      if (status == 400) body = R"({"error":"invalid_grant","error_description":"Revoked."})";
      if (status == 401) body = R"({"error":"invalid_client"})";
      if (status == 503) body = "down";
      net::ResponseHead head{.status = status, .headers = {{"content-type", "application/json"}}};
      static_cast<void>(co_await exchange.respond(std::move(head), std::move(body)));
    }
    Refusal refusal(const Error& /*error*/, std::string_view /*path*/) const override { return {}; }

   private:
    Endpoint& endpoint_;
    net::Worker& worker_;
  };
};

class TokenKeeperTest : public testing::Test {
 protected:
  TokenKeeperTest() {
    runtime_ = net::make_runtime({.workers = 2, .handle_signals = false}, log_, real_clock_).value();
    const auto factory = [this](net::Worker& worker) { return std::make_unique<Endpoint::Handler>(endpoint_, worker); };
    port_ = runtime_->listen("token", {}, factory).value();
    thread_ = std::thread([this] { runtime_->run(); });
  }
  ~TokenKeeperTest() override {
    runtime_->stop();
    thread_.join();
  }

  // An account whose access token still lives for so long, of the hour that it was given.
  std::string add(Milliseconds remaining, bool enabled = true) {
    store::OAuthGrant grant{.client = {.service = "custom",
                                       .client_id = "id-1",
                                       .client_secret = Secret("the-client-secret"),
                                       .token_url = fmt::format("http://127.0.0.1:{}/token", port_)},
                            .tokens = {.refresh = Secret("refresh-0"),
                                       .access = Secret("access-0"),
                                       .expires_ms = unix_ms(clock_.wall()) + remaining.count(),
                                       .lifetime_ms = Milliseconds(1h).count()}};
    store::Account draft{.provider = "gemini"};
    draft.enabled = enabled;
    const auto account = store::add_signed_in(*vault_, std::move(draft), std::move(grant));
    EXPECT_TRUE(account) << store::message(account);
    EXPECT_TRUE(keeper_.load());
    return account ? account->id : "";
  }

  template <class T>
  T run(std::function<Task<T>(net::Worker&)> task, int index = 0) {
    auto promised = std::make_shared<std::promise<T>>();
    auto answer = promised->get_future();
    auto& worker = runtime_->worker(index);
    worker.spawn([task = std::move(task), promised, &worker]() -> Task<> {
      auto outcome = co_await task(worker);
      promised->set_value(std::move(outcome));
    });
    if (answer.wait_for(20s) != std::future_status::ready) throw std::runtime_error("the task did not end");
    return answer.get();
  }
  // The token, or the code of the failure.
  std::string current(const std::string& id) {
    const auto token = run<Result<Secret>>([this, id](net::Worker& worker) { return keeper_.current(id, worker); });
    return token ? std::string(token->reveal()) : std::string(name(token.error().code));
  }
  void keep_fresh() { keeper_.work_on(runtime_->worker(0)); }
  static bool soon(const std::function<bool()>& condition, Milliseconds limit = 5s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }
  // The keeper has looked at least twice.
  static void looks() { std::this_thread::sleep_for(2 * token_look_every + 200ms); }

  store::TestHome test_{};
  MovedClock clock_{};
  Clock real_clock_{};
  Log log_{LogLevel::off, STDERR_FILENO, real_clock_};
  std::unique_ptr<store::Vault> vault_ = store::Vault::open(test_.open().value(), clock_, Rng(1)).value();
  TokenKeeper keeper_{*vault_, clock_, log_};
  Endpoint endpoint_{};
  std::unique_ptr<net::Runtime> runtime_{};
  std::uint16_t port_ = 0;
  std::thread thread_{};
};

TEST_F(TokenKeeperTest, gives_a_fresh_token_without_asking) {
  const auto id = add(50min);
  EXPECT_EQ(current(id), "access-0");
  EXPECT_EQ(endpoint_.calls, 0);
}

TEST_F(TokenKeeperTest, gives_one_that_is_due_and_refreshes_it_behind_the_request) {
  const auto id = add(2min);
  EXPECT_EQ(current(id), "access-0");
  ASSERT_TRUE(soon([&] { return current(id) == "access-1"; }));
  EXPECT_EQ(endpoint_.calls, 1);
}

TEST_F(TokenKeeperTest, refreshes_an_expired_one_once_for_all_who_wait) {
  const auto id = add(50min);
  clock_.move(51min);
  endpoint_.delay_ms = 200;
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 16; ++i) answers.push_back(std::async(std::launch::async, [&] { return current(id); }));
  for (auto& answer : answers) EXPECT_EQ(answer.get(), "access-1");
  EXPECT_EQ(endpoint_.calls, 1);
  EXPECT_EQ(store::oauth_grant(*vault_, id)->tokens.refresh.reveal(), "refresh-1");
}

TEST_F(TokenKeeperTest, refreshes_ahead_in_its_time_and_not_all_at_once) {
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(add(60min));
  keep_fresh();
  clock_.move(52min);  // the margin is 6 minutes, more or less a fifth
  looks();
  EXPECT_EQ(endpoint_.calls, 0);
  clock_.move(2min);
  looks();
  const int first = endpoint_.calls;
  EXPECT_GT(first, 0);
  EXPECT_LT(first, 12);
  clock_.move(75s);
  ASSERT_TRUE(soon([&] { return endpoint_.calls == 12; }, 10s)) << endpoint_.calls;
  looks();
  EXPECT_EQ(endpoint_.calls, 12);
}

TEST_F(TokenKeeperTest, refreshes_disabled_accounts_too) {
  const auto id = add(60min, false);
  keep_fresh();
  clock_.move(56min);
  ASSERT_TRUE(soon([&] { return endpoint_.calls == 1; }));
  ASSERT_TRUE(soon([&] { return store::oauth_grant(*vault_, id)->generation == 2; }));
}

TEST_F(TokenKeeperTest, puts_an_account_away_whose_grant_is_refused_until_somebody_acts) {
  const auto id = add(50min);
  clock_.move(51min);
  endpoint_.status = 400;
  EXPECT_EQ(current(id), "token_revoked");
  keep_fresh();
  clock_.move(24h);
  EXPECT_EQ(current(id), "token_revoked");
  looks();
  EXPECT_EQ(endpoint_.calls, 1);
  EXPECT_TRUE(keeper_.state(id)->refused_ms);
  EXPECT_TRUE(store::oauth_grant(*vault_, id)->refused_ms);
  endpoint_.status = 200;
  const auto done = run<Result<>>([&](net::Worker& worker) { return keeper_.refresh(id, worker); });
  EXPECT_TRUE(done) << store::message(done);
  EXPECT_EQ(current(id), "access-2");
}

TEST_F(TokenKeeperTest, takes_no_other_failure_for_the_end_of_a_grant) {
  for (const int status : {401, 503}) {
    const auto id = add(50min);
    clock_.move(51min);
    endpoint_.status = status;
    endpoint_.calls = 0;
    EXPECT_EQ(current(id), "token_refresh_failed") << status;
    EXPECT_EQ(current(id), "token_refresh_failed") << status;  // it rests: the endpoint is not asked again
    EXPECT_EQ(endpoint_.calls, 1) << status;
    EXPECT_FALSE(keeper_.state(id)->refused_ms) << status;
    endpoint_.status = 200;
    clock_.move(6s);
    EXPECT_EQ(current(id), "access-2") << status;
  }
}

TEST_F(TokenKeeperTest, keeps_a_token_that_still_holds_while_the_endpoint_is_down) {
  const auto id = add(2min);
  endpoint_.status = 503;
  EXPECT_EQ(current(id), "access-0");
  ASSERT_TRUE(soon([&] { return keeper_.state(id)->last_failure.has_value(); }));
  EXPECT_EQ(current(id), "access-0");
}

TEST_F(TokenKeeperTest, renews_a_refused_token_once_a_minute) {
  const auto id = add(50min);
  const auto renewed = [&](std::string_view refused) {
    const Secret shown{std::string(refused)};  // the coroutine borrows it
    const auto token =
        run<Result<Secret>>([this, id, &shown](net::Worker& worker) { return keeper_.renewed(id, shown, worker); });
    return token ? std::string(token->reveal()) : std::string(name(token.error().code));
  };
  EXPECT_EQ(renewed("access-0"), "access-1");
  EXPECT_EQ(renewed("access-0"), "access-1");  // somebody else has renewed it already
  EXPECT_EQ(renewed("access-1"), "key_rejected");
  EXPECT_EQ(endpoint_.calls, 1);
  clock_.move(61s);
  EXPECT_EQ(renewed("access-1"), "access-2");
}

TEST_F(TokenKeeperTest, does_not_mind_leaps_of_the_clock_on_the_wall) {
  const auto id = add(50min);
  keep_fresh();
  for (const auto leap : {2h, -4h, 2h}) {
    clock_.leap(leap);
    EXPECT_EQ(current(id), "access-0");
    looks();
  }
  EXPECT_EQ(endpoint_.calls, 0);
}

TEST_F(TokenKeeperTest, tries_a_token_at_once_whose_refresh_was_broken_off) {
  const auto id = add(50min);
  ASSERT_TRUE(store::begin_refresh(*vault_, id, 1));
  TokenKeeper restarted{*vault_, clock_, log_};
  ASSERT_TRUE(restarted.load());
  restarted.work_on(runtime_->worker(0));
  ASSERT_TRUE(soon([&] { return endpoint_.calls == 1; }));
  ASSERT_TRUE(soon([&] { return !store::oauth_grant(*vault_, id)->intent_ms; }));
  runtime_->stop();  // before the keeper goes
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([] {});
}

}  // namespace
}  // namespace agt::admin
