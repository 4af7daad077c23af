#include "admin/pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "relay/admit.h"

namespace agt::admin {
namespace {

constexpr std::string_view page_path = "/index.html";

bool is_navigation(const net::RequestHead& head) {
  return head.headers.get_or("sec-fetch-mode", "") == "navigate" &&
         head.headers.get_or("sec-fetch-dest", "") == "document";
}

bool wants_a_page(const net::RequestHead& head) {
  const auto last = head.path.substr(head.path.rfind('/') + 1);
  return !last.contains('.') && head.headers.get_or("accept", "").contains("text/html");
}

const Asset* asset_at(Assets assets, std::string_view path) {
  const auto found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

// Whether the client takes that coding: named, and not with q=0.
bool takes(const net::RequestHead& head, std::string_view coding) {
  for (const auto part : text::split(head.headers.get_or("accept-encoding", ""), ',')) {
    const auto semicolon = part.find(';');
    if (!text::iequals(text::trimmed(part.substr(0, semicolon)), coding)) continue;
    if (semicolon == std::string_view::npos) return true;
    const auto weight = text::trimmed(part.substr(semicolon + 1));
    return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000";
  }
  return false;
}

// Only what stands in the program runs in the page: no script, style, font, picture or connection from elsewhere, no
// inline script without this answer's nonce, and no page of others around it.
std::string policy(std::string_view nonce) {
  return fmt::format(
      "default-src 'none'; script-src 'self' 'nonce-{0}'; style-src 'self' 'nonce-{0}'; img-src 'self' data:; "
      "font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
      "form-action 'none'",
      nonce);
}

void add_guards(net::Headers& headers) {
  headers.add("x-content-type-options", "nosniff");
  headers.add("x-frame-options", "DENY");
  headers.add("referrer-policy", "no-referrer");
  headers.add("cross-origin-opener-policy", "same-origin");
  headers.add("cross-origin-resource-policy", "same-origin");
}

std::string with_nonce(std::string_view page, std::string_view nonce) {
  std::string out;
  out.reserve(page.size() + nonce.size());
  std::size_t from = 0;
  for (auto at = page.find(nonce_mark); at != std::string_view::npos; at = page.find(nonce_mark, from)) {
    out += page.substr(from, at - from);
    out += nonce;
    from = at + nonce_mark.size();
  }
  return out += page.substr(from);
}

Page the_page(const Asset& asset, std::string_view nonce) {
  Page page{.body = with_nonce(asset.bytes, nonce)};
  page.head.headers = {{"content-type", asset.content_type},
                       {"cache-control", "no-store"},  // it has a nonce, and a new version must show at once
                       {"content-security-policy", policy(nonce)}};
  add_guards(page.head.headers);
  return page;
}

Page the_file(const Asset& asset, const net::RequestHead& request) {
  Page page;
  auto& headers = page.head.headers;
  headers.add("content-type", asset.content_type);
  headers.add("cache-control", asset.named_by_content ? "public, max-age=31536000, immutable" : "no-cache");
  headers.add("etag", asset.etag);
  headers.add("vary", "accept-encoding");
  headers.add("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  add_guards(headers);
  if (request.headers.get_or("if-none-match", "") == asset.etag) {
    page.head.status = 304;
    return page;
  }
  const bool brotli = !asset.brotli.empty() && takes(request, "br");
  const bool gzip = !brotli && !asset.gzip.empty() && takes(request, "gzip");
  if (brotli || gzip) headers.add("content-encoding", brotli ? "br" : "gzip");
  page.body = brotli ? asset.brotli : gzip ? asset.gzip : asset.bytes;
  return page;
}

}  // namespace

Result<> admit_visit(const net::RequestHead& head, const AdminAccess& access) {
  if (!is_navigation(head) || head.method != "GET") return admit_page(head, access);
  net::RequestHead visit{.method = head.method, .path = head.path};
  for (const auto& [name, value] : head.headers)
    if (text::iequals(name, "host")) visit.headers.add(name, value);
  return relay::admit_page(visit, access.page);
}

std::optional<Page> page_for(const net::RequestHead& head, Assets assets, std::string_view nonce) {
  const bool reads = head.method == "GET" || head.method == "HEAD";
  if (!reads || head.path == "/api" || head.path.starts_with("/api/")) return std::nullopt;
  const auto* page = asset_at(assets, page_path);
  const bool is_page = head.path == "/" || head.path == page_path;
  const auto* file = is_page ? nullptr : asset_at(assets, head.path);
  if (file != nullptr) return the_file(*file, head);
  // The page finds its own way from the path (#, ?, /accounts/…).
  if (page != nullptr && (is_page || wants_a_page(head))) return the_page(*page, nonce);
  return std::nullopt;
}

}  // namespace agt::admin
