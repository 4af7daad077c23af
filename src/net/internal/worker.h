// One worker: a thread, its event loop, its listeners, its client and its background tasks.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/internal/listener.h"
#include "net/internal/offload.h"
#include "net/internal/service.h"
#include "net/runtime.h"

namespace agt::net {

// What all workers share.
struct Common {
  const Log& log;
  const Clock& clock;
  RuntimeOptions options;
  std::size_t connections_max = 0;
  std::atomic<std::size_t> open_connections = 0;
  Offload offload{offload_threads, offload_queue_max};
  Offload dns{offload_threads, offload_queue_max};
};

class LiveWorker final : public Worker {
 public:
  LiveWorker(Common& common, int index);
  ~LiveWorker() override;

  [[nodiscard]] Client& client() override { return *client_; }
  [[nodiscard]] Task<Result<>> sleep(Milliseconds duration) override;
  [[nodiscard]] std::unique_ptr<Bell> bell() override;
  [[nodiscard]] Task<Result<>> offload(std::function<void()> work) override;
  void spawn(std::function<Task<>()> task) override;
  void spawn_lasting(std::function<Task<>()> task) override;
  [[nodiscard]] Task<Result<>> wait(std::shared_ptr<Latch> latch, Milliseconds patience) override;
  [[nodiscard]] int index() const override { return index_; }

  [[nodiscard]] Loop& loop() { return loop_; }

  // From this worker's thread, or before it runs.
  void open(const std::string& name, int fd, std::unique_ptr<Handler> handler);
  void close(std::string_view name);
  void cut(std::string_view name);
  void finish();  // drains, then stops the loop
  void hurry() { hurried_ = true; }

 private:
  struct Door {
    std::string name{};
    std::unique_ptr<Service> service{};
    std::unique_ptr<Listener> listener{};
  };
  struct Background {
    boost::asio::cancellation_signal cancel{};
    bool lasting = false;
  };

  void begin(std::function<Task<>()> task, bool lasting);
  void start(std::function<Task<>()> task, bool lasting);
  [[nodiscard]] Task<> shielded(std::function<Task<>()> task);
  [[nodiscard]] Task<> wind_down();
  [[nodiscard]] Task<> wait_until_closed(Moment until);
  void sweep();  // doors that are closed and empty
  [[nodiscard]] bool all_closed() const;
  [[nodiscard]] bool any_lasting() const;

  Common& common_;
  int index_;
  Loop loop_;
  std::unique_ptr<Client> client_;
  std::vector<Door> doors_{};
  std::list<Background> background_{};
  bool finishing_ = false;
  bool cutting_ = false;  // nothing is begun any more
  bool hurried_ = false;
};

}  // namespace agt::net
