// Waiting for a latch from several workers, and background work that a stopping runtime waits for.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "net/testing/harness.h"

namespace agt::net {
namespace {

using testing::Harness;

void eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(Milliseconds(10));
  EXPECT_TRUE(holds());
}

TEST(Latch, lets_waiters_of_all_workers_go_on_when_it_opens) {
  constexpr int each = 100;
  Harness harness({.workers = 2});
  const auto latch = std::make_shared<Latch>();
  std::atomic<int> waiting = 0;
  std::atomic<int> passed = 0;
  for (int worker = 0; worker < 2; ++worker)
    for (int i = 0; i < each; ++i)
      harness.runtime().worker(worker).spawn([&, worker]() -> Task<> {
        ++waiting;
        const auto waited = co_await harness.runtime().worker(worker).wait(latch, Seconds(20));
        if (waited) ++passed;
      });
  eventually([&] { return waiting == 2 * each; });
  EXPECT_EQ(passed, 0);
  latch->open();
  eventually([&] { return passed == 2 * each; });
}

TEST(Latch, gives_up_after_the_patience_and_passes_when_open) {
  Harness harness;
  const auto latch = std::make_shared<Latch>();
  harness.run([&](Worker& worker) -> Task<> {
    const auto waited = co_await worker.wait(latch, Milliseconds(30));
    EXPECT_EQ(waited.has_value() ? Code::internal : waited.error().code, Code::idle_timeout);
    latch->open();
    const auto again = co_await worker.wait(latch, Milliseconds(30));
    EXPECT_TRUE(again);
  });
}

TEST(Runtime, a_stop_waits_for_lasting_work_but_not_for_other_background_work) {
  Harness harness;
  std::atomic<bool> begun = false;
  std::atomic<bool> lasting_ended_itself = false;
  std::atomic<bool> other_was_cut = false;
  auto& worker = harness.runtime().worker(0);
  worker.spawn_lasting([&]() -> Task<> {
    const auto slept = co_await worker.sleep(Milliseconds(400));
    lasting_ended_itself = slept.has_value();
  });
  worker.spawn([&]() -> Task<> {
    begun = true;
    const auto slept = co_await worker.sleep(Seconds(60));
    other_was_cut = !slept;
  });
  eventually([&] { return begun.load(); });
  harness.stop();
  EXPECT_TRUE(lasting_ended_itself);
  EXPECT_TRUE(other_was_cut);
}

}  // namespace
}  // namespace agt::net
