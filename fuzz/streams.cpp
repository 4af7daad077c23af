// Stream readers and writers: any event stream of an upstream gives events in the grammar, and every client dialect
// can write them; whole replies are read or refused.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/openai_chat/codec.h"
#include "dialect/openai_responses/codec.h"
#include "ir/fold.h"
#include "ir/grammar.h"

namespace dialect = agt::dialect;
namespace json = agt::json;
namespace ir = agt::ir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array codecs{&dialect::openai_chat_codec, &dialect::anthropic_codec, &dialect::gemini_codec,
                              &dialect::openai_responses_codec};
  if (size < 1) return 0;
  const auto& from = *codecs[data[0] % codecs.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  std::vector<ir::Event> events;
  const auto reader = from.make_reader({.id_seed = "seed"});
  dialect::SseDecoder decoder;
  dialect::SseEvent event;
  decoder.feed(text);
  while (decoder.next(event).value()) {
    [[maybe_unused]] const auto seen = from.observe(event);
    reader->read(event, events);
  }
  if (decoder.finish(event).value()) reader->read(event, events);
  reader->end(events);
  if (!ir::grammar_violation(events).empty()) std::abort();

  const ir::Request request;
  for (const auto* to : codecs) {
    std::string out;
    const auto writer = to->make_writer({.model = "m", .id = "1", .request = &request});
    for (const auto& one : events) writer->write(one, out);
    if (const auto response = ir::fold(events)) {
      const auto body = to->render_response(*response, {.model = "m", .id = "1", .request = &request});
      if (!json::Document::parse(body)) std::abort();
    }
  }
  if (const auto document = json::Document::parse(text)) {
    [[maybe_unused]] const auto whole = from.parse_response(*document, {.id_seed = "seed"});
    [[maybe_unused]] const auto seen = from.observe_whole(*document);
  }
  [[maybe_unused]] const auto error = from.diagnose(429, text);
  return 0;
}
