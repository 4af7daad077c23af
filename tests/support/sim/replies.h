// Answers in the words of each dialect: one writer for the whole body, one for the stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/answer.h"
#include "sim/http.h"
#include "sim/ids.h"
#include "sim/turn.h"

namespace agt::sim {

struct Making {
  Minter& ids;
  const Signer& signer;
  std::int64_t now_s = 0;
};

// Anything but legacy completions has one answer.
[[nodiscard]] std::string whole_reply(const Turn& turn, const std::vector<Answer>& answers, Making making);
[[nodiscard]] Frames stream_reply(const Turn& turn, const std::vector<Answer>& answers, Making making);

[[nodiscard]] std::string chat_whole(const Turn& turn, const Answer& answer, Making making);
[[nodiscard]] Frames chat_stream(const Turn& turn, const Answer& answer, Making making);
[[nodiscard]] std::string completions_whole(const Turn& turn, const std::vector<Answer>& answers, Making making);
[[nodiscard]] Frames completions_stream(const Turn& turn, const std::vector<Answer>& answers, Making making);
[[nodiscard]] std::string responses_whole(const Turn& turn, const Answer& answer, Making making);
[[nodiscard]] Frames responses_stream(const Turn& turn, const Answer& answer, Making making);
[[nodiscard]] std::string anthropic_whole(const Turn& turn, const Answer& answer, Making making);
[[nodiscard]] Frames anthropic_stream(const Turn& turn, const Answer& answer, Making making);
[[nodiscard]] std::string gemini_whole(const Turn& turn, const Answer& answer, Making making);
[[nodiscard]] Frames gemini_stream(const Turn& turn, const Answer& answer, Making making);

// Headers that the provider sends with every reply.
[[nodiscard]] std::vector<Header> usual_headers(Dialect dialect, Minter& ids);

// An error inside a stream, in the dialect's shape; it ends the stream.
[[nodiscard]] std::string error_event(const Turn& turn, const ErrorEvent& event, Making making);

// Pieces of a tool call's arguments as a stream would cut them.
[[nodiscard]] std::vector<std::string_view> argument_pieces(std::string_view arguments);

}  // namespace agt::sim
