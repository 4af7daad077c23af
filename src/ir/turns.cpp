#include "ir/turns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

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
  return text_part(fmt::format("<system-reminder>\n{}\n</system-reminder>", text->text));
}

class Normaliser {
 public:
  Normaliser(const Request& request, TurnRules rules, Losses& losses)
      : request_(request), rules_(rules), losses_(losses) {}

  std::vector<Message> run() {
    const auto skip = leading_system_count(request_);
    index_results(skip);
    for (auto i = skip; i < request_.messages.size(); ++i) add(request_.messages[i], i);
    answer_open_calls();
    return std::move(out_);
  }

 private:
  // The last result for each call id counts; clients that retry send a call's result twice.
  void index_results(std::size_t from) {
    for (auto i = from; i < request_.messages.size(); ++i)
      for (const auto& part : request_.messages[i].parts)
        if (const auto* result = std::get_if<ToolResult>(&part.body)) {
          if (!results_.insert_or_assign(result->call_id, &part).second)
            losses_.approximated(fmt::format("messages[{}]", i),
                                 fmt::format("tool call {} has two results; the last one counts", result->call_id));
        }
    for (auto i = from; i < request_.messages.size(); ++i)
      for (const auto& part : request_.messages[i].parts)
        if (const auto* call = std::get_if<ToolCall>(&part.body)) called_.insert(call->id);
  }

  void add(const Message& message, std::size_t index) {
    if (is_system(message.role)) {
      add_system(message);
      return;
    }
    Message turn{.role = message.role, .name = message.name, .extras = message.extras};
    for (const auto& part : message.parts) {
      const auto* result = std::get_if<ToolResult>(&part.body);
      if (result == nullptr) {
        turn.parts.push_back(part);
      } else if (!called_.contains(result->call_id)) {
        turn.parts.push_back(orphan(*result, index));
      }
      // A result of a known call is placed by answer_open_calls, right after its call.
    }
    // Two assistant messages in a row are one turn where turns are merged: their calls are answered together.
    if (message.role == Role::assistant && (user_since_calls_ || !rules_.merge_same_role)) answer_open_calls();
    user_since_calls_ = user_since_calls_ || message.role != Role::assistant;
    push(std::move(turn));
  }

  void add_system(const Message& message) {
    Message turn{.role = rules_.system_inside ? message.role : Role::user, .extras = message.extras};
    for (const auto& part : message.parts) turn.parts.push_back(rules_.system_inside ? part : reminder(part));
    push(std::move(turn));
  }

  void push(Message turn) {
    if (turn.parts.empty() && turn.extras.empty()) return;
    if (turn.role != Role::assistant) answer_open_calls();
    const bool merge =
        rules_.merge_same_role && !out_.empty() && out_.back().role == turn.role && turn.name == out_.back().name;
    if (merge) {
      std::ranges::move(turn.parts, std::back_inserter(out_.back().parts));
      std::ranges::move(turn.extras.fields, std::back_inserter(out_.back().extras.fields));
    } else {
      out_.push_back(std::move(turn));
    }
    if (out_.back().role == Role::assistant) collect_calls(out_.back());
  }

  void collect_calls(const Message& turn) {
    open_calls_.clear();
    user_since_calls_ = false;
    for (const auto& part : turn.parts)
      if (const auto* call = std::get_if<ToolCall>(&part.body)) open_calls_.push_back(*call);
  }

  // One user message with the results of the calls of the assistant turn before it, in their order.
  void answer_open_calls() {
    if (open_calls_.empty()) return;
    Message answers{.role = Role::user};
    for (const auto& call : open_calls_) {
      const auto found = results_.find(call.id);
      Part part = found != results_.end() ? *found->second : made_up(call);
      if (auto& result = std::get<ToolResult>(part.body); result.name.empty()) result.name = call.name;
      answers.parts.push_back(std::move(part));
    }
    open_calls_.clear();
    out_.push_back(std::move(answers));
  }

  Part made_up(const ToolCall& call) {
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
    return text_part(fmt::format("[Result of tool call {}]\n{}", result.call_id, plain_text(result.content)));
  }

  const Request& request_;
  TurnRules rules_;
  Losses& losses_;
  std::map<std::string, const Part*, std::less<>> results_{};
  std::set<std::string, std::less<>> called_{};
  std::vector<ToolCall> open_calls_{};
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

std::vector<Part> system_parts(const Request& request) {
  auto parts = request.system;
  for (std::size_t i = 0; i < leading_system_count(request); ++i)
    std::ranges::copy(request.messages[i].parts, std::back_inserter(parts));
  return parts;
}

std::string plain_text(const std::vector<Part>& parts) {
  std::string out;
  for (const auto& part : parts)
    if (const auto* text = std::get_if<Text>(&part.body)) {
      if (!out.empty()) out += '\n';
      out += text->text;
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
