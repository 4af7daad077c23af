#include "dialect/form.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "dialect/limits.h"

namespace agt::dialect {
namespace {

std::unexpected<Error> malformed(std::string_view why) {
  return fail(Code::schema, fmt::format("The form is malformed: {}.", why), "body");
}

// The value of a parameter such as boundary=x or name="x" in a header; nothing when it is not there. In quotes a
// backslash takes the next character as it is.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  auto at = header.find(';');
  while (at != std::string_view::npos) {
    header.remove_prefix(at + 1);
    const auto equals = header.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = text::iequals(text::trimmed(header.substr(0, equals)), name);
    auto rest = header.substr(equals + 1);
    std::string value;
    if (rest.starts_with('"')) {
      std::size_t i = 1;
      for (; i < rest.size() && rest[i] != '"'; ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        value += rest[i];
      }
      if (i >= rest.size()) return std::nullopt;
      rest.remove_prefix(i + 1);
    } else {
      value = text::trimmed(rest.substr(0, rest.find(';')));
    }
    if (wanted) return value;
    header = rest;
    at = header.find(';');
  }
  return std::nullopt;
}

// The content-disposition among the header lines of a part; "" when there is none.
std::string_view disposition(std::string_view head) {
  constexpr std::string_view name = "content-disposition:";
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    if (line.size() > name.size() && text::iequals(line.substr(0, name.size()), name)) return line.substr(name.size());
    head.remove_prefix(std::min(head.size(), line.size() + 2));
  }
  return {};
}

}  // namespace

Result<Form> Form::parse(std::string_view content_type, std::string_view body) {
  constexpr std::size_t boundary_bytes_max = 70;  // RFC 2046 §5.1.1
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > boundary_bytes_max)
    return malformed("its content-type names no boundary");
  const auto delimiter = "\r\n--" + *boundary;
  if (!body.starts_with(std::string_view(delimiter).substr(2))) return malformed("it does not begin with its boundary");
  Form form;
  std::size_t at = delimiter.size() - 2;
  while (!body.substr(at).starts_with("--")) {
    if (form.parts_.size() == form_parts_max) return malformed(fmt::format("more than {} parts", form_parts_max));
    if (!body.substr(at).starts_with("\r\n")) return malformed("something follows a boundary on its line");
    const auto head_end = body.substr(at, form_head_bytes_max).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return malformed("a part has no end of its headers");
    const auto shape = disposition(body.substr(at + 2, head_end));
    auto name = parameter(shape, "name");
    if (!name) return malformed("a part has no name");
    const bool file = parameter(shape, "filename") || parameter(shape, "filename*");
    const auto begin = at + head_end + 4;
    const auto end = body.find(delimiter, begin);
    if (end == std::string_view::npos) return malformed("its last boundary is missing");
    form.parts_.push_back({.name = *std::move(name), .file = file, .begin = begin, .size = end - begin});
    at = end + delimiter.size();
  }
  return form;
}

const Form::Part* Form::find(std::string_view name) const {
  const auto found = std::ranges::find_if(parts_, [name](const Part& part) { return part.name == name && !part.file; });
  return found == parts_.end() ? nullptr : &*found;
}

Result<std::optional<std::string_view>> Form::text(std::string_view body, std::string_view name) const {
  const auto count = std::ranges::count(parts_, name, &Part::name);
  if (count == 0) return std::nullopt;
  const auto* part = find(name);
  if (count > 1 || part == nullptr)
    return fail(Code::schema, fmt::format("{}: must be there once, and as text.", name), std::string(name));
  return body.substr(part->begin, part->size);
}

std::string Form::with(std::string_view body, std::string_view name, std::string_view value) const {
  const auto* part = find(name);
  std::string out;
  out.reserve(body.size() + value.size());
  out += body.substr(0, part->begin);
  out += value;
  out += body.substr(part->begin + part->size);
  return out;
}

}  // namespace agt::dialect
