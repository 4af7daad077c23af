// What messages are made of: text, media, citations, refusals, odd values; and what a request asks of its answer.
#include <array>

#include "acceptance/journey.h"

namespace agt::acceptance {
namespace {

using ir::StopReason;

std::string chat_says(const std::string& content) {
  return R"({"model":"m","messages":[{"role":"user","content":)" + content + "}]}";
}
std::string anthropic_says(const std::string& content) {
  return R"({"model":"m","max_tokens":100,"messages":[{"role":"user","content":)" + content + "}]}";
}
std::string responses_says(const std::string& content) {
  return R"({"model":"m","input":[{"role":"user","content":)" + content + "}]}";
}
std::string gemini_says(const std::string& parts) { return R"({"contents":[{"role":"user","parts":)" + parts + "}]}"; }

TEST(acceptance, 18_system_prompts_keep_their_order) {
  const std::string body =
      R"({"model":"m","max_tokens":9,"system":[{"type":"text","text":"one","cache_control":{"type":"ephemeral"}},)"
      R"({"type":"text","text":"two"}],"messages":[{"role":"user","content":"hi"}]})";
  const auto on_chat = sent(anthropic(), body, chat()).body;
  EXPECT_TRUE(at(on_chat, "messages[0]").contains("one") && at(on_chat, "messages[1]").contains("two")) << on_chat;
  EXPECT_TRUE(at(on_chat, "messages[0].content[0].prompt_cache_breakpoint").contains("explicit")) << on_chat;
  const auto on_responses = sent(anthropic(), body, responses()).body;
  EXPECT_EQ(text_at(on_responses, "input[0].role"), "developer") << "where a cache mark can stand: " << on_responses;
  EXPECT_TRUE(at(on_responses, "input[0].content[0]").contains("one")) << on_responses;
  EXPECT_TRUE(at(on_responses, "input[0].content[0].prompt_cache_breakpoint").contains("explicit")) << on_responses;
  EXPECT_TRUE(at(on_responses, "input[0].content[1]").contains("two")) << on_responses;
  const auto on_gemini = sent(anthropic(), body, gemini()).body;
  EXPECT_EQ(
      text_at(on_gemini, "systemInstruction.parts[0].text") + text_at(on_gemini, "systemInstruction.parts[1].text"),
      "onetwo");
  const auto snake =
      asked(gemini(), R"({"system_instruction":{"parts":[{"text":"one"}]},"contents":[{"parts":[{"text":"x"}]}]})");
  EXPECT_EQ(text_at(sent(snake, anthropic()).body, "system[0].text"), "one");
  // OpenAI's reasoning models take instructions from a developer; others know the old word only.
  const auto thinker = sent(anthropic(), body, with_model(chat(), "openai", "gpt-5.5")).body;
  EXPECT_EQ(text_at(thinker, "messages[0].role") + text_at(thinker, "messages[1].role"), "developerdeveloper");
  EXPECT_EQ(text_at(on_chat, "messages[0].role"), "system");
}

TEST(acceptance, 18_a_developer_in_mid_conversation_is_not_hoisted) {
  const std::string body = R"({"model":"m","messages":[{"role":"developer","content":"first"},)"
                           R"({"role":"user","content":"hi"},{"role":"assistant","content":"yes"},)"
                           R"({"role":"developer","content":"later"},{"role":"user","content":"go"}]})";
  const auto on_responses = sent(chat(), body, responses()).body;
  EXPECT_EQ(text_at(on_responses, "instructions"), "first");
  EXPECT_EQ(text_at(on_responses, "input[2].role"), "developer") << on_responses;
  // The same as Codex says it: messages of the developer among the items.
  const std::string items = R"({"model":"m","instructions":"first","input":[{"role":"user","content":"hi"},)"
                            R"({"role":"assistant","content":"yes"},{"type":"message","role":"developer","content":[)"
                            R"({"type":"input_text","text":"later"}]},{"role":"user","content":"go"}]})";
  const auto from_responses = sent(responses(), items, gemini());
  EXPECT_EQ(size_at(from_responses.body, "systemInstruction.parts"), 1U);
  EXPECT_TRUE(text_at(from_responses.body, "contents[2].parts[0].text").contains("later")) << from_responses.body;
  EXPECT_EQ(text_at(sent(responses(), items, chat()).body, "messages[3].content"), "later");
  const auto on_gemini = sent(chat(), body, gemini());
  EXPECT_EQ(size_at(on_gemini.body, "systemInstruction.parts"), 1U);
  EXPECT_TRUE(text_at(on_gemini.body, "contents[2].parts[0].text").contains("later")) << on_gemini.body;
  EXPECT_TRUE(lost(on_gemini.losses, "reminder", Weight::approximated)) << told(on_gemini.losses);
  const auto old_claude = sent(chat(), body, with_model(anthropic(), "anthropic", "claude-sonnet-4-5"));
  EXPECT_TRUE(text_at(old_claude.body, "messages[2].content[0].text").contains("later")) << old_claude.body;
  EXPECT_TRUE(lost(old_claude.losses, "reminder", Weight::approximated)) << told(old_claude.losses);
  const auto new_claude = sent(chat(), body, with_model(anthropic(), "anthropic", "claude-opus-5"));
  EXPECT_EQ(text_at(new_claude.body, "messages[2].role"), "system") << new_claude.body;
}

TEST(acceptance, 47_images) {
  const auto from_chat = chat_says(R"([{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}])");
  EXPECT_EQ(at(sent(chat(), from_chat, anthropic()).body, "messages[0].content[0].source"),
            R"({"type":"base64","media_type":"image/png","data":"iVBO"})");
  EXPECT_EQ(at(sent(chat(), from_chat, gemini()).body, "contents[0].parts[0].inlineData"),
            R"({"mimeType":"image/png","data":"iVBO"})");
  const auto from_gemini = gemini_says(R"([{"inline_data":{"mime_type":"image/png","data":"iVBO"}}])");
  EXPECT_EQ(text_at(sent(gemini(), from_gemini, chat()).body, "messages[0].content[0].image_url.url"),
            "data:image/png;base64,iVBO");
  EXPECT_EQ(text_at(sent(chat(), from_chat, responses()).body, "input[0].content[0].image_url"),
            "data:image/png;base64,iVBO");
  const auto from_responses =
      responses_says(R"([{"type":"input_image","image_url":"data:image/png;base64,iVBO","detail":"auto"}])");
  EXPECT_EQ(at(sent(responses(), from_responses, anthropic()).body, "messages[0].content[0].source"),
            R"({"type":"base64","media_type":"image/png","data":"iVBO"})");
  EXPECT_EQ(at(sent(responses(), from_responses, gemini()).body, "contents[0].parts[0].inlineData"),
            R"({"mimeType":"image/png","data":"iVBO"})");
  EXPECT_EQ(text_at(sent(responses(), from_responses, chat()).body, "messages[0].content[0].image_url.url"),
            "data:image/png;base64,iVBO");
  // The gateway fetches nothing: a URL goes to the provider as it is, also one that points into a private network.
  for (const std::string url :
       {"https://example.com/a.png", "http://169.254.169.254/latest", "http://127.0.0.1/x.png"}) {
    const auto body = chat_says(R"([{"type":"image_url","image_url":{"url":")" + url + R"("}}])");
    EXPECT_EQ(text_at(sent(chat(), body, anthropic()).body, "messages[0].content[0].source.url"), url);
    EXPECT_EQ(text_at(sent(chat(), body, responses()).body, "input[0].content[0].image_url"), url);
    const auto on_gemini = sent(chat(), body, gemini());
    EXPECT_EQ(text_at(on_gemini.body, "contents[0].parts[0].fileData.fileUri"), url);
    EXPECT_TRUE(lost(on_gemini.losses, "URL", Weight::approximated));
  }
  const auto file = anthropic_says(R"([{"type":"image","source":{"type":"file","file_id":"file_1"}}])");
  for (const auto* upstream : others(anthropic()))
    EXPECT_EQ(refused(anthropic(), file, *upstream).meaning(), Meaning::bad_request);
}

// How closely to look: a word at OpenAI, a resolution of each part or of the whole request at Gemini, nothing
// elsewhere.
TEST(acceptance, 47_how_closely_an_image_is_looked_at) {
  const auto asks = [](const std::string& detail) {
    return chat_says(R"([{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO","detail":")" + detail +
                     R"("}},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO","detail":"low"}}])");
  };
  const auto gemini3 = with_model(gemini(), "gemini", "gemini-3.6-flash");
  const auto gemini25 = with_model(gemini(), "gemini", "gemini-2.5-flash");
  for (const auto& [detail, of_part, of_all] : std::vector<std::array<std::string, 3>>{
           {"low", "LOW", "LOW"}, {"high", "HIGH", "HIGH"}, {"original", "ULTRA_HIGH", "HIGH"}}) {
    const auto by_part = sent(chat(), asks(detail), gemini3);
    EXPECT_EQ(text_at(by_part.body, "contents[0].parts[0].mediaResolution.level"), "MEDIA_RESOLUTION_" + of_part);
    EXPECT_EQ(text_at(by_part.body, "contents[0].parts[1].mediaResolution.level"), "MEDIA_RESOLUTION_LOW");
    EXPECT_EQ(at(by_part.body, "generationConfig.mediaResolution"), "");
    EXPECT_TRUE(lost(by_part.losses, "detail", Weight::approximated)) << told(by_part.losses);
    const auto by_request = sent(chat(), asks(detail), gemini25);
    EXPECT_EQ(text_at(by_request.body, "generationConfig.mediaResolution"), "MEDIA_RESOLUTION_" + of_all);
    EXPECT_EQ(at(by_request.body, "contents[0].parts[0].mediaResolution"), "");
    const auto on_responses = sent(chat(), asks(detail), responses());
    EXPECT_EQ(text_at(on_responses.body, "input[0].content[0].detail"), detail);
    EXPECT_EQ(visible(on_responses.losses), 0U) << told(on_responses.losses);
    EXPECT_EQ(text_at(sent(responses(), on_responses.body, chat()).body, "messages[0].content[0].image_url.detail"),
              detail);
    EXPECT_EQ(text_at(sent(responses(), on_responses.body, gemini3).body, "contents[0].parts[0].mediaResolution.level"),
              "MEDIA_RESOLUTION_" + of_part);
    EXPECT_TRUE(lost(sent(chat(), asks(detail), anthropic()).losses, "detail", Weight::dropped));
  }
  const auto usual = chat_says(R"([{"type":"image_url","image_url":{"url":"https://a.org/a.png","detail":"auto"}}])");
  EXPECT_FALSE(lost(sent(chat(), usual, anthropic()).losses, "detail", Weight::dropped));
  EXPECT_FALSE(sent(chat(), usual, gemini3).body.contains("esolution"));
}

TEST(acceptance, 47_images_in_tool_results) {
  const std::string body =
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[)"
      R"({"type":"tool_use","id":"t1","name":"shot","input":{}}]},{"role":"user","content":[{"type":"tool_result",)"
      R"("tool_use_id":"t1","content":[{"type":"text","text":"here"},{"type":"image","source":{"type":"base64",)"
      R"("media_type":"image/png","data":"iVBO"}}]}]}]})";
  const auto on_chat = sent(anthropic(), body, chat()).body;
  EXPECT_EQ(text_at(on_chat, "messages[2].content"), "here");
  EXPECT_TRUE(at(on_chat, "messages[3].content").contains("data:image/png;base64,iVBO")) << on_chat;
  const auto on_responses = sent(anthropic(), body, responses()).body;
  EXPECT_EQ(text_at(on_responses, "input[2].output[0].text"), "here") << on_responses;
  EXPECT_EQ(text_at(on_responses, "input[2].output[1].image_url"), "data:image/png;base64,iVBO") << on_responses;
  const auto back = sent(responses(), on_responses, anthropic()).body;
  EXPECT_EQ(text_at(back, "messages[2].content[0].content[1].source.data"), "iVBO") << back;
  const auto on_gemini = sent(anthropic(), body, gemini()).body;
  EXPECT_EQ(text_at(on_gemini, "contents[2].parts[0].functionResponse.response.output"), "here");
  EXPECT_EQ(text_at(on_gemini, "contents[2].parts[1].inlineData.data"), "iVBO") << on_gemini;
  const auto gemini3 = sent(anthropic(), body, with_model(gemini(), "gemini", "gemini-3.6-flash"));
  EXPECT_EQ(text_at(gemini3.body, "contents[2].parts[0].functionResponse.parts[0].inlineData.data"), "iVBO");
  EXPECT_EQ(size_at(gemini3.body, "contents[2].parts"), 1U) << gemini3.body;
  EXPECT_EQ(visible(gemini3.losses), 0U) << told(gemini3.losses);
}

TEST(acceptance, 48_documents) {
  const auto pdf =
      chat_says(R"([{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}])");
  const auto on_anthropic = sent(chat(), pdf, anthropic()).body;
  EXPECT_EQ(text_at(on_anthropic, "messages[0].content[0].title"), "a.pdf");
  EXPECT_EQ(text_at(on_anthropic, "messages[0].content[0].source.media_type"), "application/pdf");
  EXPECT_EQ(text_at(sent(chat(), pdf, gemini()).body, "contents[0].parts[0].inlineData.mimeType"), "application/pdf");
  const auto on_responses = sent(chat(), pdf, responses()).body;
  EXPECT_EQ(text_at(on_responses, "input[0].content[0].type"), "input_file");
  EXPECT_EQ(text_at(on_responses, "input[0].content[0].filename"), "a.pdf");
  EXPECT_EQ(text_at(on_responses, "input[0].content[0].file_data"), "data:application/pdf;base64,JVBE");
  for (const auto* upstream : others(responses()))
    EXPECT_TRUE(sent(responses(), on_responses, *upstream).body.contains("JVBE")) << upstream->name;
  const auto text = anthropic_says(
      R"([{"type":"document","title":"n","source":{"type":"text","media_type":"text/plain","data":"é"}}])");
  EXPECT_TRUE(at(sent(anthropic(), text, chat()).body, "messages[0].content").contains("é"));
  EXPECT_EQ(text_at(sent(anthropic(), text, gemini()).body, "contents[0].parts[0].inlineData.data"), "w6k=");
  const auto from_gemini = gemini_says(R"([{"inlineData":{"mimeType":"application/pdf","data":"JVBE"}}])");
  EXPECT_EQ(text_at(sent(gemini(), from_gemini, anthropic()).body, "messages[0].content[0].type"), "document");
  EXPECT_TRUE(at(sent(gemini(), from_gemini, chat()).body, "messages[0].content").contains("JVBE"));
}

TEST(acceptance, 48_audio_and_video) {
  const auto audio = chat_says(R"([{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}}])");
  EXPECT_EQ(text_at(sent(chat(), audio, gemini()).body, "contents[0].parts[0].inlineData.mimeType"), "audio/wav");
  EXPECT_TRUE(refused(chat(), audio, anthropic()).message.contains("audio"));
  EXPECT_TRUE(refused(chat(), audio, responses()).message.contains("audio"));
  const auto video = gemini_says(R"([{"inlineData":{"mimeType":"video/mp4","data":"AAAA"}}])");
  for (const auto* upstream : others(gemini()))
    EXPECT_TRUE(refused(gemini(), video, *upstream).message.contains("video"));
}

TEST(acceptance, 53_thoughts_as_each_client_reads_them) {
  const ir::Response response{.id = "r", .parts = {thought("why"), ir::text_part("so")}, .stop = {StopReason::end}};
  for (const auto* upstream : sides()) {
    SCOPED_TRACE(upstream->name);
    const auto reply = whole_of(*upstream, response);
    EXPECT_EQ(text_at(whole(*upstream, reply, chat()), "choices[0].message.reasoning_content"), "why");
    EXPECT_EQ(text_at(whole(*upstream, reply, anthropic()), "content[0].thinking"), "why");
    EXPECT_EQ(at(whole(*upstream, reply, gemini()), "candidates[0].content.parts[0].thought"), "true");
    const auto asked_for = asked(responses(), responses_says(R"("x")").insert(1, R"("reasoning":{"summary":"auto"},)"));
    const auto summed = whole(*upstream, reply, responses(), {.request = &asked_for});
    EXPECT_EQ(text_at(summed, "output[0].summary[0].text"), "why") << summed;
    const auto silent = asked(responses(), responses_says(R"("x")").insert(1, R"("reasoning":{"effort":"low"},)"));
    EXPECT_FALSE(whole(*upstream, reply, responses(), {.request = &silent}).contains("why"));
    // A client that asked not to see them.
    ir::Request request;
    request.thinking = {.mode = ir::Thinking::Mode::adaptive, .display = ir::Thinking::Display::hidden};
    for (const auto* client : sides())
      EXPECT_FALSE(whole(*upstream, reply, *client, {.request = &request}).contains("why")) << client->name;
  }
  const std::string redacted =
      R"({"type":"message","id":"msg_1","content":[{"type":"redacted_thinking","data":"EmwK"},)"
      R"({"type":"text","text":"so"}],"stop_reason":"end_turn"})";
  EXPECT_EQ(text_at(whole(anthropic(), redacted, anthropic()), "content[0].data"), "EmwK");
  EXPECT_TRUE(text_at(whole(anthropic(), redacted, responses()), "output[0].encrypted_content").contains("EmwK"));
  EXPECT_EQ(words_of(reread_whole(chat(), whole(anthropic(), redacted, chat())).parts), "so");
}

TEST(acceptance, 57_web_search) {
  const auto from_anthropic = [](const std::string& choice) {
    return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[)"
           R"({"type":"web_search_20250305","name":"web_search","max_uses":3}])" +
           choice + "}";
  };
  const auto on_gemini = sent(anthropic(), from_anthropic(""), gemini());
  EXPECT_EQ(at(on_gemini.body, "tools"), R"([{"googleSearch":{}}])");
  EXPECT_TRUE(lost(on_gemini.losses, "googleSearch", Weight::approximated));
  const auto on_chat = sent(anthropic(), from_anthropic(""), chat());
  EXPECT_TRUE(lost(on_chat.losses, "web_search", Weight::dropped));
  const auto on_responses = sent(anthropic(), from_anthropic(""), responses());
  EXPECT_EQ(at(on_responses.body, "tools"), R"([{"type":"web_search"}])");
  EXPECT_TRUE(lost(on_responses.losses, "web_search", Weight::approximated));
  const std::string codex = R"({"model":"m","input":"x","tools":[{"type":"web_search","external_web_access":false}]})";
  EXPECT_EQ(at(sent(responses(), codex, gemini()).body, "tools"), R"([{"googleSearch":{}}])");
  EXPECT_EQ(text_at(sent(responses(), codex, anthropic()).body, "tools[0].name"), "web_search");
  EXPECT_TRUE(lost(sent(responses(), codex, chat()).losses, "web_search", Weight::dropped));
  const auto insisting = R"({"model":"m","input":"x","tools":[{"type":"web_search"}],"tool_choice":"required"})";
  EXPECT_EQ(refused(responses(), insisting, chat()).meaning(), Meaning::bad_request);
  const auto forced = from_anthropic(R"(,"tool_choice":{"type":"any"})");
  EXPECT_EQ(refused(anthropic(), forced, chat()).meaning(), Meaning::bad_request);
  const auto from_gemini = R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"tools":[{"googleSearch":{}}]})";
  EXPECT_EQ(text_at(sent(gemini(), from_gemini, anthropic()).body, "tools[0].name"), "web_search");
  // Beside functions the provider's own tool gives way.
  const auto both = R"({"model":"m","messages":[{"role":"user","content":"x"}],"web_search_options":{},"tools":[)"
                    R"({"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]})";
  const auto mixed = sent(chat(), both, gemini());
  EXPECT_EQ(size_at(mixed.body, "tools"), 1U);
  EXPECT_TRUE(lost(mixed.losses, "googleSearch", Weight::dropped));
}

