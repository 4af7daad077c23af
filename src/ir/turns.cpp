#include "ir/turns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "core/overloaded.h"

namespace agt::ir {
namespace {

bool is_system(Role role) { return role == Role::system || role == Role::developer; }

std::size_t leading_system_count(const Request& request) {
  const auto first = std::ranges::find_if(request.messages, [](const Message& m) { return !is_system(m.role); });
  return static_cast<std::size_t>(first - request.messages.begin());
}

Part reminder(const Part& part) {
  const auto* text = std::get_if<Text>(&part.body);
  if (text == nullptr) return part;
  return text_part(fmt::format("<system-reminder>\n{}\n</system-reminder>", text->text.plain()));
}

// Which result belongs to which call. Ids alone do not say it: some servers number their calls anew in every answer
// ("call_0"), and clients replay that. A result belongs to the last calls of its id before it, in their order.
class Pairing {
 public:
  struct Call {
    std::string id{};  // its own, or one made of it when an earlier call has the same
    const Part* result = nullptr;
  };

  Pairing(std::span<const Message> messages, std::size_t first, Losses& losses) : losses_(losses) {
    for (const auto& message : messages)
      for (const auto& part : message.parts)
        if (const auto* call = std::get_if<ToolCall>(&part.body)) add_call(part, *call);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].role != Role::assistant) ++turn_;
      for (const auto& part : messages[i].parts) {
        if (const auto* call = std::get_if<ToolCall>(&part.body)) pass(part, *call);
        if (const auto* result = std::get_if<ToolResult>(&part.body)) add_result(part, *result, first + i);
      }
    }
  }

  [[nodiscard]] const Call& call(const Part& part) const { return calls_.at(&part); }
  [[nodiscard]] bool answers_a_call(const ToolResult& result) const { return ids_.contains(result.call_id); }

 private:
  struct Id {
    std::size_t calls = 0;
    std::size_t turn = 0;
    std::vector<Call*> recent{};  // of the last turn that has called so
    std::vector<Call*> all{};
  };

  void add_call(const Part& part, const ToolCall& call) {
    auto& id = ids_[call.id];
    const auto n = ++id.calls;
    auto& own = calls_[&part];
    own.id = n == 1 ? call.id : fmt::format("{}_{}", call.id, n);
    while (!used_.insert(own.id).second) own.id += '_';
    id.all.push_back(&own);
  }

  // The calls of an id that later results may answer, when the history has come to this one.
  void pass(const Part& part, const ToolCall& call) {
    auto& id = ids_.at(call.id);
    if (id.turn != turn_) id.recent.clear();
    id.turn = turn_;
    id.recent.push_back(&calls_.at(&part));
  }

  void add_result(const Part& part, const ToolResult& result, std::size_t index) {
    const auto found = ids_.find(result.call_id);
    if (found == ids_.end()) return;
    auto& candidates = found->second.recent.empty() ? found->second.all : found->second.recent;
    const auto open = std::ranges::find(candidates, nullptr, &Call::result);
    if (open != candidates.end()) {
      (*open)->result = &part;
      return;
    }
    // Clients that retry send a call's result twice.
    candidates.back()->result = &part;
    losses_.approximated(fmt::format("messages[{}]", index),
                         fmt::format("tool call {} has two results; the last one counts", result.call_id));
  }

  Losses& losses_;
  std::size_t turn_ = 1;
  std::map<std::string, Id, std::less<>> ids_{};
  std::set<std::string, std::less<>> used_{};
  std::map<const Part*, Call> calls_{};
};

class Normaliser {
 public:
  Normaliser(const Request& request, TurnRules rules, Losses& losses)
      : request_(request),
        rules_(rules),
        losses_(losses),
        skip_(leading_system_count(request)),
        pairing_(std::span(request.messages).subspan(skip_), skip_, losses) {}

  std::vector<Message> run() {
    for (auto i = skip_; i < request_.messages.size(); ++i) add(request_.messages[i], i);
    answer_open_calls();
    return std::move(out_);
  }

 private:
  struct OpenCall {
    std::string id{};
    std::string name{};
    ToolCall::Kind kind{};
    const Part* result = nullptr;
  };

  void add(const Message& message, std::size_t index) {
    if (is_system(message.role)) {
      add_system(message, index);
      return;
    }
    Message turn{.role = message.role, .name = message.name, .extras = message.extras};
    std::vector<OpenCall> calls;
    for (const auto& part : message.parts) {
      const auto* result = std::get_if<ToolResult>(&part.body);
      if (result != nullptr) {
        // A result of a known call is placed by answer_open_calls, right after its call.
        if (!pairing_.answers_a_call(*result)) turn.parts.push_back(orphan(*result, index));
        continue;
      }
      turn.parts.push_back(part);
      if (auto* call = std::get_if<ToolCall>(&turn.parts.back().body)) {
        const auto& paired = pairing_.call(part);
        call->id = paired.id;
        if (message.role == Role::assistant) calls.push_back({call->id, call->name, call->kind, paired.result});
      }
    }
    // Two assistant messages in a row are one turn where turns are merged: their calls are answered together.
    if (message.role == Role::assistant && (user_since_calls_ || !rules_.merge_same_role)) answer_open_calls();
    user_since_calls_ = user_since_calls_ || message.role != Role::assistant;
    push(std::move(turn), std::move(calls));
  }

