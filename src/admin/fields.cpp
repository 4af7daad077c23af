#include "admin/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "admin/limits.h"
#include "core/distance.h"
#include "core/text.h"

namespace agt::admin {

std::string nearest(std::string_view word, const std::vector<std::string_view>& known) {
  constexpr std::size_t word_max = 64;  // what is longer is no typing error
  if (word.size() > word_max) return {};
  std::string_view best;
  auto limit = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto candidate : known) {
    const auto apart = text::distance(word, candidate);
    if (apart < limit) {
      limit = apart;
      best = candidate;
    }
  }
  return std::string(best);
}

Result<> check_fields(const json::Value& body, std::initializer_list<std::string_view> known) {
  if (!body.is_object()) return fail(Code::schema, "The body must be a JSON object.");
  for (const auto member : body.children()) {
    const auto key = member.key();
    if (std::ranges::find(known, std::string_view(key)) != known.end()) continue;
    const auto near = nearest(key, std::vector(known));
    const auto hint = near.empty() ? std::string(".") : fmt::format("; did you mean \"{}\"?", near);
    return fail(Code::schema, fmt::format("There is no field \"{}\"{}", text::quoted(key, 60), hint), key);
  }
  return {};
}

Result<> take(const json::Value& body, std::string_view name, std::string& into) {
  const auto value = body[name];
  if (!value.exists()) return {};
  TRY(into, value.text());
  return {};
}

Result<> take(const json::Value& body, std::string_view name, bool& into) {
  const auto value = body[name];
  if (!value.exists()) return {};
  TRY(into, value.boolean());
  return {};
}

Result<> take(const json::Value& body, std::string_view name, int& into) {
  const auto value = body[name];
  if (!value.exists()) return {};
  TRY(const auto number, value.integer());
  if (!std::in_range<int>(number)) return value.refuse("a smaller number");
  into = static_cast<int>(number);
  return {};
}

Result<> take(const json::Value& body, std::string_view name, std::vector<std::string>& into) {
  const auto value = body[name];
  if (!value.exists()) return {};
  if (!value.is_array()) return value.refuse("a list of strings");
  if (value.size() > words_in_list_max)
    return fail(Code::schema, fmt::format("{}: may have at most {} entries", name, words_in_list_max),
                std::string(name));
  into.clear();
  for (const auto item : value.children()) {
    TRY(auto word, item.text());
    if (text::trimmed(word).empty()) return item.refuse("a string that is not empty");
    into.push_back(std::move(word));
  }
  return {};
}

Result<> take(const json::Value& body, std::string_view name, std::optional<std::size_t>& into) {
  const auto value = body[name];
  if (!value.exists()) return {};
  TRY(const auto number, value.integer());
  if (number < 0) return value.refuse("a number from 0 on");
  into = static_cast<std::size_t>(number);
  return {};
}

}  // namespace agt::admin