// Gemini counts bytes of UTF-8, OpenAI characters.
TEST(acceptance, 57_offsets_of_citations) {
  const std::string reply =
      R"({"candidates":[{"content":{"parts":[{"text":"Äé is so"}]},"finishReason":"STOP","groundingMetadata":)"
      R"({"groundingChunks":[{"web":{"uri":"https://a.org","title":"A"}}],"groundingSupports":[{"segment":)"
      R"({"startIndex":2,"endIndex":7,"text":"é is"},"groundingChunkIndices":[0]}]}}],"responseId":"r"})";
  const auto on_chat = whole(gemini(), reply, chat());
  EXPECT_EQ(at(on_chat, "choices[0].message.annotations[0].url_citation.start_index"), "1");
  EXPECT_EQ(at(on_chat, "choices[0].message.annotations[0].url_citation.end_index"), "5");
  const auto on_responses = whole(gemini(), reply, responses());
  EXPECT_EQ(at(on_responses, "output[0].content[0].annotations[0].start_index"), "1") << on_responses;
  EXPECT_EQ(at(on_responses, "output[0].content[0].annotations[0].end_index"), "5") << on_responses;
  EXPECT_EQ(at(whole(responses(), on_responses, chat()), "choices[0].message.annotations[0].url_citation.end_index"),
            "5");
  const auto again = whole(chat(), on_chat, gemini());
  EXPECT_EQ(at(again, "candidates[0].groundingMetadata.groundingSupports[0].segment.startIndex"), "2");
  EXPECT_EQ(at(again, "candidates[0].groundingMetadata.groundingSupports[0].segment.endIndex"), "7");
  // Anthropic's locations cannot be made up: the text alone is shown.
  EXPECT_EQ(at(whole(gemini(), reply, anthropic()), "content[0]"), R"({"type":"text","text":"Äé is so"})");
}

