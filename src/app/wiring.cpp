#include "app/wiring.h"

#include <array>

#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/openai_chat/codec.h"
#include "dialect/openai_responses/codec.h"
#include "provider/families.h"

namespace agt::app {

std::span<const dialect::Codec* const> codecs() {
  static constexpr std::array all{&dialect::openai_chat_codec, &dialect::openai_responses_codec,
                                  &dialect::anthropic_codec, &dialect::gemini_codec};
  return all;
}

std::span<const provider::Family* const> families() {
  static constexpr std::array all{
      &provider::openai_family,    &provider::openai_responses_family,     &provider::openai_compatible_family,
      &provider::anthropic_family, &provider::anthropic_compatible_family, &provider::gemini_family,
      &provider::vertex_family,    &provider::code_assist_family,          &provider::demo_family};
  return all;
}

}  // namespace agt::app
