// The rules of turns that the providers enforce with a 400, checked on the bytes that they would get.
#include <algorithm>
#include <set>

#include "acceptance/journey.h"
#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/openai_responses/codec.h"
#include "json/document.h"

namespace agt::acceptance {
namespace {

bool legal_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

// Every call is answered by exactly one message of role tool, before anything else is said.
void check_chat(json::Value root, const std::string& body) {
  std::multiset<std::string> open;
  for (const auto message : root["messages"].children()) {
    if (message["role"].is("tool")) {
      const auto found = open.find(message["tool_call_id"].text_or(""));
      EXPECT_NE(found, open.end()) << "a result without its call: " << message.raw();
      if (found != open.end()) open.erase(found);
      continue;
    }
    EXPECT_TRUE(open.empty()) << "calls without results before " << message.raw() << "\n" << body;
    for (const auto call : message["tool_calls"].children()) {
      EXPECT_TRUE(legal_id(call["id"].text_or(""))) << call.raw();
      open.insert(call["id"].text_or(""));
    }
  }
  EXPECT_TRUE(open.empty()) << "calls without results: " << body;
}

void check_blocks(json::Value content) {
  EXPECT_TRUE(content.is_string() || content.size() > 0) << "empty content";
  EXPECT_FALSE(content.is(""));
  for (const auto block : content.children()) {
    if (block["type"].is("text")) {
      EXPECT_NE(block["text"].text_or("").find_first_not_of(" \t\r\n"), std::string::npos) << "a blank text block";
    }
    if (block["type"].is("thinking")) {
      EXPECT_TRUE(!block["signature"].text_or("").empty()) << block.raw();
      EXPECT_FALSE(block["signature"].text_or("").starts_with("agt1.")) << "a foreign signature: " << block.raw();
    }
  }
}

// Turns alternate and begin with the user; the results of a turn's calls stand first in the next one, all of them.
void check_anthropic(json::Value root, const std::string& body) {
  const auto messages = root["messages"];
  EXPECT_TRUE(messages[0]["role"].is("user")) << body;
  std::set<std::string> open;
  std::set<std::string> seen;
  std::string last;
  for (const auto message : messages.children()) {
    const auto role = message["role"].text_or("");
    EXPECT_NE(role, last) << "two turns of one role in a row: " << body;
    if (role != "system") last = role;
    check_blocks(message["content"]);
    bool results_over = false;
    std::set<std::string> answered;
    for (const auto block : message["content"].children()) {
      if (!block["type"].is("tool_result")) {
        results_over = true;
        continue;
      }
      EXPECT_FALSE(results_over) << "a tool_result behind something else: " << body;
      EXPECT_TRUE(answered.insert(block["tool_use_id"].text_or("")).second) << "a call answered twice: " << body;
    }
    EXPECT_EQ(answered, open) << body;
    open.clear();
    for (const auto block : message["content"].children())
      if (block["type"].is("tool_use")) {
        const auto id = block["id"].text_or("");
        EXPECT_TRUE(legal_id(id)) << id;
        EXPECT_TRUE(seen.insert(id).second) << "tool_use ids must be unique: " << id;
        open.insert(id);
      }
  }
  EXPECT_TRUE(open.empty()) << body;
  // A model that is told to think within a budget wants room for its answer.
  if (root["thinking"]["budget_tokens"].present()) {
    EXPECT_LT(root["thinking"]["budget_tokens"].integer_or(0), root["max_tokens"].integer_or(0)) << body;
  }
}

// user and model alternate, beginning with user; a model's calls are answered in the next turn, as many and in order.
void check_gemini(json::Value root, const std::string& body) {
  std::vector<std::string> open;
  std::string last = "model";
  for (const auto content : root["contents"].children()) {
    const auto role = content["role"].text_or("");
    EXPECT_TRUE(role == "user" || role == "model") << role;
    EXPECT_NE(role, last) << body;
    last = role;
    EXPECT_GT(content["parts"].size(), 0U) << body;
    std::vector<std::string> answers;
    std::vector<std::string> calls;
    for (const auto part : content["parts"].children()) {
      if (part["text"].is_string()) {
        EXPECT_TRUE(!part["text"].is("") || part["thoughtSignature"].is_string()) << body;
      }
      if (part["functionResponse"].is_object()) {
        EXPECT_TRUE(calls.empty() && answers.size() < open.size()) << body;
        answers.push_back(part["functionResponse"]["name"].text_or(""));
        EXPECT_TRUE(part["functionResponse"]["response"].is_object()) << part.raw();
      }
      if (!part["functionCall"].is_object()) continue;
      calls.push_back(part["functionCall"]["name"].text_or(""));
    }
    EXPECT_EQ(answers, open) << body;
    open = std::move(calls);
  }
  EXPECT_TRUE(open.empty()) << body;
  const auto thinking = root["generationConfig"]["thinkingConfig"];
  EXPECT_FALSE(thinking["thinkingLevel"].exists() && thinking["thinkingBudget"].exists()) << body;
}

// Item ids are never used twice; a call is answered once, somewhere behind it; reasoning has an item of the answer
// behind it ("reasoning was provided without its required following item", 400).
void check_responses(json::Value root, const std::string& body) {
  std::set<std::string> ids;
  std::set<std::string> called;
  std::set<std::string> open;
  bool thought = false;
  for (const auto item : root["input"].children()) {
    const auto type = item["type"].text_or("message");
    if (item["id"].is_string()) {
      EXPECT_TRUE(ids.insert(item["id"].text_or("")).second) << "an id twice: " << body;
    }
    const bool answer = type == "function_call" || type == "custom_tool_call" || item["role"].is("assistant");
    EXPECT_TRUE(!thought || answer || type == "reasoning") << "reasoning without its item: " << body;
    thought = type == "reasoning";
    const auto id = item["call_id"].text_or("");
    if (type == "function_call" || type == "custom_tool_call") {
      EXPECT_TRUE(legal_id(id)) << item.raw();
      EXPECT_TRUE(called.insert(id).second) << "a call_id twice: " << body;
      open.insert(id);
    }
    if (type != "function_call_output" && type != "custom_tool_call_output") continue;
    EXPECT_EQ(open.erase(id), 1U) << "a result without its call: " << item.raw();
    EXPECT_TRUE(item["output"].is_string() || item["output"].size() > 0) << item.raw();
  }
  EXPECT_FALSE(thought) << "reasoning at the end: " << body;
  EXPECT_TRUE(open.empty()) << "calls without results: " << body;
}

}  // namespace

void keeps_turn_rules(const Side& upstream, const std::string& body) {
  SCOPED_TRACE("turns of " + upstream.name);
  const auto document = json::Document::parse(body);
  ASSERT_TRUE(document.has_value()) << body;
  if (upstream.codec == &dialect::anthropic_codec) return check_anthropic(document->root(), body);
  if (upstream.codec == &dialect::gemini_codec) return check_gemini(document->root(), body);
  if (upstream.codec == &dialect::openai_responses_codec) return check_responses(document->root(), body);
  check_chat(document->root(), body);
}

}  // namespace agt::acceptance
