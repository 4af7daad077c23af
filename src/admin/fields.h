// Reading the JSON body of an admin request: every field has a type, and an unknown one is an error, so that a typing
// mistake is told instead of ignored.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "json/document.h"

namespace agt::admin {

// The body is an object with no other members than these. Code::schema with the field.
[[nodiscard]] Result<> check_fields(const json::Value& body, std::initializer_list<std::string_view> known);

// Each takes the member when it is there, else leaves `into` as it is. Code::schema names the field.
[[nodiscard]] Result<> take(const json::Value& body, std::string_view name, std::string& into);
[[nodiscard]] Result<> take(const json::Value& body, std::string_view name, bool& into);
[[nodiscard]] Result<> take(const json::Value& body, std::string_view name, int& into);
[[nodiscard]] Result<> take(const json::Value& body, std::string_view name, std::vector<std::string>& into);
[[nodiscard]] Result<> take(const json::Value& body, std::string_view name, std::optional<std::size_t>& into);

// The one of `known` that `word` was probably meant to be; "" when nothing is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace agt::admin
