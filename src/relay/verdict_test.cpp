#include "relay/verdict.h"

#include <gtest/gtest.h>

#include "pool/limits.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

using provider::Scope;

Error error(Code code, std::optional<Milliseconds> hint = {}) { return {.code = code, .retry_after = hint}; }

TEST(Verdict, rests_a_limited_account_exactly_as_long_as_told) {
  const auto decided = verdict(error(Code::unknown_429, 7000ms), Scope::account_model, 2);
  EXPECT_EQ(decided.next, Next::next_account);
  EXPECT_EQ(decided.rest, 7000ms);
  EXPECT_FALSE(decided.whole_account);
}

TEST(Verdict, rests_a_little_without_a_hint_and_never_absurdly) {
  EXPECT_EQ(verdict(error(Code::rpm), Scope::account_model, 2).rest, Milliseconds(rate_limit_rest));
  EXPECT_EQ(verdict(error(Code::rpm, 0ms), Scope::account_model, 2).rest, Milliseconds(pool::rest_min));
  EXPECT_EQ(verdict(error(Code::daily, Milliseconds(24h * 30)), Scope::account_model, 2).rest,
            Milliseconds(pool::rest_max));
}

TEST(Verdict, rests_the_whole_account_for_a_rejected_key) {
  EXPECT_TRUE(verdict(error(Code::key_rejected), Scope::account, 2).whole_account);
}

TEST(Verdict, blames_no_account_for_the_providers_capacity_or_the_network) {
  for (const auto code : {Code::overloaded, Code::internal_5xx, Code::refused, Code::first_byte_timeout}) {
    const auto decided = verdict(error(code), Scope::provider_model, 2);
    EXPECT_EQ(decided.next, Next::next_account);
    EXPECT_FALSE(decided.rest.has_value());
  }
}

TEST(Verdict, never_repeats_what_the_client_or_the_gateway_got_wrong) {
  for (const auto code : {Code::upstream_refused, Code::context_too_long, Code::model_unknown, Code::translate_request,
                          Code::client_gone}) {
    const auto decided = verdict(error(code), Scope::request, 2);
    EXPECT_EQ(decided.next, Next::stop);
    EXPECT_FALSE(decided.rest.has_value());
  }
}

TEST(Verdict, stops_when_the_attempts_are_used_up_but_still_rests_the_account) {
  const auto decided = verdict(error(Code::rpm, 3000ms), Scope::account_model, 0);
  EXPECT_EQ(decided.next, Next::stop);
  EXPECT_EQ(decided.rest, 3000ms);
}

}  // namespace
}  // namespace agt::relay
