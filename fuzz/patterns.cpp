// Patterns of rules: any is refused with a reason or answers for any model's name, in time.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "relay/limits.h"
#include "relay/pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line_end = input.find('\n');
  if (line_end == std::string_view::npos) return 0;
  const auto match = input.substr(0, line_end);
  const auto model = input.substr(line_end + 1, agt::relay::model_name_bytes_max);
  const auto check = [model](const std::string& pattern) {
    const auto good = agt::relay::check_pattern(pattern);
    if (!good && good.error().message.empty()) std::abort();
    if (good) static_cast<void>(agt::relay::matches(pattern, model));
  };
  check(std::string(match));
  check("/" + std::string(match) + "/");
  if (!agt::relay::matches("*", model)) std::abort();
  return 0;
}
