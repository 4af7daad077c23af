#include "dialect/session.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "core/text.h"

namespace agt::dialect {
namespace {

// In the order in which they are believed. Names as clients send them, seen in 2026: Claude Code, Codex, OpenCode, pi.
constexpr std::array headers_first{"x-claude-code-session-id"};
constexpr std::array headers_then{"session-id", "session_id", "x-session-id", "x-session-affinity",
                                  "x-client-request-id"};
constexpr std::array members_named{"session_id", "prompt_cache_key", "conversation"};
constexpr std::array metadata_named{"session_id", "conversation_id", "user_id"};

constexpr std::size_t name_bytes_max = 512;
constexpr std::size_t words_bytes_max = 1024;  // they are hashed for every request
constexpr int turns_looked_at = 8;

std::string in_headers(const HeaderLookup& header, auto names) {
  for (const auto* name : names)
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

// The words alone, as they are spelled: cache marks beside them come and go from turn to turn.
void collect_words(const json::Value& value, std::string& out) {
  if (out.size() >= words_bytes_max) return;
  if (value.is_string()) {
    out += value.raw().substr(0, words_bytes_max - out.size());
    return;
  }
  for (const auto part : value.children()) {
    if (value.is_array() && !part.is_string()) collect_words(part, out);
    if (value.is_array() && part.is_string()) collect_words(part, out);
    if (value.is_object() && (part.key_is("text") || part.key_is("content") || part.key_is("parts")))
      collect_words(part, out);
  }
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
  for (const auto* name : members_named)
    if (auto found = word(root[name]); !found.empty()) return found;
  if (!metadata) return {};
  for (const auto* name : metadata_named)
    if (auto found = word(metadata->root()[name]); !found.empty()) return found;
  return {};
}

std::string first_words(const json::Document& members, std::string_view turns, json::Scratch& scratch) {
  const auto list = members.root()[turns];
  std::string out;
  if (list.is_string()) collect_words(list, out);
  if (!list.is_array()) return out;
  const auto json = list.raw();
  std::size_t at = 1;
  for (int i = 0; i < turns_looked_at; ++i) {
    const auto end = end_of_value(json, at);
    if (end == std::string_view::npos || end <= at) break;
    const auto turn = json::Document::parse(json.substr(at, end - at), scratch);
    if (!turn) break;
    const auto role = turn->root()["role"];
    if (!role.exists() || role.is("user")) {
      collect_words(turn->root(), out);
      if (!out.empty()) break;
    }
    if (json[end] != ',') break;
    at = end + 1;
  }
  return out;
}

}  // namespace agt::dialect
