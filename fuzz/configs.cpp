// Configuration files of other programs: any text is left alone with a reason, or gets the setting, reads as set
// afterwards and keeps every other line.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "connect/diff.h"
#include "connect/edit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace connect = agt::connect;
  constexpr std::array formats{connect::Format::jsonc, connect::Format::toml, connect::Format::env};
  if (size < 1) return 0;
  const auto format = formats[data[0] % formats.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool nested = format != connect::Format::env && data[0] >= 128;
  const auto setting = connect::Setting{
      .path = nested ? std::vector<std::string>{"env", "BASE_URL"} : std::vector<std::string>{"BASE_URL"},
      .value = "http://127.0.0.1:8045/v1"};
  const auto changed = connect::edited(format, text, {setting});
  if (!changed) {
    if (changed.error().message.empty()) std::abort();
    return 0;
  }
  const auto value = connect::value_at(format, *changed, setting.path);
  if (!value || *value != setting.value) std::abort();
  if (connect::edited(format, *changed, {setting}) != *changed) std::abort();
  if (size < 4096 && connect::diff(text, *changed).empty() != (text == *changed)) std::abort();
  return 0;
}
