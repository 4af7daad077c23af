#include "sim/replies.h"

#include <fmt/format.h>

#include <utility>

#include "json/writer.h"
#include "sim/errors.h"

namespace agt::sim {

std::string whole_reply(const Turn& turn, const std::vector<Answer>& answers, Making making) {
  switch (turn.dialect) {
    case Dialect::chat: return chat_whole(turn, answers.front(), making);
    case Dialect::completions: return completions_whole(turn, answers, making);
    case Dialect::responses: return responses_whole(turn, answers.front(), making);
    case Dialect::anthropic: return anthropic_whole(turn, answers.front(), making);
    case Dialect::gemini: return gemini_whole(turn, answers.front(), making);
  }
  std::unreachable();
}

Frames stream_reply(const Turn& turn, const std::vector<Answer>& answers, Making making) {
  switch (turn.dialect) {
    case Dialect::chat: return chat_stream(turn, answers.front(), making);
    case Dialect::completions: return completions_stream(turn, answers, making);
    case Dialect::responses: return responses_stream(turn, answers.front(), making);
    case Dialect::anthropic: return anthropic_stream(turn, answers.front(), making);
    case Dialect::gemini: return gemini_stream(turn, answers.front(), making);
  }
  std::unreachable();
}

std::vector<Header> usual_headers(Dialect dialect, Minter& ids) {
  switch (dialect) {
    case Dialect::chat:
    case Dialect::completions:
    case Dialect::responses:
      return {{"x-request-id", ids.mint("req_", 32)},   {"openai-version", "2020-10-01"},
              {"openai-organization", "org-simulated"}, {"openai-processing-ms", "5"},
              {"x-ratelimit-limit-requests", "10000"},  {"x-ratelimit-remaining-requests", "9999"},
              {"x-ratelimit-reset-requests", "6ms"}};
    case Dialect::anthropic:
      return {{"request-id", ids.mint("req_011")},
              {"anthropic-organization-id", "00000000-0000-4000-8000-000000000000"},
              {"anthropic-ratelimit-requests-limit", "4000"},
              {"anthropic-ratelimit-requests-remaining", "3999"},
              {"anthropic-ratelimit-requests-reset", "2030-01-01T00:00:00Z"}};
    case Dialect::gemini:
      return {{"vary", "Origin, X-Origin, Referer"},
              {"x-content-type-options", "nosniff"},
              {"server-timing", "gfet4t7; dur=5"}};
  }
  std::unreachable();
}

std::string error_event(const Turn& turn, const ErrorEvent& event, Making making) {
  const Problem problem{
      .status = turn.dialect == Dialect::anthropic ? 529 : 503, .message = event.message, .type = event.type};
  const auto body = error_body(turn.dialect, problem, making.ids);
  switch (turn.dialect) {
    case Dialect::chat:
    case Dialect::completions: return fmt::format("data: {}\n\n", body);
    case Dialect::anthropic: return fmt::format("event: error\ndata: {}\n\n", body);
    case Dialect::gemini: return turn.sse ? fmt::format("data: {}\r\n\r\n", body) : fmt::format(",\r\n{}\n]", body);
    case Dialect::responses: break;
  }
  // The live API sends both (seen 2026): the error, then the response that failed.
  const auto code = event.type.empty() ? std::string("server_error") : event.type;
  return fmt::format(
      "event: error\ndata: {{\"type\":\"error\",\"sequence_number\":9998,\"error\":{{\"type\":{0},\"code\":{0},"
      "\"message\":{1},\"param\":null}}}}\n\nevent: response.failed\ndata: {{\"type\":\"response.failed\","
      "\"sequence_number\":9999,\"response\":{{\"id\":{2},\"object\":\"response\",\"created_at\":{3},\"status\":"
      "\"failed\",\"error\":{{\"code\":{0},\"message\":{1}}},\"incomplete_details\":null,\"model\":{4},\"output\":[],"
      "\"usage\":null}}}}\n\n",
      json::quoted(code), json::quoted(event.message), json::quoted(making.ids.mint("resp_")), making.now_s,
      json::quoted(turn.model));
}

std::vector<std::string_view> argument_pieces(std::string_view arguments) {
  // Cut without regard to escapes, as providers do, but not inside a UTF-8 character: each event is JSON.
  constexpr std::size_t piece_bytes = 12;
  std::vector<std::string_view> pieces;
  while (!arguments.empty()) {
    const auto piece = text::clipped(arguments, piece_bytes);
    const auto size = piece.empty() ? arguments.size() : piece.size();
    pieces.push_back(arguments.substr(0, size));
    arguments.remove_prefix(size);
  }
  return pieces;
}

}  // namespace agt::sim
