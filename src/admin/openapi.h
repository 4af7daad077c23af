// The admin API's description of itself, made of the table of endpoints and of shapes.txt.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "admin/routes.h"

namespace agt::admin {

// Asserts that shapes.txt is well-formed and has every shape that an endpoint or another shape names: a mistake there
// is a bug, and every test that asks for the document meets it.
[[nodiscard]] std::string openapi_document(std::span<const Endpoint> endpoints);

}  // namespace agt::admin
