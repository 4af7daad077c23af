#include "admin/sign_in.h"

#include <algorithm>

#include "admin/endpoints.h"
#include "admin/fields.h"
#include "admin/limits.h"
#include "core/ids.h"

namespace agt::admin {

void SignIns::put(Shelf& shelf, Kept kept, std::size_t most, Instant now) {
  std::erase_if(shelf, [now](const Kept& old) { return old.until <= now; });
  if (shelf.size() >= most) shelf.erase(shelf.begin());
  shelf.push_back(std::move(kept));
}

// Looks at every one, so that the time tells nothing.
SignIns::Shelf::iterator SignIns::find(Shelf& shelf, std::string_view shown, Instant now) {
  auto found = shelf.end();
  for (auto each = shelf.begin(); each != shelf.end(); ++each)
    if (each->secret.matches(shown) && each->until > now) found = each;
  return found;
}

Secret SignIns::make_code(Instant now, Rights rights) {
  const std::scoped_lock lock(mutex_);
  Secret code(random_secret_text("", login_code_characters));
  put(codes_, {.secret = code, .until = now + login_code_life, .rights = rights}, login_codes_max, now);
  return code;
}

Result<PageToken> SignIns::exchange(std::string_view code, Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto found = find(codes_, code, now);
  if (found == codes_.end())
    return fail(Code::key_unknown, "This link was used already, or is too old; `agt open` makes a new one.", "code");
  PageToken token{.secret = Secret(random_secret_text("page_")), .rights = found->rights};
  codes_.erase(found);
  put(tokens_, {.secret = token.secret, .until = now + page_token_idle_max, .rights = token.rights}, page_tokens_max,
      now);
  return token;
}

std::optional<Rights> SignIns::rights_of(std::string_view token, Instant now) {
  const std::scoped_lock lock(mutex_);
  const auto found = find(tokens_, token, now);
  if (found == tokens_.end()) return std::nullopt;
  found->until = now + page_token_idle_max;
  return found->rights;
}

void SignIns::forget(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(tokens_, [token](const Kept& kept) { return kept.secret.matches(token); });
}

namespace {

Result<AdminAccess*> access_of(const Call& call) {
  if (call.gateway.access == nullptr)
    return fail(Code::conflict, "No gateway runs, so there is no interface to open: start one with `agt serve`.");
  return call.gateway.access;
}

std::string_view name_of(Rights rights) { return rights == Rights::manage ? "manage" : "view"; }

Result<Rights> wanted_rights(const json::Value& body) {
  if (!body.present()) return Rights::manage;
  TRY_OK(check_fields(body, {"rights"}));
  std::string wanted(name_of(Rights::manage));
  TRY_OK(take(body, "rights", wanted));
  for (const auto rights : {Rights::manage, Rights::view})
    if (wanted == name_of(rights)) return rights;
  return fail(Code::schema, "rights: must be manage or view.", "rights");
}

}  // namespace

Result<Answer> make_login_link(const Call& call) {
  TRY(auto* const access, access_of(call));
  TRY(const auto rights, wanted_rights(call.body));
  json::Writer w;
  w.begin_object();
  w.field("url", login_url(*access, call.gateway.clock.now(), rights));
  w.field("expires_in_s", Seconds(login_code_life).count());
  w.end_object();
  return Answer{.status = 201, .body = std::move(w).take()};
}

Result<Answer> log_in(const Call& call) {
  TRY(auto* const access, access_of(call));
  std::string code;
  TRY_OK(check_fields(call.body, {"code"}));
  TRY_OK(take(call.body, "code", code));
  if (code.empty()) return fail(Code::schema, "code: is required; it stands in the link behind #login=.", "code");
  TRY(const auto token, access->sign_ins.exchange(code, call.gateway.clock.now()));
  json::Writer w;
  w.begin_object();
  w.field("token", token.secret.reveal());
  w.field("rights", name_of(token.rights));
  w.field("idle_max_s", Seconds(page_token_idle_max).count());
  w.end_object();
  return Answer{.body = std::move(w).take()};
}

Result<Answer> log_out(const Call& call) {
  TRY(auto* const access, access_of(call));
  access->sign_ins.forget(call.ask.token.reveal());
  return Answer{.body = R"({"ok":true})"};
}

}  // namespace agt::admin
