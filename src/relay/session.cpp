#include "relay/session.h"

#include <algorithm>

#include "core/text.h"
#include "dialect/session.h"
#include "pool/choose.h"
#include "relay/limits.h"

namespace agt::relay {

bool carries_state(const dialect::Codec& codec, std::string_view body) {
  return std::ranges::any_of(codec.signature_marks, [&](std::string_view mark) { return text::contains(body, mark); });
}

std::uint64_t session_of(const dialect::HeaderLookup& header, std::string_view body, const json::Document& members,
                         const dialect::Codec& codec, std::string_view client_key) {
  const auto named = dialect::named_session(header, members);
  std::string_view said = named;
  if (said.empty() && (body.size() >= session_body_bytes_min || carries_state(codec, body)))
    said = dialect::first_words(members, codec.turns);
  return said.empty() ? 0 : pool::mixed(pool::hash_of(said), pool::hash_of(client_key));
}

}  // namespace agt::relay
