#include "relay/relay.h"

#include "dialect/paths.h"
#include "relay/journey.h"

namespace agt::relay {

const dialect::Codec* codec_of(const Services& services, ir::Dialect dialect) {
  for (const auto* codec : services.codecs)
    if (codec->dialect == dialect) return codec;
  return nullptr;
}

// Ids begin with the time, so that the ledger's index grows at its end.
std::string Relay::trace_id() {
  constexpr std::size_t random_digits = 8;
  return random_id(rng_, "tr_" + sortable_text(services_.clock.wall()), random_digits);
}

Task<> Relay::handle(net::Exchange& exchange) {
  Journey journey(services_, worker_, desk_, exchange, trace_id());
  co_await journey.run();
}

net::Handler::Refusal Relay::refusal(const Error& error, std::string_view path_if_known) const {
  const auto* codec = codec_of(services_, dialect::error_dialect(path_if_known, {}));
  if (codec == nullptr) codec = services_.codecs.front();
  return {.content_type = "application/json", .body = codec->render_error(error, "").body};
}

}  // namespace agt::relay
