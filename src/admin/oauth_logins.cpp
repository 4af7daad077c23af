#include "admin/oauth_logins.h"

#include <algorithm>

#include "admin/limits.h"

namespace agt::admin {

// One that is over stays a while, so that whoever looks is told how it ended.
void OAuthLogins::sweep(Instant now) {
  for (auto& [id, entry] : entries_) {
    if (entry.standing.stage != Stage::waiting || entry.login.ends > now) continue;
    entry.standing.stage = Stage::failed;
    entry.standing.error = Error{.code = Code::conflict, .message = "The time for this sign-in is over: begin again."};
  }
  std::erase_if(entries_, [now](const auto& entry) { return entry.second.login.ends + oauth_login_life < now; });
}

Result<std::string> OAuthLogins::add(OAuthLogin login, Instant now) {
  const std::scoped_lock lock(mutex_);
  sweep(now);
  const auto waiting =
      std::ranges::count_if(entries_, [](const auto& e) { return e.second.standing.stage == Stage::waiting; });
  if (std::cmp_greater_equal(waiting, oauth_logins_max))
    return fail(Code::busy, "Too many sign-ins wait for their browser: finish or cancel one.");
  login.ends = now + oauth_login_life;
  auto id = login.id;
  entries_[id] = Entry{.login = std::move(login)};
  return id;
}

Result<OAuthLogin> OAuthLogins::claim(std::string_view id, std::optional<std::string_view> state, Instant now) {
  const std::scoped_lock lock(mutex_);
  sweep(now);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return fail(Code::path_unknown, "There is no such sign-in: begin again.");
  auto& [login, standing] = found->second;
  if (standing.stage == Stage::failed && standing.error) return std::unexpected(*standing.error);
  if (standing.stage != Stage::waiting) return fail(Code::conflict, "This sign-in was used already: begin again.");
  if (state && !login.state.matches(*state))
    return fail(Code::schema, "This answer belongs to another sign-in (its state differs): use the latest link.",
                "answer");
  standing.stage = Stage::redeeming;
  return login;
}

void OAuthLogins::succeeded(std::string_view id, std::string account, bool updated) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = entries_.find(id); found != entries_.end())
    found->second.standing = Standing{.stage = Stage::done, .account = std::move(account), .updated = updated};
}

void OAuthLogins::failed(std::string_view id, Error error) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = entries_.find(id); found != entries_.end())
    found->second.standing = Standing{.stage = Stage::failed, .error = std::move(error)};
}

bool OAuthLogins::cancel(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  entries_.erase(found);
  return true;
}

std::optional<OAuthLogins::Standing> OAuthLogins::standing(std::string_view id, Instant now) {
  const std::scoped_lock lock(mutex_);
  sweep(now);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  auto standing = found->second.standing;
  standing.remaining = std::chrono::ceil<Milliseconds>(found->second.login.ends - now);
  return standing;
}

}  // namespace agt::admin
