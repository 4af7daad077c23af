#include "net/internal/worker.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "net/internal/cancelled.h"
#include "net/internal/live_client.h"
#include "net/internal/waiter.h"

namespace agt::net {

namespace asio = boost::asio;

namespace {

// Who is to be woken when a latch opens; nobody once the wait is over, for the latch may open much later.
using Listening = std::atomic<Waiter*>;
struct Muffled {
  explicit Muffled(Listening& of_wait) : listening(of_wait) {}
  Muffled(const Muffled&) = delete;
  Muffled& operator=(const Muffled&) = delete;
  ~Muffled() { listening = nullptr; }
  Listening& listening;
};

}  // namespace

LiveWorker::LiveWorker(Common& common, int index)
    : common_(common),
      index_(index),
      loop_(common.clock),
      client_(make_client(loop_, common.dns, common.options.client)) {}

LiveWorker::~LiveWorker() = default;

Task<Result<>> LiveWorker::sleep(Milliseconds duration) {
  if (co_await is_cancelled()) co_return client_gone();
  Waiter waiter(loop_);
  const auto wake = co_await waiter.until(loop_.after(duration));
  if (wake == Wake::cancelled) co_return client_gone();
  co_return Result<>{};
}

namespace {

class LiveBell final : public Bell {
 public:
  explicit LiveBell(Loop& loop) : loop_(loop) {}

  void ring() override {
    loop_.hand_over([clapper = clapper_] {
      clapper->rung = true;
      if (clapper->waiter != nullptr) clapper->waiter->wake(Wake::ready);
    });
  }

  Task<Result<>> wait(Milliseconds patience) override {
    if (co_await is_cancelled()) co_return client_gone();
    Waiter waiter(loop_);
    auto wake = Wake::ready;
    if (!clapper_->rung) {
      clapper_->waiter = &waiter;
      wake = co_await waiter.until(loop_.after(patience));
      clapper_->waiter = nullptr;
    }
    clapper_->rung = false;
    if (wake == Wake::cancelled) co_return client_gone();
    co_return Result<>{};
  }

