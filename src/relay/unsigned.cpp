// An upstream that cannot verify a signature in the history refuses the whole request, and the client would send it
// again in every turn: one more try without any signature. Such histories come from another region, another project, or
// from before a provider changed its keys.
#include <algorithm>

#include "core/text.h"
#include "ir/turns.h"
#include "relay/journey.h"

namespace agt::relay {

bool Journey::signature_refused(const Error& error, const provider::Upstream& upstream) const {
  constexpr int bad_request = 400;
  if (exchange_.answered() || trace_.attempts.back().status != bad_request || upstream.family->local()) return false;
  const auto* codec = codec_of(services_, upstream.family->dialect_for(codec_->dialect));
  const auto message = text::lowered(error.message);
  return codec != nullptr && std::ranges::any_of(codec->signature_refusals,
                                                 [&](std::string_view words) { return message.contains(words); });
}

Task<Result<>> Journey::attempt_unsigned(const Target& target, const provider::Upstream& upstream, Error error) {
  if (!parsed_request()) co_return std::unexpected(std::move(error));
  auto as_sent = *request_;        // another upstream may know the signatures
  ir::drop_signatures(*request_);  // where one is missing, rendering puts in what the provider takes for it
  current().error = std::move(error);
  current().next = Next::same_account;
  current().ended = elapsed();
  trace_.attempts.push_back({.target = &target, .account = current().account, .begun = elapsed()});
  verbatim_.reset();
  signatures_dropped_ = true;
  auto outcome = co_await translate(target, upstream);
  signatures_dropped_ = false;
  *request_ = std::move(as_sent);
  co_return outcome;
}

}  // namespace agt::relay