TEST(acceptance, 58_safety) {
  const std::string blocked =
      R"({"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"no"},"responseId":"r"})";
  const auto on_chat = whole(gemini(), blocked, chat());
  EXPECT_EQ(text_at(on_chat, "choices[0].finish_reason"), "content_filter");
  EXPECT_EQ(at(on_chat, "choices[0].message.refusal"), "null");
  const auto on_anthropic = whole(gemini(), blocked, anthropic());
  EXPECT_EQ(at(on_anthropic, "content"), "[]");
  EXPECT_EQ(at(on_anthropic, "stop_details"), R"({"type":"refusal","category":null,"explanation":"no"})");
  const auto on_responses = whole(gemini(), blocked, responses());
  EXPECT_EQ(text_at(on_responses, "incomplete_details.reason"), "content_filter");
  EXPECT_EQ(at(on_responses, "output"), "[]");
  // The same when the filter strikes in mid-stream: what was said stands, and the end says why.
  const std::string struck =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Well\"}]}}],\"responseId\":\"r\"}\r\n\r\n"
      "data: {\"candidates\":[{\"finishReason\":\"SAFETY\"}],\"responseId\":\"r\"}\r\n\r\n";
  for (const auto* client : sides()) {
    const auto seen = reread(*client, streamed(gemini(), struck, *client));
    EXPECT_EQ(words_of(seen.parts), "Well") << client->name;
    EXPECT_EQ(seen.stop.reason, StopReason::refusal) << client->name;
  }
  const std::string silent = R"({"type":"message","id":"msg_1","content":[],"stop_reason":"refusal"})";
  EXPECT_EQ(text_at(whole(anthropic(), silent, chat()), "choices[0].finish_reason"), "content_filter");
  EXPECT_EQ(text_at(whole(anthropic(), silent, gemini()), "candidates[0].finishReason"), "SAFETY");
  EXPECT_EQ(text_at(whole(anthropic(), silent, responses()), "incomplete_details.reason"), "content_filter");
  const std::string refusal = R"({"id":"i","choices":[{"index":0,"message":{"role":"assistant","content":null,)"
                              R"("refusal":"I will not."},"finish_reason":"stop"}]})";
  EXPECT_EQ(text_at(whole(chat(), refusal, anthropic()), "content[0].text"), "I will not.");
  EXPECT_EQ(text_at(whole(chat(), refusal, anthropic()), "stop_reason"), "refusal");
  EXPECT_EQ(text_at(whole(chat(), refusal, gemini()), "candidates[0].content.parts[0].text"), "I will not.");
  EXPECT_EQ(at(whole(chat(), refusal, responses()), "output[0].content[0]"),
            R"({"type":"refusal","refusal":"I will not."})");
}

}  // namespace
}  // namespace agt::acceptance
