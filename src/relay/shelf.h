// Things kept in memory for clients, each under an id. Bounded in number, size and age; one client key never gets what
// belongs to another. Any thread may call.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.h"

namespace agt::relay {

struct ShelfLimits {
  Milliseconds kept_for{};
  std::size_t things = 0;
  std::size_t bytes = 0;
  std::size_t bytes_of_one = 0;  // a larger one is not kept
};

template <class Thing>
class Shelf {
 public:
  explicit Shelf(ShelfLimits limits) : limits_(limits) {}

  void keep(std::string_view client_key, std::string_view id, Thing thing, Instant now) {
    const auto bytes = bytes_in(thing);
    if (bytes > limits_.bytes_of_one) return;
    const std::scoped_lock lock(mutex_);
    Name name(client_key, id);
    if (const auto known = by_name_.find(name); known != by_name_.end()) drop(known->second);
    bytes_ += bytes;
    entries_.push_back({.name = name,
                        .thing = std::make_shared<const Thing>(std::move(thing)),
                        .bytes = bytes,
                        .until = now + limits_.kept_for});
    by_name_.emplace(std::move(name), std::prev(entries_.end()));
    while (entries_.size() > limits_.things || bytes_ > limits_.bytes || entries_.front().until <= now)
      drop(entries_.begin());
  }

  // nullptr when there is none.
  [[nodiscard]] std::shared_ptr<const Thing> find(std::string_view client_key, std::string_view id, Instant now) {
    const std::scoped_lock lock(mutex_);
    while (!entries_.empty() && entries_.front().until <= now) drop(entries_.begin());
    const auto known = by_name_.find(Name(client_key, id));
    return known == by_name_.end() ? nullptr : known->second->thing;
  }

  [[nodiscard]] std::size_t size() {
    const std::scoped_lock lock(mutex_);
    return entries_.size();
  }

 private:
  using Name = std::pair<std::string, std::string>;  // client key, id
  struct Entry {
    Name name{};
    std::shared_ptr<const Thing> thing{};
    std::size_t bytes = 0;
    Instant until{};
  };
  using Place = std::list<Entry>::iterator;

  static std::size_t bytes_in(const std::string& text) { return text.size(); }
  static std::size_t bytes_in(const auto& thing) { return thing.bytes(); }

  void drop(Place place) {
    bytes_ -= place->bytes;
    by_name_.erase(place->name);
    entries_.erase(place);
  }

  ShelfLimits limits_;
  std::mutex mutex_{};
  std::list<Entry> entries_{};  // oldest first
  std::map<Name, Place> by_name_{};
  std::size_t bytes_ = 0;
};

}  // namespace agt::relay
