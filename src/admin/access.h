// Who may use the admin API: a token made anew at each start, and where it is left for the user's own programs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin/sign_in.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/secret.h"
#include "net/http.h"
#include "relay/snapshot.h"
#include "relay/wrong_keys.h"
#include "store/home.h"

namespace agt::admin {

struct AdminAccess {
  Secret token{random_secret_text("adm_")};
  relay::Admission page{};  // hosts and origins that are ours; empty until publish(): nobody gets in before
  std::string url{};        // "http://127.0.0.1:8046"
  SignIns sign_ins{};       // the tokens of its pages
  relay::WrongKeys wrong_tokens{};
};

// How the programs of the same user find the gateway: the content of admin.json.
struct AdminAddress {
  std::string url{};
  Secret token{};
  pid_t pid = 0;
  std::string version{};
};

// Fills access.page and access.url for the port that was opened and writes admin.json (0600, whole or not at all).
[[nodiscard]] Result<AdminAddress> publish(AdminAccess& access, const store::Home& home, std::string_view host,
                                           std::uint16_t port);
// The same without the file.
void open_to(AdminAccess& access, std::string_view host, std::uint16_t port);
void withdraw(const store::Home& home);  // removes admin.json, if it is this process's

// What is in admin.json; nothing when there is none or it cannot be read as one.
[[nodiscard]] std::optional<AdminAddress> published(const store::Home& home);

// The host is ours, no foreign web page is behind it, a body is JSON.
[[nodiscard]] Result<> admit_page(const net::RequestHead& head, const AdminAccess& access);
// The bearer token is ours, or a page's; which is returned. Code::key_missing, Code::key_unknown.
[[nodiscard]] Result<PageToken> admit_token(const net::RequestHead& head, AdminAccess& access, Instant now);
// The interface's address with a new code that works once.
[[nodiscard]] std::string login_url(AdminAccess& access, Instant now, Rights rights = Rights::manage);

}  // namespace agt::admin
