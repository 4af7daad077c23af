// A request as it came in, and a reply as it will be delivered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace agt::sim {

struct Header {
  std::string name{};  // lower case in requests
  std::string value{};
};

struct Request {
  std::string method{};
  std::string target{};
  std::string body{};
  std::vector<Header> headers{};
  bool keep_alive = true;

  // The target as a client that percent-encodes ':' and '/' would have meant it.
  [[nodiscard]] std::string path() const {
    const auto raw = std::string_view(target).substr(0, target.find('?'));
    return text::percent_decoded(raw).value_or(std::string(raw));
  }
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
  }
  [[nodiscard]] const Header* find(std::string_view name) const {
    for (const auto& header : headers)
      if (header.name == name) return &header;
    return nullptr;
  }
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto* found = find(name);
    return found == nullptr ? std::string_view{} : std::string_view(found->value);
  }
};

// One parameter of a query or of a form body, decoded; empty when absent.
[[nodiscard]] inline std::string parameter(std::string_view query, std::string_view name) {
  for (const auto pair : text::split(query, '&')) {
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name || equals == std::string_view::npos) continue;
    std::string value(pair.substr(equals + 1));
    for (auto& c : value)
      if (c == '+') c = ' ';
    return text::percent_decoded(value).value_or(value);
  }
  return {};
}

enum class FrameKind : std::uint8_t { start, delta, finish, done };

// A stream before delivery: all its events in one buffer, with the end and the role of each.
struct Frames {
  struct Mark {
    std::size_t end{};
    FrameKind kind{};
  };
  std::string bytes{};
  std::vector<Mark> marks{};

  void close(FrameKind kind) { marks.push_back({.end = bytes.size(), .kind = kind}); }
  [[nodiscard]] std::string_view at(std::size_t i) const {
    const auto begin = i == 0 ? 0 : marks[i - 1].end;
    return std::string_view(bytes).substr(begin, marks[i].end - begin);
  }
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<Header> headers{};
  std::string body{};
  bool stream = false;  // then `frames` counts, not `body`
  Frames frames{};
};

}  // namespace agt::sim
