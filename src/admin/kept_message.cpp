#include "admin/kept_message.h"

#include <algorithm>

namespace agt::admin {

KeptMessage taken_apart(std::string_view text) {
  KeptMessage message;
  const auto line_of = [&text] {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  message.first_line = line_of();
  for (auto line = line_of(); !line.empty(); line = line_of()) {
    const auto colon = std::min(line.find(": "), line.size());
    message.headers.push_back({.name = std::string(line.substr(0, colon)),
                               .value = std::string(line.substr(std::min(colon + 2, line.size())))});
  }
  message.body = text;
  return message;
}

}  // namespace agt::admin
