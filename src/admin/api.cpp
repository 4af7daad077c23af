#include "admin/api.h"

#include <utility>

#include "admin/limits.h"
#include "admin/metrics_page.h"
#include "admin/routes.h"

namespace agt::admin {
namespace {

class AdminApi final : public net::Handler {
 public:
  AdminApi(Gateway& gateway, AdminAccess& access, net::Worker& worker, Assets assets)
      : gateway_(gateway), access_(access), worker_(worker), assets_(assets) {}

  Task<> handle(net::Exchange& exchange) override {
    if (exchange.head().path == metrics_path) {
      co_await serve_metrics(gateway_, Door::admin, worker_, exchange);
      co_return;
    }
    if (auto page = visited(exchange.head())) {
      // Only a client that is gone cannot be answered, and then nobody is left to tell.
      static_cast<void>(co_await exchange.respond(std::move(page->head), std::move(page->body)));
      co_return;
    }
    auto outcome = co_await answered(exchange);
    if (exchange.answered()) co_return;  // by a stream
    auto reply = outcome ? *std::move(outcome) : refused(outcome.error());
    net::ResponseHead head{.status = reply.status,
                           .headers = {{"content-type", "application/json"},
                                       {"cache-control", "no-store"},
                                       {"x-content-type-options", "nosniff"}}};
    if (!reply.allow.empty()) head.headers.add("allow", reply.allow);
    if (!reply.etag.empty()) head.headers.add("etag", reply.etag);
    if (reply.status == 401) head.headers.add("www-authenticate", "Bearer");
    static_cast<void>(co_await exchange.respond(std::move(head), std::move(reply.body)));
  }

  Refusal refusal(const Error& error, std::string_view) const override {
    return {.content_type = "application/json", .body = refused(error).body};
  }

 private:
  // A page or a file for a browser; one that must not have it gets the API's refusal.
  std::optional<Page> visited(const net::RequestHead& head) const {
    constexpr std::size_t nonce_characters = 24;
    if (head.path.starts_with("/api/")) return std::nullopt;
    auto page = page_for(head, assets_, random_secret_text("", nonce_characters));
    return page && admit_visit(head, access_) ? std::move(page) : std::nullopt;
  }

  Result<PageToken> token_of(const net::Exchange& exchange) {
    const auto now = gateway_.clock.now();
    TRY_OK(access_.wrong_tokens.admit(exchange.peer(), now));
    auto token = admit_token(exchange.head(), access_, now);
    if (!token && token.error().code == Code::key_unknown)
      return std::unexpected(access_.wrong_tokens.note(exchange.peer(), token.error(), now));
    return token;
  }

  // Nothing of the body is read before the caller has shown who it is; without the token even a path that does not
  // exist is answered with 401.
  Task<Result<Answer>> answered(net::Exchange& exchange) {
    const auto& head = exchange.head();
    CO_TRY_OK(admit_page(head, access_));
    const auto found = find_endpoint(head.method, head.path);
    const bool is_open = found && found->endpoint->auth == Auth::none;
    Ask ask{.method = head.method,
            .path = head.path,
            .query = head.query,
            .if_match = std::string(head.headers.get_or("if-match", "")),
            .last_event_id = std::string(head.headers.get_or("last-event-id", "")),
            .from_here = exchange.peer().loopback};
    if (!is_open) {
      CO_TRY(auto token, token_of(exchange));
      ask.token = std::move(token.secret);
      ask.rights = token.rights;
    }
    if (!found) co_return std::unexpected(found.error());
    CO_TRY_OK(admit_use(*found->endpoint, ask));
    CO_TRY(ask.body, co_await exchange.read_body(admin_body_bytes_max));
    if (const auto* const stream = std::get_if<StreamWork>(&found->endpoint->work)) {
      const Call call{.gateway = gateway_, .ask = ask, .words = found->words};
      CO_TRY_OK(co_await (*stream)(call, worker_, exchange));
      co_return Answer{};
    }
    auto reply = co_await answer(gateway_, worker_, std::move(ask));
    co_return reply;
  }

  Gateway& gateway_;
  AdminAccess& access_;
  net::Worker& worker_;
  Assets assets_;
};

}  // namespace

std::unique_ptr<net::Handler> make_admin_handler(Gateway& gateway, AdminAccess& access, net::Worker& worker,
                                                 Assets assets) {
  return std::make_unique<AdminApi>(gateway, access, worker, assets);
}

}  // namespace agt::admin
