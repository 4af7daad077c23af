#include "store/squeezed.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "store/limits.h"

namespace agt::store {
namespace {

TEST(Squeezed, comes_back_as_it_was) {
  for (const auto& bytes : {std::string(), std::string("one row"), std::string(1 << 20, 'a'), std::string(3, '\0')}) {
    const auto small = squeezed(bytes);
    ASSERT_TRUE(small);
    EXPECT_EQ(unsqueezed(*small), bytes);
  }
}

TEST(Squeezed, rows_that_are_alike_become_small) {
  std::string rows;
  for (int i = 0; i < 1000; ++i) rows += "tr_" + std::to_string(i) + " /v1/chat/completions Served by one in 1.4 ms.";
  EXPECT_LT(squeezed(rows)->size(), rows.size() / 8);
}

TEST(Squeezed, damage_is_told_and_stays_inside) {
  const auto whole = squeezed(std::string(5000, 'a') + "end");
  ASSERT_TRUE(whole);
  EXPECT_EQ(unsqueezed("").error().code, Code::storage);
  EXPECT_EQ(unsqueezed("no frame").error().code, Code::storage);
  for (std::size_t size = 0; size < whole->size(); ++size)
    EXPECT_FALSE(unsqueezed(std::string_view(*whole).substr(0, size))) << size;
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    auto changed = *whole;
    changed[random() % changed.size()] = static_cast<char>(random());
    static_cast<void>(unsqueezed(changed));
  }
}

TEST(Squeezed, what_would_be_too_much_is_refused) {
  // A head of Zstandard that announces one byte more than is allowed (RFC 8878 §3.1.1.1: eight bytes of size).
  std::string head("\x28\xb5\x2f\xfd\xe0", 5);
  for (std::size_t i = 0, size = ledger_batch_bytes_max + 1; i < 8; ++i, size >>= 8)
    head += static_cast<char>(size & 0xff);
  EXPECT_EQ(unsqueezed(head + std::string(16, '\0')).error().code, Code::storage);
}

}  // namespace
}  // namespace agt::store
