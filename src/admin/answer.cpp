#include "admin/answer.h"

#include <utility>

namespace agt::admin {

int status_of(Meaning meaning) {
  switch (meaning) {
    case Meaning::bad_request:
    case Meaning::context_too_long:
    case Meaning::model_unknown: return 400;
    case Meaning::key_bad: return 401;
    case Meaning::forbidden: return 403;
    case Meaning::not_found: return 404;
    case Meaning::method_not_allowed: return 405;
    case Meaning::request_timeout: return 408;
    case Meaning::conflict: return 409;
    case Meaning::too_large: return 413;
    case Meaning::unsupported_media: return 415;
    case Meaning::expectation_failed: return 417;
    case Meaning::upgrade_required: return 426;
    case Meaning::rate_limit:
    case Meaning::quota: return 429;
    case Meaning::head_too_large: return 431;
    case Meaning::cancelled: return 499;
    case Meaning::internal: return 500;
    case Meaning::not_implemented: return 501;
    case Meaning::upstream_auth:
    case Meaning::billing:
    case Meaning::upstream_broke: return 502;
    case Meaning::overloaded:
    case Meaning::unavailable: return 503;
    case Meaning::timeout: return 504;
  }
  std::unreachable();
}

std::string_view remedy_for(Code code) {
  if (code == Code::path_unknown) return "List what there is, and use an id or a name from the list.";
  if (code == Code::key_missing || code == Code::key_unknown)
    return "Send the token of admin.json as a bearer token; it is made anew at each start.";
  if (code == Code::origin_refused) return "Call the admin API from its own pages, or from outside of a browser.";
  return facts(code).remedy;
}

void write_error(json::Writer& w, const Error& error) {
  w.begin_object();
  w.field("class", name(error.failure_class()));
  w.field("code", name(error.code));
  w.field("message", error.message);
  if (!error.field.empty()) w.field("field", error.field);
  if (error.retry_after) w.field("retry_after_ms", error.retry_after->count());
  w.field("remedy", remedy_for(error.code));
  w.end_object();
}

Answer refused(const Error& error) {
  json::Writer w;
  w.begin_object();
  w.key("error");
  if (error.code == Code::method) {  // its field is the list of methods, not a field of a body
    write_error(w, Error{.code = error.code, .message = error.message});
  } else {
    write_error(w, error);
  }
  w.end_object();
  return {.status = status_of(error.meaning()),
          .body = std::move(w).take(),
          .allow = error.code == Code::method ? error.field : std::string()};
}

}  // namespace agt::admin
