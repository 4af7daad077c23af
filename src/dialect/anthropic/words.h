// The words of the Anthropic wire that more than one file needs.
#pragma once

#include <string_view>

namespace agt::dialect::anthropic {

inline constexpr std::string_view version_2026 = "2026-10-21";  // removed sampling, among others

namespace block {
inline constexpr std::string_view text = "text";
inline constexpr std::string_view image = "image";
inline constexpr std::string_view document = "document";
inline constexpr std::string_view thinking = "thinking";
inline constexpr std::string_view redacted = "redacted_thinking";
inline constexpr std::string_view tool_use = "tool_use";
inline constexpr std::string_view tool_result = "tool_result";
inline constexpr std::string_view compaction = "compaction";
}  // namespace block

namespace source {
inline constexpr std::string_view base64 = "base64";
inline constexpr std::string_view url = "url";
inline constexpr std::string_view file = "file";
inline constexpr std::string_view text = "text";
}  // namespace source

namespace event {
inline constexpr std::string_view message_start = "message_start";
inline constexpr std::string_view block_start = "content_block_start";
inline constexpr std::string_view block_delta = "content_block_delta";
inline constexpr std::string_view block_stop = "content_block_stop";
inline constexpr std::string_view message_delta = "message_delta";
inline constexpr std::string_view message_stop = "message_stop";
inline constexpr std::string_view ping = "ping";
inline constexpr std::string_view error = "error";
}  // namespace event

namespace delta {
inline constexpr std::string_view text = "text_delta";
inline constexpr std::string_view thinking = "thinking_delta";
inline constexpr std::string_view signature = "signature_delta";
inline constexpr std::string_view input = "input_json_delta";
inline constexpr std::string_view citations = "citations_delta";
inline constexpr std::string_view compaction = "compaction_delta";
}  // namespace delta

namespace thinking {
inline constexpr std::string_view adaptive = "adaptive";
inline constexpr std::string_view enabled = "enabled";
inline constexpr std::string_view disabled = "disabled";
inline constexpr std::string_view shown = "summarized";
inline constexpr std::string_view hidden = "omitted";
}  // namespace thinking

namespace choice {
inline constexpr std::string_view automatic = "auto";
inline constexpr std::string_view any = "any";
inline constexpr std::string_view tool = "tool";
inline constexpr std::string_view none = "none";
}  // namespace choice

inline constexpr std::string_view ephemeral = "ephemeral";
inline constexpr std::string_view ttl_short = "5m";
inline constexpr std::string_view ttl_long = "1h";
inline constexpr int ttl_short_seconds = 300;
inline constexpr int ttl_long_seconds = 3600;
inline constexpr std::string_view json_schema = "json_schema";
inline constexpr std::string_view custom_tool = "custom";

}  // namespace agt::dialect::anthropic
