// Arguments of a function call that Vertex AI streams in pieces: {"jsonPath":"$.a.b[0]","stringValue":"…"}.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "json/writer.h"

namespace agt::dialect::gemini {

class PartialArgs {
 public:
  // One entry of `partialArgs`. A string piece is appended to what its path holds. Returns false for what it cannot
  // place: a path that is not understood, or too deep.
  bool take(json::Value piece);
  // The object so far, as JSON text.
  [[nodiscard]] std::string object() const;

 private:
  struct Node {
    enum class Kind : std::uint8_t { empty, object, array, text, raw };
    Kind kind = Kind::empty;
    std::string text{};  // of a string, or raw JSON
    std::vector<std::string> keys{};
    std::vector<Node> children{};
  };
  [[nodiscard]] Node* at(std::string_view path);
  static void write(json::Writer& writer, const Node& node);
  Node root_{.kind = Node::Kind::object};
};

}  // namespace agt::dialect::gemini
