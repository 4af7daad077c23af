// The legacy POST /v1/completions for clients of providers that never had it: the prompt is one user message. Where an
// upstream speaks OpenAI's protocols the request passes through instead.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/overloaded.h"
#include "dialect/limits.h"
#include "dialect/openai_chat/embeddings.h"
#include "dialect/openai_chat/reply.h"
#include "dialect/openai_chat/request.h"
#include "json/splice.h"
#include "json/writer.h"

namespace agt::dialect::openai_chat {
namespace {

std::unexpected<Error> cannot(std::string_view field, std::string_view why) {
  return fail(Code::feature_unsupported, fmt::format("{}: {}", field, why), std::string(field));
}

Result<std::vector<std::string>> prompts_in(json::Value root) {
  const auto prompt = root["prompt"];
  if (!prompt.present()) return fail(Code::schema, "prompt: is required.", "prompt");
  std::vector<std::string> prompts;
  if (prompt.is_string()) {
    TRY(prompts.emplace_back(), prompt.text());
    return prompts;
  }
  if (!prompt.is_array() || prompt.size() == 0) return prompt.refuse("a text or an array of texts");
  if (prompt.size() > prompts_max)
    return cannot("prompt", fmt::format("this provider gets each prompt in a call of its own, and no more than {} for "
                                        "one request; send the others in another one.",
                                        prompts_max));
  for (const auto one : prompt.children()) {
    if (!one.is_string()) return cannot("prompt", "tokens mean something to OpenAI's own models only; send text.");
    TRY(prompts.emplace_back(), one.text());
  }
  return prompts;
}

Result<std::vector<std::string>> split(const json::Document& body) {
  TRY(const auto prompts, prompts_in(body.root()));
  std::vector<std::string> bodies;
  for (const auto& prompt : prompts)
    bodies.push_back(json::spliced(body.source(), json::set_member(body, "prompt", json::quoted(prompt))));
  return bodies;
}

// What would change the answer and nobody else has.
Result<> refuse_what_nobody_has(json::Value root) {
  if (root["echo"].boolean_or(false)) return cannot("echo", "this provider does not repeat the prompt.");
  if (root["best_of"].integer_or(1) > 1) return cannot("best_of", "this provider gives one answer.");
  if (root["suffix"].present() && !root["suffix"].is("")) return cannot("suffix", "this provider does not fill gaps.");
  if (root["logprobs"].present()) return cannot("logprobs", "this provider has no probabilities in this form.");
  return {};
}

Result<ir::Request> parse_completion(const json::Document& body, const Asked& asked) {
  const auto root = body.root();
  if (!root.is_object()) return root.refuse("an object");
  TRY(const auto prompts, prompts_in(root));
  TRY_OK(refuse_what_nobody_has(root));
  constexpr std::array own{"prompt", "echo", "best_of", "suffix", "logprobs"};
  json::Writer w;
  w.begin_object();
  w.key("messages");
  w.raw(fmt::format(R"([{{"role":"user","content":{}}}])", json::quoted(prompts.front())));
  for (const auto member : root.children()) {
    if (std::ranges::any_of(own, [&](const char* name) { return member.key_is(name); })) continue;
    w.key(member.key());
    w.raw(member.raw());
  }
  w.end_object();
  TRY(const auto chat, json::Document::parse(w.text()));
  return parse_request(chat, asked);
}

std::string_view finish(ir::StopReason reason) {
  switch (reason) {
    case ir::StopReason::length:
    case ir::StopReason::context_full: return "length";
    case ir::StopReason::refusal: return "content_filter";
    case ir::StopReason::end:
    case ir::StopReason::stop_sequence:
    case ir::StopReason::tool_use:
    case ir::StopReason::paused: return "stop";
  }
  std::unreachable();
}

void write_head(json::Writer& w, const ReplyContext& context) {
  w.field("id", "cmpl-" + context.id);
  w.field("object", "text_completion");
  w.field("created", context.created_s);
  w.field("model", context.model);
}

void write_choice(json::Writer& w, std::size_t index, std::string_view text, std::string_view finish_reason) {
  w.begin_object();
  w.field("text", text);
  w.field("index", index);
  w.field_null("logprobs");
  w.key("finish_reason");
  finish_reason.empty() ? w.null() : w.value(finish_reason);
  w.end_object();
}

// What completions, which are text, have no place for.
void note_lost(const ir::PartBody& body, ir::Losses& losses) {
  const auto lost = [&losses] { losses.dropped("reply", "completions are text and nothing else"); };
  std::visit(
      Overloaded{
          [](const ir::Text&) {},
          [](const ir::Refusal&) {},
          [&](const ir::Reasoning&) { losses.harmless("reply.reasoning", "completions have no place for thoughts"); },
          [&](const ir::Media&) { lost(); },
          [&](const ir::ToolCall&) { lost(); },
          [&](const ir::ToolResult&) { lost(); },
          [&](const ir::Opaque&) { lost(); },
      },
      body);
}

std::string text_of(const ir::Response& response, ir::Losses* losses) {
  std::string text;
  for (const auto& part : response.parts) {
    if (const auto* said = std::get_if<ir::Text>(&part.body)) text += said->text;
    if (const auto* refused = std::get_if<ir::Refusal>(&part.body)) text += refused->text;
    if (losses != nullptr) note_lost(part.body, *losses);
  }
  return text;
}

std::string render_completions(std::span<const ir::Response> responses, const ReplyContext& context) {
  json::Writer w;
  w.begin_object();
  write_head(w, context);
  ir::Usage usage;
  w.key("choices");
  w.begin_array();
  for (std::size_t i = 0; i < responses.size(); ++i) {
    write_choice(w, i, text_of(responses[i], context.losses), finish(responses[i].stop.reason));
    usage.add(responses[i].usage);
  }
  w.end_array();
  write_usage(w, "usage", usage);
  w.end_object();
  return std::move(w).take();
}

std::string render_completion(const ir::Response& response, const ReplyContext& context) {
  return render_completions(std::span(&response, 1), context);
}

class CompletionWriter final : public EventWriter {
 public:
  explicit CompletionWriter(ReplyContext context) : context_(std::move(context)) {}

