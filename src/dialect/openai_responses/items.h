// Input items. The shape of the IR that comes from here, and that is written from here: one item is one Message. A
// message item holds its content parts; every other item is a Message of one part whose extras are the item's: a call
// and reasoning of the assistant, a result of the user, and Opaque for what only this API knows.
#pragma once

#include "core/result.h"
#include "dialect/members.h"
#include "dialect/openai_responses/words.h"
#include "ir/conversation.h"
#include "ir/loss.h"

namespace agt::dialect::openai_responses {

// Tools that stand among the items (additional_tools) are appended to the request's.
[[nodiscard]] Result<> read_items(json::Value items, ir::Request& request);
[[nodiscard]] Result<ir::Part> read_content_part(json::Value part, std::string_view usual_text_type);

// Reasoning that another provider has signed is left out and listed; without `losses` it is kept in its envelope.
void write_items(json::Writer& writer, const std::vector<ir::Message>& messages, ir::Losses* losses);
void write_content_part(json::Writer& writer, const ir::Part& part, std::string_view usual_text_type);

[[nodiscard]] Result<> read_media(json::Value value, MembersIn& in, std::string_view type, ir::Part& part);
void write_media(MembersOut& out, const ir::Part& part, const ir::Media& media);

// Reasoning: what is shown of it is its summary, or the raw text where a server gives that.
[[nodiscard]] ir::Part reasoning_of(json::Value item);
// The signature in encrypted_content, whosever it is; nothing when the text is empty.
[[nodiscard]] std::optional<ir::Signature> signature_of(std::string sealed_text, ir::Reasoning& reasoning);
// And what to show of a signature to a client: the other way round.
[[nodiscard]] std::string sealed_text(const ir::Part& part);

}  // namespace agt::dialect::openai_responses
