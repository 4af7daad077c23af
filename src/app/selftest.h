// What `agt selftest` asks and how it judges the answers: as clients of each protocol do, with readers of its own. The
// gateway's must not judge themselves. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agt::app {

enum class Wire : std::uint8_t { chat, responses, anthropic, gemini };
inline constexpr std::array all_wires{Wire::chat, Wire::responses, Wire::anthropic, Wire::gemini};
[[nodiscard]] std::string_view name(Wire wire);

enum class Matter : std::uint8_t { text, stream, tools, tools_stream, failure };
inline constexpr std::array all_matters{Matter::text, Matter::stream, Matter::tools, Matter::tools_stream,
                                        Matter::failure};
[[nodiscard]] std::string_view name(Matter matter);

// The model names that the gateway under test routes to an upstream of each protocol.
[[nodiscard]] std::string model_for(Wire upstream, Matter matter);

struct SelftestAsk {
  std::string target{};
  std::string body{};
};
[[nodiscard]] SelftestAsk selftest_ask(Wire client, Wire upstream, Matter matter);

// Empty: it is right. Else what was wrong.
[[nodiscard]] std::string judged(Wire client, Matter matter, int status, std::string_view body);

struct SelftestCell {
  Wire client{};
  Wire upstream{};
  Matter matter{};
  std::string wrong{};  // empty: it was right
  std::string trace{};
};
// Rows are clients, columns upstreams.
[[nodiscard]] std::string selftest_table(const std::vector<SelftestCell>& cells);
[[nodiscard]] std::string selftest_json(const std::vector<SelftestCell>& cells);

}  // namespace agt::app
