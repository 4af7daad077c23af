#include "net/internal/wheel.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace agt::net {
namespace {

class Note final : public Deadline {
 public:
  explicit Note(std::vector<int>& notes, int number) : notes_(notes), number_(number) {}
  ~Note() override = default;

 private:
  void expired() override { notes_.push_back(number_); }
  std::vector<int>& notes_;
  int number_;
};

constexpr Instant begin{};
Instant at(Milliseconds time) { return begin + time; }

TEST(Wheel, expires_what_is_due_and_nothing_else) {
  Wheel wheel(begin);
  std::vector<int> notes;
  Note soon(notes, 1), later(notes, 2), disarmed(notes, 3);
  wheel.arm(soon, wheel.after(Milliseconds(50)));
  wheel.arm(later, wheel.after(Milliseconds(100)));
  wheel.arm(disarmed, wheel.after(Milliseconds(50)));
  disarmed.disarm();
  wheel.advance(at(Milliseconds(49)));
  EXPECT_TRUE(notes.empty());
  wheel.advance(at(Milliseconds(70)));
  EXPECT_EQ(notes, std::vector<int>{1});
  EXPECT_FALSE(soon.is_armed());
  wheel.advance(at(Milliseconds(200)));
  EXPECT_EQ(notes, (std::vector<int>{1, 2}));
}

TEST(Wheel, keeps_deadlines_that_are_many_turns_away) {
  Wheel wheel(begin);
  std::vector<int> notes;
  Note far(notes, 1);
  wheel.arm(far, wheel.after(Seconds(300)));
  for (int second = 0; second < 300; ++second) wheel.advance(at(Seconds(second)));
  EXPECT_TRUE(notes.empty());
  wheel.advance(at(Seconds(301)));
  EXPECT_EQ(notes, std::vector<int>{1});
}

TEST(Wheel, expires_all_after_a_long_sleep) {
  Wheel wheel(begin);
  std::vector<int> notes;
  std::vector<std::unique_ptr<Note>> all;
  for (int i = 0; i < 100; ++i) {
    all.push_back(std::make_unique<Note>(notes, i));
    wheel.arm(*all.back(), wheel.after(Milliseconds(i * 500)));
  }
  wheel.advance(at(Seconds(3600)));
  EXPECT_EQ(notes.size(), 100U);
}

TEST(Wheel, may_be_rearmed_and_disarmed_while_it_expires) {
  class Chain final : public Deadline {
   public:
    Chain(Wheel& wheel, Deadline& other) : wheel_(wheel), other_(other) {}
    ~Chain() override = default;
    int times = 0;

   private:
    void expired() override {
      other_.disarm();
      if (++times < 3) wheel_.arm(*this, wheel_.after(Milliseconds(10)));
    }
    Wheel& wheel_;
    Deadline& other_;
  };
  Wheel wheel(begin);
  std::vector<int> notes;
  Note victim(notes, 1);
  Chain chain(wheel, victim);
  wheel.arm(chain, wheel.after(Milliseconds(10)));
  wheel.arm(victim, wheel.after(Milliseconds(10)));
  for (int i = 0; i < 20; ++i) wheel.advance(at(Milliseconds(i * 10)));
  EXPECT_EQ(chain.times, 3);
  EXPECT_TRUE(notes.empty());
}

TEST(Wheel, knows_how_long_it_is_quiet) {
  Wheel wheel(begin);
  std::vector<int> notes;
  Note note(notes, 1);
  EXPECT_FALSE(wheel.quiet_for(begin).has_value());
  wheel.arm(note, wheel.after(Milliseconds(500)));
  EXPECT_EQ(wheel.quiet_for(begin), Milliseconds(510));
  wheel.advance(at(Milliseconds(505)));
  EXPECT_EQ(wheel.quiet_for(at(Milliseconds(505))), Milliseconds(5));
  note.disarm();
  EXPECT_FALSE(wheel.quiet_for(at(Milliseconds(505))).has_value());
  wheel.arm(note, never);
  EXPECT_FALSE(wheel.quiet_for(at(Milliseconds(505))).has_value());
}

}  // namespace
}  // namespace agt::net
