// Turn is what the simulator understood of a request, whichever dialect it came in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"

namespace agt::sim {

enum class Dialect : std::uint8_t { chat, completions, responses, anthropic, gemini };

// Collects a conversation in order and keeps what the answer depends on: the last prompt of the user, and the tool
// results that came after it.
class Conversation {
 public:
  void user_text(std::string text);
  void tool_result(std::string text);
  void model_turn();  // a turn of the model ends the user's turn before it
  void close() { model_turn(); }

  [[nodiscard]] const std::string& prompt() const { return prompt_; }
  [[nodiscard]] const std::vector<std::string>& results() const { return results_; }

 private:
  std::vector<std::string> texts_{};  // of the user's turn being read
  std::vector<std::string> new_results_{};
  std::string prompt_{};
  std::vector<std::string> results_{};
};

struct DeclaredTool {
  std::string name{};
  std::string name_space{};  // Responses
  bool custom = false;       // takes text, not JSON
};

struct Turn {
  Dialect dialect = Dialect::chat;
  bool wrapped = false;  // in the Code Assist envelope
  json::Value body{};    // the request (without the envelope); borrowed from the document
  std::string model{};
  bool stream = false;
  bool sse = true;           // Gemini without alt=sse streams a JSON array
  bool usage_wanted = true;  // Chat: only when asked, in a stream
  std::size_t choices = 1;
  std::size_t input_bytes = 0;
  std::vector<std::string> prompts{};  // legacy completions: one answer each
  std::vector<std::string> stops{};
  std::vector<DeclaredTool> tools{};
  Conversation said{};
};

[[nodiscard]] const DeclaredTool* declared(const Turn& turn, std::string_view name);

}  // namespace agt::sim
