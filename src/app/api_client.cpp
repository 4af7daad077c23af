#include "app/api_client.h"

#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "app/offline.h"
#include "core/text.h"

namespace agt::app {
namespace {

constexpr std::size_t answer_bytes_max = 64U << 20;
constexpr auto home_patience = std::chrono::seconds(5);
constexpr auto home_glance = std::chrono::milliseconds(50);

// Also when the work ends by an exception: a loop that nobody stops would run for ever.
class StopAtEnd {
 public:
  explicit StopAtEnd(net::Runtime& runtime) : runtime_(runtime) {}
  StopAtEnd(const StopAtEnd&) = delete;
  StopAtEnd& operator=(const StopAtEnd&) = delete;
  ~StopAtEnd() { runtime_.stop(); }

 private:
  net::Runtime& runtime_;
};

std::string target_of(const admin::Ask& ask) {
  std::string target;
  for (const auto part : text::split(std::string_view(ask.path).substr(1), '/'))
    target += "/" + text::percent_encoded(part);
  return ask.query.empty() ? target : target + "?" + ask.query;
}

class RunningGateway final : public Api {
 public:
  RunningGateway(admin::AdminAddress address, const Clock& clock) : address_(std::move(address)), clock_(clock) {}

  Result<admin::Answer> ask(admin::Ask ask) override {
    const auto url = net::parse_url(address_.url);
    if (!url)
      return fail(Code::config, fmt::format("admin.json names no address: \"{}\".", text::quoted(address_.url)));
    net::Call call{.method = ask.method, .url = *url, .target = target_of(ask), .body = ask.body};
    call.headers.add("authorization", fmt::format("Bearer {}", address_.token.reveal()));
    call.headers.add("accept", "application/json");
    if (!call.body.empty()) call.headers.add("content-type", "application/json");
    Result<admin::Answer> outcome = fail(Code::internal, "The call did not run.");
    const NetworkTask work = [&](net::Worker& worker) { return send(worker, call, outcome); };
    TRY_OK(on_network({}, clock_, work));
    if (!outcome && outcome.error().failure_class() == FailureClass::network)
      return fail(Code::shutting_down, fmt::format("The gateway (process {}) does not answer at {}: {}", address_.pid,
                                                   address_.url, outcome.error().message));
    return outcome;
  }

  bool gateway_runs() const override { return true; }

 private:
  static Task<> send(net::Worker& worker, net::Call call, Result<admin::Answer>& outcome) {
    auto reply = co_await worker.client().send(std::move(call));
    if (!reply) {
      outcome = std::unexpected(reply.error());
      co_return;
    }
    admin::Answer answer{.status = (*reply)->head().status};
    auto body = co_await (*reply)->whole(answer_bytes_max);
    if (body)
      answer.body = *std::move(body);
    else {
      outcome = std::unexpected(body.error());
      co_return;
    }
    outcome = std::move(answer);
  }

  admin::AdminAddress address_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<Api> running_gateway(admin::AdminAddress address, const Clock& clock) {
  return std::make_unique<RunningGateway>(std::move(address), clock);
}

Result<> on_network(net::ClientOptions options, const Clock& clock, NetworkTask work) {
  const Log log(LogLevel::error, STDERR_FILENO, clock);
  TRY(const auto runtime,
      net::make_runtime({.workers = 1, .client = std::move(options), .handle_signals = false}, log, clock));
  auto& worker = runtime->worker(0);
  worker.spawn([&work, &worker, &runtime = *runtime]() -> Task<> {
    const StopAtEnd stop(runtime);
    co_await work(worker);
  });
  runtime->run();
  return {};
}

Result<std::unique_ptr<Api>> reach(CliContext& context, const std::optional<std::filesystem::path>& home_flag) {
  TRY(auto folders, store::folders_of(context.environment, home_flag));
  TRY(auto home, store::Home::open(std::move(folders)));
  // Another command may have the home for a moment, and a gateway that starts takes one to write its address.
  const auto until = std::chrono::steady_clock::now() + home_patience;
  while (true) {
    const auto holder = home.holder();
    auto address = holder ? admin::published(home) : std::nullopt;
    if (address && (*holder == 0 || *holder == address->pid))
      return running_gateway(*std::move(address), context.clock);
    auto lock = home.lock();
    if (lock) return open_offline(context, std::move(home), *std::move(lock));
    if (lock.error().code != Code::conflict || std::chrono::steady_clock::now() > until)
      return std::unexpected(lock.error());
    std::this_thread::sleep_for(home_glance);
  }
}

}  // namespace agt::app
