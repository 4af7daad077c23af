#include <fmt/format.h>
#include <gtest/gtest.h>

#include "connect/diff.h"
#include "connect/edit.h"

namespace agt::connect {
namespace {

const std::vector<std::string> url{"env", "URL"};

std::string after(Format format, std::string_view text, std::vector<std::string> path = url, std::string value = "v") {
  const Setting setting{.path = std::move(path), .value = std::move(value)};
  const auto out = edited(format, text, {setting});
  if (!out) return "error: " + out.error().message;
  const auto read = value_at(format, *out, setting.path);
  if (!read || *read != setting.value) return "not read back: " + *out;
  // What has been set once is set already.
  if (edited(format, *out, {setting}) != *out) return "not stable: " + *out;
  return *out;
}

std::string jsonc(std::string_view text) { return after(Format::jsonc, text); }
std::string toml(std::string_view text, std::vector<std::string> path = {"p", "u"}) {
  return after(Format::toml, text, std::move(path));
}
std::string env(std::string_view text, std::string value = "v") {
  return after(Format::env, text, {"URL"}, std::move(value));
}

TEST(Jsonc, makes_a_file_of_nothing) {
  EXPECT_EQ(jsonc(""), "{\n  \"env\": {\n    \"URL\": \"v\"\n  }\n}\n");
  EXPECT_EQ(jsonc(" \r\n\t"), jsonc(""));
  EXPECT_EQ(jsonc("{}"), "{\n  \"env\": {\n    \"URL\": \"v\"\n  }\n}");
}

TEST(Jsonc, changes_only_the_value) {
  EXPECT_EQ(jsonc("{ // mine\r\n\t\"env\" : {\"URL\":/*old*/ \"x\" ,}, \"y\":[1,2,],\r\n}\r\n"),
            "{ // mine\r\n\t\"env\" : {\"URL\":/*old*/ \"v\" ,}, \"y\":[1,2,],\r\n}\r\n");
  EXPECT_EQ(jsonc(R"({"env":{"URL":{"a":[{}]}}})"), R"({"env":{"URL":"v"}})");
  EXPECT_EQ(jsonc(R"({"e\u006ev":{"URL":null}})"), R"({"e\u006ev":{"URL":"v"}})");
}

TEST(Jsonc, puts_a_new_member_where_one_would_write_it) {
  EXPECT_EQ(jsonc("{\n    \"a\": 1\n}\n"), "{\n    \"a\": 1,\n    \"env\": {\n        \"URL\": \"v\"\n    }\n}\n");
  EXPECT_EQ(jsonc("{\r\n\t\"env\": {\r\n\t\t\"A\": \"1\" // keep\r\n\t}\r\n}\r\n"),
            "{\r\n\t\"env\": {\r\n\t\t\"A\": \"1\",\r\n\t\t\"URL\": \"v\" // keep\r\n\t}\r\n}\r\n");
  EXPECT_EQ(jsonc("{\n  \"env\": {\n    \"A\": \"1\", // with a comma\n  },\n}"),
            "{\n  \"env\": {\n    \"A\": \"1\",\n    \"URL\": \"v\", // with a comma\n  },\n}");
  EXPECT_EQ(jsonc("{\n  \"env\": {}\n}"), "{\n  \"env\": {\n    \"URL\": \"v\"\n  }\n}");
  EXPECT_EQ(jsonc("{\n  \"env\": {\n    // nothing yet\n  }\n}"),
            "{\n  \"env\": {\n    // nothing yet\n    \"URL\": \"v\"\n  }\n}");
}

TEST(Jsonc, of_a_repeated_name_the_last_counts) {
  EXPECT_EQ(jsonc(R"({"env":{"URL":"a"},"env":{"URL":"b"}})"), R"({"env":{"URL":"a"},"env":{"URL":"v"}})");
}

TEST(Jsonc, leaves_alone_what_it_cannot_read) {
  EXPECT_EQ(jsonc("{\n\"env\": {\n}"), "error: line 3: a comma or } is expected");
  EXPECT_EQ(jsonc("{\"env\": 1}"), "error: line 1: an object is expected at env.URL");
  EXPECT_EQ(jsonc("[]"), "error: line 1: an object in { } is expected");
  EXPECT_EQ(jsonc("{}\n{}"), "error: line 2: something follows the end of the object");
  EXPECT_EQ(jsonc("{\n\"a\" 1}"), "error: line 2: a colon is expected");
  EXPECT_EQ(jsonc("{\"a\": nul}"), "error: line 1: a value is expected");
  EXPECT_EQ(jsonc("{\"a\": 1 /* "), "error: line 1: a comment without its end");
  EXPECT_EQ(jsonc("{\"a\n\": 1}"), "error: line 1: a string without its closing quote");
  EXPECT_TRUE(jsonc("{\"a\":" + std::string(1000, '[')).contains("nested too deeply"));
}

TEST(Jsonc, every_cut_of_a_file_is_refused_or_still_whole) {
  const std::string whole = "{ // c\n \"a\": [1, \"}\", {\"b\": null}], /* x */\n \"env\": {\"URL\": \"x\"},\n}\n";
  ASSERT_FALSE(jsonc(whole).starts_with("error"));
  for (std::size_t size = 1; size + 2 < whole.size(); ++size)
    EXPECT_TRUE(jsonc(whole.substr(0, size)).starts_with("error")) << size;
}

TEST(Toml, sets_what_is_there) {
  EXPECT_EQ(toml("[p]\r\nu = 'old' # why\r\n"), "[p]\r\nu = \"v\" # why\r\n");
  EXPECT_EQ(toml("p.u = 1\n"), "p.u = \"v\"\n");
  EXPECT_EQ(toml("[ \"p\" ]\n'u'   =   \"\"\"a\n# no\n[x]\n\"\"\"  # c\nw = 1"),
            "[ \"p\" ]\n'u'   =   \"v\"  # c\nw = 1");
  EXPECT_EQ(toml("[p]\nu = [ 1, # ]\n 2 ]\n"), "[p]\nu = \"v\"\n");
}

TEST(Toml, adds_what_is_missing) {
  EXPECT_EQ(toml(""), "[p]\nu = \"v\"\n");
  EXPECT_EQ(toml("a = 1"), "a = 1\n\n[p]\nu = \"v\"\n");
  EXPECT_EQ(toml("# top\n[p]\nx = 1 # one\n\n[q]\ny = 2\n"), "# top\n[p]\nx = 1 # one\nu = \"v\"\n\n[q]\ny = 2\n");
  EXPECT_EQ(toml("[p]"), "[p]\nu = \"v\"\n");
  EXPECT_EQ(toml("[q]\ny = 2\n", {"m"}), "m = \"v\"\n\n[q]\ny = 2\n");
  EXPECT_EQ(toml("a = 1\n\n[q]\ny = 2\n", {"m"}), "a = 1\nm = \"v\"\n\n[q]\ny = 2\n");
  EXPECT_EQ(toml("", {"p", "a b", "u"}), "[p.\"a b\"]\nu = \"v\"\n");
  EXPECT_EQ(toml("[p.q]\nx = 1\n"), "[p.q]\nx = 1\n\n[p]\nu = \"v\"\n");
}

TEST(Toml, takes_letters_of_all_alphabets_in_strings_and_comments) {
  for (const auto* good :
       {"# \u00de\na = \"\u00de\" # \u00de", "a = '\u00de\\'\nb = 1", "a = \"\"\"\n\"\u00de\"\n\"\"\"\n",
        "a = '''\u00de\\''' # \u00de", "\"\u00de\" = 1\n'\u00df' = 1", "\uFEFFa = '\u00de'", "a = \"\\\"\u00de\"",
        "a = \"\"\"\\\\\u00de\\\n  b\"\"\"", "a = \"\"\"x \\\n \"\"\"\n# \u00de", "a = '''\\\n \u00de'''",
        "[a.'\u00de' . \"\u00de\"]\n[[ \"\u00de\" ]]", "a = [\n '\u00de', # ]\n [\"\u00de\"]]\n'\u00de' = 1",
        "a = {b.'\u00de' = '\u00de', \"\u00de\" = [{c.'\u00de' = 1}, '\u00de']}", "a = '''\u00de''''\nb = '\u00de'"})
    EXPECT_FALSE(toml(good).starts_with("error")) << good << toml(good);
}

TEST(Toml, hands_no_parser_what_would_hurt_it) {
  for (const auto* bare :
       {"\u00de = 1", "x = 8h='\uFBEF'", "x = \"\" \u00de", "x = '\n\u00de", "x = 8h'\u00de'", "x = 1.'\u00de'",
        "x = [1.'\u00de']", "x='' '\u00de'", "x = '''''''\u00de'", "x = \"\\\u00de\"", "x = \"\"\"\\\n \u00de\"\"\""})
    EXPECT_TRUE(toml(bare).starts_with("error: line ")) << bare << toml(bare);
}

TEST(Toml, leaves_alone_what_it_cannot_read_or_change) {
  EXPECT_TRUE(toml("a = \nb = 1\n").starts_with("error: line 1: "));
  EXPECT_TRUE(toml("[.").starts_with("error: line 1: ")) << toml("[.");
  EXPECT_EQ(toml("p = { u = 1 }\n"), "error: p.u is written in a way that cannot be changed here; set it by hand");
  EXPECT_EQ(toml("[[p]]\nu = 1\n"), "error: p.u is written in a way that cannot be changed here; set it by hand");
  EXPECT_EQ(toml("p = 1\n"), "error: p.u is written in a way that cannot be changed here; set it by hand");
}

TEST(Env, sets_and_adds_lines) {
  EXPECT_EQ(env(""), "URL=v\n");
  EXPECT_EQ(env("A=1\r\n# URL=no\r\nexport URL = 'x'\r\nB=2"), "A=1\r\n# URL=no\r\nexport URL =v\r\nB=2");
  EXPECT_EQ(env("A=1"), "A=1\nURL=v\n");
  EXPECT_EQ(env("URLS=1\nURL=1\nURL=2\n"), "URLS=1\nURL=1\nURL=v\n") << "the last one counts";
  EXPECT_EQ(env("", "a \"$b`\\"), "URL=\"a \\\"\\$b\\`\\\\\"\n");
}

std::string shown(std::string_view before, std::string_view after) {
  std::string out;
  for (const auto& line : diff(before, after, 1))
    out += fmt::format("{}{}\n",
                       line.kind == DiffLine::Kind::same    ? ' '
                       : line.kind == DiffLine::Kind::added ? '+'
                                                            : '-',
                       line.text);
  return out;
}

TEST(Diff, shows_what_changed_and_a_little_around_it) {
  EXPECT_EQ(shown("a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n"), " b\n-c\n+X\n d\n");
  EXPECT_EQ(shown("", "a\n"), "+a\n");
  EXPECT_EQ(shown("a\n", "a\n"), "");
  EXPECT_EQ(shown("a\r\nb\r\n", "a\r\nb\r\nc\r\n"), " b\n+c\n");
  EXPECT_EQ(shown("a\nm\nb\n", "x\nm\ny\n"), "-a\n+x\n m\n-b\n+y\n");
  EXPECT_EQ(shown("a\na\n", "a\n"), " a\n-a\n");
}

}  // namespace
}  // namespace agt::connect
