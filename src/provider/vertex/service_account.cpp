#include "provider/vertex/service_account.h"

#include <fmt/format.h>

#include "json/document.h"
#include "json/writer.h"
#include "net/http.h"
#include "net/signing.h"

namespace agt::provider {
namespace {

constexpr std::string_view scope = "https://www.googleapis.com/auth/cloud-platform";
constexpr std::int64_t life_s = 3600;
constexpr std::int64_t skew_s = 30;  // clocks of others may be behind ours

Result<std::string> needed(const json::Value& root, std::string_view name) {
  auto text = root[name].text_or("");
  if (text.empty())
    return fail(Code::schema,
                fmt::format("The service account file has no \"{}\": give the whole JSON file that the Cloud Console "
                            "made under IAM, Service accounts, Keys.",
                            name),
                "key");
  return text;
}

}  // namespace

bool looks_like_service_account(std::string_view credential) {
  const auto first = credential.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && credential[first] == '{';
}

Result<ServiceAccount> parse_service_account(std::string_view json) {
  const auto document = json::Document::parse(json);
  if (!document || !document->root().is_object())
    return fail(Code::schema, "The service account file is not a JSON object.", "key");
  const auto root = document->root();
  if (const auto type = root["type"].text_or("service_account"); type != "service_account")
    return fail(Code::schema,
                "This is a credential file of another type; only service accounts (\"type\":\"service_account\") are "
                "understood.",
                "key");
  ServiceAccount account{.key_id = root["private_key_id"].text_or(""), .project = root["project_id"].text_or("")};
  TRY(account.client_email, needed(root, "client_email"));
  TRY(auto key, needed(root, "private_key"));
  TRY(account.token_url, needed(root, "token_uri"));
  account.private_key = Secret(std::move(key));
  const auto url = net::parse_url(account.token_url);
  // The assertion is as good as the key for an hour: it must not travel in the clear.
  if (!url || (!url->tls && !url->loopback()))
    return fail(Code::schema, "The service account file's \"token_uri\" is not an https address.", "key");
  return account;
}

Result<Secret> assertion(const ServiceAccount& account, WallTime now) {
  json::Writer header;
  header.begin_object();
  header.field("alg", "RS256");
  header.field("typ", "JWT");
  if (!account.key_id.empty()) header.field("kid", account.key_id);
  header.end_object();
  const auto issued = unix_ms(now) / 1000 - skew_s;
  json::Writer claims;
  claims.begin_object();
  claims.field("iss", account.client_email);
  claims.field("scope", scope);
  claims.field("aud", account.token_url);
  claims.field("iat", issued);
  claims.field("exp", issued + life_s);
  claims.end_object();
  auto text = fmt::format("{}.{}", base64url(std::move(header).take()), base64url(std::move(claims).take()));
  TRY(const auto signature, net::signed_rs256(account.private_key, text));
  text += "." + base64url(signature);
  return Secret(std::move(text));
}

std::string base64url(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr unsigned digit_bits = 6;
  std::string out;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= digit_bits) {
      bits -= digit_bits;
      out += digits[(held >> bits) & 63U];
    }
  }
  if (bits > 0) out += digits[(held << (digit_bits - bits)) & 63U];
  return out;
}

}  // namespace agt::provider
