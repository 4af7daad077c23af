#include "admin/events.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "admin/limits.h"
#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

class SteppedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  void step(Seconds by) { now_ += by; }

 private:
  Instant now_{Seconds(1'000)};
};

std::string id(const Events& events, int number) { return fmt::format("{}-{}", events.boot(), number); }

TEST(Events, come_in_order_and_numbered) {
  const Clock clock;
  Events events(clock);
  const auto listener = events.listen().value();
  events.publish("a", "{}");
  events.publish("b", R"({"x":1})");
  const auto batch = events.after(0);
  EXPECT_EQ(batch.frames, fmt::format("id: {}\nevent: a\ndata: {{}}\n\nid: {}\nevent: b\ndata: {{\"x\":1}}\n\n",
                                      id(events, 1), id(events, 2)));
  EXPECT_EQ(batch.place, 2U);
  EXPECT_EQ(events.after(1).frames, fmt::format("id: {}\nevent: b\ndata: {{\"x\":1}}\n\n", id(events, 2)));
  EXPECT_TRUE(events.after(2).frames.empty());
}

TEST(Events, are_not_kept_while_nobody_listens_but_the_gap_is_told) {
  const Clock clock;
  Events events(clock);
  EXPECT_FALSE(events.wanted());
  events.publish("a", "{}");
  events.publish("a", "{}");
  const auto listener = events.listen().value();
  EXPECT_TRUE(events.wanted());
  events.publish("b", "{}");
  const auto batch = events.after(0);
  EXPECT_EQ(batch.missed, 1U);
  EXPECT_TRUE(batch.frames.contains("event: b"));
}

TEST(Events, wait_a_while_for_a_listener_that_was_cut_off) {
  SteppedClock clock;
  Events events(clock);
  {
    const auto listener = events.listen().value();
  }
  events.publish("a", "{}");
  EXPECT_EQ(events.after(0).missed, 0U);
  clock.step(Seconds(events_return_within));
  events.publish("b", "{}");
  const auto listener = events.listen().value();
  EXPECT_EQ(events.after(0).missed, 2U);  // the one before, and the gap
}

TEST(Events, tell_a_slow_listener_how_many_it_missed) {
  const Clock clock;
  Events events(clock);
  const auto listener = events.listen().value();
  for (std::size_t i = 0; i < events_kept_max + 5; ++i) events.publish("a", "{}");
  auto batch = events.after(0);
  EXPECT_EQ(batch.missed, 5U);
  std::size_t frames = 0;
  while (batch.place < events.last()) {
    EXPECT_LT(batch.frames.size(), events_batch_bytes + 100);
    batch = events.after(batch.place);
    ++frames;
  }
  EXPECT_GT(frames, 0U);
}

TEST(Events, know_their_own_places_only) {
  const Clock clock;
  Events events(clock);
  const auto listener = events.listen().value();
  events.publish("a", "{}");
  EXPECT_EQ(events.place_named(id(events, 1)), 1U);
  for (const auto& foreign : {id(events, 2), std::string("000000000-1"), std::string("1"), std::string()})
    EXPECT_FALSE(events.place_named(foreign)) << foreign;
}

TEST(Events, have_room_for_so_many_listeners) {
  const Clock clock;
  Events events(clock);
  std::vector<Events::Listener> listeners;
  for (int i = 0; i < event_listeners_max; ++i) listeners.push_back(events.listen().value());
  EXPECT_FALSE(events.listen());
  listeners.pop_back();
  EXPECT_TRUE(events.listen());
}

}  // namespace
}  // namespace agt::admin