 private:
  // A ring that is under way may find the bell gone.
  struct Clapper {
    bool rung = false;
    Waiter* waiter = nullptr;
  };
  Loop& loop_;
  std::shared_ptr<Clapper> clapper_ = std::make_shared<Clapper>();
};

}  // namespace

std::unique_ptr<Bell> LiveWorker::bell() { return std::make_unique<LiveBell>(loop_); }

Task<Result<>> LiveWorker::offload(std::function<void()> work) {
  if (co_await is_cancelled()) co_return client_gone();
  Waiter waiter(loop_);
  bool finished = false;
  std::string bug;
  const auto ticket = common_.offload.submit([&] {
    try {
      work();
    } catch (const std::exception& thrown) {
      bug = thrown.what();
    }
    loop_.hand_over([&] {
      finished = true;
      waiter.wake(Wake::ready);
    });
  });
  if (!ticket) co_return fail(Code::busy, "Too much work is waiting for the storage threads.");
  bool cancelled = false;
  while (!finished) {
    const auto wake = co_await waiter.until(never);
    if (wake != Wake::cancelled) continue;
    cancelled = true;
    // Work that has begun may use what belongs to the caller: it must end first.
    if (common_.offload.withdraw(*ticket)) co_return client_gone();
  }
  if (!bug.empty()) co_return fail(Code::internal, std::move(bug));
  if (cancelled) co_return client_gone();
  co_return Result<>{};
}

Task<Result<>> LiveWorker::wait(std::shared_ptr<Latch> latch, Milliseconds patience) {
  if (co_await is_cancelled()) co_return client_gone();
  Waiter waiter(loop_);
  const auto listening = std::make_shared<Listening>(&waiter);
  const Muffled at_end(*listening);
  const bool shut = latch->when_open([this, listening] {
    if (listening->load() == nullptr) return;  // nobody waits, and the loop may be gone
    loop_.hand_over([listening] {
      if (auto* const waiting = listening->load()) waiting->wake(Wake::ready);
    });
  });
  if (!shut) co_return Result<>{};
  const auto wake = co_await waiter.until(loop_.after(patience));
  if (wake == Wake::cancelled) co_return client_gone();
  if (wake == Wake::expired) co_return fail(Code::idle_timeout, "What was waited for did not happen in time.");
  co_return Result<>{};
}

void LiveWorker::spawn(std::function<Task<>()> task) { begin(std::move(task), false); }

void LiveWorker::spawn_lasting(std::function<Task<>()> task) { begin(std::move(task), true); }

void LiveWorker::begin(std::function<Task<>()> task, bool lasting) {
  if (loop_.is_this_thread())
    start(std::move(task), lasting);
  else
    loop_.hand_over([this, lasting, task = std::move(task)]() mutable { start(std::move(task), lasting); });
}

void LiveWorker::start(std::function<Task<>()> task, bool lasting) {
  if (cutting_ || (finishing_ && !lasting)) return;
  const auto place = background_.emplace(background_.end());
  place->lasting = lasting;
  const auto at_end = [this, place](const std::exception_ptr&) { background_.erase(place); };
  asio::co_spawn(loop_.executor(), shielded(std::move(task)),
                 asio::bind_cancellation_slot(place->cancel.slot(), at_end));
}

Task<> LiveWorker::shielded(std::function<Task<>()> task) {
  co_await asio::this_coro::throw_if_cancelled(false);
  try {
    co_await task();
  } catch (const std::exception& bug) {
    common_.log.write(LogLevel::error, "background_bug", {{"what", bug.what()}});
  }
}

void LiveWorker::open(const std::string& name, int fd, std::unique_ptr<Handler> handler) {
  Door door{.name = name};
  door.service = std::make_unique<Service>(loop_, common_.log, common_.options.server, common_.open_connections,
                                           std::move(handler));
  door.listener =
      std::make_unique<Listener>(loop_, fd, *door.service, common_.open_connections, common_.connections_max);
  doors_.push_back(std::move(door));
}

void LiveWorker::close(std::string_view name) {
  for (auto& door : doors_) {
    if (door.name != name || !door.listener) continue;
    door.listener.reset();
    door.service->drain();
  }
  loop_.post([this] { sweep(); });
}

void LiveWorker::cut(std::string_view name) {
  for (auto& door : doors_)
    if (door.name == name) door.service->cut();
}

void LiveWorker::sweep() {
  std::erase_if(doors_, [](const Door& door) { return !door.listener && door.service->empty(); });
}

bool LiveWorker::all_closed() const {
  return std::ranges::all_of(doors_, [](const Door& door) { return door.service->empty(); });
}

void LiveWorker::finish() {
  if (finishing_) return;
  finishing_ = true;
  for (auto& door : doors_) {
    door.listener.reset();
    door.service->drain();
  }
  asio::co_spawn(loop_.executor(), wind_down(), [](const std::exception_ptr&) {});
}

bool LiveWorker::any_lasting() const {
  return std::ranges::any_of(background_, [](const Background& task) { return task.lasting; });
}

Task<> LiveWorker::wait_until_closed(Moment until) {
  constexpr Milliseconds glance(10);
  while (!all_closed() && !hurried_ && loop_.wheel().now() < until) {
    const auto slept = co_await sleep(glance);
    if (!slept) co_return;
  }
}

Task<> LiveWorker::wind_down() {
  constexpr Milliseconds glance(10);
  co_await wait_until_closed(loop_.after(common_.options.drain));
  hurried_ = false;
  for (auto& door : doors_) door.service->cut();
  const Moment lasting_until = loop_.after(lasting_deadline);
  while (any_lasting() && !hurried_ && loop_.wheel().now() < lasting_until) co_await sleep(glance);
  cutting_ = true;
  const Moment until = loop_.after(cut_deadline);
  while (!all_closed() && loop_.wheel().now() < until) co_await sleep(glance);
  for (auto& task : background_) task.cancel.emit(asio::cancellation_type::terminal);
  while (!background_.empty() && loop_.wheel().now() < until) co_await sleep(glance);
  if (!all_closed() || !background_.empty())
    common_.log.write(LogLevel::error, "tasks_ignore_cancellation", {{"worker", index_}});
  loop_.stop();
}

}  // namespace agt::net
