#include "dialect/session.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "core/text.h"

namespace agt::dialect {
namespace {

// In the order in which they are believed. Names as clients send them, seen in 2026: Claude Code, Codex, OpenCode, pi.
constexpr std::array<std::string_view, 1> headers_first{"x-claude-code-session-id"};
constexpr std::array<std::string_view, 5> headers_then{"session-id", "session_id", "x-session-id", "x-session-affinity",
                                                       "x-client-request-id"};
constexpr std::array<std::string_view, 3> members_named{"session_id", "prompt_cache_key", "conversation"};
constexpr std::array<std::string_view, 3> metadata_named{"session_id", "conversation_id", "user_id"};

constexpr std::size_t name_bytes_max = 512;
constexpr std::size_t words_bytes_max = 1024;  // they are hashed for every request
constexpr int turns_looked_at = 8;

std::string in_headers(const HeaderLookup& header, auto names) {
  for (const auto name : names)
    if (const auto value = text::trimmed(header(name).value_or("")); !value.empty())
      return std::string(text::clipped(value, name_bytes_max));
  return {};
}

// Claude Code writes its session into the user id: "user_…_account_…_session_UUID", or as JSON with a session_id.
std::string session_part(const std::string& user_id) {
  constexpr std::string_view mark = "session_";
  if (const auto inside = json::Document::parse(user_id); inside && inside->root().is_object())
    return inside->root()["session_id"].text_or("");
  const auto at = user_id.rfind(mark);
  return at == std::string::npos ? std::string() : user_id.substr(at + mark.size());
}

std::string word(const json::Value& value) {
  auto out = value.text_or("");
  if (value.is_object())  // {"conversation":{"id":…}}; its members may not have been read
    if (const auto inside = json::Document::parse(value.raw())) out = inside->root()["id"].text_or("");
  out.resize(text::clipped(out, name_bytes_max).size());
  return out;
}

// Where the string that begins at `quote` closes: by the search for a character, since texts are long.
std::size_t end_of_string(std::string_view json, std::size_t quote) {
  auto at = json.find('"', quote + 1);
  while (at != std::string_view::npos) {
    auto slashes = at;
    while (json[slashes - 1] == '\\') --slashes;
    if ((at - slashes) % 2 == 0) return at;
    at = json.find('"', at + 1);
  }
  return json.size();
}

// One past the end of the value that begins at `from`, or npos. The text is known to balance its brackets and quotes.
std::size_t end_of_value(std::string_view json, std::size_t from) {
  int depth = 0;
  for (auto i = from; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      i = end_of_string(json, i);
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth < 0) return i;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::string_view without_blanks(std::string_view json) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = std::min(json.find_first_not_of(blanks), json.size());
  const auto end = json.find_last_not_of(blanks) + 1;
  return json.substr(begin, std::max(begin, end) - begin);
}

// Hands out what a container holds, in order, until it has enough: `enough(key, value)`, both as they are spelled.
void each(std::string_view container, auto enough) {
  const bool has_keys = container.starts_with('{');
  for (std::size_t at = 1; at < container.size();) {
    std::string_view key;
    if (has_keys) {
      const auto quote = container.find('"', at);
      if (quote == std::string_view::npos) return;
      const auto close = end_of_string(container, quote);
      key = container.substr(quote + 1, close - quote - 1);
      at = std::min(container.find(':', close), container.size() - 1) + 1;
    }
    const auto end = end_of_value(container, at);
    if (end == std::string_view::npos) return;
    const auto value = without_blanks(container.substr(at, end - at));
    if (value.empty() || enough(key, value)) return;
    at = end + 1;
  }
}

// The first words in what a turn says. Not what stands beside them: cache marks come and go from turn to turn.
std::string_view words_in(std::string_view said) {
  for (bool deeper = true; deeper && (said.starts_with('[') || said.starts_with('{'));) {
    deeper = false;
    const bool list = said.starts_with('[');
    each(said, [&](std::string_view key, std::string_view value) {
      deeper = list || key == "text" || key == "content" || key == "parts";
      if (deeper) said = value;
      return deeper;
    });
  }
  return said.substr(0, words_bytes_max);
}

}  // namespace

std::string named_session(const HeaderLookup& header, const json::Document& members) {
  if (auto found = in_headers(header, headers_first); !found.empty()) return found;
  const auto root = members.root();
  std::optional<json::Document> metadata;
  if (const auto kept = root["metadata"]; kept.is_object())
    if (auto inside = json::Document::parse(kept.raw())) metadata = *std::move(inside);
  if (metadata)
    if (auto found = session_part(metadata->root()["user_id"].text_or("")); !found.empty()) return found;
  if (auto found = in_headers(header, headers_then); !found.empty()) return found;
  for (const auto name : members_named)
    if (auto found = word(root[name]); !found.empty()) return found;
  if (!metadata) return {};
  for (const auto name : metadata_named)
    if (auto found = word(metadata->root()[name]); !found.empty()) return found;
  return {};
}

std::string_view first_words(const json::Document& members, std::string_view turns) {
  const auto list = members.root()[turns];
  if (list.is_string()) return words_in(list.raw());
  if (!list.is_array()) return {};
  std::string_view words;
  int looked_at = 0;
  each(list.raw(), [&](std::string_view /*key*/, std::string_view turn) {
    bool is_user = true;
    each(turn, [&](std::string_view key, std::string_view value) {
      if (key != "role") return false;
      is_user = value == "\"user\"";
      return true;
    });
    if (is_user) words = words_in(turn);
    return !words.empty() || ++looked_at == turns_looked_at;
  });
  return words;
}

}  // namespace agt::dialect
