// Raw is JSON text kept verbatim: key order, spacing, number spelling and escapes survive. What we do not understand,
// or must not touch, travels as Raw.
#pragma once

#include <string>

namespace agt::json {

struct Raw {
  std::string text{};  // one complete JSON value; empty means "absent"

  [[nodiscard]] bool empty() const { return text.empty(); }
  friend bool operator==(const Raw&, const Raw&) = default;
};

struct RawField {
  std::string key{};  // unescaped
  Raw value{};

  friend bool operator==(const RawField&, const RawField&) = default;
};

}  // namespace agt::json
