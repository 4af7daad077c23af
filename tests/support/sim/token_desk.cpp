#include "sim/token_desk.h"

#include <fmt/format.h>

#include "json/writer.h"

namespace agt::sim {
namespace {

constexpr std::string_view access_prefix = "ya29.sim-";
constexpr std::string_view bad_prefix = "bad";

Reply refusal(int status, std::string_view error, std::string_view why) {
  Reply reply{.status = status};
  reply.body = fmt::format("{{\"error\":{},\"error_description\":{}}}", json::quoted(error), json::quoted(why));
  return reply;
}

}  // namespace

std::string TokenDesk::field(const Request& request, std::string_view name) {
  if (!request.body.starts_with('{')) return parameter(request.body, name);
  const auto document = json::Document::parse(request.body);
  return document ? document->root()[name].text_or("") : std::string();
}

std::string TokenDesk::key_of(const Request& request) {
  auto key = field(request, "refresh_token");
  return key.empty() ? field(request, "code") : key;
}

Reply TokenDesk::token(const Request& request, const Script& script, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  auto rules = rules_;
  rules.rotate = script.rotate.value_or(rules.rotate);
  rules.grace_ms = script.grace_ms.value_or(rules.grace_ms);
  rules.expires_in = script.expires_in.value_or(rules.expires_in);
  const auto type = field(request, "grant_type");
  if (field(request, "client_id") == "bad-client")
    return refusal(401, "invalid_client", "The OAuth client was not found.");
  if (type == "refresh_token") return refresh(field(request, "refresh_token"), rules, now_ms);
  if (type == "authorization_code")
    return redeem(field(request, "code"), field(request, "code_verifier"), rules, now_ms);
  if (type == "urn:ietf:params:oauth:grant-type:jwt-bearer")
    return redeem_assertion(field(request, "assertion"), rules, now_ms);
  return refusal(400, "unsupported_grant_type", fmt::format("Invalid grant_type: {}", type));
}

Reply TokenDesk::redeem_assertion(const std::string& assertion, const TokenRules& rules, std::int64_t now_ms) {
  const auto why = service_accounts_.problem(assertion, now_ms / 1000);
  if (!why.empty()) return refusal(400, "invalid_grant", why);
  return grant(++families_, rules, now_ms, false);
}

Reply TokenDesk::refresh(const std::string& token, const TokenRules& rules, std::int64_t now_ms) {
  if (token.empty()) return refusal(400, "invalid_request", "Missing required parameter: refresh_token");
  if (token.starts_with(bad_prefix)) return refusal(400, "invalid_grant", "Token has been expired or revoked.");
  // A token nobody gave out opens a family of its own, so that tests can bring theirs.
  const auto [found, fresh] = refreshes_.try_emplace(token);
  if (fresh) found->second.family = ++families_;
  const auto family = found->second.family;
  if (revoked_.contains(family)) return refusal(400, "invalid_grant", "Token has been expired or revoked.");
  const auto rotated_ms = found->second.rotated_ms;
  const bool reused = rotated_ms != 0 && now_ms - rotated_ms >= rules.grace_ms;
  if (reused) {
    if (rules.revoke_family) revoked_[family] = true;
    return refusal(400, "invalid_grant", "Refresh token was already used.");
  }
  if (rules.rotate && rotated_ms == 0) found->second.rotated_ms = now_ms;
  return grant(family, rules, now_ms, rules.rotate);
}

Reply TokenDesk::redeem(const std::string& code, const std::string& verifier, const TokenRules& rules,
                        std::int64_t now_ms) {
  if (code.empty() || code.starts_with(bad_prefix)) return refusal(400, "invalid_grant", "Malformed auth code.");
  if (const auto known = codes_.find(code); known != codes_.end()) {
    const bool proven = known->second.empty() || base64url(sha256(verifier)) == known->second;
    codes_.erase(known);  // a code works once, also when the proof failed
    if (!proven) return refusal(400, "invalid_grant", "Invalid code verifier.");
  } else if (code.starts_with("4/sim-")) {
    return refusal(400, "invalid_grant", "Bad Request");
  }
  return grant(++families_, rules, now_ms, true);
}

Reply TokenDesk::grant(std::int64_t family, const TokenRules& rules, std::int64_t now_ms, bool with_refresh) {
  const auto access = ids_.mint(access_prefix, 40);
  accesses_[access] = {.family = family, .expires_ms = now_ms + rules.expires_in * 1000};
  json::Writer w;
  w.begin_object();
  w.field("access_token", access);
  w.field("expires_in", rules.expires_in);
  if (with_refresh) {
    const auto token = ids_.mint("1//sim-", 40);
    refreshes_[token] = {.family = family};
    w.field("refresh_token", token);
  }
  w.field("scope",
          "openid https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email");
  w.field("token_type", "Bearer");
  w.end_object();
  Reply reply;
  reply.headers.push_back({.name = "cache-control", .value = "no-store"});
  reply.body = std::move(w).take();
  return reply;
}

Reply TokenDesk::authorize(std::string_view query) {
  const auto back = parameter(query, "redirect_uri");
  if (back.empty()) return refusal(400, "invalid_request", "Missing required parameter: redirect_uri");
  const auto code = ids_.mint("4/sim-", 32);
  {
    const std::scoped_lock lock(mutex_);
    codes_[code] = parameter(query, "code_challenge");
  }
  Reply reply{.status = 302};
  reply.headers.push_back(
      {.name = "location",
       .value = fmt::format("{}{}code={}&state={}", back, back.find('?') == std::string::npos ? '?' : '&',
                            text::percent_encoded(code), text::percent_encoded(parameter(query, "state")))});
  return reply;
}

bool TokenDesk::accepts(std::string_view access_token, std::int64_t now_ms) {
  if (!access_token.starts_with(access_prefix)) return true;
  const std::scoped_lock lock(mutex_);
  const auto found = accesses_.find(access_token);
  return found != accesses_.end() && found->second.expires_ms > now_ms && !revoked_.contains(found->second.family);
}

Result<> TokenDesk::set_rules(json::Value rules) {
  if (!rules.is_object()) return rules.refuse("an object");
  const std::scoped_lock lock(mutex_);
  for (const auto rule : rules.children()) {
    if (rule.key_is("rotate")) {
      TRY(rules_.rotate, rule.boolean());
    } else if (rule.key_is("revoke_family")) {
      TRY(rules_.revoke_family, rule.boolean());
    } else if (rule.key_is("grace_ms")) {
      TRY(rules_.grace_ms, rule.integer());
    } else if (rule.key_is("expires_in")) {
      TRY(rules_.expires_in, rule.integer());
    } else {
      return fail(Code::schema, fmt::format("unknown rule \"{}\"", rule.key()));
    }
  }
  return {};
}

std::string TokenDesk::rules_json() {
  const std::scoped_lock lock(mutex_);
  return fmt::format(R"({{"rotate":{},"revoke_family":{},"grace_ms":{},"expires_in":{}}})", rules_.rotate,
                     rules_.revoke_family, rules_.grace_ms, rules_.expires_in);
}

}  // namespace agt::sim
