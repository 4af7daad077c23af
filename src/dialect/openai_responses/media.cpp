// Images, files and audio: content parts and data: URLs (RFC 2397).
#include <fmt/format.h>

#include "core/overloaded.h"
#include "core/text.h"
#include "dialect/openai_chat/data_url.h"
#include "dialect/openai_responses/items.h"

namespace agt::dialect::openai_responses {
namespace {

constexpr std::string_view scheme = "data:";
constexpr std::string_view marker = ";base64";

std::string usual_head(std::string_view mime) { return fmt::format("{}{}{},", scheme, mime, marker); }

bool is_data_url(std::string_view url) {
  return url.size() >= scheme.size() && text::iequals(url.substr(0, scheme.size()), scheme);
}

Result<> split_data_url(json::Value at, std::string url, ir::Media& media, MembersIn& in) {
  const auto comma = url.find(',');
  const auto head = std::string(std::string_view(url).substr(0, comma));
  const bool encoded =
      head.size() >= marker.size() && text::iequals(std::string_view(head).substr(head.size() - marker.size()), marker);
  if (comma == std::string::npos || !encoded) return at.refuse("an http URL or a base64 data: URL");
  media.mime = text::lowered(std::string_view(head).substr(scheme.size(), head.find(';') - scheme.size()));
  if (head + ',' != usual_head(media.mime)) in.spell(data_head, json::quoted(head + ','));
  url.erase(0, comma + 1);
  media.source = ir::InlineData{.base64 = std::move(url)};
  return {};
}

Result<> read_url(json::Value value, ir::Media& media, MembersIn& in) {
  TRY(auto url, value.text());
  if (is_data_url(url)) return split_data_url(value, std::move(url), media, in);
  media.source = ir::UrlSource{.url = std::move(url)};
  return {};
}

Result<> read_file_id(json::Value value, ir::Media& media) {
  TRY(auto id, value.text());
  media.source = ir::FileSource{.id = std::move(id), .origin = here};
  return {};
}

Result<> read_image(json::Value value, MembersIn& in, ir::Media& media) {
  media.kind = ir::MediaKind::image;
  if (const auto detail = ir::detail_named(value["detail"].text_or(""))) {
    static_cast<void>(in.take("detail"));
    media.detail = *detail;
  }
  if (const auto url = in.take("image_url"); url.exists()) return read_url(url, media, in);
  if (const auto id = in.take("file_id"); id.exists()) return read_file_id(id, media);
  TRY(const auto url, in.need("image_url"));
  return url.refuse("a URL");
}

// Bare base64 is not the API's form, but sent by several clients; it is a PDF then.
Result<> read_file_data(json::Value value, ir::Media& media, MembersIn& in) {
  TRY(auto data, value.text());
  if (is_data_url(data)) return split_data_url(value, std::move(data), media, in);
  in.spell(data_head, R"("")");
  media.mime = "application/pdf";
  media.source = ir::InlineData{.base64 = std::move(data)};
  return {};
}

Result<> read_file(MembersIn& in, ir::Media& media) {
  media.kind = ir::MediaKind::document;
  TRY_OK(in.take_text("filename", media.name));
  if (const auto data = in.take("file_data"); data.exists()) return read_file_data(data, media, in);
  if (const auto url = in.take("file_url"); url.exists()) {
    TRY(auto address, url.text());
    media.source = ir::UrlSource{.url = std::move(address)};
    return {};
  }
  if (const auto id = in.take("file_id"); id.exists()) return read_file_id(id, media);
  TRY(const auto data, in.need("file_data"));
  return data.refuse("base64 data");
}

Result<> read_audio(MembersIn& in, ir::Media& media, ir::Extras& extras) {
  media.kind = ir::MediaKind::audio;
  TRY(const auto audio, in.need("input_audio"));
  if (!audio.is_object()) return audio.refuse("an object with data and format");
  MembersIn inner(audio, extras, here, "input_audio.");
  TRY(auto data, inner.need_text("data"));
  TRY(const auto format, inner.need_text("format"));
  media.mime = fmt::format("audio/{}", format);
  media.source = ir::InlineData{.base64 = std::move(data)};
  inner.keep_rest();
  return {};
}

std::string data_url(const ir::Part& part, const ir::Media& media, const ir::InlineData& data) {
  auto head = usual_head(media.mime);
  if (const auto* kept = spelling(part.extras, here, data_head)) {
    if (const auto document = json::Document::parse(kept->text)) head = document->root().text_or(head);
  }
  return head + (data.plain ? openai_chat::base64(data.base64) : data.base64);
}

void write_audio(MembersOut& out, const ir::Media& media) {
  out.field("type", part::input_audio);
  auto inner = out.inner("input_audio");
  const auto* data = std::get_if<ir::InlineData>(&media.source);
  inner.field("data", data == nullptr ? std::string() : data->base64);
  inner.field("format", media.mime.substr(media.mime.find('/') + 1));
  inner.end();
}

}  // namespace

Result<> read_media(json::Value value, MembersIn& in, std::string_view type, ir::Part& part) {
  ir::Media media;
  if (type == part::input_image) TRY_OK(read_image(value, in, media));
  if (type == part::input_file) TRY_OK(read_file(in, media));
  if (type == part::input_audio) TRY_OK(read_audio(in, media, part.extras));
  part.body = std::move(media);
  return {};
}

void write_media(MembersOut& out, const ir::Part& part, const ir::Media& media) {
  out.settled(data_head);
  if (media.kind == ir::MediaKind::audio) return write_audio(out, media);
  const bool image = media.kind == ir::MediaKind::image;
  out.field("type", image ? part::input_image : part::input_file);
  std::visit(Overloaded{
                 [&](const ir::InlineData& data) {
                   out.field(image ? "image_url" : "file_data", data_url(part, media, data));
                 },
                 [&](const ir::UrlSource& source) { out.field(image ? "image_url" : "file_url", source.url); },
                 [&](const ir::FileSource& source) { out.field("file_id", source.id); },
             },
             media.source);
  if (!media.name.empty()) out.field("filename", media.name);
  if (media.detail != ir::Detail::unset) out.field("detail", name(media.detail));
}

}  // namespace agt::dialect::openai_responses
