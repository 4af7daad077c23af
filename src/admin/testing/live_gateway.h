// For tests of the admin API and the command line: a gateway over a temporary home, with its admin listener on a free
// port and an upstream whose good key is "sk-good-key-0123".
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "admin/api.h"
#include "admin/gateway.h"
#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/openai_chat/codec.h"
#include "provider/families.h"
#include "store/stored_settings.h"

namespace agt::admin::testing {

inline constexpr std::array all_codecs{&dialect::openai_chat_codec, &dialect::anthropic_codec, &dialect::gemini_codec};
inline constexpr std::array all_families{
    &provider::openai_family,    &provider::openai_responses_family,     &provider::openai_compatible_family,
    &provider::anthropic_family, &provider::anthropic_compatible_family, &provider::gemini_family,
    &provider::demo_family};
inline constexpr std::string_view good_key = "sk-good-key-0123";

class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "agt-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Lists two models to the good key, and quotes any other key in its refusal, as some servers do.
class Upstream final : public net::Handler {
 public:
  Task<> handle(net::Exchange& exchange) override {
    const auto shown = std::string(exchange.head().headers.get_or("authorization", ""));
    const bool good = shown == fmt::format("Bearer {}", good_key);
    net::ResponseHead head{.status = good ? 200 : 401, .headers = {{"content-type", "application/json"}}};
    std::string body = R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})";
    if (!good)
      body = fmt::format(R"({{"error":{{"message":"Bad key {}","type":"invalid_request_error"}}}})",
                         shown.substr(std::min(shown.size(), std::string_view("Bearer ").size())));
    static_cast<void>(co_await exchange.respond(std::move(head), std::move(body)));
  }
  Refusal refusal(const Error&, std::string_view) const override { return {}; }
};

class NoRecorder final : public relay::Recorder {
 public:
  void started(const relay::Trace& /*trace*/) override {}
  void record(const relay::Trace& /*trace*/, std::string& /*text*/) override {}
};

struct Reply {
  int status = 0;
  net::Headers headers{};
  std::string body{};
};

class LiveGateway {
 public:
  LiveGateway() {
    const auto admins = [this](net::Worker& worker) { return make_admin_handler(gateway_, access_, worker); };
    const auto port = runtime_->listen("admin", {}, admins).value();
    upstream_port_ =
        runtime_->listen("upstream", {}, [](net::Worker&) { return std::make_unique<Upstream>(); }).value();
    EXPECT_TRUE(publish(access_, home_, "127.0.0.1", port).has_value());
    EXPECT_TRUE(reload(gateway_).has_value());
    thread_ = std::thread([this] { runtime_->run(); });
  }
  LiveGateway(const LiveGateway&) = delete;
  LiveGateway& operator=(const LiveGateway&) = delete;
  ~LiveGateway() {
    runtime_->stop();
    thread_.join();
  }

  // One call over HTTP; `headers` in place of the token.
  [[nodiscard]] Reply call(std::string method, std::string target, std::string body, net::Headers headers) {
    net::Call request{.method = std::move(method),
                      .url = net::parse_url(access_.url).value(),
                      .target = std::move(target),
                      .headers = std::move(headers),
                      .body = std::move(body)};
    if (!request.body.empty() && !request.headers.has("content-type"))
      request.headers.add("content-type", "application/json");
    std::promise<Reply> promised;
    auto& worker = runtime_->worker(0);
    worker.spawn([&]() -> Task<> {
      auto reply = co_await send(worker, request);
      promised.set_value(std::move(reply));
    });
    auto answer = promised.get_future();
    if (answer.wait_for(std::chrono::seconds(30)) != std::future_status::ready) throw std::runtime_error("no answer");
    return answer.get();
  }
  [[nodiscard]] Reply call(std::string method, std::string path, std::string body = {}) {
    return call(std::move(method), "/api/v1" + path, std::move(body),
                {{"authorization", fmt::format("Bearer {}", access_.token.reveal())}});
  }

  [[nodiscard]] Gateway& gateway() { return gateway_; }
  [[nodiscard]] const AdminAccess& access() const { return access_; }
  [[nodiscard]] const store::Home& home() const { return home_; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  [[nodiscard]] store::LedgerWriter& ledger_writer() { return ledger_writer_; }
  [[nodiscard]] std::string upstream_url() const { return fmt::format("http://127.0.0.1:{}/v1", upstream_port_); }

 private:
  static Task<Reply> send(net::Worker& worker, net::Call request) {
    Reply out;
    auto reply = co_await worker.client().send(std::move(request));
    if (!reply) co_return out;
    out.status = (*reply)->head().status;
    out.headers = (*reply)->head().headers;
    auto body = co_await (*reply)->whole(16U << 20);
    if (body) out.body = *std::move(body);
    co_return out;
  }

  static store::Settings first_settings(store::Vault& vault) {
    EXPECT_TRUE(store::ensure_api_key(vault).has_value());
    return store::resolve({.stored = store::stored_settings(vault).value()}).value();
  }

  const TemporaryFolder folder_{};
  const Clock clock_{};
  const Log log_{LogLevel::off, STDERR_FILENO, clock_};
  store::Home home_ = store::Home::open(store::folders_of({}, folder_.path()).value()).value();
  store::HomeLock lock_ = home_.lock().value();
  std::unique_ptr<store::Vault> vault_ = store::Vault::open(home_, clock_, seeded_rng()).value();
  std::unique_ptr<store::Ledger> ledger_ = store::Ledger::open(home_.ledger_file(), clock_).value();
  store::LedgerWriter ledger_writer_{store::Ledger::open(home_.ledger_file(), clock_).value()};
  pool::Pool pool_{};
  relay::Current current_{nullptr};
  NoRecorder recorder_{};
  relay::Kept kept_{};
  relay::Doorkeeper doorkeeper_{};
  provider::Exchanges exchanges_{clock_, log_};
  TokenKeeper tokens_{*vault_, clock_, log_};
  const relay::Services services_{.current = current_,
                                  .pool = pool_,
                                  .codecs = all_codecs,
                                  .recorder = recorder_,
                                  .kept = kept_,
                                  .doorkeeper = doorkeeper_,
                                  .exchanges = exchanges_,
                                  .clock = clock_,
                                  .log = log_,
                                  .access_tokens = &tokens_};
  AdminAccess access_{};
  Gateway gateway_{
      .vault = *vault_,
      .ledger = *ledger_,
      .ledger_writer = ledger_writer_,
      .settings = first_settings(*vault_),
      .current = current_,
      .pool = pool_,
      .families = all_families,
      .services = services_,
      .tokens = tokens_,
      .clock = clock_,
      .log = log_,
      .access = &access_,
      .proxy_port = 8045,
      .started = clock_.wall(),
      .resolve = [](const store::StoredSettings& stored) { return store::resolve({.stored = stored}); },
  };
  std::unique_ptr<net::Runtime> runtime_ = net::make_runtime({.handle_signals = false}, log_, clock_).value();
  std::uint16_t upstream_port_ = 0;
  std::thread thread_{};
};

}  // namespace agt::admin::testing
