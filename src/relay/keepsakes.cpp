#include "relay/keepsakes.h"

#include <iterator>

#include "relay/limits.h"

namespace agt::relay {

void Keepsakes::keep(std::string_view client_key, std::string_view call_id, dialect::Keepsake kept, Instant now) {
  const auto bytes = kept.bytes();
  if (bytes > keepsake_bytes_max) return;
  const std::scoped_lock lock(mutex_);
  Name name(client_key, call_id);
  if (const auto known = by_name_.find(name); known != by_name_.end()) drop(known->second);
  bytes_ += bytes;
  entries_.push_back({.name = name,
                      .kept = std::make_shared<const dialect::Keepsake>(std::move(kept)),
                      .until = now + keepsake_kept_for});
  by_name_.emplace(std::move(name), std::prev(entries_.end()));
  while (entries_.size() > keepsakes_max || bytes_ > keepsakes_bytes_max || entries_.front().until <= now)
    drop(entries_.begin());
}

std::shared_ptr<const dialect::Keepsake> Keepsakes::find(std::string_view client_key, std::string_view call_id,
                                                         Instant now) {
  const std::scoped_lock lock(mutex_);
  while (!entries_.empty() && entries_.front().until <= now) drop(entries_.begin());
  const auto known = by_name_.find(Name(client_key, call_id));
  return known == by_name_.end() ? nullptr : known->second->kept;
}

std::size_t Keepsakes::size() {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

void Keepsakes::drop(Place place) {
  bytes_ -= place->kept->bytes();
  by_name_.erase(place->name);
  entries_.erase(place);
}

}  // namespace agt::relay
