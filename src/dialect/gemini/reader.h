// Turns GenerateContentResponses, one after the other, into events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dialect/codec.h"
#include "dialect/gemini/chunk.h"
#include "dialect/gemini/partial_args.h"

namespace agt::dialect::gemini {

class ChunkReader {
 public:
  using Events = std::vector<ir::Event>;
  enum class Shape : std::uint8_t { stream, whole };

  explicit ChunkReader(ReadContext context) : context_(std::move(context)) {}
  void chunk(json::Value chunk, Events& out);
  void end(Shape shape, Events& out);
  void fail(Error error, Events& out);

 private:
  enum class Open : std::uint8_t { nothing, text, thought };

  void start(json::Value chunk, Events& out);
  void candidate(json::Value candidate, Events& out);
  void part(json::Value part, Events& out);
  void words(std::string text, Open kind, std::string signature, Events& out);
  void media(json::Value data, std::string_view name, std::string signature, Events& out);
  void call(json::Value call, std::string signature, Events& out);
  void finish_call(Events& out);
  void whole(ir::Part part, std::string signature, Events& out);
  void close(Events& out);
  void tell_scores(Events& out);

  ReadContext context_;
  bool started_ = false;
  bool over_ = false;
  int index_ = 0;  // of the part that is open, or of the next one
  Open open_ = Open::nothing;
  bool signed_ = false;  // the open part
  std::size_t calls_ = 0;
  std::vector<ir::TokenScore> scores_{};   // read, and not yet told: they come beside the parts
  std::vector<ir::Citation> citations_{};  // for the open text; grounding comes with the last chunks
  ir::Usage usage_{};
  std::optional<ir::Stop> finish_{};  // said at the end: usage may still follow

  // A call that is coming in pieces (Vertex AI), or whole.
  std::optional<std::string> pending_{};  // its name
  std::string pending_id_{};
  std::string pending_signature_{};
  std::string pending_whole_{};
  PartialArgs pending_args_{};
};

}  // namespace agt::dialect::gemini
