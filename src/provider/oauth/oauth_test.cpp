#include <gtest/gtest.h>

#include "provider/oauth/exchange.h"
#include "provider/oauth/freshness.h"
#include "provider/oauth/services.h"

namespace agt::provider::oauth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using enum Freshness;

TEST(Freshness, is_due_ten_percent_or_five_minutes_before_the_end) {
  EXPECT_EQ(freshness(minutes(60), hours(1), 0), fresh);
  EXPECT_EQ(freshness(minutes(6) + Seconds(1), hours(1), 0), fresh);
  EXPECT_EQ(freshness(minutes(6) - Seconds(1), hours(1), 0), due);
  EXPECT_EQ(freshness(minutes(49), hours(8), 0), fresh);
  EXPECT_EQ(freshness(minutes(47), hours(8), 0), due);
  EXPECT_EQ(freshness(minutes(6), minutes(20), 0), fresh);
  EXPECT_EQ(freshness(minutes(4), minutes(20), 0), due);
  EXPECT_EQ(freshness(Seconds(10), hours(1), 0), expired);
  EXPECT_EQ(freshness(Seconds(-10), hours(1), 0), expired);
}

TEST(Freshness, spreads_accounts_by_a_fifth_of_the_margin) {
  EXPECT_EQ(freshness(minutes(7), hours(1), 1), due);
  EXPECT_EQ(freshness(Seconds(7 * 60 + 13), hours(1), 1), fresh);
  EXPECT_EQ(freshness(minutes(5), hours(1), -1), fresh);
  EXPECT_EQ(freshness(Seconds(4 * 60 + 47), hours(1), -1), due);
}

TEST(Freshness, of_a_short_life_is_half_of_it_at_most) {
  EXPECT_EQ(freshness(Milliseconds(2000), Seconds(2), 0), fresh);
  EXPECT_EQ(freshness(Milliseconds(900), Seconds(2), 0), due);
  EXPECT_EQ(freshness(Milliseconds(200), Seconds(2), 0), expired);
  EXPECT_EQ(freshness(Milliseconds(0), Seconds(0), 0), expired);
}

TEST(Freshness, retries_double_up_to_five_minutes) {
  EXPECT_EQ(retry_after(1), Seconds(5));
  EXPECT_EQ(retry_after(2), Seconds(10));
  EXPECT_EQ(retry_after(6), Seconds(160));
  EXPECT_EQ(retry_after(7), minutes(5));
  EXPECT_EQ(retry_after(1000), minutes(5));
}

TEST(Freshness, chance_stays_for_a_name_and_spreads_over_names) {
  EXPECT_EQ(chance_of("acc_1"), chance_of("acc_1"));
  int low = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto chance = chance_of("acc_" + std::to_string(i));
    EXPECT_GE(chance, -1.0);
    EXPECT_LE(chance, 1.0);
    if (chance < 0) ++low;
  }
  EXPECT_NEAR(low, 500, 60);
}

TEST(TokenReply, takes_tokens_and_keeps_the_old_refresh_token_when_none_comes) {
  const auto rotated =
      read_token_reply(200, R"({"access_token":"a","refresh_token":"r","expires_in":3599,"scope":"x y"})");
  EXPECT_EQ(rotated.kind, TokenReply::Kind::granted);
  EXPECT_EQ(rotated.granted.access.reveal(), "a");
  EXPECT_EQ(rotated.granted.refresh.reveal(), "r");
  EXPECT_EQ(rotated.granted.lifetime, Seconds(3599));
  EXPECT_EQ(rotated.granted.scopes, "x y");
  EXPECT_TRUE(read_token_reply(200, R"({"access_token":"a","expires_in":"60"})").granted.refresh.empty());
  EXPECT_EQ(read_token_reply(200, R"({"access_token":"a","expires_in":"60"})").granted.lifetime, Seconds(60));
  EXPECT_EQ(read_token_reply(200, R"({"access_token":"a"})").granted.lifetime, hours(1));
  EXPECT_EQ(read_token_reply(200, R"({"access_token":"a","expires_in":-5})").granted.lifetime, hours(1));
}

