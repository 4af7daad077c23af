// What an upstream's refusal means: from status, headers and body to one Error and its scope.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "dialect/codec.h"
#include "net/http.h"

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

struct Diagnosis {
  Error error{};
  Scope scope{};
  HintSource hint = HintSource::none;
};

// `wall` reads Retry-After dates and absolute resets.
[[nodiscard]] Diagnosis classify(const dialect::Codec& codec, int status, const net::Headers& headers,
                                 std::string_view body, WallTime wall);

// The scope that follows from a failure alone; for errors inside a 200 and those of the network.
[[nodiscard]] Scope scope_of(const Error& error);

// Retry-After in its three spellings: milliseconds, seconds (with fractions), HTTP date. Never negative.
[[nodiscard]] std::optional<Milliseconds> retry_after(const net::Headers& headers, WallTime wall);

}  // namespace agt::provider
