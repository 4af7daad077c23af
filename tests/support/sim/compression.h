// Compresses a reply that its script wants compressed, whatever the request said it takes.
#pragma once

#include <string_view>

#include "core/result.h"
#include "sim/http.h"

namespace agt::sim {

// "gzip", "deflate" (in the zlib format), "raw-deflate" (as some servers send what they call deflate), "br", "zstd", or
// several with commas, each applied to what the one before it gave.
[[nodiscard]] bool is_encoding(std::string_view encoding);

// Every event of a stream can be read as soon as it has arrived.
void compress(Reply& reply, std::string_view encoding);

}  // namespace agt::sim