  void add_system(const Message& message, std::size_t index) {
    Message turn{.role = rules_.system_inside ? message.role : Role::user, .extras = message.extras};
    for (const auto& part : message.parts) turn.parts.push_back(rules_.system_inside ? part : reminder(part));
    if (!rules_.system_inside && !turn.parts.empty())
      losses_.approximated(fmt::format("messages[{}]", index),
                           "this model takes no system messages in mid-conversation; it became a reminder");
    push(std::move(turn), {});
  }

  void push(Message turn, std::vector<OpenCall> calls) {
    if (turn.parts.empty() && turn.extras.empty()) return;
    const bool assistant = turn.role == Role::assistant;
    if (!assistant) answer_open_calls();
    const bool merge =
        rules_.merge_same_role && !out_.empty() && out_.back().role == turn.role && turn.name == out_.back().name;
    if (merge) {
      std::ranges::move(turn.parts, std::back_inserter(out_.back().parts));
      std::ranges::move(turn.extras.fields, std::back_inserter(out_.back().extras.fields));
    } else {
      out_.push_back(std::move(turn));
    }
    if (!assistant) return;
    if (!merge) open_calls_.clear();
    user_since_calls_ = false;
    std::ranges::move(calls, std::back_inserter(open_calls_));
  }

  // One user message with the results of the calls of the assistant turn before it, in their order.
  void answer_open_calls() {
    if (open_calls_.empty()) return;
    Message answers{.role = Role::user};
    for (const auto& call : open_calls_) {
      Part part = call.result != nullptr ? *call.result : made_up(call);
      auto& result = std::get<ToolResult>(part.body);
      result.call_id = call.id;
      if (result.name.empty()) result.name = call.name;
      answers.parts.push_back(std::move(part));
    }
    open_calls_.clear();
    out_.push_back(std::move(answers));
  }

  Part made_up(const OpenCall& call) {
    losses_.approximated(
        "messages", fmt::format("tool call {} ({}) has no result; an error result was put in", call.id, call.name));
    ToolResult result{.call_id = call.id, .name = call.name, .content = {}, .is_error = true, .kind = call.kind};
    result.content.push_back(text_part("The tool gave no result."));
    Part part;
    part.body = std::move(result);
    return part;
  }

  Part orphan(const ToolResult& result, std::size_t index) {
    losses_.approximated(fmt::format("messages[{}]", index),
                         fmt::format("the result of an unknown tool call {} was turned into text", result.call_id));
    return text_part(fmt::format("[Result of tool call {}]\n{}", result.call_id, plain_text(result.content).plain()));
  }

  const Request& request_;
  TurnRules rules_;
  Losses& losses_;
  std::size_t skip_ = 0;
  Pairing pairing_;
  std::vector<OpenCall> open_calls_{};
  bool user_since_calls_ = false;
  std::vector<Message> out_{};
};

constexpr std::int64_t image_tokens = 1500;
constexpr std::int64_t document_tokens = 5000;
constexpr std::size_t bytes_per_token = 4;

std::int64_t text_tokens(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + bytes_per_token - 1) / bytes_per_token);
}

std::int64_t part_tokens(const Part& part) {
  return std::visit(
      Overloaded{
          [](const Text& body) { return text_tokens(body.text.size()); },
          [](const Refusal& body) { return text_tokens(body.text.size()); },
          [](const Reasoning& body) { return text_tokens(body.text.size()); },
          [](const Media& body) { return body.kind == MediaKind::image ? image_tokens : document_tokens; },
          [](const ToolCall& body) { return text_tokens(body.name.size() + body.arguments.size()) + 8; },
          [](const ToolResult& body) {
            std::int64_t sum = 8;
            for (const auto& inner : body.content) sum += part_tokens(inner);
            return sum;
          },
          [](const Opaque& body) { return text_tokens(body.raw.text.size()); },
      },
      part.body);
}

}  // namespace

std::vector<Message> turns(const Request& request, TurnRules rules, Losses& losses) {
  return Normaliser(request, rules, losses).run();
}

void drop_signatures(Request& request) {
  for (auto& message : request.messages) {
    for (auto& part : message.parts) part.signature.reset();
    std::erase_if(message.parts, [](const Part& part) {
      const auto* reasoning = std::get_if<Reasoning>(&part.body);
      return reasoning != nullptr && (reasoning->redacted || reasoning->text.empty());
    });
  }
}

std::vector<Part> system_parts(const Request& request) {
  auto parts = request.system;
  for (std::size_t i = 0; i < leading_system_count(request); ++i)
    std::ranges::copy(request.messages[i].parts, std::back_inserter(parts));
  return parts;
}

json::Words plain_text(const std::vector<Part>& parts) {
  json::Words out;
  for (const auto& part : parts)
    if (const auto* text = std::get_if<Text>(&part.body)) {
      if (!out.empty()) out.append(json::Words::spelled("\\n", true));
      out.append(text->text);
    }
  return out;
}

std::int64_t estimated_tokens(const Request& request) {
  constexpr std::int64_t message_overhead = 4;
  std::int64_t sum = 0;
  for (const auto& part : request.system) sum += part_tokens(part);
  for (const auto& message : request.messages) {
    sum += message_overhead;
    for (const auto& part : message.parts) sum += part_tokens(part);
  }
  for (const auto& either : request.tools)
    sum +=
        std::visit(Overloaded{
                       [](const Tool& tool) {
                         return text_tokens(tool.name.size() + tool.description.size() + tool.schema.text.size()) + 8;
                       },
                       [](const HostedTool& tool) { return text_tokens(tool.raw.text.size()); },
                   },
                   either);
  return std::max<std::int64_t>(sum, 1);
}

}  // namespace agt::ir
