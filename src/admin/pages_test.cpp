#include "admin/pages.h"

#include <gtest/gtest.h>

#include <array>

#include "admin/testing/live_gateway.h"

namespace agt::admin {
namespace {

constexpr std::array files{
    Asset{"/index.html", "text/html; charset=utf-8", "\"1\"", false,
          "<script nonce=\"__AGT_NONCE__\" src=/a></script><style nonce=\"__AGT_NONCE__\"></style>"},
    Asset{"/assets/index-3f2a9b1c.js", "text/javascript", "\"2\"", true, "plain", "zipped", "brotli"},
    Asset{"/icon.svg", "image/svg+xml", "\"3\"", false, "<svg/>"},
};

std::optional<Page> get(std::string path, net::Headers headers = {}, std::string method = "GET") {
  const net::RequestHead head{.method = std::move(method), .path = std::move(path), .headers = std::move(headers)};
  return page_for(head, files, "n0nce");
}

std::string header(const std::optional<Page>& page, std::string_view name) {
  return page ? std::string(page->head.headers.get_or(name, "")) : "no page";
}

TEST(Pages, give_the_page_a_policy_that_lets_nothing_in_from_elsewhere) {
  const auto page = get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body, "<script nonce=\"n0nce\" src=/a></script><style nonce=\"n0nce\"></style>");
  EXPECT_EQ(header(page, "cache-control"), "no-store");
  const auto policy = header(page, "content-security-policy");
  for (const auto* rule : {"default-src 'none'", "script-src 'self' 'nonce-n0nce';", "frame-ancestors 'none'",
                           "connect-src 'self'", "base-uri 'none'"})
    EXPECT_TRUE(policy.contains(rule)) << policy;
  for (const auto* open : {"unsafe", "http:", "https:", "*"}) EXPECT_FALSE(policy.contains(open)) << policy;
  EXPECT_EQ(header(page, "x-content-type-options"), "nosniff");
}

TEST(Pages, keep_files_that_are_named_by_their_content) {
  const auto file = get("/assets/index-3f2a9b1c.js");
  EXPECT_EQ(header(file, "cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(get("/icon.svg"), "cache-control"), "no-cache");
  EXPECT_EQ(get("/icon.svg", {{"if-none-match", "\"3\""}})->head.status, 304);
}

TEST(Pages, take_the_smallest_form_that_the_browser_reads) {
  const auto form = [](std::string_view accepted) {
    const auto page = get("/assets/index-3f2a9b1c.js", {{"accept-encoding", accepted}});
    return page->body + " " + header(page, "content-encoding");
  };
  EXPECT_EQ(form("gzip, deflate, br"), "brotli br");
  EXPECT_EQ(form("gzip"), "zipped gzip");
  EXPECT_EQ(form("br;q=0, gzip;q=0.5"), "zipped gzip");
  EXPECT_EQ(form("identity"), "plain ");
  EXPECT_EQ(form("xbr, gzipped"), "plain ");
}

TEST(Pages, leave_paths_of_the_page_to_the_page_and_those_of_the_api_to_the_api) {
  const net::Headers browser{{"accept", "text/html,application/xhtml+xml"}};
  EXPECT_TRUE(get("/accounts/acc_1/history", browser));
  EXPECT_FALSE(get("/accounts/acc_1/history"));
  EXPECT_FALSE(get("/assets/gone-00000000.js", browser));
  EXPECT_FALSE(get("/api/v1/status", browser));
  EXPECT_FALSE(get("/api", browser));
  EXPECT_FALSE(get("/", browser, "POST"));
  EXPECT_TRUE(get("/", browser, "HEAD"));
}

TEST(Pages, can_be_reached_by_a_link_but_not_read_by_other_pages) {
  AdminAccess access;
  open_to(access, "127.0.0.1", 8046);
  const auto admitted = [&](net::Headers headers) {
    headers.add("host", "127.0.0.1:8046");
    const net::RequestHead head{.method = "GET", .path = "/", .headers = std::move(headers)};
    return admit_visit(head, access).has_value();
  };
  EXPECT_TRUE(
      admitted({{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}}));
  EXPECT_FALSE(
      admitted({{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "iframe"}}));
  EXPECT_FALSE(admitted({{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "no-cors"}}));
  EXPECT_TRUE(admitted({{"sec-fetch-site", "same-origin"}, {"sec-fetch-mode", "no-cors"}}));
  const net::RequestHead rebound{
      .method = "GET",
      .path = "/",
      .headers = {{"host", "evil.example:8046"}, {"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}}};
  EXPECT_FALSE(admit_visit(rebound, access));
}

}  // namespace
}  // namespace agt::admin
