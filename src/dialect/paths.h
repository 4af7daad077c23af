// Which endpoint a request asks for: one table for all dialects, and the doctor for wrong base URLs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "ir/conversation.h"

namespace agt::dialect {

enum class Operation : std::uint8_t {
  generate,
  count_tokens,
  complete,  // OpenAI's older completions
  embed,
  // These pass through only.
  draw,              // images from a prompt
  edit_image,        // a form with images and a prompt
  vary_image,        // a form with an image
  transcribe,        // a form with speech
  translate_speech,  // likewise, into English
  list_models,
  show_model,
  not_served,  // a known endpoint of the dialect that this gateway does not serve
};

// Its body is multipart/form-data (form.h), because it holds a file.
[[nodiscard]] bool takes_form(Operation operation);
// Pictures and speech.
[[nodiscard]] bool is_media(Operation operation);

struct Endpoint {
  ir::Dialect dialect{};
  Operation operation{};
  std::string model{};         // from the path; else ""
  bool stream = false;         // said by the path
  bool batch = false;          // Gemini: embeddings of many texts
  bool array_framing = false;  // Gemini's stream without alt=sse
  std::string version{};       // the API version that a header names
};

// Signs in the headers and the query by which GET /v1/models is told apart.
struct Signs {
  bool google = false;     // x-goog-api-key, x-goog-api-client, ?key=, ?pageSize=
  bool anthropic = false;  // anthropic-version, or a claude-cli user agent
  bool upgrade = false;    // a WebSocket upgrade
  bool sse = false;        // alt=sse
  std::string version{};   // the API version that a header names; "" without one
};

struct Located {
  Endpoint endpoint{};
  std::string correction{};  // what the user should change, when the path was wrong but understood; else ""
};

// Code::path_unknown with a hint, Code::method (field: the methods allowed), Code::upgrade_unsupported.
[[nodiscard]] Result<Located> locate(std::string_view method, std::string_view path, const Signs& signs);

// The dialect whose error shape fits a path that was not located.
[[nodiscard]] ir::Dialect error_dialect(std::string_view path, const Signs& signs);

}  // namespace agt::dialect
