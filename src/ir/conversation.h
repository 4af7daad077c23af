// The neutral conversation: what the four wire protocols have in common, with room on every node for what they do not.
//
// Parsing keeps the boundaries of the source (no merging, no hoisting); rendering normalises for its own dialect. So
// render ∘ parse is the identity within one dialect, and each dialect's rules about turns live in its own folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "json/raw.h"
#include "json/words.h"

namespace agt::ir {

enum class Dialect : std::uint8_t { openai_chat, openai_responses, anthropic, gemini };
[[nodiscard]] std::string_view name(Dialect dialect);

// What the IR has no word for, verbatim, with the dialect that it came from. It goes home only.
struct Extras {
  Dialect origin{};
  std::vector<json::RawField> fields{};
  // How the origin spelled what the IR does say, where the IR's form would not read back the same. No loss elsewhere.
  std::vector<json::RawField> spelling{};
  // What only the origin knows of its own fields, by key: those that cannot change an answer, and those without which
  // the answer would not be what was asked for.
  std::vector<std::string> harmless{};
  std::vector<std::string> essential{};

  [[nodiscard]] bool empty() const { return fields.empty(); }
  friend bool operator==(const Extras&, const Extras&) = default;
};

// ---- parts ---------------------------------------------------------------------------------------------------------

// Where a statement comes from. Offsets are bytes of UTF-8 in the text of the part; dialects convert.
struct Citation {
  std::optional<std::size_t> begin{};
  std::optional<std::size_t> end{};
  std::string url{};
  std::string title{};
  Extras extras{};
  friend bool operator==(const Citation&, const Citation&) = default;
};

// How probable the model held a token, and what it might have said instead; natural logarithms.
struct TokenScore {
  std::string token{};
  double logprob = 0;
  std::vector<TokenScore> alternatives{};
  friend bool operator==(const TokenScore&, const TokenScore&) = default;
};

struct Text {
  json::Words text{};
  std::vector<Citation> citations{};
  std::vector<TokenScore> scores{};  // only where they were asked for
  friend bool operator==(const Text&, const Text&) = default;
};

// The model's own refusal, as OpenAI tells it apart from text.
struct Refusal {
  std::string text{};
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct Reasoning {
  std::string text{};     // a summary or the full text, whichever the provider shows; may be empty
  bool redacted = false;  // the signature is the whole content (Anthropic redacted_thinking)
  friend bool operator==(const Reasoning&, const Reasoning&) = default;
};

enum class MediaKind : std::uint8_t { image, document, audio, video };
[[nodiscard]] std::string_view name(MediaKind kind);

struct InlineData {
  std::string base64{};  // for text/* documents the dialect that has plain text sources may keep text: see `plain`
  bool plain = false;    // `base64` holds plain text, not base64
  friend bool operator==(const InlineData&, const InlineData&) = default;
};
struct UrlSource {
  std::string url{};
  friend bool operator==(const UrlSource&, const UrlSource&) = default;
};
struct FileSource {
  std::string id{};
  Dialect origin{};  // a file id means nothing elsewhere
  friend bool operator==(const FileSource&, const FileSource&) = default;
};
// How closely an image is to be looked at. Unset leaves it to the provider.
enum class Detail : std::uint8_t { unset, low, high, original };
[[nodiscard]] std::string_view name(Detail detail);
[[nodiscard]] std::optional<Detail> detail_named(std::string_view word);  // not of "auto", which is what unset means

struct Media {
  MediaKind kind{};
  std::string mime{};  // "" when unknown (a bare URL)
  std::variant<InlineData, UrlSource, FileSource> source{};
  std::string name{};
  Detail detail = Detail::unset;
  friend bool operator==(const Media&, const Media&) = default;
};

struct ToolCall {
  enum class Kind : std::uint8_t { function, custom };
  std::string id{};  // "" when the dialect gives none (Gemini); readers mint one
  std::string name{};
  std::string arguments{};  // function: JSON text, verbatim, possibly cut short; custom: plain text
  Kind kind = Kind::function;
  bool wrapped = false;      // custom, from an upstream that knows functions only: the text stands in {"input":"…"}
  std::string name_space{};  // OpenAI Responses namespace tools
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct Part;
struct ToolResult {
  std::string call_id{};
  std::string name{};  // the tool's name where the dialect says it (Gemini); else ""
  std::vector<Part> content;
  bool is_error = false;
  ToolCall::Kind kind = ToolCall::Kind::function;
  friend bool operator==(const ToolResult&, const ToolResult&);
};

// A part that only its own dialect understands (server tool blocks, executable code, compaction, …).
struct Opaque {
  Dialect origin{};
  json::Raw raw{};
  friend bool operator==(const Opaque&, const Opaque&) = default;
};

// A provider's proof over a part, replayed only to its signer: Anthropic thinking.signature and redacted data, Gemini
// thoughtSignature (on any part), OpenAI encrypted_content.
struct Signature {
  std::string blob{};
  Dialect signer{};
  friend bool operator==(const Signature&, const Signature&) = default;
};

// "Cache the prompt up to here": Anthropic cache_control, OpenAI prompt_cache_breakpoint.
struct CacheMark {
  std::optional<std::int64_t> ttl_seconds{};
  friend bool operator==(const CacheMark&, const CacheMark&) = default;
};

using PartBody = std::variant<Text, Refusal, Reasoning, Media, ToolCall, ToolResult, Opaque>;

struct Part {
  PartBody body{};
  std::optional<Signature> signature{};
  std::optional<CacheMark> cache{};
  Extras extras{};
  friend bool operator==(const Part&, const Part&) = default;
};

[[nodiscard]] Part text_part(json::Words text);
[[nodiscard]] std::string_view kind_name(const PartBody& body);  // "text", "tool call", …: for losses and errors

// ---- request -------------------------------------------------------------------------------------------------------

enum class Role : std::uint8_t { system, developer, user, assistant };
[[nodiscard]] std::string_view name(Role role);

// Tool results are parts of user messages. One wire message is one Message.
struct Message {
  Role role{};
  std::vector<Part> parts{};
  std::string name{};  // OpenAI's participant name
  Extras extras{};
  friend bool operator==(const Message&, const Message&) = default;
};

struct Tool {
  ToolCall::Kind kind = ToolCall::Kind::function;
  std::string name{};
  std::string description{};
  json::Raw schema{};  // JSON Schema of the arguments; empty when none was given
  json::Raw format{};  // custom tools: the grammar, verbatim
  std::optional<bool> strict{};
  std::string name_space{};
  std::optional<CacheMark> cache{};
  Extras extras{};
  friend bool operator==(const Tool&, const Tool&) = default;
};

// A tool that the provider itself runs. `type` is the provider's word for it ("web_search_20260318", "googleSearch").
struct HostedTool {
  Dialect origin{};
  std::string type{};
  json::Raw raw{};
  friend bool operator==(const HostedTool&, const HostedTool&) = default;
};

struct ToolChoice {
  enum class Mode : std::uint8_t { unset, automatic, none, required, named, allowed };
  Mode mode = Mode::unset;
  std::vector<std::string> names{};  // named: one; allowed: those that may be called
  bool allowed_required = false;     // allowed: at least one must be called
  std::optional<bool> parallel{};    // false: one call at a time
  json::Raw raw{};                   // a hosted tool's choice: the dialect's own text
  friend bool operator==(const ToolChoice&, const ToolChoice&) = default;
};

struct Sampling {
  std::optional<double> temperature{};
  std::optional<double> top_p{};
  std::optional<double> top_k{};
  std::optional<double> presence_penalty{};
  std::optional<double> frequency_penalty{};
  std::optional<std::int64_t> seed{};
  std::optional<std::int64_t> max_tokens{};
  std::optional<std::int64_t> candidates{};
  std::optional<bool> logprobs{};
  std::optional<std::int64_t> top_logprobs{};
  std::vector<std::string> stop{};
  friend bool operator==(const Sampling&, const Sampling&) = default;
};

enum class Effort : std::uint8_t { none, minimal, low, medium, high, xhigh, max };
[[nodiscard]] std::string_view name(Effort effort);
[[nodiscard]] std::optional<Effort> effort_named(std::string_view word);

struct Thinking {
  enum class Mode : std::uint8_t { unset, off, adaptive, budget };
  Mode mode = Mode::unset;
  std::optional<std::int64_t> budget_tokens{};
  std::optional<Effort> effort{};
  enum class Display : std::uint8_t { unset, hidden, shown };
  Display display = Display::unset;  // whether the client wants to see the reasoning text
  friend bool operator==(const Thinking&, const Thinking&) = default;
};

struct ResponseFormat {
  enum class Kind : std::uint8_t { text, json_object, json_schema };
  Kind kind = Kind::text;
  std::string name{};
  std::string description{};
  json::Raw schema{};
  std::optional<bool> strict{};
  Extras extras{};
  friend bool operator==(const ResponseFormat&, const ResponseFormat&) = default;
};

struct Request {
  std::string model{};
  std::vector<Part> system{};   // the dialect's own system field; leading system messages stay in `messages`
  bool system_is_text = false;  // Anthropic: `system` was a bare string
  std::vector<Message> messages{};
  std::vector<std::variant<Tool, HostedTool>> tools{};
  ToolChoice tool_choice{};
  Sampling sampling{};
  Thinking thinking{};
  std::optional<ResponseFormat> response_format{};
  std::string end_user{};  // OpenAI user / safety_identifier, Anthropic metadata.user_id
  std::string service_tier{};
  bool stream = false;
  bool usage_in_stream = true;  // OpenAI Chat sends usage only when asked
  Extras extras{};
  friend bool operator==(const Request&, const Request&) = default;
};

// ---- response ------------------------------------------------------------------------------------------------------

// Counted once, here: input includes cached tokens, output includes reasoning. Readers convert to this, writers from
// it. Absent means that the provider did not say; it is never reported as 0.
struct Usage {
  std::optional<std::int64_t> input{};
  std::optional<std::int64_t> output{};
  std::optional<std::int64_t> cache_read{};
  std::optional<std::int64_t> cache_write{};
  std::optional<std::int64_t> reasoning{};
  json::Raw raw{};  // the provider's own words, of the last report

  // Takes over every count that `newer` has: providers send cumulative totals.
  void update(const Usage& newer);
  void add(const Usage& more);  // of another call
  friend bool operator==(const Usage&, const Usage&) = default;
};

enum class StopReason : std::uint8_t {
  end,            // finished by itself
  stop_sequence,  // which one: Stop::sequence, where the provider says it
  length,         // the token limit
  tool_use,       // waits for tool results
  refusal,        // the model or a safety filter declined
  paused,         // Anthropic pause_turn: the turn can be continued
  context_full,   // the model's context window, not max_tokens
};
[[nodiscard]] std::string_view name(StopReason reason);

struct Stop {
  StopReason reason{};
  std::string sequence{};  // the stop sequence that was met
  std::string detail{};    // the provider's explanation of a refusal
  std::string raw{};       // the provider's own word
  friend bool operator==(const Stop&, const Stop&) = default;
};

struct Response {
  std::string id{};
  std::string model{};
  std::vector<Part> parts{};
  Usage usage{};
  Stop stop{};
  Extras extras{};
  friend bool operator==(const Response&, const Response&) = default;
};

}  // namespace agt::ir
