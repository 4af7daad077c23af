// The functions behind the table in routes.cpp, one section per file.
#pragma once

#include "admin/routes.h"

namespace agt::admin {

// openapi.cpp
[[nodiscard]] Result<Answer> openapi(const Call& call);

// status.cpp
[[nodiscard]] Result<Answer> health(const Call& call);
[[nodiscard]] Result<Answer> status(const Call& call);

// sign_in.cpp
[[nodiscard]] Result<Answer> make_login_link(const Call& call);
[[nodiscard]] Result<Answer> log_in(const Call& call);
[[nodiscard]] Result<Answer> log_out(const Call& call);

// events.cpp
[[nodiscard]] Task<Result<>> stream_events(const Call& call, net::Worker& worker, net::Exchange& exchange);

// proxy.cpp
[[nodiscard]] Result<Answer> show_proxy(const Call& call);
[[nodiscard]] Result<Answer> start_proxy(const Call& call);
[[nodiscard]] Result<Answer> stop_proxy(const Call& call);
[[nodiscard]] Task<Result<Answer>> test_proxy(const Call& call, net::Worker& worker);

// quota_keeper.cpp
[[nodiscard]] Task<Result<Answer>> ask_quota(const Call& call, net::Worker& worker);

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

// oauth_login.cpp
[[nodiscard]] Task<Result<Answer>> start_oauth(const Call& call, net::Worker& worker);
[[nodiscard]] Result<Answer> show_oauth(const Call& call);
[[nodiscard]] Task<Result<Answer>> finish_oauth(const Call& call, net::Worker& worker);
[[nodiscard]] Result<Answer> cancel_oauth(const Call& call);

// import.cpp
[[nodiscard]] Result<Answer> preview_import(const Call& call);
[[nodiscard]] Task<Result<Answer>> apply_import(const Call& call, net::Worker& worker);
[[nodiscard]] Result<Answer> export_accounts(const Call& call);

// refresh.cpp
[[nodiscard]] Task<Result<Answer>> refresh_account(const Call& call, net::Worker& worker);

// route_presets.cpp
[[nodiscard]] Result<Answer> list_route_presets(const Call& call);
[[nodiscard]] Result<Answer> use_route_preset(const Call& call);

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
[[nodiscard]] Result<Answer> limit_key(const Call& call);
[[nodiscard]] Result<Answer> rotate_key(const Call& call);
[[nodiscard]] Result<Answer> revoke_key(const Call& call);

// requests.cpp
[[nodiscard]] Result<Answer> list_requests(const Call& call);
[[nodiscard]] Result<Answer> show_request(const Call& call);
[[nodiscard]] Result<Answer> show_trace(const Call& call);
[[nodiscard]] Result<Answer> show_stats(const Call& call);

// bodies.cpp
[[nodiscard]] Result<Answer> show_body(const Call& call);
[[nodiscard]] Task<Result<Answer>> replay_request(const Call& call, net::Worker& worker);
[[nodiscard]] Result<Answer> forget_requests(const Call& call);

// bundle.cpp
[[nodiscard]] Result<Answer> bundle_request(const Call& call);

// recording.cpp
[[nodiscard]] Result<Answer> show_recording(const Call& call);
[[nodiscard]] Result<Answer> start_recording(const Call& call);
[[nodiscard]] Result<Answer> stop_recording(const Call& call);

// settings.cpp
[[nodiscard]] Result<Answer> list_settings(const Call& call);
[[nodiscard]] Result<Answer> show_setting(const Call& call);
[[nodiscard]] Result<Answer> patch_settings(const Call& call);
[[nodiscard]] Result<Answer> validate_settings(const Call& call);

// catalogue.cpp
[[nodiscard]] Result<Answer> list_models(const Call& call);
[[nodiscard]] Result<Answer> list_providers(const Call& call);
[[nodiscard]] Result<Answer> list_prices(const Call& call);
[[nodiscard]] Result<Answer> list_clients(const Call& call);

// client_setup.cpp
[[nodiscard]] Result<Answer> preview_client(const Call& call);
[[nodiscard]] Result<Answer> connect_client(const Call& call);
[[nodiscard]] Result<Answer> disconnect_client(const Call& call);

}  // namespace agt::admin
