#include "relay/continued.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "pool/choose.h"
#include "relay/journey.h"

namespace agt::relay {
namespace {

constexpr std::size_t id_bytes_shown_max = 80;

bool means(const Target& target, const pool::Account& account) {
  return target.who == account.provider || target.who == account.id || target.who == account.label ||
         std::ranges::find(account.groups, target.who) != account.groups.end();
}

}  // namespace

Continued continued(Kept& kept, std::string_view client_key, const dialect::Codec& codec, std::string_view body,
                    const json::Document& members, Instant now) {
  if (codec.memory == nullptr || !text::contains(body, codec.memory->mark)) return {};
  Continued out{.id = codec.memory->continued(members)};
  if (!out.id.empty()) out.trail = kept.trails.find(client_key, out.id, now);
  return out;
}

bool narrow(Route& route, const Continued& continued, const std::vector<pool::Account>& accounts) {
  if (continued.trail == nullptr || continued.trail->owner.empty()) return false;
  const auto owner = std::ranges::find(accounts, continued.trail->owner, &pool::Account::id);
  if (owner == accounts.end() || !owner->enabled) return false;
  const auto meant = [&](const Target& target) {
    return means(target, *owner) && pool::serves_model(*owner, target.model);
  };
  if (std::ranges::none_of(route.targets, meant)) return false;
  std::erase_if(route.targets, [&](const Target& target) { return !meant(target); });
  for (auto& target : route.targets) target.only = owner->id;
  route.why += fmt::format("; only the account that gave {}", text::quoted(continued.id, id_bytes_shown_max));
  return true;
}

Error bound_to_owner(Error error, const Continued& continued, bool comes_back) {
  error.message +=
      fmt::format(" Only the account that gave {} can go on from it: {}send the whole conversation instead.",
                  text::quoted(continued.id, id_bytes_shown_max), comes_back ? "wait, or " : "");
  if (!comes_back) error.code = Code::feature_unsupported;
  return error;
}

// From the answer that the request goes on from, if it does.
void Journey::follow_trail() {
  if (!shallow_) return;
  continued_ = continued(services_.kept, trace_.client_key, *codec_, body(), *shallow_, services_.clock.now());
  if (continued_.trail == nullptr) return;
  auto route = *trace_.route;
  if (!narrow(route, continued_, snapshot_->accounts)) return;
  bound_ = true;
  trace_.route = std::make_shared<const Route>(std::move(route));
}

// For the request that goes on from this answer; its beginning is enough. `owner`: "" when we keep it ourselves.
void Journey::leave_trail(std::string_view id, std::string_view owner) {
  if (id.empty()) return;
  services_.kept.trails.keep(trace_.client_key, id,
                             {.owner = std::string(owner),
                              .session = session_ != 0 ? session_ : pool::hash_of(id)},  // it begins with this one
                             services_.clock.now());
}

void Journey::leave_trail_of(std::string_view answer) {
  if (codec_->memory == nullptr || !shallow_ || !codec_->memory->kept_there(*shallow_)) return;
  leave_trail(codec_->memory->answer_id(answer), current().account->id);
}

}  // namespace agt::relay
