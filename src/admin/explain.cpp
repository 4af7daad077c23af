// The dry run of the admin API.
#include <utility>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/limits.h"
#include "admin/rests.h"
#include "relay/dry_run.h"

namespace agt::admin {
namespace {

constexpr std::string_view usual_path = "/v1/chat/completions";

Result<net::Headers> headers_in(const json::Value& object) {
  net::Headers headers;
  if (!object.present()) return headers;
  if (!object.is_object()) return object.refuse("an object of header names and values");
  for (const auto member : object.children()) {
    TRY(const auto value, member.text());
    headers.add(member.key(), value);
  }
  return headers;
}

}  // namespace

Result<Answer> explain_route(const Call& call) {
  TRY_OK(check_fields(call.body, {"path", "model", "body", "headers", "client_key", "without"}));
  auto& gateway = call.gateway;
  relay::Hypothetical asked{.path = std::string(usual_path)};
  TRY_OK(take(call.body, "path", asked.path));
  TRY_OK(take(call.body, "model", asked.model));
  TRY_OK(take(call.body, "client_key", asked.client_key));
  TRY_OK(take(call.body, "without", asked.without));
  TRY(asked.headers, headers_in(call.body["headers"]));
  if (call.body["body"].present()) asked.body = call.body["body"].raw();
  if (const auto mark = asked.path.find('?'); mark != std::string::npos) {
    asked.query = asked.path.substr(mark + 1);
    asked.path.resize(mark);
  }
  if (asked.body.empty() && asked.model.empty() && !asked.path.contains(':'))
    return fail(Code::schema, "Give a body or a model.", "model");
  // The command line works on the files when no gateway runs.
  if (gateway.current.get() == nullptr) {
    TRY_OK(reload(gateway));
    TRY_OK(restore_rests(gateway));
  }
  return Answer{.body = relay::dry_run(gateway.services, gateway.current.get(), asked)};
}

}  // namespace agt::admin
