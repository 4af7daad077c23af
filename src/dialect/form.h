// multipart/form-data (RFC 7578), for endpoints that take files: where the fields of a body stand, and one value
// replaced without touching another byte.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace agt::dialect {

inline constexpr std::string_view form_type = "multipart/form-data";

class Form {
 public:
  // Code::schema for what is no form; every part must have a name.
  [[nodiscard]] static Result<Form> parse(std::string_view content_type, std::string_view body);

  // The value of a field that is no file; nothing when there is none. Code::schema when there are several, since
  // nobody could say which of them the upstream takes. `body` is the one that was parsed.
  [[nodiscard]] Result<std::optional<std::string_view>> text(std::string_view body, std::string_view name) const;

  // `body` with another value in that field, which must exist.
  [[nodiscard]] std::string with(std::string_view body, std::string_view name, std::string_view value) const;

 private:
  struct Part {
    std::string name{};
    bool file = false;
    std::size_t begin = 0;  // of its value in the body
    std::size_t size = 0;
  };
  [[nodiscard]] const Part* find(std::string_view name) const;

  std::vector<Part> parts_{};
};

}  // namespace agt::dialect
