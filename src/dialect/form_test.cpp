#include "dialect/form.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace agt::dialect {
namespace {

constexpr std::string_view type = "multipart/form-data; boundary=b1";
const std::string audio("RIFF\r\n--b\r\n\0--b2\xff", 18);

std::string body() {
  return "--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: "
         "audio/wav\r\n\r\n" +
         audio +
         "\r\n--b1\r\ncontent-disposition: form-data; name=model\r\n\r\nwhisper-1\r\n"
         "--b1\r\nContent-Disposition: form-data; name=\"say \\\"it\\\"\"\r\n\r\n\r\n--b1--\r\n";
}

TEST(Form, fields_are_found_where_they_stand) {
  const auto text = body();
  const auto form = Form::parse(type, text);
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->text(text, "model").value(), "whisper-1");
  EXPECT_EQ(form->text(text, "say \"it\"").value(), "");
  EXPECT_EQ(form->text(text, "stream").value(), std::nullopt);
  EXPECT_EQ(form->text(text, "file").error().field, "file");  // a file is no text
}

TEST(Form, one_value_is_replaced_and_every_other_byte_stays) {
  const auto text = body();
  const auto form = Form::parse("Multipart/Form-Data; charset=x; Boundary=\"b1\"", text);
  ASSERT_TRUE(form);
  auto expected = text;
  expected.replace(expected.find("whisper-1"), 9, "gpt-4o-transcribe");
  EXPECT_EQ(form->with(text, "model", "gpt-4o-transcribe"), expected);
}

TEST(Form, two_values_of_one_name_are_refused) {
  const std::string part = "--b1\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\n";
  const auto text = part + part + "--b1--\r\n";
  const auto form = Form::parse(type, text);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->text(text, "model").error().code, Code::schema);
}

TEST(Form, what_is_no_form_is_refused) {
  const auto whole = body();
  const auto refused = [](std::string_view content_type, const std::string& text) {
    const auto form = Form::parse(content_type, text);
    return form ? std::string("taken") : form.error().field;
  };
  EXPECT_EQ(refused("multipart/form-data", whole), "body");
  EXPECT_EQ(refused("multipart/form-data; boundary=", whole), "body");
  EXPECT_EQ(refused("multipart/form-data; boundary=other", whole), "body");
  EXPECT_EQ(refused("multipart/form-data; boundary=" + std::string(71, 'x'), "--" + std::string(71, 'x') + "--"),
            "body");
  for (std::size_t cut = 0; cut + 4 < whole.size(); ++cut)
    EXPECT_EQ(refused(type, whole.substr(0, cut)), "body") << cut;
  EXPECT_EQ(refused(type, "--b1\r\nContent-Type: text/plain\r\n\r\nx\r\n--b1--"), "body");
  EXPECT_EQ(refused(type, "--b1\r\nContent-Disposition: form-data; name=\"x\r\n\r\nx\r\n--b1--"), "body");
  std::string many;
  for (int i = 0; i < 65; ++i) many += fmt::format("--b1\r\nContent-Disposition: form-data; name=n{}\r\n\r\n\r\n", i);
  EXPECT_EQ(refused(type, many + "--b1--"), "body");
  EXPECT_EQ(refused(type, "--b1\r\nContent-Disposition: form-data; name=n; x=" + std::string(9000, 'x') +
                              "\r\n\r\n\r\n--b1--"),
            "body");
}

TEST(Form, damaged_forms_are_read_or_refused_and_never_misread) {
  std::mt19937 chance(7);  // NOLINT: the same on every run
  const auto whole = body();
  constexpr std::string_view likely = "\r\n-;=\"\\b1: ";
  for (int round = 0; round < 20'000; ++round) {
    auto text = whole;
    for (int edits = static_cast<int>(chance() % 4) + 1; edits > 0; --edits) {
      const auto at = chance() % text.size();
      const char c = chance() % 2 == 0 ? likely[chance() % likely.size()] : static_cast<char>(chance());
      if (chance() % 3 == 0)
        text.erase(at, chance() % 9);
      else
        text[at] = c;
      if (text.empty()) text = "-";
    }
    const auto form = Form::parse(type, text);
    if (!form) continue;
    const auto model = form->text(text, "model");
    if (!model || !*model) continue;
    const auto renamed = form->with(text, "model", "x");
    EXPECT_EQ(renamed.size(), text.size() - (*model)->size() + 1);
    const auto again = Form::parse(type, renamed);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->text(renamed, "model").value(), "x");
  }
}

}  // namespace
}  // namespace agt::dialect
