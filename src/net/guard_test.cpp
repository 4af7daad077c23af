#include "net/guard.h"

#include <gtest/gtest.h>

#include "net/internal/request_body.h"
#include "net/limits.h"

namespace agt::net {
namespace {

// The status that a whole head earns from the guard, or from llhttp behind it; 200 when both accept.
int status_of(const std::string& raw) {
  std::size_t scanned = 0;
  const auto end = find_head_end(raw, scanned);
  if (!end) return end.error().status;
  if (!*end) return 0;
  const auto request = guard(std::string_view(raw).substr(0, **end));
  if (!request) return request.error().status;
  RequestParser parser;
  const auto refused = parser.check(std::string_view(raw).substr(0, **end), request->framing);
  return refused ? refused->status : 200;
}

struct Row {
  const char* what;
  std::string raw;
  int status;
};

std::string with(const std::string& fields, const std::string& line = "POST /a HTTP/1.1") {
  return line + "\r\nhost: x\r\n" + fields + "\r\n";
}
std::string target(const std::string& text) { return "GET " + text + " HTTP/1.1\r\nhost: x\r\n\r\n"; }

void check(const std::vector<Row>& table) {
  for (const auto& row : table) EXPECT_EQ(status_of(row.raw), row.status) << row.what;
}

TEST(Guard, accepts_what_is_plain) {
  check({
      {"no body", with("", "GET /a?b=c HTTP/1.1"), 200},
      {"content-length", with("content-length: 5\r\n"), 200},
      {"content-length 0", with("content-length: 0\r\n"), 200},
      {"chunked", with("transfer-encoding: chunked\r\n"), 200},
      {"chunked in capitals", with("Transfer-Encoding: Chunked\r\n"), 200},
      {"HTTP/1.0", with("", "GET /a HTTP/1.0"), 200},
      {"HTTP/1.0 with content-length", with("content-length: 5\r\n", "POST /a HTTP/1.0"), 200},
      {"OPTIONS *", with("", "OPTIONS * HTTP/1.1"), 200},
      {"expect", with("content-length: 5\r\nexpect: 100-continue\r\n"), 200},
      {"empty value", with("x:\r\n"), 200},
      {"spaces around the value", with("x: \t a \t\r\n"), 200},
      {"obs-text in a value", with("x: caf\xC3\xA9\r\n"), 200},
      {"underscore in an unknown name", with("x_y: a\r\n"), 200},
      {"many fields of one unknown name", with("x: a\r\nx: b\r\n"), 200},
      {"upgrade offered", with("connection: upgrade\r\nupgrade: websocket\r\n"), 200},
  });
}

TEST(Guard, wants_exactly_one_framing) {
  check({
      {"CL and TE", with("content-length: 5\r\ntransfer-encoding: chunked\r\n"), 400},
      {"TE and CL", with("transfer-encoding: chunked\r\ncontent-length: 5\r\n"), 400},
      {"TE gzip with CL", with("transfer-encoding: gzip\r\ncontent-length: 5\r\n"), 400},
      {"TE identity with CL", with("transfer-encoding: identity\r\ncontent-length: 5\r\n"), 400},
      {"TE identity", with("transfer-encoding: identity\r\n"), 501},
      {"TE xchunked", with("transfer-encoding: xchunked\r\n"), 501},
      {"TE chunked, identity", with("transfer-encoding: chunked, identity\r\n"), 501},
      {"TE chunked, chunked", with("transfer-encoding: chunked, chunked\r\n"), 501},
      {"TE gzip", with("transfer-encoding: gzip\r\n"), 501},
      {"TE gzip, chunked", with("transfer-encoding: gzip, chunked\r\n"), 501},
      {"TE twice", with("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n"), 400},
      {"TE empty", with("transfer-encoding:\r\n"), 501},
      {"TE quoted", with("transfer-encoding: \"chunked\"\r\n"), 501},
      {"TE with parameter", with("transfer-encoding: chunked;a=b\r\n"), 501},
      {"TE with vertical tab",
       with("transfer-encoding: \x0B"
            "chunked\r\n"),
       400},
      {"HTTP/1.0 and chunked", with("transfer-encoding: chunked\r\n", "POST /a HTTP/1.0"), 400},
      {"CL twice, different", with("content-length: 5\r\ncontent-length: 6\r\n"), 400},
      {"CL twice, equal", with("content-length: 5\r\ncontent-length: 5\r\n"), 400},
      {"CL list", with("content-length: 5,5\r\n"), 400},
      {"CL plus", with("content-length: +5\r\n"), 400},
      {"CL minus", with("content-length: -5\r\n"), 400},
      {"CL hex", with("content-length: 0x5\r\n"), 400},
      {"CL empty", with("content-length:\r\n"), 400},
      {"CL with a space inside", with("content-length: 5 5\r\n"), 400},
      {"CL too long", with("content-length: 12345678901\r\n"), 400},
      {"CL overflow", with("content-length: 99999999999999999999\r\n"), 400},
      {"CL alias", with("content_length: 5\r\n"), 400},
      {"TE alias", with("Transfer_Encoding: chunked\r\n"), 400},
  });
  // Ten digits with leading zeros are within the rule, and mean one number to everybody.
  EXPECT_EQ(status_of(with("content-length: 0000000005\r\n")), 200);
}

TEST(Guard, refuses_loose_field_syntax) {
  const std::string nul("x: a\0b\r\n", 8);
  check({
      {"obs-fold", with("x: a\r\n b\r\n"), 400},
      {"obs-fold with tab", with("x: a\r\n\tb\r\n"), 400},
      {"folded content-length", with("content-length:\r\n 5\r\n"), 400},
      {"leading space on the first field", "GET /a HTTP/1.1\r\n host: x\r\n\r\n", 400},
      {"space before colon", with("x : a\r\n"), 400},
      {"tab before colon", with("x\t: a\r\n"), 400},
      {"no colon", with("x\r\n"), 400},
      {"empty name", with(": a\r\n"), 400},
      {"space in name", with("x y: a\r\n"), 400},
      {"bracket in name", with("x[]: a\r\n"), 400},
      {"non-ASCII name", with("caf\xC3\xA9: a\r\n"), 400},
      {"NUL in value", with(nul), 400},
      {"bare CR in value", with("x: a\rb\r\n"), 400},
      {"bare LF", with("x: a\nb: c\r\n"), 400},
      {"DEL in value", with("x: a\x7F\r\n"), 400},
      {"ESC in value", with("x: \x1B[31m\r\n"), 400},
      {"bare LF everywhere", "GET /a HTTP/1.1\nhost: x\n\n", 400},
      {"CR CR LF", with("x: a\r\r\n"), 400},
  });
}

TEST(Guard, wants_one_host_and_no_doubles_of_what_decides) {
  check({
      {"no host", "GET /a HTTP/1.1\r\n\r\n", 400},
      {"no host, HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", 400},
      {"two hosts", with("host: y\r\n"), 400},
      {"two equal hosts", with("Host: x\r\n"), 400},
      {"empty host", "GET /a HTTP/1.1\r\nhost:\r\n\r\n", 400},
      {"host with user", "GET /a HTTP/1.1\r\nhost: a@b\r\n\r\n", 400},
      {"host list", "GET /a HTTP/1.1\r\nhost: a, b\r\n\r\n", 400},
      {"host with path", "GET /a HTTP/1.1\r\nhost: a/b\r\n\r\n", 400},
      {"two authorizations", with("authorization: Bearer a\r\nAuthorization: Bearer a\r\n"), 400},
      {"two x-api-key", with("x-api-key: a\r\nx-api-key: b\r\n"), 400},
      {"two x-goog-api-key", with("x-goog-api-key: a\r\nx-goog-api-key: b\r\n"), 400},
      {"two content-type", with("content-type: a\r\ncontent-type: a\r\n"), 400},
      {"two origin", with("origin: a\r\norigin: a\r\n"), 400},
      {"x_api_key", with("x_api_key: a\r\n"), 400},
  });
}

TEST(Guard, knows_its_methods_and_versions) {
  check({
      {"TRACE", with("", "TRACE /a HTTP/1.1"), 405},
      {"CONNECT", with("", "CONNECT a:443 HTTP/1.1"), 405},
      {"lower case", with("", "get /a HTTP/1.1"), 405},
      {"unknown", with("", "BREW /a HTTP/1.1"), 405},
      {"GE!T", with("", "GE!T /a HTTP/1.1"), 405},
      {"no token", with("", "GE(T /a HTTP/1.1"), 400},
      {"HTTP/2", with("", "GET /a HTTP/2.0"), 400},
      {"HTTP/1.2", with("", "GET /a HTTP/1.2"), 400},
      {"HTTP/0.9", "GET /a\r\n\r\n", 400},
      {"lower-case version", with("", "GET /a http/1.1"), 400},
      {"two spaces", with("", "GET  /a HTTP/1.1"), 400},
      {"trailing space", with("", "GET /a HTTP/1.1 "), 400},
      {"tab", with("", "GET\t/a\tHTTP/1.1"), 400},
      {"TLS", std::string("\x16\x03\x01\x02\x00", 5), 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
  });
}

TEST(Guard, decodes_a_target_once_and_refuses_every_disguise) {
  for (const std::string text :
       {"http://x/a", "x",          "*",      "//a",    "/a//b",     "/../a",        "/a/..",
        "/a/../b",    "/a/./b",     "/a/.",   "/a\\b",  "/a;b",      "/%2e%2e/a",    "/a/%2e%2E/b",
        "/a%2fb",     "/a%2Fb",     "/a%5cb", "/a%00",  "/a%0d%0ab", "/a%7f",        "/%252fa",
        "/%25%32%66", "/a%3bb",     "/a%",    "/a%2",   "/a%zz",     "/caf\xC3\xA9", "/a#b",
        "/%c0%af",    "/%e0%80%af", "/%ff",   "/a\x01", "/.%2e/a",   "/a\tb"})
    EXPECT_EQ(status_of(target(text)), 400) << text;
  const auto request = guard(target("/v1/m%C3%A9tal%20x:go?key=a%2Fb&c=%00"));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->head.path, "/v1/métal x:go");
  EXPECT_EQ(request->head.query, "key=a%2Fb&c=%00");
  EXPECT_EQ(request->head.target, "/v1/m%C3%A9tal%20x:go?key=a%2Fb&c=%00");
}

TEST(Guard, bounds_the_head) {
  std::string fields;
  for (std::size_t i = 0; i < header_fields_max; ++i) fields += "x: y\r\n";
  check({
      {"long target", target("/" + std::string(target_bytes_max, 'a')), 414},
      {"longest target", target("/" + std::string(target_bytes_max - 1, 'a')), 200},
      {"too many fields", with(fields), 431},
      {"long head", with("x: " + std::string(head_bytes_max, 'a') + "\r\n"), 431},
      {"long method", std::string(head_bytes_max, 'A') + " / HTTP/1.1\r\nhost: x\r\n\r\n", 414},
  });
}

TEST(Guard, refuses_unknown_expectations_and_reads_the_known_one) {
  EXPECT_EQ(status_of(with("content-length: 5\r\nexpect: tea\r\n")), 417);
  EXPECT_TRUE(guard(with("content-length: 5\r\nexpect: 100-Continue\r\n"))->expects_continue);
  EXPECT_FALSE(guard(with("expect: 100-continue\r\n"))->expects_continue)
      << "without a body there is nothing to wait for";
}

TEST(Guard, reads_whether_to_keep_the_connection) {
  EXPECT_TRUE(guard(with(""))->keep_alive);
  EXPECT_FALSE(guard(with("connection: close\r\n"))->keep_alive);
  EXPECT_FALSE(guard(with("connection: x, Close\r\n"))->keep_alive);
  EXPECT_FALSE(guard(with("connection: keep-alive\r\n", "GET /a HTTP/1.0"))->keep_alive);
}

TEST(Guard, finds_the_end_of_a_head_however_it_is_split) {
  const std::string raw = with("x: y\r\n") + "body";
  std::size_t scanned = 0;
  for (std::size_t length = 0; length < raw.size(); ++length) {
    const auto end = find_head_end(std::string_view(raw).substr(0, length), scanned);
    ASSERT_TRUE(end.has_value()) << length;
    if (length < raw.size() - 4)
      ASSERT_FALSE(end->has_value()) << length;
    else
      ASSERT_EQ(**end, raw.size() - 4) << length;
    if (end->has_value()) break;
  }
}

TEST(Guard, survives_every_single_byte_change) {
  const std::string raw = with("content-length: 5\r\nconnection: keep-alive\r\nauthorization: Bearer x\r\n");
  for (std::size_t at = 0; at < raw.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = raw;
      changed[at] = static_cast<char>(byte);
      const auto status = status_of(changed);
      ASSERT_TRUE(status == 200 || status == 0 || (status >= 400 && status < 600)) << at << " " << byte;
    }
  }
}

}  // namespace
}  // namespace agt::net
