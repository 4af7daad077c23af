// How a browser comes to a token without the user copying one: a link with a code that works once, for a few minutes,
// is exchanged for a token that belongs to that page alone. Codes and tokens live as long as the process at most.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"

namespace agt::admin {

// What the holder of a token may do. A page that only looks can be left on a wall, or shown to somebody.
enum class Rights : std::uint8_t { manage, view };

struct PageToken {
  Secret secret{};
  Rights rights = Rights::view;
};

// Any thread may call.
class SignIns {
 public:
  [[nodiscard]] Secret make_code(Instant now, Rights rights = Rights::manage);
  // Uses the code up. Code::key_unknown when it was used, is too old, or never was.
  [[nodiscard]] Result<PageToken> exchange(std::string_view code, Instant now);
  // Of a page's token; one that is used stays alive. Nothing: it is none.
  [[nodiscard]] std::optional<Rights> rights_of(std::string_view token, Instant now);
  void forget(std::string_view token);

 private:
  struct Kept {
    Secret secret{};
    Instant until{};
    Rights rights = Rights::view;
  };
  using Shelf = std::vector<Kept>;
  static void put(Shelf& shelf, Kept kept, std::size_t most, Instant now);
  static Shelf::iterator find(Shelf& shelf, std::string_view shown, Instant now);

  std::mutex mutex_{};
  Shelf codes_{};
  Shelf tokens_{};
};

}  // namespace agt::admin
