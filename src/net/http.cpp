#include "net/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "core/text.h"

namespace agt::net {
namespace {

// Calls `take(name, whole)` for each `name=value` or `name` of the query, in order, until it returns true.
template <class Take>
void each_parameter(std::string_view query, Take take) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto whole = query.substr(0, end);
    const auto name = whole.substr(0, std::min(whole.find('='), whole.size()));
    if (take(name, whole)) return;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

bool is_named(std::string_view encoded, std::string_view name) {
  if (encoded == name) return true;
  return encoded.contains('%') && text::percent_decoded(encoded) == name;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_character(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.'; }

bool is_path_character(char c) {
  return c > ' ' && c < 0x7F && c != '#' && c != '\\' && c != '"' && c != '<' && c != '>';
}

}  // namespace

Headers::Headers(std::initializer_list<Field> fields) {
  for (const auto& field : fields) add(field.name, field.value);
}

std::optional<std::string_view> Headers::found(std::string_view name) const {
  for (const auto field : *this)
    if (text::iequals(field.name, name)) return field.value;
  return std::nullopt;
}

std::string_view Headers::get_or(std::string_view name, std::string_view fallback) const {
  return get(name).value_or(fallback);
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (const auto field : *this)
    if (text::iequals(field.name, name)) ++found;
  return found;
}

void Headers::add(std::string_view name, std::string_view value) {
  const auto before = text_.size();
  places_.push_back({.name = static_cast<std::uint32_t>(before),
                     .name_size = static_cast<std::uint32_t>(name.size()),
                     .value = static_cast<std::uint32_t>(before + name.size()),
                     .value_size = static_cast<std::uint32_t>(value.size())});
  marks_ |= mark(name);
  const auto after = before + name.size() + value.size();
  // Not the size that is passed in: libstdc++ 12 passes the new capacity when it reallocates.
  text_.resize_and_overwrite(after, [&](char* all, std::size_t /*size*/) {
    std::memcpy(all + before, name.data(), name.size());
    if (!value.empty()) std::memcpy(all + before + name.size(), value.data(), value.size());
    return after;
  });
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(places_,
                [&](const Place& place) { return text::iequals({text_.data() + place.name, place.name_size}, name); });
}

void Headers::extend_last(std::string_view value) {
  assert(places_.back().value + places_.back().value_size == text_.size());
  text_ += value;
  places_.back().value_size += static_cast<std::uint32_t>(value.size());
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  places_.reserve(fields);
  text_.reserve(bytes);
}

void Headers::begin_text(std::string_view head, std::size_t fields) {
  text_ = head;
  places_.clear();
  places_.reserve(fields);
  marks_ = 0;
}

void Headers::place(std::string_view head, std::string_view name, std::string_view value) {
  places_.push_back({.name = static_cast<std::uint32_t>(name.data() - head.data()),
                     .name_size = static_cast<std::uint32_t>(name.size()),
                     .value = static_cast<std::uint32_t>(value.empty() ? 0 : value.data() - head.data()),
                     .value_size = static_cast<std::uint32_t>(value.size())});
  marks_ |= mark(name);
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  each_parameter(query, [&](std::string_view parameter, std::string_view whole) {
    if (!is_named(parameter, name)) return false;
    found = text::percent_decoded(whole.substr(std::min(parameter.size() + 1, whole.size())));
    return true;
  });
  return found;
}

std::string without_query_parameter(std::string_view query, std::string_view name) {
  std::string rest;
  each_parameter(query, [&](std::string_view parameter, std::string_view whole) {
    if (is_named(parameter, name)) return false;
    if (!rest.empty()) rest += '&';
    rest += whole;
    return false;
  });
  return rest;
}

std::string Url::authority() const {
  const bool usual = port == (tls ? 443 : 80);
  auto text = host.contains(':') ? '[' + host + ']' : host;
  if (!usual) text += ':' + std::to_string(port);
  return text;
}

bool Url::loopback() const {
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const auto scheme = text::lowered(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  url.tls = scheme == "https";
  url.port = url.tls ? 443 : 80;
  text.remove_prefix(scheme_end + 3);

  const auto authority = text.substr(0, std::min(text.find_first_of("/?#"), text.size()));
  const auto path = text.substr(authority.size());
  if (!std::ranges::all_of(path, is_path_character) || path.contains('?')) return std::nullopt;
  url.path = path.substr(0, path.find_last_not_of('/') + 1);

  const bool bracketed = authority.starts_with('[');
  const auto host_end = bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return std::nullopt;
  url.host = text::lowered(bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end));
  if (url.host.empty() || url.host.size() > 255) return std::nullopt;
  if (!std::ranges::all_of(url.host, bracketed ? is_ipv6_character : is_host_character)) return std::nullopt;
  if (bracketed && !url.host.contains(':')) return std::nullopt;

  const auto rest = authority.substr(host_end + (bracketed ? 1 : 0));
  if (rest.empty()) return url;
  if (!rest.starts_with(':')) return std::nullopt;
  const auto port = text::parse_number<unsigned short>(rest.substr(1));
  if (!port || *port == 0) return std::nullopt;
  url.port = *port;
  return url;
}

}  // namespace agt::net
