#include "admin/rests.h"

#include <utility>

#include "admin/limits.h"
#include "store/cool_downs.h"

namespace agt::admin {
namespace {

constexpr std::int64_t until_somebody_acts_ms = 253'402'300'799'000;  // the end of the year 9999

std::optional<Code> code_named(std::string_view named) {
  for (int i = 0; i <= std::to_underlying(Code::client_gone); ++i)
    if (name(static_cast<Code>(i)) == named) return static_cast<Code>(i);
  return std::nullopt;
}

}  // namespace

Result<> restore_rests(Gateway& gateway) {
  TRY(const auto kept, store::cool_downs(gateway.vault));
  const auto now = gateway.clock.now();
  const auto wall = unix_ms(gateway.clock.wall());
  for (const auto& one : kept) {
    const auto code = code_named(one.code);
    if (!code) continue;  // of another version: the upstream will tell again
    const auto until = one.until_unix_ms >= until_somebody_acts_ms ? pool::until_somebody_acts
                                                                   : now + Milliseconds(one.until_unix_ms - wall);
    gateway.pool.restore(
        {.account_id = one.account,
         .model = one.model,
         .rest = {.until = until, .code = *code, .message = one.message, .set_by = "before the restart"}});
  }
  return {};
}

Result<> save_rests(Gateway& gateway) {
  const auto now = gateway.clock.now();
  const auto wall = unix_ms(gateway.clock.wall());
  for (const auto& one : gateway.pool.take_unsaved()) {
    if (one.rest.until <= now) continue;  // forgiven in the meantime
    const auto until = one.rest.until == pool::until_somebody_acts
                           ? until_somebody_acts_ms
                           : wall + std::chrono::ceil<Milliseconds>(one.rest.until - now).count();
    TRY_OK(store::put_cool_down(gateway.vault, {.account = one.account_id,
                                                .model = one.model,
                                                .until_unix_ms = until,
                                                .code = std::string(name(one.rest.code)),
                                                .message = one.rest.message}));
  }
  return {};
}

Task<> keep_rests(Gateway& gateway, net::Worker& worker) {
  while (true) {
    const auto slept = co_await worker.sleep(rests_saved_every);
    if (!slept) co_return;
    Result<> saved{};
    Result<> ended{};
    const auto done = co_await worker.offload([&] {
      saved = save_rests(gateway);
      ended = end_keys(gateway);
    });
    if (!done && done.error().code == Code::client_gone) co_return;
    if (!saved) gateway.log.write(LogLevel::error, "rests_not_saved", {{"why", saved.error().message}});
    if (!ended) gateway.log.write(LogLevel::error, "keys_not_ended", {{"why", ended.error().message}});
  }
}

}  // namespace agt::admin