// Only the grant's own refusal means that somebody must sign in again.
TEST(TokenReply, tells_a_dead_grant_from_everything_else) {
  using enum TokenReply::Kind;
  struct Case {
    int status;
    std::string_view body;
    TokenReply::Kind kind;
  };
  constexpr Case cases[] = {
      {400, R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})", grant_refused},
      {401, R"({"error":"invalid_grant"})", grant_refused},
      {500, R"({"error":"invalid_grant"})", failed},
      {401, R"({"error":"invalid_client"})", client_refused},
      {400, R"({"error":"unauthorized_client"})", client_refused},
      {400, R"({"error":"invalid_request"})", failed},
      {400, "invalid_grant", failed},
      {429, R"({"error":"rate_limit"})", failed},
      {503, "<html>", failed},
      {404, "{}", failed},
      {200, "{}", failed},
      {200, "not json", failed},
      {200, R"({"access_token":7})", failed},
  };
  for (const auto& [status, body, kind] : cases) EXPECT_EQ(read_token_reply(status, body).kind, kind) << body;
  EXPECT_EQ(read_token_reply(400, cases[0].body).why, "status 400, invalid_grant: Token has been expired or revoked.");
}

TEST(Authorization, link_has_state_and_proof_and_encodes_everything) {
  const auto* google = find_service("google");
  ASSERT_NE(google, nullptr);
  const auto link = authorization_link({.auth_url = "https://example.com/auth",
                                        .client_id = "id&1",
                                        .redirect_uri = "http://127.0.0.1:7/oauth/callback",
                                        .scopes = "a b",
                                        .state = "st",
                                        .challenge = "ch",
                                        .more = {google->more.begin(), google->more.end()}});
  EXPECT_EQ(link,
            "https://example.com/auth?response_type=code&client_id=id%261&redirect_uri=http%3A%2F%2F127.0.0.1%3A7"
            "%2Foauth%2Fcallback&scope=a%20b&state=st&code_challenge=ch&code_challenge_method=S256"
            "&access_type=offline&prompt=consent");
}

TEST(Pasted, takes_a_whole_address_its_query_or_the_bare_code) {
  const auto whole = read_pasted("  http://127.0.0.1:7/oauth/callback?state=s%201&code=4%2Fabc&scope=x#frag\n");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->code.reveal(), "4/abc");
  EXPECT_EQ(whole->state, "s 1");
  EXPECT_EQ(read_pasted("code=abc&state=s")->code.reveal(), "abc");
  EXPECT_EQ(read_pasted("4/0AbC-d_e")->code.reveal(), "4/0AbC-d_e");
  EXPECT_EQ(read_pasted("4/0AbC-d_e")->state, "");
}

TEST(Pasted, says_what_is_wrong) {
  for (const auto* text : {"", "  ", "http://127.0.0.1:7/oauth/callback", "https://accounts.example/?x=1", "a code",
                           "http://127.0.0.1:7/?code="})
    EXPECT_FALSE(read_pasted(text)) << text;
  const auto denied = read_pasted("http://127.0.0.1:7/cb?error=access_denied&state=s");
  ASSERT_FALSE(denied);
  EXPECT_TRUE(denied.error().message.contains("access_denied")) << denied.error().message;
}

TEST(FormCall, goes_once_to_the_endpoint_with_its_query) {
  const auto form = refresh_form({.id = "i d", .secret = Secret("s&t")}, Secret("r/1"));
  EXPECT_EQ(form.reveal(), "grant_type=refresh_token&refresh_token=r%2F1&client_id=i%20d&client_secret=s%26t");
  const auto call = form_call("https://example.com:8443/o/token?v=2", form);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "POST");
  EXPECT_EQ(call->target, "/o/token?v=2");
  EXPECT_EQ(call->url.port, 8443);
  EXPECT_TRUE(call->once);
  EXPECT_EQ(call->headers.get_or("content-type", ""), "application/x-www-form-urlencoded");
  EXPECT_FALSE(form_call("not an address", form));
}

TEST(Identity, prefers_the_address) {
  EXPECT_EQ(read_identity(R"({"sub":"1","email":"me@example.com","name":"Me"})"), "me@example.com");
  EXPECT_EQ(read_identity(R"({"sub":"1","name":"Me"})"), "Me");
  EXPECT_EQ(read_identity("{}"), "");
  EXPECT_EQ(read_identity("<html>"), "");
}

}  // namespace
}  // namespace agt::provider::oauth
