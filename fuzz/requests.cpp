// Request parsers and renderers: any JSON is refused with an error or rendered for every dialect as valid JSON.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/openai_chat/codec.h"
#include "dialect/openai_responses/codec.h"

namespace dialect = agt::dialect;
namespace json = agt::json;
using agt::ThinkingStyle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array codecs{&dialect::openai_chat_codec, &dialect::anthropic_codec, &dialect::gemini_codec,
                              &dialect::openai_responses_codec};
  if (size < 1) return 0;
  const auto& from = *codecs[data[0] % codecs.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto document = json::Document::parse(text);
  if (!document) return 0;
  const auto request = from.parse_request(*document, {.model = "m"});
  if (!request) {
    if (request.error().message.empty()) std::abort();
    return 0;
  }
  for (const auto style : {ThinkingStyle::none, ThinkingStyle::effort, ThinkingStyle::budget, ThinkingStyle::level})
    for (const auto* to : codecs) {
      const auto rendered = to->render_request(
          *request,
          {.model = "up", .facts = {.id = "up", .thinking = style, .json_schema_tools = style != ThinkingStyle::none}});
      if (rendered && !json::Document::parse(rendered->body)) std::abort();
    }
  return 0;
}
