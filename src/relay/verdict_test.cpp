#include "relay/verdict.h"

#include <gtest/gtest.h>

namespace agt::relay {
namespace {

using pool::Blame;
using provider::Scope;

Verdict of(Code code, int attempts_left = 2) {
  const Error error{.code = code};
  return verdict(error, provider::scope_of(error), attempts_left);
}

TEST(Verdict, blames_whom_the_failure_concerns) {
  EXPECT_EQ(of(Code::rpm).blame, Blame::account_model);
  EXPECT_EQ(of(Code::unknown_429).blame, Blame::account_model);
  EXPECT_EQ(of(Code::daily).blame, Blame::account_model);
  EXPECT_EQ(of(Code::credits).blame, Blame::account);
  EXPECT_EQ(of(Code::key_rejected).blame, Blame::account);
  EXPECT_EQ(of(Code::forbidden).blame, Blame::account_model);
  EXPECT_EQ(of(Code::overloaded).blame, Blame::site_model);
  EXPECT_EQ(of(Code::model_capacity).blame, Blame::site_model);
  EXPECT_EQ(of(Code::refused).blame, Blame::site);
  EXPECT_EQ(of(Code::dns).blame, Blame::site);
}

TEST(Verdict, takes_a_token_for_retries_that_no_limit_caused) {
  for (const auto code : {Code::overloaded, Code::internal_5xx, Code::refused, Code::stream_cut}) {
    EXPECT_EQ(of(code).next, Next::next_account) << name(code);
    EXPECT_TRUE(of(code).costs_token) << name(code);
    EXPECT_TRUE(of(code).once_more) << name(code);
  }
  EXPECT_FALSE(of(Code::rpm).costs_token);
  EXPECT_FALSE(of(Code::first_byte_timeout).once_more);
}

TEST(Verdict, never_repeats_what_the_client_or_the_gateway_got_wrong_and_blames_nobody) {
  for (const auto code : {Code::upstream_refused, Code::context_too_long, Code::body_too_large, Code::model_unknown,
                          Code::translate_request, Code::translate_reply, Code::client_gone}) {
    EXPECT_EQ(of(code).next, Next::stop) << name(code);
    EXPECT_EQ(of(code).blame, Blame::nobody) << name(code);
  }
}

TEST(Verdict, stops_when_the_attempts_are_used_up_but_still_blames) {
  EXPECT_EQ(of(Code::rpm, 0).next, Next::stop);
  EXPECT_EQ(of(Code::rpm, 0).blame, Blame::account_model);
}

}  // namespace
}  // namespace agt::relay
