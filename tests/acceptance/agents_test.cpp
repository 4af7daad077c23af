// What a request asks beyond a conversation: what must be refused, what may be dropped, and what is nobody's loss. And
// the requests of real agents, as they were recorded.
#include "acceptance/journey.h"

namespace agt::acceptance {
namespace {

std::string chat_asks(const std::string& members) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + members + "}";
}
std::string anthropic_asks(const std::string& members) {
  return R"({"model":"m","max_tokens":100,"messages":[{"role":"user","content":"hi"}],)" + members + "}";
}
std::string gemini_asks(const std::string& members) {
  return R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],)" + members + "}";
}

std::string responses_asks(const std::string& members) { return R"({"model":"m","input":"hi",)" + members + "}"; }

struct Asking {
  const Side& client;
  std::string body;
  std::string field;  // as the client spells it
};

// What changes the answer's contract is refused where it cannot be had, never left out in silence.
TEST(acceptance, 55_what_cannot_be_had_is_refused) {
  const std::vector<Asking> all{
      {chat(), chat_asks(R"("n":2)"), "n"},
      {chat(), chat_asks(R"("modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"})"), "modalities"},
      {chat(), chat_asks(R"("response_format":{"type":"grammar","grammar":"x"})"), "response_format"},
      {anthropic(), anthropic_asks(R"("output_config":{"format":{"type":"regex","pattern":"x"}})"),
       "output_config.format"},
      {responses(), responses_asks(R"("conversation":"conv_1")"), "conversation"},
      {responses(), responses_asks(R"("prompt":{"id":"pmpt_1"})"), "prompt"},
      {responses(), responses_asks(R"("background":true)"), "background"},
      {gemini(), gemini_asks(R"("cachedContent":"cachedContents/1")"), "cachedContent"},
      {gemini(), gemini_asks(R"("cached_content":"cachedContents/1")"), "cached_content"},
      {gemini(), gemini_asks(R"("continuationToken":"t")"), "continuationToken"},
      {gemini(), gemini_asks(R"("generationConfig":{"candidateCount":2})"), "generationConfig.candidateCount"},
      {gemini(), gemini_asks(R"("generationConfig":{"responseModalities":["AUDIO"]})"),
       "generationConfig.responseModalities"},
      {gemini(),
       gemini_asks(R"("generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING"}})"),
       "generationConfig.responseMimeType"},
  };
  for (const auto& one : all)
    for (const auto* upstream : others(one.client)) {
      SCOPED_TRACE(one.body + " to " + upstream->name);
      const auto error = refused(one.client, one.body, *upstream);
      EXPECT_EQ(error.meaning(), Meaning::bad_request);
      EXPECT_EQ(error.field, one.field);
      EXPECT_FALSE(sent(one.client, one.body, one.client).body.empty()) << "at home nothing is refused";
    }
}

// Several answers to one request, and probabilities where one end has none.
TEST(acceptance, 55_probabilities_are_refused_where_there_are_none) {
  for (const auto* upstream : {&anthropic(), &responses()}) {
    EXPECT_EQ(refused(chat(), chat_asks(R"("logprobs":true)"), *upstream).field, "logprobs");
    EXPECT_EQ(
        refused(gemini(), gemini_asks(R"("generationConfig":{"responseLogprobs":true,"logprobs":2})"), *upstream).field,
        "generationConfig.responseLogprobs");
  }
  const auto thinker = with_model(chat(), "openai", "gpt-5.5");
  EXPECT_EQ(refused(gemini(), gemini_asks(R"("generationConfig":{"responseLogprobs":true})"), thinker).field,
            "generationConfig.responseLogprobs");
}

