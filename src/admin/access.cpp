#include "admin/access.h"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "admin/limits.h"
#include "core/text.h"
#include "core/version.h"
#include "json/document.h"
#include "json/writer.h"
#include "relay/admit.h"
#include "store/files.h"

namespace agt::admin {
namespace {

std::string with_brackets(std::string_view host) {
  return host.contains(':') && !host.starts_with('[') ? fmt::format("[{}]", host) : text::lowered(host);
}

bool is_every_interface(std::string_view host) { return host == "0.0.0.0" || host == "::" || host == "[::]"; }

}  // namespace

void open_to(AdminAccess& access, std::string_view host, std::uint16_t port) {
  auto& page = access.page;
  page = {};
  page.port = port;
  page.lan = is_every_interface(host);  // then any literal address with our port is ours, but still no name
  for (const auto* own : {"127.0.0.1", "localhost", "[::1]"}) page.hosts.push_back(fmt::format("{}:{}", own, port));
  if (!page.lan) page.hosts.push_back(fmt::format("{}:{}", with_brackets(host), port));
  access.url = fmt::format("http://{}:{}", page.lan ? "127.0.0.1" : with_brackets(host), port);
}

Result<AdminAddress> publish(AdminAccess& access, const store::Home& home, std::string_view host, std::uint16_t port) {
  open_to(access, host, port);
  AdminAddress address{.url = access.url, .token = access.token, .pid = ::getpid(), .version = std::string(version)};
  json::Writer w;
  w.begin_object();
  w.field("address", address.url);
  w.field("token", address.token.reveal());
  w.field("pid", address.pid);
  w.field("version", address.version);
  w.end_object();
  TRY_OK(store::write_file(home.admin_file(), std::move(w).take() + "\n"));
  return address;
}

void withdraw(const store::Home& home) {
  const auto there = published(home);
  if (!there || there->pid != ::getpid()) return;
  std::error_code ignored;
  std::filesystem::remove(home.admin_file(), ignored);
}

std::optional<AdminAddress> published(const store::Home& home) {
  auto text = store::read_file(home.admin_file(), store::Trust::secret, admin_file_bytes_max);
  if (!text) return std::nullopt;
  const auto document = json::Document::parse_owned(*std::move(text));
  if (!document) return std::nullopt;
  const auto root = document->root();
  AdminAddress address{.url = root["address"].text_or(""),
                       .token = Secret(root["token"].text_or("")),
                       .pid = static_cast<pid_t>(root["pid"].integer_or(0)),
                       .version = root["version"].text_or("")};
  if (address.url.empty() || address.token.empty() || address.pid <= 0) return std::nullopt;
  return address;
}

Result<> admit_page(const net::RequestHead& head, const AdminAccess& access) {
  return relay::admit_page(head, access.page);
}

std::string login_url(AdminAccess& access, Instant now, Rights rights) {
  // Behind the #: it is sent to no server and stands in no log.
  return fmt::format("{}/#login={}", access.url, access.sign_ins.make_code(now, rights).reveal());
}

Result<PageToken> admit_token(const net::RequestHead& head, AdminAccess& access, Instant now) {
  constexpr std::string_view scheme = "bearer ";
  const auto shown = head.headers.get("authorization");
  if (!shown) return fail(Code::key_missing, "The admin API demands its token, and the request has none.");
  const bool is_bearer = shown->size() > scheme.size() && text::iequals(shown->substr(0, scheme.size()), scheme);
  if (!is_bearer) return fail(Code::key_missing, "The admin API demands its token as \"Authorization: Bearer TOKEN\".");
  const auto token = text::trimmed(shown->substr(scheme.size()));
  const bool is_one = head.headers.count("authorization") == 1;
  const auto rights = access.token.matches(token) ? Rights::manage : access.sign_ins.rights_of(token, now);
  if (!is_one || !rights) return fail(Code::key_unknown, "This is not a token of the gateway that runs now.");
  return PageToken{.secret = Secret(std::string(token)), .rights = *rights};
}

}  // namespace agt::admin
