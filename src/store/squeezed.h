// Batches of the ledger as they lie on disk: compressed with Zstandard (RFC 8878). The rows of a batch are much alike,
// so that a batch becomes a tenth, and writing a tenth costs less than compressing does.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace agt::store {

[[nodiscard]] Result<std::string> squeezed(std::string_view bytes);

// Code::storage for what is damaged, or would be more than ledger_batch_bytes_max.
[[nodiscard]] Result<std::string> unsqueezed(std::string_view bytes);

}  // namespace agt::store
