#include "json/splice.h"

#include <gtest/gtest.h>

#include <random>

#include "json/writer.h"

namespace agt::json {
namespace {

std::string with_model(std::string_view body, std::string_view model) {
  const auto document = Document::parse(body);
  EXPECT_TRUE(document.has_value());
  return spliced(body, set_member(*document, "model", quoted(model)));
}

TEST(Splice, changes_the_model_and_no_other_byte) {
  EXPECT_EQ(with_model("{ \"n\" : 9007199254740993,\r\n \"model\"  :\t\"a\" , \"x\":1.0 }", "b/ü"),
            "{ \"n\" : 9007199254740993,\r\n \"model\"  :\t\"b/ü\" , \"x\":1.0 }");
}

TEST(Splice, leaves_nested_members_alone) {
  EXPECT_EQ(with_model(R"({"a":{"model":"in"},"model":"out"})", "new"), R"({"a":{"model":"in"},"model":"new"})");
}

TEST(Splice, replaces_every_duplicate) {
  EXPECT_EQ(with_model(R"({"model":"a","mode\u006c":"b"})", "c"), R"({"model":"c","mode\u006c":"c"})");
}

TEST(Splice, inserts_what_is_missing) {
  EXPECT_EQ(with_model("{}", "m"), R"({"model":"m"})");
  EXPECT_EQ(with_model(R"({"a":1})", "m"), R"({"model":"m","a":1})");
}

// Random documents: after the splice everything but the member reads the same, and the member reads as set.
class Maker {
 public:
  explicit Maker(unsigned seed) : rng_(seed) {}
  std::string object(int depth) {
    std::string out = "{" + space();
    const auto n = pick(4);
    for (unsigned i = 0; i < n; ++i) {
      if (i > 0) out += "," + space();
      out += key() + space() + ":" + space() + value(depth - 1) + space();
    }
    return out + "}";
  }

 private:
  unsigned pick(unsigned n) { return static_cast<unsigned>(rng_() % n); }
  std::string space() { return std::string(std::string_view(" \n\t\r").substr(0, pick(4))); }
  std::string key() {
    static constexpr std::string_view keys[] = {"\"model\"", "\"a\"",    "\"mod\\u0065l\"",
                                                "\"\\\"\"",  "\"ключ\"", "\"\""};
    return std::string(keys[pick(6)]);
  }
  std::string value(int depth) {
    static constexpr std::string_view scalars[] = {"null", "true", "-0", "1e400", "\"x\\\\\"", "\"\\ud83d\\ude00\"",
                                                   "12.50"};
    if (depth <= 0 || pick(3) == 0) return std::string(scalars[pick(7)]);
    if (pick(2) == 0) return object(depth);
    std::string out = "[";
    const auto n = pick(4);
    for (unsigned i = 0; i < n; ++i) out += (i > 0 ? "," : "") + space() + value(depth - 1);
    return out + "]";
  }
  std::mt19937 rng_;
};

TEST(Splice, holds_for_random_documents) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const auto body = Maker(seed).object(4);
    const auto before = Document::parse(body);
    ASSERT_TRUE(before.has_value()) << body;
    const auto changed = with_model(body, "new \"name\"");
    const auto after = Document::parse(changed);
    ASSERT_TRUE(after.has_value()) << changed;
    std::vector<std::string> rest_before;
    std::vector<std::string> rest_after;
    for (const auto child : before->root().children())
      if (!child.key_is("model")) rest_before.push_back(child.key() + std::string(child.raw()));
    for (const auto child : after->root().children()) {
      if (child.key_is("model"))
        EXPECT_TRUE(child.is("new \"name\""));
      else
        rest_after.push_back(child.key() + std::string(child.raw()));
    }
    EXPECT_EQ(rest_before, rest_after) << body;
    EXPECT_TRUE(after->root()["model"].exists());
  }
}

TEST(Splice, survives_garbage) {
  std::mt19937 rng(7);
  static constexpr std::string_view alphabet = "{}[]:,\"\\u0aef 1.e-tnulrs\n\xc3\xa9\xff";
  for (int round = 0; round < 20000; ++round) {
    std::string body = "{";
    const auto n = rng() % 40;
    for (unsigned i = 0; i < n; ++i) body += alphabet[rng() % alphabet.size()];
    const auto document = Document::parse(body);
    if (!document.has_value()) continue;
    EXPECT_TRUE(Document::parse_owned(with_model(body, "m")).has_value()) << body;
  }
}

}  // namespace
}  // namespace agt::json
