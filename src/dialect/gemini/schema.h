// Schemas of tools and replies: Gemini's own OpenAPI-like Schema and JSON Schema, both ways.
#pragma once

#include <string_view>

#include "ir/loss.h"
#include "json/document.h"
#include "json/raw.h"

namespace agt::dialect::gemini {

// Gemini's Schema ("type":"OBJECT", nullable, …) as JSON Schema.
[[nodiscard]] json::Raw json_schema_of(json::Value schema);

// JSON Schema as the subset that Gemini's `parameters` and `responseSchema` accept; one unknown keyword there fails the
// whole request. What cannot be said is put into descriptions, and one Loss at `path` names it. The root of tool
// parameters must be an object.
enum class Root : std::uint8_t { object, any };
[[nodiscard]] json::Raw gemini_schema_of(const json::Raw& schema, Root root, std::string_view path, ir::Losses& losses);

}  // namespace agt::dialect::gemini