TEST(acceptance, 55_log_probabilities_are_asked_for_in_each_ones_words) {
  const auto on_gemini = sent(chat(), chat_asks(R"("logprobs":true,"top_logprobs":3)"), gemini());
  EXPECT_EQ(at(on_gemini.body, "generationConfig.responseLogprobs"), "true");
  EXPECT_EQ(at(on_gemini.body, "generationConfig.logprobs"), "3");
  EXPECT_EQ(visible(on_gemini.losses), 0U) << told(on_gemini.losses);
  const auto on_chat =
      sent(gemini(), gemini_asks(R"("generationConfig":{"responseLogprobs":true,"logprobs":3})"), chat());
  EXPECT_EQ(at(on_chat.body, "logprobs"), "true");
  EXPECT_EQ(at(on_chat.body, "top_logprobs"), "3");
  const auto from_responses =
      sent(responses(), responses_asks(R"("include":["message.output_text.logprobs"],"top_logprobs":2)"), gemini());
  EXPECT_EQ(at(from_responses.body, "generationConfig.responseLogprobs"), "true");
  EXPECT_EQ(at(from_responses.body, "generationConfig.logprobs"), "2");
}

// The same tokens with the same probabilities, whoever gave them and whoever reads them, streamed and whole.
TEST(acceptance, 55_log_probabilities_cross) {
  const std::string of_chat =
      R"({"id":"i","choices":[{"index":0,"message":{"role":"assistant","content":"Hé!"},"logprobs":{"content":[)"
      R"({"token":"Hé","logprob":-0.25,"bytes":[72,195,169],"top_logprobs":[{"token":"Ho","logprob":-1.5,"bytes":null}]},)"
      R"({"token":"!","logprob":-0.75,"bytes":[33],"top_logprobs":[]}],"refusal":null},"finish_reason":"stop"}]})";
  const std::string of_gemini =
      R"({"candidates":[{"content":{"parts":[{"text":"Hé!"}]},"finishReason":"STOP","avgLogprobs":-0.5,"logprobsResult":)"
      R"({"topCandidates":[{"candidates":[{"token":"Ho","logProbability":-1.5}]},{"candidates":[]}],"chosenCandidates":)"
      R"([{"token":"Hé","tokenId":7,"logProbability":-0.25},{"token":"!","logProbability":-0.75}]}}],"responseId":"r"})";
  const std::string tokens =
      R"([{"token":"Hé","logprob":-0.25,"bytes":[72,195,169],"top_logprobs":[{"token":"Ho","logprob":-1.5,"bytes":)"
      R"([72,111]}]},{"token":"!","logprob":-0.75,"bytes":[33],"top_logprobs":[]}])";
  const std::vector<ir::TokenScore> scores{{"Hé", -0.25, {{"Ho", -1.5, {}}}}, {"!", -0.75, {}}};
  for (const auto& [upstream, reply] :
       std::vector<std::pair<const Side*, std::string>>{{&chat(), of_chat}, {&gemini(), of_gemini}}) {
    SCOPED_TRACE(upstream->name);
    EXPECT_EQ(at(whole(*upstream, reply, chat()), "choices[0].logprobs.content"), tokens);
    EXPECT_EQ(at(whole(*upstream, reply, responses()), "output[0].content[0].logprobs"), tokens);
    const auto on_gemini = whole(*upstream, reply, gemini());
    EXPECT_EQ(at(on_gemini, "candidates[0].avgLogprobs"), "-0.5");
    EXPECT_EQ(at(on_gemini, "candidates[0].logprobsResult.chosenCandidates[1].logProbability"), "-0.75");
    EXPECT_EQ(text_at(on_gemini, "candidates[0].logprobsResult.topCandidates[0].candidates[0].token"), "Ho");
    const auto sse = stream_of(*upstream, reread_whole(*upstream, reply));
    for (const auto* client : {&chat(), &gemini()}) {
      const auto seen = reread(*client, streamed(*upstream, sse, *client));
      ASSERT_EQ(seen.parts.size(), 1U);
      EXPECT_EQ(std::get<ir::Text>(seen.parts[0].body).scores, scores) << client->name;
    }
    EXPECT_TRUE(streamed(*upstream, sse, responses()).contains(R"("logprobs":)" + tokens));
    EXPECT_EQ(words_of(reread(anthropic(), streamed(*upstream, sse, anthropic())).parts), "Hé!");
  }
}

