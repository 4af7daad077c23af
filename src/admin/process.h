// What the kernel says of this process.
#pragma once

#include <cstdint>

namespace agt::admin {

struct ProcessFacts {
  double cpu_seconds = 0;
  std::int64_t resident_bytes = 0;
  std::int64_t virtual_bytes = 0;
  std::int64_t threads = 0;
  std::int64_t open_fds = 0;
  std::int64_t fds_max = 0;
};
// What cannot be read is 0.
[[nodiscard]] ProcessFacts process_facts();

}  // namespace agt::admin
