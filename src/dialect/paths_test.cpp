#include "dialect/paths.h"

#include <gtest/gtest.h>

namespace agt::dialect {
namespace {

using enum ir::Dialect;

struct Row {
  std::string_view method;
  std::string_view path;
  ir::Dialect dialect;
  Operation operation;
  std::string_view model{};
  bool stream = false;
};

class Serves : public testing::TestWithParam<Row> {};
TEST_P(Serves, the_documented_paths) {
  const auto& row = GetParam();
  const auto located = locate(row.method, row.path, {});
  ASSERT_TRUE(located.has_value()) << located.error().message;
  EXPECT_EQ(located->correction, "");
  EXPECT_EQ(located->endpoint.dialect, row.dialect);
  EXPECT_EQ(located->endpoint.operation, row.operation);
  EXPECT_EQ(located->endpoint.model, row.model);
  EXPECT_EQ(located->endpoint.stream, row.stream);
}
INSTANTIATE_TEST_SUITE_P(
    Paths, Serves,
    testing::Values(Row{"POST", "/v1/chat/completions", openai_chat, Operation::generate},
                    Row{"POST", "/v1/responses", openai_responses, Operation::generate},
                    Row{"POST", "/v1/responses/input_tokens", openai_responses, Operation::count_tokens},
                    Row{"POST", "/v1/responses/compact", openai_responses, Operation::not_served},
                    Row{"GET", "/v1/responses/resp_1", openai_responses, Operation::not_served},
                    Row{"DELETE", "/v1/responses/resp_1", openai_responses, Operation::not_served},
                    Row{"POST", "/v1/responses/resp_1/cancel", openai_responses, Operation::not_served},
                    Row{"GET", "/v1/responses/resp_1/input_items", openai_responses, Operation::not_served},
                    Row{"POST", "/v1/messages", anthropic, Operation::generate},
                    Row{"POST", "/v1/messages/count_tokens", anthropic, Operation::count_tokens},
                    Row{"POST", "/v1beta/models/gemini-2.5-pro:generateContent", gemini, Operation::generate,
                        "gemini-2.5-pro"},
                    Row{"POST", "/v1/models/m:streamGenerateContent", gemini, Operation::generate, "m", true},
                    Row{"POST", "/v1beta/models/models/m:countTokens", gemini, Operation::count_tokens, "m"},
                    Row{"POST", "/v1beta/models/m/countTokens", gemini, Operation::count_tokens, "m"},
                    Row{"POST", "/v1beta/models/claude/x-1:generateContent", gemini, Operation::generate, "claude/x-1"},
                    Row{"POST", "/v1beta/tunedModels/t:generateContent", gemini, Operation::generate, "tunedModels/t"},
                    Row{"GET", "/v1/models", openai_chat, Operation::list_models},
                    Row{"GET", "/v1/models/gpt-5.5", openai_chat, Operation::show_model, "gpt-5.5"},
                    Row{"GET", "/v1beta/models", gemini, Operation::list_models},
                    Row{"GET", "/v1beta/models/m", gemini, Operation::show_model, "m"}));

TEST(Paths, tell_the_model_list_apart_by_signs) {
  EXPECT_EQ(locate("GET", "/v1/models", {.google = true})->endpoint.dialect, gemini);
  EXPECT_EQ(locate("GET", "/v1/models", {.anthropic = true})->endpoint.dialect, anthropic);
  EXPECT_EQ(locate("GET", "/v1/models", {.google = true, .anthropic = true})->endpoint.dialect, gemini);
}

TEST(Paths, frame_a_gemini_stream_as_an_array_without_alt_sse) {
  EXPECT_TRUE(locate("POST", "/v1beta/models/m:streamGenerateContent", {})->endpoint.array_framing);
  EXPECT_FALSE(locate("POST", "/v1beta/models/m:streamGenerateContent", {.sse = true})->endpoint.array_framing);
}

struct Wrong {
  std::string_view path;
  ir::Dialect dialect;
  std::string_view correction;
};
class Corrects : public testing::TestWithParam<Wrong> {};
TEST_P(Corrects, wrong_base_urls) {
  const auto located = locate("POST", GetParam().path, {});
  ASSERT_TRUE(located.has_value()) << GetParam().path;
  EXPECT_EQ(located->endpoint.dialect, GetParam().dialect);
  EXPECT_TRUE(located->correction.starts_with(GetParam().correction)) << located->correction;
}
INSTANTIATE_TEST_SUITE_P(
    Paths, Corrects,
    testing::Values(Wrong{"/v1/v1/messages", anthropic, "Your client adds the version itself: remove /v1"},
                    Wrong{"/v1/v1/chat/completions", openai_chat, "Your client adds"},
                    Wrong{"/v1beta/v1/models/m:generateContent", gemini,
                          "Your client adds the version itself: remove /v1beta"},
                    Wrong{"/v1beta/v1beta/models/m:generateContent", gemini, "Your client adds"},
                    Wrong{"/responses", openai_responses, "Add /v1"},
                    Wrong{"/v1/v1/responses", openai_responses, "Your client adds"},
                    Wrong{"/v1/responses/responses", openai_responses, "A full endpoint"},
                    Wrong{"/chat/completions", openai_chat, "Add /v1"}, Wrong{"/messages", anthropic, "Add /v1"},
                    Wrong{"/models/m:generateContent", gemini, "Add /v1"},
                    Wrong{"/v1/chat/completions/chat/completions", openai_chat, "A full endpoint"},
                    Wrong{"/v1/messages/v1/messages", anthropic, "A full endpoint"}));

TEST(Paths, refuse_what_is_not_theirs) {
  EXPECT_EQ(locate("POST", "/v1/nothing", {}).error().code, Code::path_unknown);
  EXPECT_EQ(locate("GET", "/", {}).error().code, Code::path_unknown);
  EXPECT_TRUE(locate("POST", "/openai/v1/chat/completions", {}).error().message.contains("another gateway"));
  EXPECT_EQ(locate("POST", "/api/v1/accounts", {}).error().code, Code::path_unknown);
}

TEST(Paths, name_the_method_that_is_allowed) {
  const auto error = locate("GET", "/v1/messages", {}).error();
  EXPECT_EQ(error.code, Code::method);
  EXPECT_EQ(error.field, "POST");
  EXPECT_EQ(locate("GET", "/v1/responses", {}).error().code, Code::method);
  EXPECT_EQ(locate("POST", "/v1/models", {}).error().field, "GET");
}

TEST(Paths, answer_a_websocket_upgrade_with_a_refusal) {
  EXPECT_EQ(locate("GET", "/v1/responses", {.upgrade = true}).error().code, Code::upgrade_unsupported);
}

TEST(Paths, shape_errors_by_the_look_of_the_path) {
  EXPECT_EQ(error_dialect("/v1/messages/x", {}), anthropic);
  EXPECT_EQ(error_dialect("/v1beta/x", {}), gemini);
  EXPECT_EQ(error_dialect("/v1/responses/x/y", {}), openai_responses);
  EXPECT_EQ(error_dialect("/x", {}), openai_chat);
  EXPECT_EQ(error_dialect("/x", {.anthropic = true}), anthropic);
}

}  // namespace
}  // namespace agt::dialect
