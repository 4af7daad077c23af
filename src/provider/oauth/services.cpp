#include "provider/oauth/services.h"

#include <algorithm>
#include <array>

namespace agt::provider::oauth {
namespace {

// developers.google.com/identity/protocols/oauth2/native-app, 2026-11. Without access_type=offline there is no refresh
// token, without prompt=consent only the first time.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> google_more{
    {{"access_type", "offline"}, {"prompt", "consent"}}};
constexpr std::array<std::string_view, 3> google_providers{"code-assist", "gemini", "vertex"};

constexpr std::array table{Service{
    .name = "google",
    .display_name = "Google",
    .auth_url = "https://accounts.google.com/o/oauth2/v2/auth",
    .token_url = "https://oauth2.googleapis.com/token",
    .userinfo_url = "https://openidconnect.googleapis.com/v1/userinfo",
    .revoke_url = "https://oauth2.googleapis.com/revoke",
    .scopes = "openid email https://www.googleapis.com/auth/cloud-platform",
    .more = google_more,
    .console_url = "https://console.cloud.google.com/auth/clients",
    .steps = "Make a client of the type \"Desktop app\" in a project of yours, add yourself as a test user (or publish "
             "the app: in testing its sign-ins end after 7 days), then give its id and secret here.",
    .providers = google_providers}};

}  // namespace

std::span<const Service> services() { return table; }

const Service* find_service(std::string_view name) {
  const auto* const found = std::ranges::find(table, name, &Service::name);
  return found == table.end() ? nullptr : found;
}

}  // namespace agt::provider::oauth
