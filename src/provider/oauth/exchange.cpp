#include "provider/oauth/exchange.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "core/version.h"
#include "json/document.h"
#include "provider/oauth/freshness.h"

namespace agt::provider::oauth {
namespace {

constexpr std::size_t words_bytes_max = 300;
constexpr std::int64_t lifetime_s_max = 366LL * 24 * 3600;

void add_parameter(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += fmt::format("{}={}", name, text::percent_encoded(value));
}

void add_client(std::string& form, const ClientId& client) {
  add_parameter(form, "client_id", client.id);
  if (!client.secret.empty()) add_parameter(form, "client_secret", client.secret.reveal());
}

// parse_url leaves the query out, which an endpoint may well have.
std::optional<net::Call> call_of(std::string_view url) {
  const auto mark = std::min(url.find('?'), url.size());
  auto parsed = net::parse_url(url.substr(0, mark));
  if (!parsed) return std::nullopt;
  net::Call call{.method = "GET", .url = *std::move(parsed)};
  call.target = (call.url.path.empty() ? "/" : call.url.path) + std::string(url.substr(mark));
  call.headers.add("accept", "application/json");
  call.headers.add("user-agent", user_agent);
  call.headers.add("accept-encoding", "identity");
  return call;
}

Milliseconds lifetime_in(const json::Value& root) {
  // Most send a number, some its digits in a string.
  const auto said = root["expires_in"];
  const auto digits = text::parse_number<std::int64_t>(said.text_or(""));
  const auto seconds = said.is_string() ? digits.value_or(0) : said.integer_or(0);
  if (seconds <= 0) return said.present() && seconds == 0 ? Milliseconds(0) : lifetime_assumed;
  return Seconds(std::min(seconds, lifetime_s_max));
}

}  // namespace

std::string authorization_link(const Authorization& asked) {
  std::string query;
  add_parameter(query, "response_type", "code");
  add_parameter(query, "client_id", asked.client_id);
  add_parameter(query, "redirect_uri", asked.redirect_uri);
  if (!asked.scopes.empty()) add_parameter(query, "scope", asked.scopes);
  add_parameter(query, "state", asked.state);
  add_parameter(query, "code_challenge", asked.challenge);
  add_parameter(query, "code_challenge_method", "S256");
  for (const auto& [name, value] : asked.more) add_parameter(query, name, value);
  return fmt::format("{}{}{}", asked.auth_url, asked.auth_url.contains('?') ? '&' : '?', query);
}

Secret refresh_form(const ClientId& client, const Secret& refresh_token) {
  std::string form;
  add_parameter(form, "grant_type", "refresh_token");
  add_parameter(form, "refresh_token", refresh_token.reveal());
  add_client(form, client);
  return Secret(std::move(form));
}

Secret redeem_form(const ClientId& client, const Secret& code, std::string_view redirect_uri, const Secret& verifier) {
  std::string form;
  add_parameter(form, "grant_type", "authorization_code");
  add_parameter(form, "code", code.reveal());
  add_parameter(form, "redirect_uri", redirect_uri);
  add_parameter(form, "code_verifier", verifier.reveal());
  add_client(form, client);
  return Secret(std::move(form));
}

std::optional<net::Call> form_call(std::string_view url, const Secret& form) {
  auto call = call_of(url);
  if (!call) return std::nullopt;
  call->method = "POST";
  call->headers.add("content-type", "application/x-www-form-urlencoded");
  call->body = form.reveal();
  call->once = true;  // a code or refresh token that arrives twice may be taken for a stolen one
  return call;
}

std::optional<net::Call> identity_call(std::string_view url, const Secret& access_token) {
  auto call = call_of(url);
  if (!call) return std::nullopt;
  call->headers.add("authorization", "Bearer ");
  call->headers.extend_last(access_token.reveal());
  return call;
}

TokenReply read_token_reply(int status, std::string_view body) {
  using enum TokenReply::Kind;
  TokenReply reply;
  const auto document = json::Document::parse(body);
  const auto root = document ? document->root() : json::Value();
  if (status == 200) {
    reply.granted.access = Secret(root["access_token"].text_or(""));
    if (reply.granted.access.empty()) {
      reply.why = "It answered 200, but without an access token.";
      return reply;
    }
    reply.kind = granted;
    reply.granted.refresh = Secret(root["refresh_token"].text_or(""));
    reply.granted.lifetime = lifetime_in(root);
    reply.granted.scopes = root["scope"].text_or("");
    return reply;
  }
  const auto code = root["error"].is_object() ? root["error"]["status"].text_or("") : root["error"].text_or("");
  const auto said =
      root["error"].is_object() ? root["error"]["message"].text_or("") : root["error_description"].text_or("");
  reply.why = fmt::format("status {}{}{}{}{}", status, code.empty() ? "" : ", ", text::quoted(code, words_bytes_max),
                          said.empty() ? "" : ": ", text::quoted(said, words_bytes_max));
  const bool about_us = status == 400 || status == 401 || status == 403;
  if (about_us && code == "invalid_grant") reply.kind = grant_refused;
  if (about_us && (code == "invalid_client" || code == "unauthorized_client" || code == "org_internal"))
    reply.kind = client_refused;
  return reply;
}

std::string read_identity(std::string_view body) {
  const auto document = json::Document::parse(body);
  if (!document) return {};
  for (const auto* member : {"email", "preferred_username", "login", "name", "sub", "id"}) {
    const auto value = document->root()[member].text_or("");
    if (!value.empty()) return std::string(text::clipped(value, words_bytes_max));
  }
  return {};
}

Result<Pasted> read_pasted(std::string_view pasted) {
  const auto refuse = [](std::string why) { return fail(Code::schema, std::move(why), "answer"); };
  while (!pasted.empty() && static_cast<unsigned char>(pasted.front()) <= ' ') pasted.remove_prefix(1);
  while (!pasted.empty() && static_cast<unsigned char>(pasted.back()) <= ' ') pasted.remove_suffix(1);
  if (pasted.empty()) return refuse("The pasted text is empty: paste the whole address, or the code in it.");
  auto query = pasted.substr(pasted.find('?') == std::string_view::npos ? 0 : pasted.find('?') + 1);
  query = query.substr(0, std::min(query.find('#'), query.size()));
  Pasted out;
  if (const auto error = net::query_parameter(query, "error"))
    return refuse(
        fmt::format("The provider refused: {}. {}", text::quoted(*error, words_bytes_max),
                    text::quoted(net::query_parameter(query, "error_description").value_or(""), words_bytes_max)));
  if (const auto code = net::query_parameter(query, "code")) {
    out.code = Secret(*code);
    out.state = net::query_parameter(query, "state").value_or("");
  } else if (pasted.contains("://") || pasted.contains('=')) {
    return refuse("There is no code in this address: paste the one that the browser shows after you have agreed.");
  } else {
    out.code = Secret(text::percent_decoded(pasted).value_or(std::string(pasted)));
  }
  if (out.code.empty()) return refuse("The code in this address is empty.");
  const bool has_space = std::ranges::any_of(out.code.reveal(), [](char c) { return c <= ' ' || c == 0x7f; });
  if (has_space) return refuse("This is neither an address nor a code: it has spaces in it.");
  return out;
}

}  // namespace agt::provider::oauth