  void write(const ir::Event& event, std::string& out) override {
    std::visit(Overloaded{
                   [&](const ir::Started& e) { usage_.update(e.usage); },
                   [&](const ir::Opened& e) { note_lost(e.part.body, losses_); },
                   [&](const ir::TextGrew& e) { chunk(out, e.text, {}); },
                   [&](const ir::RefusalGrew& e) { chunk(out, e.text, {}); },
                   [](const ir::ThoughtGrew&) {},
                   [](const ir::ArgumentsGrew&) {},
                   [](const ir::Cited&) {},
                   [](const ir::Scored&) {},
                   [](const ir::Signed&) {},
                   [](const ir::Closed&) {},
                   [&](const ir::Metered& e) { usage_.update(e.usage); },
                   [&](const ir::Finished& e) { end(e, out); },
                   [&](const ir::Failed& e) { append_sse(out, "", render_error(e.error, context_.id).body); },
               },
               event);
  }
  void keep_alive(std::string& out) override { out += ": keep-alive\n\n"; }
  [[nodiscard]] std::string_view content_type() const override { return "text/event-stream"; }
  [[nodiscard]] const ir::Losses& losses() const override { return losses_; }

 private:
  void chunk(std::string& out, std::string_view text, std::string_view finish_reason) {
    json::Writer w;
    w.begin_object();
    write_head(w, context_);
    w.key("choices");
    w.begin_array();
    write_choice(w, context_.question, text, finish_reason);
    w.end_array();
    w.end_object();
    append_sse(out, "", w.text());
  }

  void end(const ir::Finished& event, std::string& out) {
    chunk(out, "", finish(event.stop.reason));
    if (context_.more_follow) return;
    if (context_.request != nullptr && context_.request->usage_in_stream) {
      json::Writer w;
      w.begin_object();
      write_head(w, context_);
      w.key("choices");
      w.raw("[]");
      auto usage = context_.spent;
      usage.add(usage_);
      write_usage(w, "usage", usage);
      w.end_object();
      append_sse(out, "", w.text());
    }
    append_sse(out, "", done);
  }

  ReplyContext context_;
  ir::Usage usage_{};
  ir::Losses losses_{};
};

std::unique_ptr<EventWriter> make_completion_writer(ReplyContext context) {
  return std::make_unique<CompletionWriter>(std::move(context));
}

Observation observe_completion(const json::Document& body) {
  const auto root = body.root();
  Observation seen{.usage = usage_in(root), .failed = error_in(root, "")};
  const auto choice = root["choices"][std::size_t{0}];
  seen.semantic = !choice["text"].text_or("").empty() || choice["finish_reason"].is_string();
  if (choice["finish_reason"].is_string()) seen.stop = stop_info(choice["finish_reason"].text_or(""), false, false);
  return seen;
}

Observation observe_completion_event(const SseEvent& event) {
  if (event.data == done) return {.last = true};
  const auto document = json::Document::parse(event.data);
  return document ? observe_completion(*document) : Observation{};
}

constexpr Questions questions{.split = split, .render_responses = render_completions};

}  // namespace

const Codec completions_codec{
    .dialect = ir::Dialect::openai_chat,
    .parse_request = parse_completion,
    .render_request = render_request,
    .parse_response = parse_response,
    .render_response = render_completion,
    .make_reader = make_reader,
    .make_writer = make_completion_writer,
    .observe = observe_completion_event,
    .observe_whole = observe_completion,
    .render_error = render_error,
    .diagnose = diagnose,
    .render_token_count = render_token_count,
    .render_models = render_models,
    .render_model = render_model,
    .questions = &questions,
};

}  // namespace agt::dialect::openai_chat
