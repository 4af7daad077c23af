// The functions behind the table in routes.cpp, one section per file.
#pragma once

#include "admin/routes.h"

namespace agt::admin {

// status.cpp
[[nodiscard]] Result<Answer> health(const Call& call);
[[nodiscard]] Result<Answer> status(const Call& call);
[[nodiscard]] Result<Answer> openapi(const Call& call);

// accounts.cpp
[[nodiscard]] Result<Answer> list_accounts(const Call& call);
[[nodiscard]] Result<Answer> show_account(const Call& call);
[[nodiscard]] Result<Answer> create_account(const Call& call);
[[nodiscard]] Result<Answer> replace_account(const Call& call);
[[nodiscard]] Result<Answer> patch_account(const Call& call);
[[nodiscard]] Result<Answer> delete_account(const Call& call);
[[nodiscard]] Result<Answer> enable_account(const Call& call);
[[nodiscard]] Result<Answer> disable_account(const Call& call);
[[nodiscard]] Result<Answer> reset_account(const Call& call);

// probe.cpp
[[nodiscard]] Task<Result<Answer>> test_account(const Call& call, net::Worker& worker);

// route_rules.cpp
[[nodiscard]] Result<Answer> list_routes(const Call& call);
[[nodiscard]] Result<Answer> insert_route(const Call& call);
[[nodiscard]] Result<Answer> replace_routes(const Call& call);
[[nodiscard]] Result<Answer> replace_route(const Call& call);
[[nodiscard]] Result<Answer> move_route(const Call& call);
[[nodiscard]] Result<Answer> delete_route(const Call& call);

// explain.cpp
[[nodiscard]] Result<Answer> explain_route(const Call& call);

// keys.cpp
[[nodiscard]] Result<Answer> list_keys(const Call& call);
[[nodiscard]] Result<Answer> create_key(const Call& call);
[[nodiscard]] Result<Answer> revoke_key(const Call& call);

// requests.cpp
[[nodiscard]] Result<Answer> list_requests(const Call& call);
[[nodiscard]] Result<Answer> show_request(const Call& call);
[[nodiscard]] Result<Answer> show_trace(const Call& call);
[[nodiscard]] Result<Answer> show_stats(const Call& call);

// settings.cpp
[[nodiscard]] Result<Answer> list_settings(const Call& call);
[[nodiscard]] Result<Answer> show_setting(const Call& call);
[[nodiscard]] Result<Answer> patch_settings(const Call& call);

// catalogue.cpp
[[nodiscard]] Result<Answer> list_models(const Call& call);
[[nodiscard]] Result<Answer> list_providers(const Call& call);
[[nodiscard]] Result<Answer> list_clients(const Call& call);

}  // namespace agt::admin
