// How an account stands, told as a story: what is the matter, since when, on what evidence, and what happens next.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "admin/account_form.h"

namespace agt::admin {

struct AccountStory {
  std::string what{};
  std::optional<Code> code{};                // of the failure that it is about
  std::optional<std::int64_t> since_ms{};    // nothing: not known
  std::optional<std::int64_t> back_in_ms{};  // nothing: it is fine, or somebody must act
  std::string evidence{};                    // the provider's own words, or where the fact comes from
  std::string request{};                     // the trace that shows it
  std::string next{};                        // what happens by itself, and what one can do
};

// In one word, worst first: the same words are on the page and in `agt account list`.
[[nodiscard]] std::string_view state_of(const store::Account& account, bool usable, const AccountView& view);
[[nodiscard]] AccountStory story_of(const store::Account& account, const Result<provider::Upstream>& upstream,
                                    const AccountView& view);
void write_story(json::Writer& w, const AccountStory& story);

// Whether the account's owner keeps what is left of this window.
[[nodiscard]] bool is_below_reserve(const store::Account& account, const provider::QuotaWindow& window);

// A moment of our own clock as the wall's, in milliseconds since 1970.
[[nodiscard]] std::optional<std::int64_t> wall_of(std::optional<Instant> moment, const AccountView& view);

}  // namespace agt::admin
