// What OpenAI's SDK and Codex demand of a stream of Responses, found by feeding them altered ones (openai 7.57,
// 2026-11).
#include <map>
#include <set>

#include "acceptance/stream_rules.h"
#include "json/document.h"

namespace agt::acceptance {
namespace {

// Named events, numbered from 0; created, in_progress, items, and one end; an item is added, grows as its kind may, and
// is done; its id does not change; the last event holds every item as it was done.
class ResponsesRules {
 public:
  void check(const std::vector<SentEvent>& events) {
    ASSERT_GE(events.size(), 3U);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto document = json::Document::parse(events[i].data);
      ASSERT_TRUE(document.has_value()) << events[i].data;
      const auto root = document->root();
      EXPECT_EQ(root["type"].text_or(""), events[i].name);
      EXPECT_EQ(root["sequence_number"].integer_or(-1), static_cast<std::int64_t>(i)) << root.raw();
      EXPECT_TRUE(known_.contains(events[i].name)) << "the SDK throws at " << events[i].name;
      EXPECT_FALSE(over_) << "after the end: " << root.raw();
      if (root["response"].is_object()) response(root["response"]);
      if (i < 2) {
        EXPECT_EQ(events[i].name, i == 0 ? "response.created" : "response.in_progress");
      } else {
        one(events[i].name, root);
      }
    }
    EXPECT_TRUE(over_) << "no end";
  }

 private:
  void response(json::Value value) {
    if (id_.empty()) id_ = value["id"].text_or("");
    EXPECT_TRUE(id_.starts_with("resp_")) << id_;
    EXPECT_EQ(value["id"].text_or(""), id_);
    EXPECT_TRUE(value["object"].is("response") && value["model"].is("alias")) << value.raw();
    for (const auto* key : {"temperature", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs"})
      EXPECT_EQ(value[key].kind(), json::Kind::number) << key;
    for (const auto* key : {"store", "background", "parallel_tool_calls"})
      EXPECT_EQ(value[key].kind(), json::Kind::boolean) << key;
    for (const auto* key :
         {"completed_at", "previous_response_id", "instructions", "error", "incomplete_details", "reasoning", "usage",
          "max_output_tokens", "max_tool_calls", "safety_identifier", "prompt_cache_key", "truncation", "text",
          "tool_choice", "tools", "metadata", "user", "service_tier"})
      EXPECT_TRUE(value[key].exists()) << key;
  }

  void one(const std::string& name, json::Value root) {
    if (name == "response.output_item.added") return added(root);
    if (name == "response.output_item.done") return done(root);
    if (root["response"].is_object()) return end(name, root["response"]);
    EXPECT_EQ(root["output_index"].integer_or(-1), next_) << root.raw();
    EXPECT_EQ(root["item_id"].text_or(""), item_) << root.raw();
    if (name == "response.content_part.added") {
      EXPECT_EQ(root["content_index"].integer_or(-1), parts_++) << root.raw();
      part_ = root["part"]["type"].text_or("");
      grown_.clear();
    }
    const auto fits = [&](std::string_view kind, std::string_view item) {
      EXPECT_TRUE(part_ == kind && kind_ == item) << name << " in " << part_ << " of " << kind_;
    };
    if (name.starts_with("response.output_text")) fits("output_text", "message");
    if (name.starts_with("response.refusal")) fits("refusal", "message");
    for (const std::string_view kind : {"function_call", "custom_tool_call", "reasoning"}) {
      const bool of_kind = std::string_view(name).substr(std::string_view("response.").size()).starts_with(kind);
      EXPECT_TRUE(!of_kind || kind_ == kind) << name << " of " << kind_;
    }
    if (name.ends_with(".delta")) grown_ += root["delta"].text_or("");
    for (const auto* whole : {"text", "refusal", "arguments", "input"})
      if (name.ends_with(".done") && root[whole].is_string()) {
        EXPECT_EQ(root[whole].text_or(""), std::exchange(grown_, {})) << root.raw();
      }
    if (name == "response.content_part.done") part_.clear();
  }

  void added(json::Value root) {
    EXPECT_TRUE(kind_.empty()) << "two items open";
    EXPECT_EQ(root["output_index"].integer_or(-1), next_) << root.raw();
    kind_ = root["item"]["type"].text_or("");
    item_ = root["item"]["id"].text_or("");
    static const std::map<std::string, std::string> prefixes{{"message", "msg_"},
                                                             {"reasoning", "rs_"},
                                                             {"function_call", "fc_"},
                                                             {"custom_tool_call", "ctc_"},
                                                             {"image_generation_call", "ig_"}};
    if (const auto prefix = prefixes.find(kind_); prefix != prefixes.end()) {
      EXPECT_TRUE(item_.starts_with(prefix->second)) << root.raw();
    }
    EXPECT_TRUE(ids_.insert(item_).second) << "an id twice: " << item_;
    if (kind_ == "function_call") {
      EXPECT_TRUE(root["item"]["arguments"].is("")) << root.raw();
    }
    call_ = root["item"]["call_id"].text_or("");
    parts_ = 0;
    grown_.clear();
  }

  void done(json::Value root) {
    EXPECT_EQ(root["output_index"].integer_or(-1), next_++);
    EXPECT_EQ(root["item"]["type"].text_or(""), kind_);
    EXPECT_EQ(root["item"]["id"].text_or(""), item_);
    EXPECT_EQ(root["item"]["call_id"].text_or(""), call_);
    EXPECT_TRUE(part_.empty()) << "a part is still open";
    kind_.clear();
    done_.emplace_back(root["item"].raw());
  }

  void end(const std::string& name, json::Value value) {
    over_ = true;
    EXPECT_TRUE(kind_.empty()) << "an item is still open";
    EXPECT_EQ(name, "response." + value["status"].text_or(""));
    ASSERT_EQ(value["output"].size(), done_.size()) << value["output"].raw();
    for (std::size_t i = 0; i < done_.size(); ++i) EXPECT_EQ(value["output"][i].raw(), done_[i]);
  }

  static const std::set<std::string> known_;
  std::string id_{};
  std::int64_t next_ = 0;   // the output index
  std::string kind_{};      // of the open item
  std::string item_{};      // its id
  std::string call_{};      // its call_id
  std::int64_t parts_ = 0;  // of the open message
  std::string part_{};      // the kind of its open part
  std::string grown_{};     // what its deltas said
  std::set<std::string> ids_{};
  std::vector<std::string> done_{};
  bool over_ = false;
};

const std::set<std::string> ResponsesRules::known_{
    "response.created",
    "response.in_progress",
    "response.completed",
    "response.incomplete",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.output_text.annotation.added",
    "response.refusal.delta",
    "response.refusal.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done",
    "response.image_generation_call.in_progress",
    "response.image_generation_call.completed",
};

}  // namespace

void check_responses_stream(const std::vector<SentEvent>& events) { ResponsesRules().check(events); }

}  // namespace agt::acceptance
