#include "dialect/openai_chat/data_url.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "core/text.h"
#include "dialect/openai_chat/wire.h"

namespace agt::dialect::openai_chat {
namespace {

constexpr std::string_view scheme = "data:";
constexpr std::string_view marker = ";base64";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_data_url(std::string_view url) {
  return url.size() >= scheme.size() && text::iequals(url.substr(0, scheme.size()), scheme);
}

std::string usual_head(std::string_view mime) { return fmt::format("{}{}{},", scheme, mime, marker); }

Result<> split(json::Value at, std::string url, ir::Media& media, ir::Extras& extras, std::string_view key) {
  const auto comma = url.find(',');
  const auto head = std::string(std::string_view(url).substr(0, comma));
  const bool encoded =
      head.size() >= marker.size() && text::iequals(std::string_view(head).substr(head.size() - marker.size()), marker);
  if (comma == std::string::npos || !encoded) return at.refuse("an http URL or a base64 data: URL");
  media.mime = text::lowered(std::string_view(head).substr(scheme.size(), head.find(';') - scheme.size()));
  if (head + ',' != usual_head(media.mime)) spell(extras, key, json::quoted(head + ','));
  url.erase(0, comma + 1);
  media.source = ir::InlineData{.base64 = std::move(url)};
  return {};
}

}  // namespace

Result<> read_url(json::Value url, ir::Media& media, ir::Extras& extras, std::string_view key) {
  TRY(auto text, url.text());
  if (is_data_url(text)) return split(url, std::move(text), media, extras, key);
  media.source = ir::UrlSource{.url = std::move(text)};
  return {};
}

Result<> read_data(json::Value data, ir::Media& media, ir::Extras& extras, std::string_view key) {
  TRY(auto text, data.text());
  if (is_data_url(text)) return split(data, std::move(text), media, extras, key);
  spell(extras, key, R"("")");
  media.source = ir::InlineData{.base64 = std::move(text)};
  return {};
}

std::string data_url(const ir::Media& media, const ir::InlineData& data, const ir::Extras& extras,
                     std::string_view key) {
  auto head = usual_head(media.mime);
  if (const auto* kept = spelling(extras, key)) {
    if (const auto document = json::Document::parse(kept->text)) head = document->root().text_or(head);
  }
  return head + (data.plain ? base64(data.base64) : data.base64);
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    out += alphabet[group >> 18U & 63U];
    out += alphabet[group >> 12U & 63U];
    out += i + 1 < bytes.size() ? alphabet[group >> 6U & 63U] : '=';
    out += i + 2 < bytes.size() ? alphabet[group & 63U] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xFFU);
  }
  return out;
}

}  // namespace agt::dialect::openai_chat
