#include "json/words.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "json/document.h"
#include "json/writer.h"

namespace agt::json {
namespace {

std::string written(const Words& words) {
  Writer writer;
  writer.value(words);
  return std::move(writer).take();
}

Words read(std::string_view json) {
  auto words = Document::parse(json)->root().words();
  return words ? *std::move(words) : Words("not a text");
}

TEST(Words, go_on_as_they_were_spelled) {
  for (const std::string_view json : {R"("")", R"("plain")", R"("a\n\"b\" \/ \\")", R"("é\t")"}) {
    const auto words = read(json);
    EXPECT_EQ(written(words), json);
    EXPECT_EQ(words.size(), Document::parse(json)->root().text()->size());
    EXPECT_EQ(written(words), json) << "asking for the size changes nothing";
    EXPECT_EQ(words.plain(), *Document::parse(json)->root().text());
  }
}

TEST(Words, that_were_looked_into_still_say_the_same) {
  const auto words = read(R"("a\/\u00e9\n")");
  EXPECT_EQ(words.plain(), "a/é\n");
  EXPECT_EQ(written(words), R"("a/é\n")");
  EXPECT_EQ(words, Words("a/é\n"));
}

TEST(Words, half_a_pair_does_not_go_on) {
  EXPECT_EQ(written(read(R"("a\ud800b")")), "\"a\uFFFDb\"");
  EXPECT_EQ(written(read(R"("\ud83d\ude00")")), "\"\U0001F600\"");
}

TEST(Words, grow) {
  auto words = read(R"("a\n")");
  words.append(read(R"("b")"));
  EXPECT_EQ(written(words), R"("a\nb")");
  words.append(Words("\"c\""));
  EXPECT_EQ(written(words), R"("a\nb\"c\"")");
  auto whole = read(R"("b")");
  whole += "\t";
  EXPECT_EQ(written(whole), R"("b\t")");
  Words none;
  none.append(read(R"("\t")"));
  EXPECT_EQ(written(none), R"("\t")");
}

// Long ones are counted and checked in blocks: every way in which an escape can lie across their edges.
TEST(Words, law_of_sizes) {
  std::mt19937 random(3);
  const std::string_view pieces[] = {R"(\\)", R"(\")", R"(\n)", R"(\/)", "u", "x", "é", R"(\u00e9)"};
  for (int round = 0; round < 3000; ++round) {
    std::string json = "\"";
    const bool numbers = round % 10 == 0;
    while (json.size() < 60 + random() % 150) json += pieces[random() % (std::size(pieces) - (numbers ? 0 : 1))];
    const auto wrong = json + R"(\q")";
    json += '"';
    const auto document = Document::parse(json);
    ASSERT_TRUE(document) << json << document.error().message;
    const auto plain = *document->root().text();
    const auto words = read(json);
    EXPECT_EQ(words.size(), plain.size()) << json;
    EXPECT_EQ(words.plain(), plain) << json;
    EXPECT_EQ(Words(plain), read(written(words)));
    EXPECT_FALSE(Document::parse(wrong)) << wrong;
  }
}

// Long ones stay in the source, which lives as long as one of them; a change of one is none of the others.
TEST(Words, share_the_source) {
  const std::string middle(100, 'x');
  for (const auto* const end : {"", R"(\n)"}) {
    auto source = std::make_shared<const std::string>('"' + middle + end + '"');
    const std::weak_ptr<const std::string> watch = source;
    auto document = *Document::parse(*source);
    document.share(source);
    const auto plain = *document.root().text();
    const auto literal = *source;
    auto one = *document.root().words();
    const auto two = one;
    auto three = one;
    source.reset();
    document = *Document::parse("0");
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(written(two), literal);
    EXPECT_EQ(two.size(), plain.size());
    one += "\t";
    EXPECT_EQ(one.plain(), plain + "\t");
    three.append(two);
    EXPECT_EQ(three.plain(), plain + plain);
    EXPECT_EQ(written(two), literal);
    EXPECT_EQ(Words(two).take(), plain);
    EXPECT_EQ(two.plain(), plain);
    EXPECT_TRUE(watch.expired()) << "whoever was looked into has a text of his own";
    EXPECT_EQ(written(two), *end == 0 ? literal : json::quoted(plain));
  }
}

// Whatever is put together of spelled and plain texts, it says what the plain ones say.
TEST(Words, law_of_appending) {
  std::mt19937 random(11);
  const std::string_view pieces[] = {R"("")", R"("x")", R"("\"")", R"("\\n")", R"("\u0041")", R"("\ud83d\ude00é")"};
  for (int round = 0; round < 2000; ++round) {
    Words words;
    std::string plain;
    for (int i = 0; i < 4; ++i) {
      const auto piece = read(pieces[random() % std::size(pieces)]);
      plain += *Document::parse(pieces[0])->root().text() + Words(piece).plain();
      switch (random() % 3) {
        case 0: words.append(piece); break;
        case 1: words += piece.plain(); break;
        default: words.append(Words(piece.plain()));
      }
    }
    const auto json = written(words);
    EXPECT_EQ(Document::parse(json)->root().text(), plain) << json;
    EXPECT_EQ(words.plain(), plain);
  }
}

}  // namespace
}  // namespace agt::json
