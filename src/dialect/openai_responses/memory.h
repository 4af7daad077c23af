// Requests that continue an earlier response by its id.
#pragma once

#include "dialect/codec.h"

namespace agt::dialect::openai_responses {

// Marks a request whose earlier items were put back; with the id that it named, for the answer to say.
inline constexpr std::string_view recalled_mark = "recalled";

[[nodiscard]] std::string continues(const ir::Request& request);
[[nodiscard]] std::string continued(const json::Document& members);
[[nodiscard]] bool kept_there(const json::Document& members);
[[nodiscard]] std::string_view answer_id(std::string_view beginning);
[[nodiscard]] bool wants_memory(const ir::Request& request);
[[nodiscard]] Error forgotten(std::string_view id);
[[nodiscard]] std::string reply_id(std::string_view upstream_id, const ReplyContext& context);
[[nodiscard]] std::string remembered(const ir::Request& request, const ir::Response& response,
                                     const ReplyContext& context);
[[nodiscard]] Result<> recall(ir::Request& request, std::string_view remembered);

inline constexpr Memory memory{.mark = "previous_response_id",
                               .continues = continues,
                               .continued = continued,
                               .kept_there = kept_there,
                               .answer_id = answer_id,
                               .wanted = wants_memory,
                               .forgotten = forgotten,
                               .reply_id = reply_id,
                               .remembered = remembered,
                               .recall = recall};

}  // namespace agt::dialect::openai_responses
