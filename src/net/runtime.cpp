#include "net/runtime.h"

#include <malloc.h>
#include <sys/resource.h>

#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "net/internal/signals.h"
#include "net/internal/tls.h"
#include "net/internal/worker.h"
#include "net/service_manager.h"

namespace agt::net {
namespace {

// Each client may need an upstream connection too.
std::size_t connections_allowed() {
  constexpr std::size_t otherwise = 1024;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return otherwise;
  const auto descriptors = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1'000'000));
  return descriptors > 2 * spare_descriptors ? (descriptors - spare_descriptors) / 2 : descriptors / 4;
}

// Bodies come and go by the hundred kilobytes. By default malloc asks the kernel for each and gives it back after, and
// the page faults cost more than all the copying (640 KB replies: 250 µs against 145 µs of CPU, measured 2026-11).
void keep_memory_between_bodies() {
  constexpr int megabyte = 1024 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, 4 * megabyte);
  ::mallopt(M_TRIM_THRESHOLD, 16 * megabyte);
  ::mallopt(M_TOP_PAD, megabyte);
}

class LiveRuntime final : public Runtime {
 public:
  LiveRuntime(RuntimeOptions options, InheritedSockets inherited, const Log& log, const Clock& clock)
      : common_{.log = log, .clock = clock, .options = std::move(options)}, inherited_(std::move(inherited)) {
    const auto allowed = connections_allowed();
    const auto wanted = common_.options.connections_max;
    common_.connections_max = wanted == 0 ? allowed : std::min(wanted, allowed);
    for (int i = 0; i < std::max(1, common_.options.workers); ++i)
      workers_.push_back(std::make_unique<LiveWorker>(common_, i));
  }
  ~LiveRuntime() override {
    // Work that is running may refer to coroutines of the workers.
    common_.offload.stop();
    common_.dns.stop();
  }

  Result<std::uint16_t> listen(std::string name, ListenAddress address, HandlerFactory factory) override {
    TRY(const auto sockets, listening_sockets(address));
    const auto port = local_port(sockets.front());
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      auto& worker = *workers_[i];
      auto handler = factory(worker);
      on_worker(worker, [&worker, name, fd = sockets[i], handler = std::move(handler)]() mutable {
        worker.open(name, fd, std::move(handler));
      });
    }
    return port;
  }

  void close_listener(std::string_view name) override {
    std::vector<std::future<void>> closed;
    for (auto& worker : workers_) {
      auto done = std::make_shared<std::promise<void>>();
      closed.push_back(done->get_future());
      on_worker(*worker, [&worker = *worker, name = std::string(name), done] {
        worker.close(name);
        done->set_value();
      });
    }
    // The port is free when this returns, unless another worker is busy for longer than a caller should wait.
    constexpr Seconds patience(2);
    if (!running_) return;
    for (auto& one : closed) one.wait_for(patience);
  }

  void cut_listener(std::string_view name) override {
    for (auto& worker : workers_)
      on_worker(*worker, [&worker = *worker, name = std::string(name)] {
        worker.close(name);
        worker.cut(name);
      });
  }

  void run() override {
    ignore_sigpipe();
    tell_unused_sockets();
    // Signals have a thread of their own: a worker may be done while others still drain, and a second signal must
    // reach those.
    Loop watch(common_.clock);
    std::optional<Signals> signals;
    std::thread watcher;
    if (common_.options.handle_signals) {
      signals.emplace(watch, [this] { signalled(); });
      watcher = std::thread([&watch] { watch.run(); });
    }
    {
      const std::lock_guard lock(start_);
      running_ = true;
    }
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i)
      threads.emplace_back([&worker = *workers_[i]] { worker.loop().run(); });
    workers_.front()->loop().run();
    for (auto& thread : threads) thread.join();
    if (watcher.joinable()) {
      watch.stop();
      watcher.join();
    }
    running_ = false;
  }

  void stop() override {
    for (auto& worker : workers_) worker->loop().hand_over([&worker = *worker] { worker.finish(); });
  }

  Worker& worker(int index) override { return *workers_.at(static_cast<std::size_t>(index)); }
  int workers() const override { return static_cast<int>(workers_.size()); }
  std::size_t open_connections() const override { return common_.open_connections; }

 private:
  // Those that were handed over for this address, else our own.
  Result<std::vector<int>> listening_sockets(const ListenAddress& address) {
    TRY(const auto inherited, inherited_socket(address, inherited_.descriptors()));
    if (!inherited) return open_listening_sockets(address, workers());
    inherited_used_.insert(*inherited);
    return copies_of(*inherited, workers());
  }

  // Connections to such a socket would wait for ever.
  void tell_unused_sockets() const {
    for (const int fd : inherited_.descriptors())
      if (!inherited_used_.contains(fd))
        common_.log.write(
            LogLevel::warn, "inherited_socket_unused",
            {{"port", local_port(fd)}, {"remedy", "give the socket unit the address and the port of the settings"}});
  }

  // At once when there is no other thread yet or this is the worker's own.
  void on_worker(LiveWorker& worker, std::move_only_function<void()> work) {
    const std::lock_guard lock(start_);
    if (!running_ || worker.loop().is_this_thread())
      work();
    else
      worker.loop().hand_over(std::move(work));
  }

  void signalled() {
    if (std::exchange(signalled_, true)) {
      for (auto& worker : workers_) worker->loop().hand_over([&worker = *worker] { worker.hurry(); });
      return;
    }
    stop();
  }

  Common common_;
  std::vector<std::unique_ptr<LiveWorker>> workers_{};
  std::mutex start_{};  // so that what is done before the threads run is done when they do
  std::atomic<bool> running_ = false;
  bool signalled_ = false;
  InheritedSockets inherited_;
  std::set<int> inherited_used_{};
};

}  // namespace

Result<std::unique_ptr<Runtime>> make_runtime(RuntimeOptions options, const Log& log, const Clock& clock) {
  return make_runtime(std::move(options), InheritedSockets(), log, clock);
}

Result<std::unique_ptr<Runtime>> make_runtime(RuntimeOptions options, InheritedSockets inherited, const Log& log,
                                              const Clock& clock) {
  keep_memory_between_bodies();
  // Said at the start rather than with the first request.
  if (!options.client.ca_file.empty()) TRY_OK(TlsContext::make(options.client.ca_file));
  return std::make_unique<LiveRuntime>(std::move(options), std::move(inherited), log, clock);
}

}  // namespace agt::net
