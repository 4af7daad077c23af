#include "relay/memories.h"

#include "relay/limits.h"

namespace agt::relay {

void Memories::keep(std::string_view client_key, std::string_view id, std::string text, Instant now) {
  if (text.size() > memory_bytes_max) return;
  const std::scoped_lock lock(mutex_);
  Name name(client_key, id);
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    bytes_ -= known->second->text.size();
    entries_.erase(known->second);
    by_name_.erase(known);
  }
  bytes_ += text.size();
  entries_.push_back({.name = name, .text = std::move(text), .until = now + memory_kept_for});
  by_name_.emplace(std::move(name), std::prev(entries_.end()));
  while (entries_.size() > memories_max || bytes_ > memories_bytes_max || entries_.front().until <= now) drop_oldest();
}

std::optional<std::string> Memories::find(std::string_view client_key, std::string_view id, Instant now) {
  const std::scoped_lock lock(mutex_);
  while (!entries_.empty() && entries_.front().until <= now) drop_oldest();
  const auto known = by_name_.find(Name(client_key, id));
  if (known == by_name_.end()) return std::nullopt;
  return known->second->text;
}

void Memories::drop_oldest() {
  bytes_ -= entries_.front().text.size();
  by_name_.erase(entries_.front().name);
  entries_.pop_front();
}

}  // namespace agt::relay
