// Where users sign in: the endpoints of the services that are known, and how to get a client there. The client is
// always the user's own; none is built in.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace agt::provider::oauth {

struct Service {
  std::string_view name{};
  std::string_view display_name{};
  std::string_view auth_url{};
  std::string_view token_url{};
  std::string_view userinfo_url{};
  std::string_view revoke_url{};
  std::string_view scopes{};
  std::span<const std::pair<std::string_view, std::string_view>> more{};  // parameters of the first step
  std::string_view console_url{};                                         // where a client is made
  std::string_view steps{};                                               // how, in words for the user
  std::span<const std::string_view> providers{};  // what such an account can be used with; the first is the default
};

[[nodiscard]] std::span<const Service> services();
[[nodiscard]] const Service* find_service(std::string_view name);

}  // namespace agt::provider::oauth
