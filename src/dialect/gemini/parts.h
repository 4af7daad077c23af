// Parts of a Gemini Content, both ways.
#pragma once

#include <string>
#include <vector>

#include "dialect/codec.h"
#include "dialect/gemini/fields.h"
#include "ir/conversation.h"

namespace agt::dialect::gemini {

// Gives every function call of a history an id, and finds the call that a response answers. Most Gemini clients send
// no ids; LangChain, pi and opencode match by name and order (measured 2026-11).
class CallLedger {
 public:
  [[nodiscard]] std::string called(std::string_view id, std::string_view name);
  [[nodiscard]] std::string answered(std::string_view id, std::string_view name);

 private:
  struct Call {
    std::string id{};
    std::string name{};
    bool minted = false;
    bool answered = false;
  };
  std::vector<Call> calls_{};
  std::size_t orphans_ = 0;
};

[[nodiscard]] Result<ir::Part> parse_part(json::Value part, CallLedger& ledger);
// `parts` of a Content: an array, or one part alone, as examples of Vertex AI write it.
[[nodiscard]] Result<std::vector<ir::Part>> parse_parts(json::Value content, CallLedger& ledger, ir::Extras& extras,
                                                        std::string_view section);

[[nodiscard]] ir::MediaKind media_kind(std::string_view mime, std::string_view uri);

// Writes a part that came from this dialect the way it came.
void write_home_part(json::Writer& writer, const ir::Part& part);

// {"functionCall":{…}}'s inner object. `arguments` must be the text of a JSON object.
void write_call(json::Writer& writer, std::string_view id, std::string_view name, std::string_view arguments);
// {"inlineData":…} or {"fileData":…} as members of an open object. A file id must be of this dialect.
void write_media(json::Writer& writer, const ir::Media& media);

struct Arguments {
  std::string object{};  // JSON text of an object
  bool wrapped = false;  // the text was no object, and travels as {"_raw":"…"}
};
// Gemini takes only objects. Custom tools travel as functions with one string argument "input".
[[nodiscard]] Arguments object_arguments(const ir::ToolCall& call);

[[nodiscard]] std::string base64_of(std::string_view bytes);

// The signature that Google documents for calls that were not made by Gemini ("Thought signatures", 2026-11).
inline constexpr std::string_view signature_sentinel = "skip_thought_signature_validator";

}  // namespace agt::dialect::gemini
