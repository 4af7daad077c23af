// What stream and whole reply have in common: usage, stop reasons, blocks.
#pragma once

#include <string>

#include "dialect/anthropic/fields.h"
#include "dialect/codec.h"

namespace agt::dialect::anthropic {

// Counters as Anthropic says them: input_tokens without what came from or went to the cache.
struct Counters {
  std::optional<std::int64_t> input{};
  std::optional<std::int64_t> cache_read{};
  std::optional<std::int64_t> cache_write{};
  std::optional<std::int64_t> output{};
  std::optional<std::int64_t> thinking{};
  json::Raw raw{};

  // Totals are cumulative: what `usage` says replaces what was known.
  void take(json::Value usage);
  [[nodiscard]] ir::Usage usage() const;
};

// What Anthropic calls input_tokens, of a known input.
[[nodiscard]] std::int64_t uncached_input(const ir::Usage& usage);

// `calls` tells whether the answer holds tool calls.
[[nodiscard]] ir::Stop stop_of(json::Value reason, json::Value sequence, json::Value details, bool calls);

struct StopWords {
  std::string_view reason{};
  std::string_view sequence{};  // "" is written as null
  std::string_view explanation{};
  bool refused = false;
};
[[nodiscard]] StopWords stop_words(const ir::Stop& stop, bool calls, bool refusal_text);
// Writes stop_reason, stop_sequence and stop_details as members.
void write_stop_words(json::Writer& writer, const StopWords& words);

// Tolerant: a block of an upstream's reply. Unknown kinds become Opaque.
[[nodiscard]] ir::Part reply_part(json::Value block, const ReadContext& context, std::size_t position);

// How a part of an answer is shown to a client.
enum class Showing : std::uint8_t { whole, signature_only, nothing };
// `losses` may be null.
[[nodiscard]] Showing showing(const ir::Part& part, const ir::Request* request, ir::Losses* losses);
// The signature as the client keeps it; "" when there is none.
[[nodiscard]] std::string shown_signature(const ir::Part& part);
// True for a call that another provider signed. Anthropic has no place for that on the call: a thinking block without
// text goes before it and carries it, because clients replay those as they are.
[[nodiscard]] bool needs_carrier(const ir::Part& part, const ir::Request* request);
// That block, as it is shown whole, or as it begins in a stream.
void write_carrier(json::Writer& writer, std::string_view signature);

[[nodiscard]] std::string message_id(std::string_view upstream_id, const ReplyContext& context);
// A count of what was written, for a field that must be a number while the upstream has not said it.
[[nodiscard]] std::int64_t estimated_output(std::size_t bytes);

}  // namespace agt::dialect::anthropic
