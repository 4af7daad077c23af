// Writing JSON: appends to a string, puts the commas itself, and takes Raw text as it is.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/raw.h"
#include "json/words.h"

namespace agt::json {

// Usage:
//   Writer w;
//   w.begin_object();
//   w.field("model", model);
//   w.key("messages"); w.begin_array(); … w.end_array();
//   w.end_object();
//   send(std::move(w).take());
// A begin without its end is a bug and is asserted in take().
class Writer {
 public:
  Writer() = default;
  explicit Writer(std::size_t bytes) { out_.reserve(bytes); }
  explicit Writer(std::string into) : out_(std::move(into)) {}  // appends after what is there

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  void key(std::string_view name);

  void value(std::string_view s);
  void value(const char* s) { value(std::string_view(s)); }
  void value(const std::string& s) { value(std::string_view(s)); }
  void value(const Words& words);
  void value(std::integral auto n) {
    if constexpr (std::same_as<decltype(n), bool>)
      token(n ? "true" : "false");
    else
      integer(static_cast<std::int64_t>(n));
  }
  void value(double n);              // shortest form that reads back equal; 1.0 is written 1
  void thousandths(std::int64_t n);  // 1200 is written 1.2: milliseconds from whole microseconds, at no cost
  void value(const Raw& raw) { token(raw.text); }
  void raw(std::string_view text) { token(text); }
  void null() { token("null"); }

  template <class T>
  void field(std::string_view name, const T& v) {
    key(name);
    value(v);
  }
  void field_null(std::string_view name) {
    key(name);
    null();
  }
  void fields(const std::vector<RawField>& extras);

  [[nodiscard]] const std::string& text() const { return out_; }
  [[nodiscard]] std::string take() &&;

 private:
  void open(char c);
  void close(char c);
  void token(std::string_view text);
  void integer(std::int64_t n);
  void separate();

  std::string out_{};
  int depth_ = 0;
  bool comma_due_ = false;
};

// Appends `s` as a JSON string literal, quotes included. `s` must be UTF-8; it is copied byte for byte but for the
// characters that RFC 8259 §7 requires to be escaped.
void append_quoted(std::string& out, std::string_view s);
[[nodiscard]] std::string quoted(std::string_view s);

}  // namespace agt::json
