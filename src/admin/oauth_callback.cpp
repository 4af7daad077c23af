// The door for the browser that comes back from a sign-in: one page, on loopback, good for one answer.
#include <fmt/format.h>

#include "admin/oauth_login.h"
#include "core/text.h"

namespace agt::admin {
namespace {

std::string escaped(std::string_view s) {
  std::string out;
  for (const char c : s) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string page(std::string_view title, std::string_view words) {
  return fmt::format(
      "<!doctype html><meta charset=utf-8><title>{0}</title><style>body{{font:16px/1.5 system-ui,sans-serif;"
      "max-width:34em;margin:20vh auto;padding:0 1em}}</style><h1>{0}</h1><p>{1}</p>",
      escaped(title), escaped(words));
}

class OAuthCallback final : public net::Handler {
 public:
  OAuthCallback(Gateway& gateway, std::string login_id, net::Worker& worker)
      : gateway_(gateway), login_id_(std::move(login_id)), worker_(worker) {}

  Task<> handle(net::Exchange& exchange) override {
    const auto outcome = co_await answer(exchange.head());
    int status = 200;
    auto body = page("Done", "You are signed in. You can close this page and return to the application.");
    if (!outcome) {
      status = outcome.error().code == Code::path_unknown ? 404 : 400;
      body = page("Not signed in", outcome.error().message);
    }
    net::ResponseHead head{.status = status};
    head.headers.add("content-type", "text/html; charset=utf-8");
    head.headers.add("cache-control", "no-store");
    head.headers.add("referrer-policy", "no-referrer");
    head.headers.add("x-content-type-options", "nosniff");
    head.headers.add("content-security-policy",
                     "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'");
    [[maybe_unused]] const auto sent = co_await exchange.respond(std::move(head), std::move(body));
  }

  [[nodiscard]] Refusal refusal(const Error& error, std::string_view /*path*/) const override {
    return {.content_type = "text/plain", .body = error.message};
  }

 private:
  Task<Result<>> answer(const net::RequestHead& head) {
    const auto host = head.headers.get_or("host", "");
    const auto name = host.substr(0, host.rfind(':'));
    // A page elsewhere that reaches this port under a name of its own has no business here.
    if (name != "127.0.0.1" && name != "localhost") co_return fail(Code::path_unknown, "There is nothing here.");
    if (head.method != "GET" || head.path != oauth_callback_path)
      co_return fail(Code::path_unknown, "There is nothing here.");
    const auto pasted = provider::oauth::read_pasted("?" + head.query);
    if (!pasted) {  // mostly: the user said no. Only the true answer may end the sign-in.
      const auto state = net::query_parameter(head.query, "state").value_or("");
      CO_TRY([[maybe_unused]] const auto ended, gateway_.logins.claim(login_id_, state, gateway_.clock.now()));
      gateway_.logins.failed(login_id_, pasted.error());
      co_return std::unexpected(pasted.error());
    }
    CO_TRY(const auto login, gateway_.logins.claim(login_id_, pasted->state, gateway_.clock.now()));
    CO_TRY([[maybe_unused]] const auto signed_in, co_await redeem(gateway_, worker_, login, *pasted));
    co_return Result<>{};
  }

  Gateway& gateway_;
  std::string login_id_;
  net::Worker& worker_;
};

}  // namespace

std::unique_ptr<net::Handler> make_oauth_callback(Gateway& gateway, std::string login_id, net::Worker& worker) {
  return std::make_unique<OAuthCallback>(gateway, std::move(login_id), worker);
}

}  // namespace agt::admin
