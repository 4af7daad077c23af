#include "admin/access.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

net::RequestHead head_with(net::Headers headers) {
  return {.method = "GET", .target = "/api/v1/status", .path = "/api/v1/status", .headers = std::move(headers)};
}

TEST(AdminAccess, lets_in_only_its_own_hosts_with_their_port) {
  AdminAccess access;
  open_to(access, "127.0.0.1", 8046);
  for (const auto* host : {"127.0.0.1:8046", "localhost:8046", "LOCALHOST:8046", "[::1]:8046"})
    EXPECT_TRUE(admit_page(head_with({{"host", host}}), access)) << host;
  for (const auto* host : {"127.0.0.1", "127.0.0.1:8045", "evil.example:8046", "localhost.evil.example:8046", ""})
    EXPECT_FALSE(admit_page(head_with({{"host", host}}), access)) << host;
}

TEST(AdminAccess, keeps_foreign_web_pages_out) {
  AdminAccess access;
  open_to(access, "127.0.0.1", 8046);
  const auto admitted = [&](net::Headers headers) {
    headers.add("host", "localhost:8046");
    return admit_page(head_with(std::move(headers)), access).has_value();
  };
  EXPECT_TRUE(admitted({{"origin", "http://localhost:8046"}}));
  EXPECT_FALSE(admitted({{"origin", "http://localhost:8045"}}));
  EXPECT_FALSE(admitted({{"origin", "https://evil.example"}}));
  EXPECT_FALSE(admitted({{"origin", "null"}}));
  EXPECT_FALSE(admitted({{"sec-fetch-site", "cross-site"}}));
  EXPECT_FALSE(admitted({{"sec-fetch-site", "same-site"}}));
  EXPECT_TRUE(admitted({{"sec-fetch-site", "same-origin"}}));
}

TEST(AdminAccess, lets_nobody_in_before_its_port_is_known) {
  EXPECT_FALSE(admit_page(head_with({{"host", "localhost:8046"}}), AdminAccess{}));
}

TEST(AdminAccess, takes_the_token_only_as_a_bearer_and_whole) {
  AdminAccess access;
  access.token = Secret("adm_0123456789");
  const auto code = [&](net::Headers headers) {
    const auto admitted = admit_token(head_with(std::move(headers)), access, Instant{});
    return admitted ? "" : std::string(name(admitted.error().code));
  };
  EXPECT_EQ(code({{"authorization", "Bearer adm_0123456789"}}), "");
  EXPECT_EQ(code({{"authorization", "bearer adm_0123456789"}}), "");
  EXPECT_EQ(code({}), "key_missing");
  EXPECT_EQ(code({{"x-api-key", "adm_0123456789"}}), "key_missing");
  EXPECT_EQ(code({{"authorization", "Basic adm_0123456789"}}), "key_missing");
  EXPECT_EQ(code({{"authorization", "Bearer "}}), "key_missing");
  EXPECT_EQ(code({{"authorization", "Bearer adm_012345678"}}), "key_unknown");
  EXPECT_EQ(code({{"authorization", "Bearer adm_01234567890"}}), "key_unknown");
  EXPECT_EQ(code({{"authorization", "Bearer adm_0123456789"}, {"authorization", "Bearer x"}}), "key_unknown");
}

TEST(AdminAccess, makes_another_token_at_each_start) {
  EXPECT_NE(AdminAccess{}.token.reveal(), AdminAccess{}.token.reveal());
}

TEST(AdminAccess, leaves_its_address_to_the_user_alone_and_takes_it_back) {
  const testing::TemporaryFolder folder;
  const auto home = store::Home::open(store::folders_of({}, folder.path()).value()).value();
  EXPECT_FALSE(published(home));
  AdminAccess access;
  ASSERT_TRUE(publish(access, home, "127.0.0.1", 8046));
  struct stat state{};
  ASSERT_EQ(::stat(home.admin_file().c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777, 0600U);
  const auto found = published(home);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->url, "http://127.0.0.1:8046");
  EXPECT_EQ(found->pid, ::getpid());
  EXPECT_TRUE(access.token.matches(found->token.reveal()));
  withdraw(home);
  EXPECT_FALSE(std::filesystem::exists(home.admin_file()));
}

}  // namespace
}  // namespace agt::admin
