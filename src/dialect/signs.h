// What the headers and the query of a client's request say beyond its path: which protocol it speaks, and its key.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/secret.h"
#include "dialect/paths.h"

namespace agt::dialect {

// Finds a header by name without regard to case.
using HeaderLookup = std::function<std::optional<std::string_view>(std::string_view)>;
// Finds a query parameter, decoded.
using QueryLookup = std::function<std::optional<std::string>(std::string_view)>;

[[nodiscard]] Signs read_signs(const HeaderLookup& header, const QueryLookup& query);

// The gateway key that the client sent: Authorization: Bearer, x-api-key, x-goog-api-key or ?key=; empty when none.
// Code::bad_http when it sent two that differ.
[[nodiscard]] Result<Secret> client_key(const HeaderLookup& header, const QueryLookup& query);

// True for headers that carry a credential, of whatever protocol.
[[nodiscard]] bool is_credential_header(std::string_view name);

}  // namespace agt::dialect
