// The queue of scripts that POST /sim/script fills: per key and model, taken in order.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "sim/script.h"

namespace agt::sim {

class ScriptBook {
 public:
  // {"key":"*|KEY","model":"*|M","times":N,"script":{…}}, or an array of such. Returns how many are queued now.
  [[nodiscard]] Result<std::size_t> add(json::Value entry);
  // The first script that fits; one use of it is spent. `key` and `model` of an entry may hold wildcards.
  [[nodiscard]] std::optional<Script> take(std::string_view key, std::string_view model);
  void clear();
  [[nodiscard]] bool empty() const { return size_.load(std::memory_order_relaxed) == 0; }

 private:
  struct Entry {
    std::string key = "*";
    std::string model = "*";
    std::int64_t times = 1;  // negative: for ever
    Script script{};
  };
  [[nodiscard]] static Result<Entry> read(json::Value entry);

  std::mutex mutex_{};
  std::deque<Entry> entries_{};
  std::atomic<std::size_t> size_{0};
};

}  // namespace agt::sim
