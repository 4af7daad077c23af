// Test support: a request on its way from a client of one dialect to an upstream of another, and the answer back.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "dialect/codec.h"

namespace agt::acceptance {

using Weight = ir::Loss::Weight;

// A dialect in either role, with a model of it that can do everything.
struct Side {
  std::string name{};
  const dialect::Codec* codec = nullptr;
  ModelFacts facts{};
};
[[nodiscard]] const Side& chat();
[[nodiscard]] const Side& anthropic();
[[nodiscard]] const Side& gemini();
[[nodiscard]] const Side& responses();
[[nodiscard]] std::vector<const Side*> sides();
[[nodiscard]] std::vector<const Side*> others(const Side& side);
// The side with other facts about its model, as the catalogue has them.
[[nodiscard]] Side with_model(const Side& side, std::string_view provider, std::string_view model);

// What the client asks. Fails the test when the body is refused.
[[nodiscard]] ir::Request asked(const Side& client, const std::string& body, const dialect::Asked& how = {});
// The request as the upstream gets it: its own parser takes it, and it keeps the rules of its turns.
[[nodiscard]] dialect::Rendered sent(const ir::Request& request, const Side& upstream);
[[nodiscard]] dialect::Rendered sent(const Side& client, const std::string& body, const Side& upstream);
// The error of a request that must not be sent.
[[nodiscard]] Error refused(const Side& client, const std::string& body, const Side& upstream);

// A JSON value by its path, "messages[0].content": its raw text, or "" when it is missing.
[[nodiscard]] std::string at(std::string_view json, std::string_view path);
[[nodiscard]] std::string text_at(std::string_view json, std::string_view path);
[[nodiscard]] std::size_t size_at(std::string_view json, std::string_view path);

// Whether something was lost whose path or reason holds these words.
[[nodiscard]] bool lost(const ir::Losses& losses, std::string_view words, Weight weight);
// What the client is told to have lost, for messages of failed tests.
[[nodiscard]] std::string told(const ir::Losses& losses);
[[nodiscard]] std::size_t visible(const ir::Losses& losses);  // those that x-agt-losses counts

// An answer on its way back.
struct Answered {
  const ir::Request* request = nullptr;
  dialect::ToolNames names{};
  bool array_framing = false;
  std::string id_seed = "seed";
  std::string id = "abc";  // of the request: another one in every turn
};
// The client's stream, for an upstream's; the same however the upstream's bytes are split.
[[nodiscard]] std::string streamed(const Side& upstream, const std::string& sse, const Side& client,
                                   const Answered& how = {});
[[nodiscard]] std::string whole(const Side& upstream, const std::string& body, const Side& client,
                                const Answered& how = {});
// What a client of this dialect reads in its stream or whole answer.
[[nodiscard]] ir::Response reread(const Side& client, const std::string& sse);
[[nodiscard]] ir::Response reread_whole(const Side& client, const std::string& body);
// The stream of a side that gives this answer.
[[nodiscard]] std::string stream_of(const Side& side, const ir::Response& response);
[[nodiscard]] std::string whole_of(const Side& side, const ir::Response& response);

// What must hold of the bytes that an upstream gets, or a client; a failure names what does not.
void keeps_turn_rules(const Side& upstream, const std::string& body);
void keeps_stream_rules(const Side& client, const std::string& sse, bool usage_wanted = true);

// Parts by hand.
[[nodiscard]] ir::Part part(ir::PartBody body);
[[nodiscard]] ir::Part call(std::string id, std::string name, std::string arguments = "{}");
[[nodiscard]] ir::Part thought(std::string text);
[[nodiscard]] ir::Part signed_by(ir::Part part, ir::Dialect signer, std::string blob);
[[nodiscard]] std::string words_of(const std::vector<ir::Part>& parts);  // of text parts
[[nodiscard]] std::vector<ir::ToolCall> calls_of(const std::vector<ir::Part>& parts);
[[nodiscard]] std::string golden(const std::string& path);

}  // namespace agt::acceptance
