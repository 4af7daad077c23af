#include "admin/routes.h"

#include <gtest/gtest.h>

#include <set>

#include "admin/answer.h"
#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

std::string filled_in(std::string_view pattern) {
  std::string path(pattern);
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
    path.replace(open, path.find('}', open) - open + 1, "none");
  return path;
}

TEST(AdminRoutes, are_all_different_and_found_by_themselves) {
  std::set<std::string> seen;
  for (const auto& endpoint : endpoints()) {
    const auto path = std::string(api_prefix) + filled_in(endpoint.pattern);
    EXPECT_TRUE(seen.insert(std::string(endpoint.method) + path).second) << path;
    const auto found = find_endpoint(endpoint.method, path);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(found->endpoint, &endpoint);
    EXPECT_FALSE(endpoint.summary.empty());
  }
}

TEST(AdminRoutes, gives_the_words_of_the_path) {
  const auto found = find_endpoint("POST", "/api/v1/accounts/my account/test");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->words, std::vector<std::string>{"my account"});
}

TEST(AdminRoutes, tells_what_is_allowed_where_the_method_is_wrong) {
  const auto found = find_endpoint("DELETE", "/api/v1/accounts");
  ASSERT_FALSE(found);
  const auto answer = refused(found.error());
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.allow, "GET, POST, HEAD");
}

TEST(AdminRoutes, know_nothing_else) {
  for (const auto* path : {"/", "/api/v1", "/api/v1/", "/api/v2/status", "/api/v1/accounts/", "/api/v1/accounts//test",
                           "/api/v1/status/x", "/v1/models"})
    EXPECT_FALSE(find_endpoint("GET", path)) << path;
}

// The table is the only list of endpoints, so this covers those that are added later too.
TEST(AdminRoutes, let_nobody_in_without_the_token) {
  testing::LiveGateway live;
  for (const auto& endpoint : endpoints()) {
    const auto target = std::string(api_prefix) + filled_in(endpoint.pattern);
    const std::string method(endpoint.method);
    const auto what = method + " " + target;
    const bool is_open = endpoint.auth == Auth::none;
    EXPECT_EQ(live.call(method, target, "", {}).status == 401, !is_open) << what;
    const auto wrong = live.call(method, target, "", {{"authorization", "Bearer adm_wrong"}}).status;
    EXPECT_EQ(wrong == 401 || wrong == 429, !is_open) << what << ": " << wrong;  // 429 after too many
    const auto right = live.call(method, filled_in(endpoint.pattern)).status;
    EXPECT_TRUE(right >= 200 && right < 500 && right != 401 && right != 403 && right != 405) << what << ": " << right;
  }
}

TEST(AdminRoutes, do_not_tell_strangers_what_exists) {
  testing::LiveGateway live;
  const auto reply = live.call("GET", "/api/v1/nothing", "", {});
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.headers.get_or("www-authenticate", ""), "Bearer");
  EXPECT_EQ(live.call("GET", "/nothing").status, 404);
}

}  // namespace
}  // namespace agt::admin
