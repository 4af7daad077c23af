// Providers by name, as data (presets.json): the native ones, and ready-made rows for servers that speak a known
// dialect. To support one more compatible server, add a row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace agt::catalogue {

// How a credential travels.
enum class KeyStyle : std::uint8_t { none, bearer, x_api_key, x_goog_api_key };
[[nodiscard]] std::string_view name(KeyStyle style);

struct Provider {
  std::string name{};          // "openrouter"
  std::string display_name{};  // "OpenRouter"
  std::string family{};        // the native provider that serves it: "openai-compatible"; of a native one, its own name
  std::string dialect{};       // what is spoken upstream: openai_chat, openai_responses, anthropic, gemini
  std::string base_url{};      // with the version where the dialect's clients put it; empty: the user must give one
  KeyStyle key_style{};
  bool key_required = true;  // false for local servers
  std::string key_env{};     // where the key usually lies: OPENROUTER_API_KEY
  std::string docs{};        // address of its documentation
  std::string note{};        // one line on terms or peculiarities
  bool preset = false;       // a row of data, not a native provider
  bool local = false;        // runs on the user's machine; plain http is expected
};

[[nodiscard]] const std::vector<Provider>& providers();              // native first, then presets
[[nodiscard]] const Provider* find_provider(std::string_view name);  // nullptr when unknown
[[nodiscard]] std::string nearest_provider(std::string_view name);   // "" when nothing is near
[[nodiscard]] Result<std::vector<Provider>> parse_providers(std::string_view json);

}  // namespace agt::catalogue