// What cannot change an answer is listed, and not counted as a loss.
TEST(acceptance, 55_what_changes_no_answer_is_no_warning) {
  const std::vector<Asking> all{
      {chat(), chat_asks(R"("metadata":{"a":"b"})"), ""},
      {chat(), chat_asks(R"("prompt_cache_key":"k","prompt_cache_retention":"24h")"), ""},
      {chat(), chat_asks(R"("prompt_cache_options":{"mode":"explicit"})"), ""},
      {chat(), chat_asks(R"("store":false,"user":"u","safety_identifier":"s")"), ""},
      {chat(), chat_asks(R"("prediction":{"type":"content","content":"x"})"), ""},
      {chat(), chat_asks(R"("stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false})"), ""},
      {chat(), chat_asks(R"("modalities":["text"],"n":1,"logprobs":false)"), ""},
      {anthropic(), anthropic_asks(R"("metadata":{"user_id":"u","x":1})"), ""},
      {anthropic(), anthropic_asks(R"("cache_control":{"type":"ephemeral"})"), ""},
      {anthropic(), anthropic_asks(R"("service_tier":"auto")"), ""},
      {responses(), responses_asks(R"("metadata":{"a":"b"},"client_metadata":{"x":1},"prompt_cache_key":"k")"), ""},
      {responses(), responses_asks(R"("store":false,"truncation":"disabled","safety_identifier":"s")"), ""},
      {responses(), responses_asks(R"("include":["reasoning.encrypted_content"],"background":false)"), ""},
      {gemini(), gemini_asks(R"("labels":{"team":"x"})"), ""},
      {gemini(), gemini_asks(R"("generationConfig":{"responseModalities":["TEXT"],"candidateCount":1})"), ""},
  };
  for (const auto& one : all)
    for (const auto* upstream : others(one.client)) {
      const auto out = sent(one.client, one.body, *upstream);
      EXPECT_EQ(visible(out.losses), 0U) << one.body << " to " << upstream->name << "\n" << told(out.losses);
    }
}

// Sampling that the upstream does not have is left out with a warning.
TEST(acceptance, 55_sampling_that_is_dropped_with_a_warning) {
  const std::vector<Asking> all{
      {chat(), chat_asks(R"("logit_bias":{"5":1})"), "logit_bias"},
      {chat(), chat_asks(R"("verbosity":"low")"), "verbosity"},
      {gemini(), gemini_asks(R"("safetySettings":[])"), "safetySettings"},
  };
  for (const auto& one : all)
    for (const auto* upstream : others(one.client))
      EXPECT_TRUE(lost(sent(one.client, one.body, *upstream).losses, one.field, Weight::dropped)) << one.field;
  const auto all_of_it = chat_asks(R"("temperature":1.5,"seed":3,"presence_penalty":0.5,"frequency_penalty":0.5)");
  const auto claude = sent(chat(), all_of_it, anthropic());
  for (const auto* field : {"seed", "presence_penalty", "frequency_penalty"})
    EXPECT_TRUE(lost(claude.losses, field, Weight::dropped)) << told(claude.losses);
  EXPECT_EQ(at(claude.body, "temperature"), "1") << "Anthropic's scale ends there";
  EXPECT_TRUE(lost(claude.losses, "temperature", Weight::approximated));
  const auto flash = sent(chat(), all_of_it, gemini());
  EXPECT_EQ(at(flash.body, "generationConfig.temperature"), "1.5");
  EXPECT_EQ(at(flash.body, "generationConfig.seed"), "3");
  EXPECT_TRUE(flash.losses.empty()) << told(flash.losses);
  const auto thinker =
      sent(anthropic(), anthropic_asks(R"("temperature":0.2,"top_k":5)"), with_model(chat(), "openai", "gpt-5.5"));
  EXPECT_EQ(at(thinker.body, "temperature"), "");
  EXPECT_TRUE(lost(thinker.losses, "top_k", Weight::dropped));
}

