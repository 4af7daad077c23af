#include "json/writer.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

namespace agt::json {
namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_quoted(std::string& out, std::string_view s) {
  out.reserve(out.size() + s.size() + 2);
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!needs_escape(s[i])) continue;
    out.append(s, begin, i - begin);
    append_escape(out, s[i]);
    begin = i + 1;
  }
  out.append(s, begin, s.size() - begin);
  out += '"';
}

std::string quoted(std::string_view s) {
  std::string out;
  append_quoted(out, s);
  return out;
}

void Writer::separate() {
  if (comma_due_) out_ += ',';
  comma_due_ = true;
}

void Writer::open(char c) {
  separate();
  out_ += c;
  ++depth_;
  comma_due_ = false;
}

void Writer::close(char c) {
  assert(depth_ > 0);
  out_ += c;
  --depth_;
  comma_due_ = true;
}

void Writer::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_ += ':';
  comma_due_ = false;
}

void Writer::token(std::string_view text) {
  assert(!text.empty());
  separate();
  out_ += text;
}

void Writer::value(std::string_view s) {
  separate();
  append_quoted(out_, s);
}

void Writer::integer(std::int64_t n) { token(fmt::format_int(n).c_str()); }

void Writer::value(double n) {
  assert(std::isfinite(n));
  constexpr double exact_max = 9007199254740992.0;
  if (std::trunc(n) == n && std::fabs(n) < exact_max)
    integer(static_cast<std::int64_t>(n));
  else
    token(fmt::format("{}", n));
}

void Writer::fields(const std::vector<RawField>& extras) {
  for (const auto& extra : extras) field(extra.key, extra.value);
}

std::string Writer::take() && {
  assert(depth_ == 0);
  return std::move(out_);
}

}  // namespace agt::json
