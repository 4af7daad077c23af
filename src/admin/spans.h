// Requests as traces of OpenTelemetry: OTLP 1 in JSON, with the attributes that its conventions name for HTTP and for
// generative AI (read 2026-11; those for AI are still "in development"). A request is a span of a server, each attempt
// a span of a client below it. No prompt, answer, credential or name of an account is in them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "store/ledger.h"

namespace agt::admin {

struct Spans {
  std::string json{};  // the elements of a JSON array, with commas between them
  std::size_t count = 0;
};

// Nothing when the client says that it does not record its trace, or the row cannot be read.
[[nodiscard]] std::optional<Spans> spans_of(const store::LedgerEntry& row, Rng& rng);

// The body of an export. `instance` tells this process from others.
[[nodiscard]] std::string export_body(std::string_view spans, std::string_view instance);

}  // namespace agt::admin
