// data: URLs (RFC 2397) and base64, as far as chat messages use them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "ir/conversation.h"
#include "json/document.h"

namespace agt::dialect::openai_chat {

// Fills source and mime from a URL, which may be a data: URL. What stands before the base64 text is kept in `extras`
// under `key` when the usual "data:MIME;base64," would not read the same.
[[nodiscard]] Result<> read_url(json::Value url, ir::Media& media, ir::Extras& extras, std::string_view key);
// The same for a field that holds base64 text, with or without "data:MIME;base64," before it.
[[nodiscard]] Result<> read_data(json::Value data, ir::Media& media, ir::Extras& extras, std::string_view key);

[[nodiscard]] std::string data_url(const ir::Media& media, const ir::InlineData& data, const ir::Extras& extras,
                                   std::string_view key);

[[nodiscard]] std::string base64(std::string_view bytes);
// The bytes, or nothing when `text` is not base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace agt::dialect::openai_chat
