#include "sim/script_book.h"

#include <fmt/format.h>

#include "sim/limits.h"

namespace agt::sim {

Result<ScriptBook::Entry> ScriptBook::read(json::Value entry) {
  if (!entry.is_object()) return entry.refuse("an object");
  Entry out;
  for (const auto member : entry.children()) {
    if (member.key_is("key")) {
      TRY(out.key, member.text());
    } else if (member.key_is("model")) {
      TRY(out.model, member.text());
    } else if (member.key_is("times")) {
      TRY(out.times, member.integer());
    } else if (member.key_is("script")) {
      TRY(out.script, parse_script(member));
    } else {
      return fail(Code::schema, fmt::format("unknown field \"{}\"", member.key()));
    }
  }
  return out;
}

Result<std::size_t> ScriptBook::add(json::Value entry) {
  std::vector<Entry> fresh;
  if (entry.is_array()) {
    for (const auto one : entry.children()) {
      TRY(auto read_one, read(one));
      fresh.push_back(std::move(read_one));
    }
  } else {
    TRY(auto read_one, read(entry));
    fresh.push_back(std::move(read_one));
  }
  const std::scoped_lock lock(mutex_);
  if (entries_.size() + fresh.size() > scripts_max) return fail(Code::schema, "too many scripts are queued");
  for (auto& one : fresh)
    if (one.times != 0) entries_.push_back(std::move(one));
  size_.store(entries_.size(), std::memory_order_relaxed);
  return entries_.size();
}

std::optional<Script> ScriptBook::take(std::string_view key, std::string_view model) {
  if (empty()) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (!text::wildcard_match(entry->key, key) || !text::wildcard_match(entry->model, model)) continue;
    auto script = entry->script;
    if (entry->times > 0 && --entry->times == 0) entries_.erase(entry);
    size_.store(entries_.size(), std::memory_order_relaxed);
    return script;
  }
  return std::nullopt;
}

void ScriptBook::clear() {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
  size_.store(0, std::memory_order_relaxed);
}

}  // namespace agt::sim
