// The plain data of HTTP/1.1 messages, shared by the server and the client side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agt::net {

// A field on its own, for those who keep one.
struct Header {
  std::string name{};
  std::string value{};
};

// A field of a Headers; valid until these are changed.
struct Field {
  std::string_view name{};  // as it came; compared without case
  std::string_view value{};
};

// Header fields in their order. Few, so a linear search beats any map; and all their text is one string, so that a head
// costs two allocations, not two for each field.
class Headers {
 public:
  class Iterator;

  Headers() = default;
  Headers(std::initializer_list<Field> fields);

  // The first of that name. Most that are asked for are not there, and their mark tells.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    return (marks_ & mark(name)) == 0 ? std::nullopt : found(name);
  }
  [[nodiscard]] std::string_view get_or(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] bool has(std::string_view name) const { return get(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const;
  void add(std::string_view name, std::string_view value);  // which must not be of these headers themselves
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void remove(std::string_view name);
  void extend_last(std::string_view value);  // of a field that comes in parts
  void reserve(std::size_t fields, std::size_t bytes);

  // The fields of a head that is parsed: its text is copied once, and place() says where in it the next field stands.
  void begin_text(std::string_view head, std::size_t fields);
  void place(std::string_view head, std::string_view name, std::string_view value);

  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] bool empty() const { return places_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return text_.size(); }  // of names and values

 private:
  struct Place {  // in text_
    std::uint32_t name = 0;
    std::uint32_t name_size = 0;
    std::uint32_t value = 0;
    std::uint32_t value_size = 0;
  };
  [[nodiscard]] Field at(std::size_t index) const {
    const auto& place = places_[index];
    return {{text_.data() + place.name, place.name_size}, {text_.data() + place.value, place.value_size}};
  }
  // One of 64 bits, the same for names that are equal without case.
  [[nodiscard]] static std::uint64_t mark(std::string_view name) {
    const auto letter = name.empty() ? 0U : static_cast<unsigned char>(name.front()) & 0x1fU;
    return std::uint64_t{1} << ((letter + 5 * name.size()) % 64U);
  }
  [[nodiscard]] std::optional<std::string_view> found(std::string_view name) const;

  std::string text_{};
  std::vector<Place> places_{};
  std::uint64_t marks_ = 0;  // of all names, and of some that were removed
};

class Headers::Iterator {
 public:
  using difference_type = std::ptrdiff_t;
  using value_type = Field;

  Iterator() = default;
  Iterator(const Headers& headers, std::size_t index) : headers_(&headers), index_(index) {}
  [[nodiscard]] Field operator*() const { return headers_->at(index_); }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  Iterator operator++(int) {
    const auto before = *this;
    ++index_;
    return before;
  }
  bool operator==(const Iterator&) const = default;

 private:
  const Headers* headers_ = nullptr;
  std::size_t index_ = 0;
};

inline Headers::Iterator Headers::begin() const { return {*this, 0}; }
inline Headers::Iterator Headers::end() const { return {*this, places_.size()}; }

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