TEST(acceptance, 55_a_begun_answer) {
  const auto body = R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},)"
                    R"({"role":"assistant","content":"Sure: "}]})";
  for (const auto* upstream : others(anthropic())) {
    const auto out = sent(anthropic(), body, *upstream);
    EXPECT_TRUE(lost(out.losses, "begun", Weight::approximated) || lost(out.losses, "prefill", Weight::approximated))
        << upstream->name << "\n"
        << told(out.losses);
  }
}

TEST(acceptance, 55_who_the_user_is) {
  EXPECT_EQ(text_at(sent(chat(), chat_asks(R"("user":"u1")"), anthropic()).body, "metadata.user_id"), "u1");
  EXPECT_EQ(at(sent(chat(), chat_asks(R"("user":"a@b.org")"), anthropic()).body, "metadata"), "");
  EXPECT_EQ(text_at(sent(anthropic(), anthropic_asks(R"("metadata":{"user_id":"u1"})"), chat()).body, "user"), "u1");
}

TEST(acceptance, 01_requests_of_real_agents_reach_every_upstream) {
  const std::vector<std::pair<const Side*, std::string>> recorded{
      {&anthropic(), "anthropic/claude_code.request.json"},
      {&anthropic(), "anthropic/claude_code_budget.request.json"},
      {&anthropic(), "anthropic/sdk_beta.request.json"},
      {&chat(), "openai_chat/requests/opencode.json"},
      {&chat(), "openai_chat/requests/pi_agent.json"},
      {&chat(), "openai_chat/requests/qwen_code.json"},
      {&gemini(), "gemini/request_cli_tools.json"},
      {&gemini(), "gemini/request_langchain.json"},
      {&responses(), "openai_responses/requests/codex.json"},
  };
  for (const auto& [client, file] : recorded)
    for (const auto* upstream : others(*client)) {
      SCOPED_TRACE(file + " to " + upstream->name);
      const auto request = asked(*client, golden(file));
      const auto out = sent(request, *upstream);
      const auto parsed = asked(*upstream, out.body);
      const auto functions = [](const ir::Request& one) {
        std::size_t n = 0;
        for (const auto& tool : one.tools) n += std::holds_alternative<ir::Tool>(tool) ? 1 : 0;
        return n;
      };
      EXPECT_EQ(functions(parsed), functions(request));
    }
}

// A whole answer tells what it could not show, as a stream does.
TEST(acceptance, 66_losses_of_whole_answers) {
  for (const auto* client : sides()) {
    const auto elsewhere = client == &responses() ? ir::Dialect::anthropic : ir::Dialect::openai_responses;
    const ir::Response response{.id = "r",
                                .parts = {ir::text_part("x"), part(ir::Opaque{.origin = elsewhere, .raw = {"{}"}})},
                                .stop = {ir::StopReason::end}};
    ir::Losses losses;
    dialect::ReplyContext context{.model = "alias", .id = "abc"};
    context.losses = &losses;
    static_cast<void>(client->codec->render_response(response, context));
    EXPECT_EQ(visible(losses), 1U) << client->name << "\n" << told(losses);
  }
}

// An ordinary answer loses nothing, whatever its provider says about it beside the answer.
TEST(acceptance, 66_ordinary_answers_lose_nothing) {
  const std::vector<std::pair<const Side*, std::string>> recorded{{&chat(), "openai_chat/replies/parallel_tools.json"},
                                                                  {&anthropic(), "anthropic/parallel_tools.reply.json"},
                                                                  {&responses(), "openai_responses/replies/tool.json"},
                                                                  {&gemini(), "gemini/reply_text.json"}};
  for (const auto& [upstream, file] : recorded)
    for (const auto* client : sides()) {
      const auto response = reread_whole(*upstream, golden(file));
      ir::Losses losses;
      dialect::ReplyContext context{.model = "alias", .id = "abc"};
      context.losses = &losses;
      static_cast<void>(client->codec->render_response(response, context));
      EXPECT_EQ(visible(losses), 0U) << upstream->name << " to " << client->name << "\n" << told(losses);
    }
}

}  // namespace
}  // namespace agt::acceptance
