// The threads of the gateway: N workers, each with its own event loop, listeners, client and deadlines.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/log.h"
#include "core/result.h"
#include "net/client.h"
#include "net/latch.h"
#include "net/server.h"
#include "net/task.h"

namespace agt::net {

struct ClientOptions {
  std::optional<Proxy> proxy{};
  std::string ca_file{};  // PEM, used beside the system store; "" for none
};

// Something that a coroutine of one worker waits for and any thread may bring about. One coroutine at a time.
class Bell {
 public:
  virtual ~Bell() = default;
  virtual void ring() = 0;  // from any thread; while nobody waits it is remembered
  // Until it rings or the patience is over. Code::client_gone when cancelled.
  [[nodiscard]] virtual Task<Result<>> wait(Milliseconds patience) = 0;
};

// What a worker offers to the rooms above. Everything of one worker runs on its thread.
class Worker {
 public:
  virtual ~Worker() = default;
  [[nodiscard]] virtual Client& client() = 0;
  [[nodiscard]] virtual Task<Result<>> sleep(Milliseconds duration) = 0;  // Code::client_gone when cancelled
  [[nodiscard]] virtual std::unique_ptr<Bell> bell() = 0;
  // Runs `work` on the offload threads (SQLite, DNS) and resumes here. Bounded queue: Code::busy when full.
  [[nodiscard]] virtual Task<Result<>> offload(std::function<void()> work) = 0;
  // Starts a task that outlives the caller; joined when the runtime stops. For background work, not for requests.
  virtual void spawn(std::function<Task<>()> task) = 0;
  // The same for work that must not be cut in the middle: a runtime that stops gives it `lasting_deadline` to end by
  // itself. `task` is dropped without a call when that time is over already.
  virtual void spawn_lasting(std::function<Task<>()> task) = 0;
  // Until the latch is open: Code::idle_timeout after `patience`, Code::client_gone when cancelled.
  [[nodiscard]] virtual Task<Result<>> wait(std::shared_ptr<Latch> latch, Milliseconds patience) = 0;
  [[nodiscard]] virtual int index() const = 0;
};

class Runtime {
 public:
  virtual ~Runtime() = default;

  // Opens a listener on every worker. Code::config with the process that holds the port when it is taken.
  // Returns the port in use. Listeners are named so that they can be closed and opened again.
  [[nodiscard]] virtual Result<std::uint16_t> listen(std::string name, ListenAddress address,
                                                     HandlerFactory factory) = 0;
  virtual void close_listener(std::string_view name) = 0;
  // Also cuts its open exchanges; those of a listener that is closed already too.
  virtual void cut_listener(std::string_view name) = 0;

  // Runs until stop() or a signal: SIGTERM/SIGINT drain (no new connections, open exchanges get drain_deadline), a
  // second one stops at once. Returns when every exchange has ended or been cut.
  virtual void run() = 0;
  virtual void stop() = 0;  // from any thread: drain as for a signal

  [[nodiscard]] virtual Worker& worker(int index) = 0;
  [[nodiscard]] virtual int workers() const = 0;
  [[nodiscard]] virtual std::size_t open_connections() const = 0;
};

// How long a client may take. The defaults are the limits; tests make them short.
struct ServerDeadlines {
  Milliseconds head = head_deadline;
  Milliseconds body_idle = body_idle_deadline;
  Milliseconds body_rate_grace = net::body_rate_grace;
  Milliseconds keep_alive = keep_alive_idle;
  Milliseconds write_stall = write_stall_deadline;
  Milliseconds linger = linger_deadline;
};

struct RuntimeOptions {
  int workers = 1;
  ClientOptions client{};
  ServerDeadlines server{};
  std::size_t connections_max = 0;  // 0: what RLIMIT_NOFILE allows
  Milliseconds drain = drain_deadline;
  bool handle_signals = true;
};

[[nodiscard]] Result<std::unique_ptr<Runtime>> make_runtime(RuntimeOptions options, const Log& log, const Clock& clock);

}  // namespace agt::net
