#include "dialect/openai_chat/wire.h"

#include <algorithm>
#include <array>

namespace agt::dialect::openai_chat {
namespace {

// Fields that cannot change an answer: names of users, caches, what is kept about the request, what only speeds it up.
constexpr std::array harmless_fields{
    "metadata", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "prediction", "safety_identifier",
    "user",     "max_tokens",
};

bool is_harmless(std::string_view key, json::Value value) {
  if (key == "image_url.detail") return value.is("auto");
  if (key == "modalities") return value.size() == 1 && value[std::size_t{0}].is("text");
  return std::ranges::find(harmless_fields, key) != harmless_fields.end();
}

}  // namespace

void keep(ir::Extras& extras, std::string key, json::Value value) {
  if (is_harmless(key, value)) {
    extras.harmless.push_back(key);
  } else if (key == "modalities" || key == "response_format") {
    extras.essential.push_back(key);
  }
  extras.fields.push_back({.key = std::move(key), .value = value.keep()});
}

}  // namespace agt::dialect::openai_chat
