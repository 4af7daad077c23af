// The response object. Strict clients want every key of it with a value of its type, so all are written.
#include <algorithm>

#include "dialect/members.h"
#include "dialect/openai_responses/memory.h"
#include "dialect/openai_responses/reply.h"
#include "ir/turns.h"

namespace agt::dialect::openai_responses {
namespace {

// What the request said, in its own words, or what the API assumes.
class Echo {
 public:
  Echo(json::Writer& writer, const ir::Request* request) : writer_(writer), request_(request) {}

  void field(std::string_view key, std::string_view otherwise) {
    writer_.key(key);
    const auto* said = this->said(key);
    writer_.raw(said == nullptr ? otherwise : std::string_view(said->text));
  }
  // A number that the IR has read.
  template <class T>
  void number(std::string_view key, const std::optional<T>& value, std::string_view otherwise) {
    writer_.key(key);
    value ? writer_.value(*value) : writer_.raw(otherwise);
  }
  // An object whose missing members are filled up.
  void object(std::string_view key, std::initializer_list<std::pair<std::string_view, std::string_view>> defaults) {
    const auto* said = this->said(key);
    const auto document = json::Document::parse(said == nullptr ? "{}" : std::string_view(said->text));
    const auto root = document ? document->root() : json::Value();
    writer_.key(key);
    writer_.begin_object();
    for (const auto& [name, value] : defaults) {
      if (root[name].present()) continue;
      writer_.key(name);
      writer_.raw(value);
    }
    for (const auto member : root.children()) {
      if (!member.present()) continue;
      writer_.key(member.key());
      writer_.raw(member.raw());
    }
    writer_.end_object();
  }

 private:
  [[nodiscard]] const json::Raw* said(std::string_view key) const {
    if (request_ == nullptr || request_->extras.origin != here) return nullptr;
    for (const auto* fields : {&request_->extras.spelling, &request_->extras.fields})
      for (const auto& field : *fields)
        if (field.key == key && !field.value.empty() && field.value.text != "null") return &field.value;
    return nullptr;
  }

  json::Writer& writer_;
  const ir::Request* request_;
};

void write_usage(json::Writer& writer, const ir::Usage* usage) {
  writer.key("usage");
  // A count that nobody gave is not made up.
  if (usage == nullptr || !usage->input || !usage->output) return writer.null();
  writer.begin_object();
  writer.field("input_tokens", *usage->input);
  writer.key("input_tokens_details");
  writer.begin_object();
  writer.field("cached_tokens", usage->cache_read.value_or(0));
  writer.field("cache_write_tokens", usage->cache_write.value_or(0));
  writer.end_object();
  writer.field("output_tokens", *usage->output);
  writer.key("output_tokens_details");
  writer.begin_object();
  writer.field("reasoning_tokens", usage->reasoning.value_or(0));
  writer.end_object();
  writer.field("total_tokens", *usage->input + *usage->output);
  writer.end_object();
}

void write_state(json::Writer& writer, const ReplyContext& context, const Progress& progress) {
  writer.field("id", progress.id);
  writer.field("object", "response");
  writer.field("created_at", context.created_s);
  writer.field("status", progress.status);
  writer.key("completed_at");
  progress.status == "completed" ? writer.value(context.created_s) : writer.null();
  writer.key("error");
  writer.raw(progress.error.empty() ? "null" : std::string_view(progress.error));
  writer.key("incomplete_details");
  if (progress.incomplete.empty()) return writer.null();
  writer.begin_object();
  writer.field("reason", progress.incomplete);
  writer.end_object();
}

void write_text_or_null(json::Writer& writer, std::string_view key, std::string_view text) {
  writer.key(key);
  text.empty() ? writer.null() : writer.value(text);
}

}  // namespace

void write_response(json::Writer& writer, const ReplyContext& context, const Progress& progress) {
  const auto* request = context.request;
  Echo echo(writer, request);
  const ir::Sampling sampling = request == nullptr ? ir::Sampling{} : request->sampling;
  writer.begin_object();
  write_state(writer, context, progress);
  const bool instructed = request != nullptr && progress.over && !request->system.empty();
  write_text_or_null(writer, "instructions", instructed ? ir::plain_text(request->system).plain() : "");
  echo.number("max_output_tokens", sampling.max_tokens, "null");
  echo.field("max_tool_calls", "null");
  writer.field("model", context.model);
  writer.key("output");
  writer.raw(progress.output);
  writer.field("parallel_tool_calls", request == nullptr || request->tool_choice.parallel.value_or(true));
  const bool recalled = request != nullptr && spelling(request->extras, here, recalled_mark) != nullptr;
  writer.key(previous);
  recalled ? writer.value(*spelling(request->extras, here, recalled_mark)) : writer.null();
  echo.field("prompt_cache_key", "null");
  echo.object("reasoning", {{"effort", "null"}, {"summary", "null"}});
  write_text_or_null(writer, "safety_identifier", request == nullptr ? "" : request->end_user);
  const bool tier = request != nullptr && !request->service_tier.empty() && request->service_tier != "auto";
  writer.field("service_tier", tier ? request->service_tier : "default");
  writer.field("store", context.remembered);
  echo.number("temperature", sampling.temperature, "1");
  echo.object("text", {{"format", R"({"type":"text"})"}});
  echo.field("tool_choice", R"("auto")");
  if (progress.over) {
    echo.field("tools", "[]");
  } else {
    writer.key("tools");
    writer.raw("[]");
  }
  echo.number("top_logprobs", sampling.top_logprobs, "0");
  echo.number("top_p", sampling.top_p, "1");
  echo.field("truncation", R"("disabled")");
  writer.field("presence_penalty", 0);
  writer.field("frequency_penalty", 0);
  writer.field("background", false);
  write_usage(writer, progress.usage);
  writer.field_null("user");
  echo.object("metadata", {});
  writer.end_object();
}

}  // namespace agt::dialect::openai_responses
