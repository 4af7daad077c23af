#include "relay/relay.h"

#include "dialect/paths.h"
#include "relay/journey.h"

namespace agt::relay {

const dialect::Codec* codec_of(const Services& services, ir::Dialect dialect) {
  for (const auto* codec : services.codecs)
    if (codec->dialect == dialect) return codec;
  return nullptr;
}

Task<> Relay::handle(net::Exchange& exchange) {
  Journey journey(services_, worker_, scratch_, exchange, random_id(rng_, "tr_", trace_id_length));
  co_await journey.run();
}

net::Handler::Refusal Relay::refusal(const Error& error, std::string_view path_if_known) const {
  const auto* codec = codec_of(services_, dialect::error_dialect(path_if_known, {}));
  if (codec == nullptr) codec = services_.codecs.front();
  return {.content_type = "application/json", .body = codec->render_error(error, "").body};
}

}  // namespace agt::relay
