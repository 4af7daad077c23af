#include "dialect/keepsakes.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dialect/limits.h"
#include "dialect/tool_names.h"

namespace agt::dialect {
namespace {

bool signed_thought(const ir::Part& part) {
  return std::holds_alternative<ir::Reasoning>(part.body) && part.signature.has_value();
}

}  // namespace

std::size_t Keepsake::bytes() const {
  std::size_t sum = sizeof(Keepsake) + name.size() + (signature ? signature->blob.size() : 0);
  for (const auto& part : thoughts)
    sum += sizeof(ir::Part) + std::get<ir::Reasoning>(part.body).text.size() + part.signature->blob.size();
  return sum;
}

void KeepsakeCollector::take(const ir::Event& event) {
  const auto part = [this](int index) -> ir::Part* {
    const auto found = std::ranges::find(open_, index, &Open::index);
    return found == open_.end() ? nullptr : &found->part;
  };
  if (const auto* opened = std::get_if<ir::Opened>(&event)) {
    const auto& body = opened->part.body;
    if (std::holds_alternative<ir::Reasoning>(body) || std::holds_alternative<ir::ToolCall>(body))
      open_.push_back({.index = opened->index, .part = opened->part});
  } else if (const auto* thought = std::get_if<ir::ThoughtGrew>(&event)) {
    auto* grown = part(thought->index);
    auto* reasoning = grown == nullptr ? nullptr : std::get_if<ir::Reasoning>(&grown->body);
    if (reasoning == nullptr) return;
    reasoning->text += thought->text;
    if (reasoning->text.size() <= thought_bytes_kept_max) return;
    grown->body = ir::Text{};  // half of the thinking would be worse than none
    thoughts_.clear();
  } else if (const auto* proof = std::get_if<ir::Signed>(&event)) {
    if (auto* grown = part(proof->index)) grown->signature = proof->signature;
  } else if (const auto* closed = std::get_if<ir::Closed>(&event)) {
    const auto found = std::ranges::find(open_, closed->index, &Open::index);
    if (found == open_.end()) return;
    auto whole = std::move(*found);
    open_.erase(found);
    close(std::move(whole));
  }
}

void KeepsakeCollector::close(Open open) {
  if (signed_thought(open.part)) {
    open.part.extras = {};  // ids of a server's items mean nothing when the item comes from another client
    thoughts_.push_back(std::move(open.part));
    return;
  }
  const auto* call = std::get_if<ir::ToolCall>(&open.part.body);
  if (call == nullptr || (thoughts_.empty() && !open.part.signature)) return;
  done_.emplace_back(legal_tool_id(call->id), Keepsake{.thoughts = std::exchange(thoughts_, {}),
                                                       .signature = std::move(open.part.signature),
                                                       .name = call->name});
}

std::vector<std::pair<std::string, Keepsake>> KeepsakeCollector::release() && { return std::move(done_); }

std::size_t put_back(ir::Request& request, const FindKeepsake& find) {
  std::size_t count = 0;
  for (auto& message : request.messages) {
    if (message.role != ir::Role::assistant) continue;
    std::vector<ir::Part> parts;
    parts.reserve(message.parts.size());
    bool own_thoughts = false;  // the client has sent the thinking itself
    for (auto& part : message.parts) {
      own_thoughts = own_thoughts || signed_thought(part);
      const auto* call = std::get_if<ir::ToolCall>(&part.body);
      const auto kept = call == nullptr ? nullptr : find(call->id);
      if (kept && kept->name == call->name) {
        if (!own_thoughts) std::ranges::copy(kept->thoughts, std::back_inserter(parts));
        if (!part.signature) part.signature = kept->signature;
        ++count;
      }
      parts.push_back(std::move(part));
    }
    message.parts = std::move(parts);
  }
  return count;
}

}  // namespace agt::dialect
