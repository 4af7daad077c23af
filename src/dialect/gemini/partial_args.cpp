#include "dialect/gemini/partial_args.h"

#include <algorithm>
#include <optional>

#include "core/text.h"

namespace agt::dialect::gemini {
namespace {

constexpr std::size_t path_depth_max = 32;
constexpr std::size_t index_max = 10'000;

struct Step {
  std::string key{};
  std::optional<std::size_t> index{};
};

// "$.a['b c'][0]" → a, b c, 0. Nothing when the path is not of this form.
std::optional<std::vector<Step>> steps(std::string_view path) {
  std::vector<Step> out;
  if (!path.starts_with('$')) return std::nullopt;
  path.remove_prefix(1);
  while (!path.empty()) {
    if (out.size() == path_depth_max) return std::nullopt;
    if (path.starts_with('.')) {
      path.remove_prefix(1);
      const auto end = std::min(path.find_first_of(".["), path.size());
      if (end == 0) return std::nullopt;
      out.push_back({.key = std::string(path.substr(0, end))});
      path.remove_prefix(end);
      continue;
    }
    if (!path.starts_with('[')) return std::nullopt;
    const bool quoted = path.size() > 2 && (path[1] == '\'' || path[1] == '"');
    const auto close = quoted ? path.find(path.substr(1, 1).front() == '\'' ? "']" : "\"]", 2) : path.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    if (quoted) {
      out.push_back({.key = std::string(path.substr(2, close - 2))});
      path.remove_prefix(close + 2);
      continue;
    }
    const auto index = text::parse_number<std::size_t>(path.substr(1, close - 1));
    if (!index || *index > index_max) return std::nullopt;
    out.push_back({.index = index});
    path.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

PartialArgs::Node* PartialArgs::at(std::string_view path) {
  const auto way = steps(path);
  if (!way) return nullptr;
  auto* node = &root_;
  for (const auto& step : *way) {
    const auto wanted = step.index ? Node::Kind::array : Node::Kind::object;
    if (node->kind == Node::Kind::empty) node->kind = wanted;
    if (node->kind != wanted) return nullptr;
    if (step.index) {
      if (node->children.size() <= *step.index) node->children.resize(*step.index + 1);
      node = &node->children[*step.index];
      continue;
    }
    const auto found = std::ranges::find(node->keys, step.key);
    const auto position = static_cast<std::size_t>(found - node->keys.begin());
    if (found == node->keys.end()) {
      node->keys.push_back(step.key);
      node->children.emplace_back();
    }
    node = &node->children[position];
  }
  return node;
}

bool PartialArgs::take(json::Value piece) {
  auto* node = at(piece["jsonPath"].text_or(""));
  if (node == nullptr || node == &root_) return false;
  if (const auto text = piece["stringValue"]; text.is_string()) {
    if (node->kind != Node::Kind::text) *node = Node{.kind = Node::Kind::text};
    node->text += text.text_or("");
    return true;
  }
  for (const std::string_view name : {"numberValue", "boolValue"})
    if (const auto value = piece[name]; value.kind() == json::Kind::number || value.kind() == json::Kind::boolean) {
      *node = Node{.kind = Node::Kind::raw, .text = std::string(value.raw())};
      return true;
    }
  // "nullValue":"NULL_VALUE", or null itself.
  if (piece["nullValue"].exists()) *node = Node{.kind = Node::Kind::raw, .text = "null"};
  return true;
}

void PartialArgs::write(json::Writer& writer, const Node& node) {
  switch (node.kind) {
    case Node::Kind::empty: writer.null(); return;
    case Node::Kind::raw: writer.raw(node.text); return;
    case Node::Kind::text: writer.value(node.text); return;
    case Node::Kind::array:
      writer.begin_array();
      for (const auto& child : node.children) write(writer, child);
      writer.end_array();
      return;
    case Node::Kind::object:
      writer.begin_object();
      for (std::size_t i = 0; i < node.keys.size(); ++i) {
        writer.key(node.keys[i]);
        write(writer, node.children[i]);
      }
      writer.end_object();
      return;
  }
}

std::string PartialArgs::object() const {
  json::Writer writer;
  write(writer, root_);
  return std::move(writer).take();
}

}  // namespace agt::dialect::gemini
