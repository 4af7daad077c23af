// Pictures and documents that a request names by URL, for upstreams that want them inside. Who writes a request may not
// be the user: a page that an agent has read may have put the URL there. So nothing is fetched unless the user wants
// it, and then only from the public internet, whatever the name resolves to, without redirects, within limits.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.h"
#include "core/version.h"
#include "relay/journey.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

struct Found {
  ir::Media* media = nullptr;
  std::string field{};
};

void look_into(std::vector<ir::Part>& parts, const std::string& field, std::vector<Found>& out) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto here = fmt::format("{}.content[{}]", field, i);
    if (auto* media = std::get_if<ir::Media>(&parts[i].body))
      if (std::holds_alternative<ir::UrlSource>(media->source)) out.push_back({.media = media, .field = here});
    if (auto* result = std::get_if<ir::ToolResult>(&parts[i].body)) look_into(result->content, here, out);
  }
}

std::vector<Found> named_by_url(ir::Request& request) {
  std::vector<Found> out;
  for (std::size_t i = 0; i < request.messages.size(); ++i)
    look_into(request.messages[i].parts, fmt::format("messages[{}]", i), out);
  return out;
}

std::unexpected<Error> refused(const Found& found, std::string_view why) {
  return fail(Code::feature_unsupported, fmt::format("{}: {} Send the data itself.", found.field, why), found.field);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U; };
    const auto three = (byte(i) << 16U) | (byte(i + 1) << 8U) | byte(i + 2);
    out += digits[three >> 18U];
    out += digits[(three >> 12U) & 63U];
    out += i + 1 < bytes.size() ? digits[(three >> 6U) & 63U] : '=';
    out += i + 2 < bytes.size() ? digits[three & 63U] : '=';
  }
  return out;
}

// "image/png" of "image/png; charset=x"; "" for what no model takes.
std::string media_type(const net::ResponseHead& head) {
  const auto said = head.headers.get_or("content-type", "");
  const auto type = text::lowered(text::trimmed(said.substr(0, said.find(';'))));
  const bool good = type.starts_with("image/") || type == "application/pdf";
  return good ? type : std::string();
}

// Where a URL leads, and what to ask there.
struct Place {
  net::Url url{};
  std::string target{};
};

std::optional<Place> place_of(std::string_view url) {
  constexpr std::size_t url_bytes_max = 4096;
  url = url.substr(0, url.find('#'));
  const auto query = url.find('?');
  auto parsed = net::parse_url(url.substr(0, query));
  const bool clean = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
  if (!parsed || !clean || url.size() > url_bytes_max) return std::nullopt;
  auto target = parsed->path.empty() ? std::string("/") : parsed->path;
  if (query != std::string_view::npos) target += url.substr(query);
  return Place{.url = *std::move(parsed), .target = std::move(target)};
}

}  // namespace

Task<Result<>> Journey::bring_media(const provider::Upstream& upstream) {
  const auto policy = snapshot_->media_urls;
  if (!upstream.family->wants_media_inside || policy == MediaUrls::provider) co_return Result<>{};
  const auto all = named_by_url(*request_);
  if (all.size() > media_fetched_max)
    co_return refused(all.back(), fmt::format("no more than {} URLs are fetched for one request.", media_fetched_max));
  std::size_t left = media_bytes_max;
  for (const auto& found : all) {
    if (policy == MediaUrls::refuse) co_return refused(found, "this provider's models get no URLs here.");
    const auto place = place_of(std::get<ir::UrlSource>(found.media->source).url);
    if (!place) co_return refused(found, "this is not an http(s) URL that can be fetched.");
    net::Call call{.method = "GET",
                   .url = place->url,
                   .target = place->target,
                   .headers = {{"accept", "image/*, application/pdf"}, {"user-agent", std::string(user_agent)}},
                   .timeouts = snapshot_->timeouts,
                   .public_only = policy == MediaUrls::gateway};
    call.timeouts.first_byte = std::min<Milliseconds>(call.timeouts.first_byte, media_deadline);
    call.timeouts.idle = std::min<Milliseconds>(call.timeouts.idle, media_deadline);
    auto reply = co_await worker_.client().send(std::move(call));
    if (!reply && reply.error().code == Code::client_gone) co_return std::unexpected(reply.error());
    if (!reply) co_return refused(found, reply.error().message);
    if ((*reply)->head().status != 200)
      co_return refused(found,
                        fmt::format("its server answered {} (redirects are not followed).", (*reply)->head().status));
    auto type = media_type((*reply)->head());
    if (type.empty()) co_return refused(found, "its server does not call it an image or a PDF document.");
    auto data = co_await (*reply)->whole(left);
    if (!data && data.error().code == Code::client_gone) co_return std::unexpected(data.error());
    if (!data) co_return refused(found, fmt::format("it could not be read, or is larger than {} bytes.", left));
    left -= data->size();
    found.media->mime = std::move(type);
    found.media->source = ir::InlineData{.base64 = base64(*data)};
  }
  co_return Result<>{};
}

// A provider that opens no URLs, or not this one, says so in words of its own at best: the client is told which field
// may be meant, and what helps.
Error Journey::with_media_named(Error error, const provider::Upstream& upstream) {
  const bool handed_on = upstream.family->wants_media_inside && snapshot_->media_urls == MediaUrls::provider;
  if (!handed_on || error.failure_class() != FailureClass::client_error || !request_) return error;
  const auto all = named_by_url(*request_);
  if (all.empty()) return error;
  error.message += fmt::format(
      " ({} is a URL, which this provider was to open: send the data itself, or set network.media_urls to "
      "\"gateway\".)",
      all.front().field);
  if (error.field.empty()) error.field = all.front().field;
  return error;
}

}  // namespace agt::relay
