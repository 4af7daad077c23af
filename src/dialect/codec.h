// What a wire protocol is to the rest of the program: pure functions between bytes and the neutral conversation.
// One constant Codec per dialect; nothing registers itself.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/model_facts.h"
#include "core/result.h"
#include "dialect/model_list.h"
#include "dialect/signs.h"
#include "dialect/sse.h"
#include "dialect/tool_names.h"
#include "ir/conversation.h"
#include "ir/embedding.h"
#include "ir/event.h"
#include "ir/loss.h"
#include "ir/turns.h"
#include "json/document.h"

namespace agt::dialect {

// What an HTTP request says outside of its body.
struct Asked {
  enum class Operation : std::uint8_t { generate, count_tokens };
  Operation operation = Operation::generate;
  std::string model{};    // from the path, where the dialect puts it there; else ""
  bool stream = false;    // from the path, likewise
  std::string version{};  // Anthropic: the anthropic-version header; "" when there was none
};

// Where a request is rendered to.
struct RenderTarget {
  std::string model{};  // the upstream's name for it
  ModelFacts facts{};
  Asked::Operation operation = Asked::Operation::generate;  // count_tokens: only what its endpoint accepts is written
  std::size_t source_bytes = 0;                             // of the client's request, for memory that is taken at once

  // What it becomes is mostly about as long.
  [[nodiscard]] std::size_t usual_bytes() const { return source_bytes + source_bytes / 16 + 256; }
};

struct Rendered {
  std::string body{};
  ir::Losses losses{};
  ToolNames names{};  // how tools were renamed for this upstream; the reader undoes it
};

// What a reader of upstream replies needs to know.
struct ReadContext {
  std::string id_seed{};  // unique per request; ids that the upstream does not give are derived from it
  ToolNames names{};
};

// What a writer of replies needs to know about the request it answers.
struct ReplyContext {
  std::string model{};      // the name that the client asked for
  std::string id{};         // unique per request: message ids are made of it ("msg_" + id) when the upstream gives none
  bool remembered = false;  // the gateway keeps this exchange, so that a request may continue it
  std::int64_t created_s = 0;            // unix time
  std::int64_t input_estimate = 0;       // tokens; 0: count them in `request` when they are needed
  const ir::Request* request = nullptr;  // outlives the writer
  bool array_framing = false;            // Gemini without alt=sse: one JSON array
  ir::Losses* losses = nullptr;          // where render_response tells what it cannot show; may be nullptr
  // Of a stream that is one of several in one answer (Questions):
  std::size_t question = 0;
  bool more_follow = false;
  ir::Usage spent{};  // by those before it

