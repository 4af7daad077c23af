// The interface as files: what a browser gets from the admin listener beside the API.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "admin/access.h"
#include "core/result.h"
#include "net/http.h"

namespace agt::admin {

// One file of the interface, as it stands in the program.
struct Asset {
  std::string_view path{};  // "/assets/index-3f2a.js"; "/index.html" is the page itself
  std::string_view content_type{};
  std::string_view etag{};  // with its quotes
  bool named_by_content = false;
  std::string_view bytes{};
  std::string_view gzip{};    // empty: not worth it
  std::string_view brotli{};  // empty: not worth it, or not made
};
using Assets = std::span<const Asset>;

struct Page {
  net::ResponseHead head{};
  std::string body{};
};

// What stands in the page where each answer's own nonce goes.
inline constexpr std::string_view nonce_mark = "__AGT_NONCE__";

// The host is ours; and a file is for our own pages, unless the user follows a link to the page itself: our pages hold
// nothing before they have a token, and no other page may frame them.
[[nodiscard]] Result<> admit_visit(const net::RequestHead& head, const AdminAccess& access);

// The file at the path of a GET or HEAD; the page itself for every other path that a browser navigates to. Nothing when
// it is the API's to answer. `nonce` is fresh for each answer.
[[nodiscard]] std::optional<Page> page_for(const net::RequestHead& head, Assets assets, std::string_view nonce);

}  // namespace agt::admin
