// What an upstream's refusal means: from status, headers and body to one Error and its scope.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "dialect/codec.h"
#include "net/http.h"
#include "provider/hints.h"

namespace agt::provider {

// Whom a failure concerns.
enum class Scope : std::uint8_t {
  request,         // nobody else: another account would refuse it too
  account_model,   // this account for this model
  account,         // this account altogether
  provider_model,  // the provider for this model, whichever account asks
  provider,        // the provider altogether: it cannot be reached
};
[[nodiscard]] std::string_view name(Scope scope);

// Where the retry hint comes from.
enum class HintSource : std::uint8_t { none, header, body };
[[nodiscard]] std::string_view name(HintSource source);

enum class Confidence : std::uint8_t { certain, likely, guess };
[[nodiscard]] std::string_view name(Confidence confidence);

struct Diagnosis {
  Error error{};
  Scope scope{};
  HintSource hint = HintSource::none;
  Confidence confidence = Confidence::certain;
};

// `wall` reads Retry-After dates and absolute resets.
[[nodiscard]] Diagnosis classify(const dialect::Codec& codec, int status, const net::Headers& headers,
                                 std::string_view body, WallTime wall);

// The scope that follows from a failure alone; for errors inside a 200 and those of the network.
[[nodiscard]] Scope scope_of(const Error& error);

}  // namespace agt::provider