  // For a usage report before the upstream has counted, or where it does not.
  [[nodiscard]] std::int64_t estimated_input() const {
    return input_estimate != 0 || request == nullptr ? input_estimate : ir::estimated_tokens(*request);
  }
};

// Reads one upstream stream. Gives events in the grammar of ir/event.h, whatever the upstream does: what cannot be
// read, or an end without a finish signal, becomes Failed. After Failed or Finished it gives nothing more.
class EventReader {
 public:
  virtual ~EventReader() = default;
  virtual void read(const SseEvent& event, std::vector<ir::Event>& out) = 0;
  virtual void end(std::vector<ir::Event>& out) = 0;  // the body is over
};

// Writes one stream to a client. Appends complete SSE events (or array elements) to `out`.
class EventWriter {
 public:
  virtual ~EventWriter() = default;
  virtual void write(const ir::Event& event, std::string& out) = 0;
  virtual void keep_alive(std::string& out) = 0;  // something that every client of this dialect ignores
  [[nodiscard]] virtual std::string_view content_type() const = 0;
  [[nodiscard]] virtual const ir::Losses& losses() const = 0;
};

// What one upstream event (or whole reply) says about the request, for the pass-through lane, whose bytes are not
// translated. Fields are absent where the event does not say them.
struct Observation {
  std::optional<ir::Usage> usage{};
  std::optional<ir::Stop> stop{};
  std::optional<Error> failed{};  // an error inside a 200
  bool semantic = false;          // a client could act on it
  bool last = false;              // the dialect's terminal event
};

struct ErrorReply {
  int status = 500;
  std::string body{};
};

// For a protocol whose requests may continue an earlier exchange by its id alone: what is to be kept, and how it is put
// back. Whoever keeps it bounds it. Texts are JSON, and nobody else's business.
struct Memory {
  // A body without this text continues nothing.
  std::string_view mark{};
  // The id of the exchange that the request continues; "" when it stands alone.
  std::string (*continues)(const ir::Request& request) = nullptr;
  // The same, of a request by its top level alone; and whether its answer is to be kept where it is given.
  std::string (*continued)(const json::Document& members) = nullptr;
  bool (*kept_there)(const json::Document& members) = nullptr;
  // The id of an answer by its beginning: a whole body, or the first events of a stream; "" when it has none.
  std::string_view (*answer_id)(std::string_view beginning) = nullptr;
  bool (*wanted)(const ir::Request& request) = nullptr;  // the client has not forbidden it
  // What to answer when the exchange of this id is not kept, or not here: it must never be left out in silence.
  Error (*forgotten)(std::string_view id) = nullptr;
  // The id under which the client knows this exchange.
  std::string (*reply_id)(std::string_view upstream_id, const ReplyContext& context) = nullptr;
  // The whole conversation with its answer. `request` is one that nothing is left to be recalled for.
  std::string (*remembered)(const ir::Request& request, const ir::Response& response,
                            const ReplyContext& context) = nullptr;
  // Puts what was remembered in front of the conversation; afterwards the request continues nothing.
  Result<> (*recall)(ir::Request& request, std::string_view remembered) = nullptr;
};

// For a protocol that has embeddings.
struct Embedder {
  Result<ir::EmbeddingRequest> (*parse_request)(const json::Document& body, const Asked& asked) = nullptr;
  std::string (*render_request)(const ir::EmbeddingRequest& request, std::string_view model) = nullptr;
  Result<ir::EmbeddingReply> (*parse_reply)(const json::Document& body) = nullptr;
  std::string (*render_reply)(const ir::EmbeddingReply& reply, const ir::EmbeddingRequest& request) = nullptr;
};

// For a protocol whose request may ask several questions at once, each to be answered on its own. Who asks a provider
// that takes one at a time sends them one by one.
struct Questions {
  // The request once for each of them; one for a request of the usual kind. Client errors, as of parse_request.
  Result<std::vector<std::string>> (*split)(const json::Document& body) = nullptr;
  std::string (*render_responses)(std::span<const ir::Response> responses, const ReplyContext& context) = nullptr;
};

struct Codec {
  ir::Dialect dialect{};
  std::string_view turns{};             // the member of a request that holds the turns of the conversation
  bool model_in_path = false;           // model and stream are said by the path, not by the body
  bool counts_tokens_upstream = false;  // the protocol has an endpoint that counts tokens
  // A body that holds this text replays another provider's signature (carried_signature.h) and must be rendered anew
  // even for its own dialect; "" when this dialect's clients are given no such thing.
  std::string_view carried_mark{};
  // Its clients send back calls without the thinking and the signatures that came with them: kept for them
  // (keepsakes.h).
  bool forgets_signatures = false;
  // A body that holds one of these texts replays what the account that said it can verify best.
  std::span<const std::string_view> signature_marks{};
  // How providers of this dialect word a 400 about a signature that they cannot verify: parts of the message, in lower
  // case. The same request without any signature is worth one more try.
  std::span<const std::string_view> signature_refusals{};

  // Errors are client errors that name the field in the client's own spelling.
  Result<ir::Request> (*parse_request)(const json::Document& body, const Asked& asked) = nullptr;
  Result<Rendered> (*render_request)(const ir::Request& request, const RenderTarget& target) = nullptr;

  // A whole reply with status 200. An error inside, or no readable answer, is an Error.
  Result<ir::Response> (*parse_response)(const json::Document& body, const ReadContext& context) = nullptr;
  std::string (*render_response)(const ir::Response& response, const ReplyContext& context) = nullptr;

  std::unique_ptr<EventReader> (*make_reader)(ReadContext context) = nullptr;
  std::unique_ptr<EventWriter> (*make_writer)(ReplyContext context) = nullptr;

  Observation (*observe)(const SseEvent& event) = nullptr;
  Observation (*observe_whole)(const json::Document& body) = nullptr;

  // An error for a client of this dialect, and an upstream's error body (any bytes) understood. `diagnose` fills code,
  // message, field and retry_after from the body; headers are the provider room's business.
  ErrorReply (*render_error)(const Error& error, std::string_view trace) = nullptr;
  Error (*diagnose)(int status, std::string_view body) = nullptr;

  std::string (*render_token_count)(std::int64_t tokens) = nullptr;
  // The part of the list that the query asks for; nullptr where the protocol lists all at once.
  Result<ModelPage> (*model_page)(std::span<const ModelFacts> models, const QueryLookup& query) = nullptr;
  std::string (*render_models)(const ModelPage& page) = nullptr;
  std::string (*render_model)(const ModelFacts& model) = nullptr;

  const Embedder* embedder = nullptr;
  const Codec* completions = nullptr;  // the same protocol's older endpoint, for clients only
  const Codec* media = nullptr;        // and its endpoints of pictures and speech, which are never translated
  const Questions* questions = nullptr;
  const Memory* memory = nullptr;  // nullptr when every request says its whole conversation
};

}  // namespace agt::dialect
