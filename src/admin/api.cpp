#include "admin/api.h"

#include <utility>

#include "admin/limits.h"
#include "admin/routes.h"

namespace agt::admin {
namespace {

class AdminApi final : public net::Handler {
 public:
  AdminApi(Gateway& gateway, const AdminAccess& access, net::Worker& worker)
      : gateway_(gateway), access_(access), worker_(worker) {}

  Task<> handle(net::Exchange& exchange) override {
    auto outcome = co_await answered(exchange);
    auto reply = outcome ? *std::move(outcome) : refused(outcome.error());
    net::ResponseHead head{.status = reply.status,
                           .headers = {{"content-type", "application/json"},
                                       {"cache-control", "no-store"},
                                       {"x-content-type-options", "nosniff"}}};
    if (!reply.allow.empty()) head.headers.add("allow", reply.allow);
    if (!reply.etag.empty()) head.headers.add("etag", reply.etag);
    if (reply.status == 401) head.headers.add("www-authenticate", "Bearer");
    // Only a client that is gone cannot be answered, and then nobody is left to tell.
    static_cast<void>(co_await exchange.respond(std::move(head), std::move(reply.body)));
  }

  Refusal refusal(const Error& error, std::string_view) const override {
    return {.content_type = "application/json", .body = refused(error).body};
  }

 private:
  // Nothing of the body is read before the caller has shown who it is; without the token even a path that does not
  // exist is answered with 401.
  Task<Result<Answer>> answered(net::Exchange& exchange) {
    const auto& head = exchange.head();
    CO_TRY_OK(admit_page(head, access_));
    const auto found = find_endpoint(head.method, head.path);
    const bool is_open = found && found->endpoint->auth == Auth::none;
    if (!is_open) CO_TRY_OK(admit_token(head, access_));
    if (!found) co_return std::unexpected(found.error());
    Ask ask{.method = head.method,
            .path = head.path,
            .query = head.query,
            .if_match = std::string(head.headers.get_or("if-match", ""))};
    CO_TRY(ask.body, co_await exchange.read_body(admin_body_bytes_max));
    auto reply = co_await answer(gateway_, worker_, std::move(ask));
    co_return reply;
  }

  Gateway& gateway_;
  const AdminAccess& access_;
  net::Worker& worker_;
};

}  // namespace

std::unique_ptr<net::Handler> make_admin_handler(Gateway& gateway, const AdminAccess& access, net::Worker& worker) {
  return std::make_unique<AdminApi>(gateway, access, worker);
}

}  // namespace agt::admin
