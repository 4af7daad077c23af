// The plain data of HTTP/1.1 messages, shared by the server and the client side.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agt::net {

struct Header {
  std::string name{};  // as it came; compared without case
  std::string value{};
};

// Header fields in their order. Few, so a linear search beats any map.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;  // the first of that name
  [[nodiscard]] std::string_view get_or(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] bool has(std::string_view name) const { return get(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  void set(std::string_view name, std::string value);  // replaces all of that name
  void remove(std::string_view name);
  void extend_last(std::string_view value) { fields_.back().value += value; }  // of a field that comes in parts
  void reserve(std::size_t fields) { fields_.reserve(fields); }

  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }

 private:
  std::vector<Header> fields_{};
};

struct RequestHead {
  std::string method{};
  std::string target{};  // origin form, as it came
  std::string path{};    // percent-decoded once; never holds %2F, %00, "..", "//" or "\" (those are refused: H5)
  std::string query{};   // without '?', still encoded
  Headers headers{};
};

struct ResponseHead {
  int status = 200;
  Headers headers{};  // framing headers (content-length, transfer-encoding, connection, date) are the writer's own
};

// The decoded value of a query parameter, or nothing.
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view query, std::string_view name);
// `query` without that parameter, other bytes untouched.
[[nodiscard]] std::string without_query_parameter(std::string_view query, std::string_view name);

// An absolute http(s) URL taken apart. `path` has no trailing slash and is "" for a bare host; userinfo and fragments
// are refused.
struct Url {
  bool tls = true;
  std::string host{};  // lower case, without brackets
  unsigned short port = 443;
  std::string path{};

  [[nodiscard]] std::string authority() const;  // host[:port], brackets around IPv6, the default port left out
  [[nodiscard]] bool loopback() const;          // localhost, 127.0.0.0/8, ::1
};
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace agt::net
