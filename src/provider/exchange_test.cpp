#include "provider/exchange.h"

#include <gtest/gtest.h>

namespace agt::provider {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Exchange, is_renewed_ahead_of_its_end) {
  const WallTime since{};
  const auto until = since + minutes(60);
  EXPECT_EQ(renewal(since, until, since), Renewal::none);
  EXPECT_EQ(renewal(since, until, since + minutes(53)), Renewal::none);
  EXPECT_EQ(renewal(since, until, since + minutes(54)), Renewal::ahead);  // a tenth is longer than five minutes
  EXPECT_EQ(renewal(since, until, until - seconds(31)), Renewal::ahead);
  EXPECT_EQ(renewal(since, until, until - seconds(30)), Renewal::now);
  EXPECT_EQ(renewal(since, until, until + minutes(1)), Renewal::now);
}

TEST(Exchange, what_lives_shortly_is_not_renewed_all_the_time) {
  const WallTime since{};
  const auto until = since + minutes(4);
  EXPECT_EQ(renewal(since, until, since + minutes(1)), Renewal::none);
  EXPECT_EQ(renewal(since, until, since + minutes(2)), Renewal::ahead);
}

}  // namespace
}  // namespace agt::provider
