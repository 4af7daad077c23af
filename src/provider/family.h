// A Family is a kind of upstream: which dialect it speaks, where its endpoints are, how it takes a key. Compatible
// upstreams are rows of data over the same families, not code.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/presets.h"
#include "core/result.h"
#include "core/secret.h"
#include "dialect/codec.h"
#include "dialect/paths.h"
#include "ir/event.h"
#include "net/client.h"
#include "net/http.h"
#include "provider/quota.h"

namespace agt::provider {

using catalogue::KeyStyle;

// What is wanted of an upstream. Borrows.
struct Want {
  dialect::Operation operation{};
  ir::Dialect dialect{};  // one that the family speaks
  std::string_view model{};
  bool stream = false;
  // Pass-through only: what the client's own request line said, so that its API version and parameters stay.
  std::string_view client_path{};
  std::string_view client_query{};
  bool passthrough = false;
  bool batch = false;             // embeddings of many texts, where that is another endpoint
  std::string_view request_id{};  // unique, for upstreams that want one
  // Of the account; prepare() fills them.
  std::string_view project{};
  std::string_view location{};
};

struct Upstream;
struct Exchange;  // exchange.h

// For upstreams that put a dialect into an envelope of their own.
struct Envelope {
  // The body around `request`, which is complete in the family's dialect. Code::schema when it is not.
  Result<std::string> (*wrap)(std::string_view request, const Want& want) = nullptr;
  // A whole reply or the data of one event, as the dialect has it. What is in no envelope (an error) stays as it is.
  std::string (*unwrap)(std::string_view reply) = nullptr;
};

struct Family {
  std::string_view name{};
  ir::Dialect dialect{};                // what translation renders to
  std::optional<ir::Dialect> also{};    // another that it speaks: clients of it pass through
  std::string_view default_base_url{};  // "" when the user must give one
  KeyStyle key_style = KeyStyle::bearer;

  // The request target for an upstream whose base URL has the path `base_path`.
  std::string (*target)(std::string_view base_path, const Want& want) = nullptr;
  // Headers that the upstream needs and a foreign client does not send.
  std::vector<net::Header> own_headers{};
  // Answers without a network; then `target` is null.
  std::vector<ir::Event> (*answer)(const ir::Request& request, std::string_view seed) = nullptr;

  // Completes and checks what the account says; Code::schema with the field. `own_address`: the user gave one.
  Result<> (*settle)(Upstream& upstream, bool own_address) = nullptr;
  const Exchange* exchange = nullptr;  // what an account must get before it can be called; nullptr for nothing
  const Envelope* envelope = nullptr;
  bool wants_media_inside = false;  // its models open no URLs that a request names, or not all
  bool embeds = false;              // it has embeddings in its dialect's own form
  bool draws = false;               // it has images in OpenAI's form
  bool hears = false;               // and transcription of speech
  // What is left of an account, in the answer to the call that lists models; nullptr: no such call tells it.
  std::vector<QuotaWindow> (*read_quota)(std::string_view body, WallTime now) = nullptr;
  std::string (*list_body)(const Upstream& upstream) = nullptr;  // of the call that lists models, where that is a POST

  [[nodiscard]] bool local() const { return answer != nullptr; }
  [[nodiscard]] bool speaks(ir::Dialect spoken) const { return spoken == dialect || spoken == also; }
  // The dialect in which a client of `client` is best served.
  [[nodiscard]] ir::Dialect dialect_for(ir::Dialect client) const { return speaks(client) ? client : dialect; }
};

// An account ready to be called: its address and its credential.
struct Upstream {
  std::string account_id{};
  std::string label{};
  std::string provider{};          // the name under which routes know it
  const Family* family = nullptr;  // outlives everything: families are constants
  net::Url base{};
  Secret key{};
  KeyStyle key_style = KeyStyle::bearer;
  std::string project{};  // where a provider has projects and locations
  std::string location{};
  std::string identity{};  // whom the credential names, when that may be shown
  bool oauth = false;      // `key` is empty here; each call gets the current one of AccessTokens
};

// The headers of a call that no client stands behind: who we are, and no compression.
[[nodiscard]] net::Headers own_headers_only();

// The call for `body`, which the caller keeps until the reply's head is there. `client_headers` are those that
// pass-through forwards; nullptr on the translate lane.
[[nodiscard]] net::Call prepare(const Upstream& upstream, const Want& want, std::string_view body,
                                const net::Headers* client_headers, const net::Timeouts& timeouts);

// The headers of an upstream's reply that a client may see: content-type, request ids, rate limits, retry hints.
[[nodiscard]] net::Headers returned_headers(const net::Headers& upstream);

}  // namespace agt::provider
