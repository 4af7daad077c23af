// Which news of the accounts are worth a notification of the desktop. Pure: what is so now and the time are arguments.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"

namespace agt::desktop {

enum class NoticeKind : std::uint8_t { account, capacity, gateway };
inline constexpr std::array notice_kinds{NoticeKind::account, NoticeKind::capacity, NoticeKind::gateway};
inline constexpr std::int64_t notice_pause_ms = 600'000;  // between two of a kind

struct AccountNow {
  std::string id{};
  std::string label{};
  bool serves = false;     // some of its models at least
  bool needs_you = false;  // it does not come back by itself
  std::optional<std::int64_t> back_in_ms{};
};

// Those that are switched on, out of the admin API's list.
[[nodiscard]] std::vector<AccountNow> accounts_in(const json::Value& list);

struct Notice {
  NoticeKind kind = NoticeKind::account;
  std::string title{};
  std::string text{};
  std::string page{};  // that shows more
};

class Notices {
 public:
  // What is so at the first look is no news.
  [[nodiscard]] std::vector<Notice> learn(const std::vector<AccountNow>& accounts, std::int64_t now_ms);
  [[nodiscard]] std::optional<Notice> gateway_gone(std::int64_t now_ms);

 private:
  [[nodiscard]] bool may_tell(NoticeKind kind, std::int64_t now_ms);
  [[nodiscard]] std::optional<Notice> about_accounts(const std::vector<AccountNow>& accounts, std::int64_t now_ms);
  [[nodiscard]] std::optional<Notice> about_capacity(const std::vector<AccountNow>& accounts, std::int64_t now_ms);

  bool looked_ = false;
  bool out_ = false;               // that no account is ready was told, or was so from the beginning
  std::set<std::string> known_{};  // ids of accounts that need the user, and of which the user was told
  std::array<std::optional<std::int64_t>, notice_kinds.size()> last_{};
};

// Of the file of preferences: 1 when the user wants them.
[[nodiscard]] const char* preference_of(NoticeKind kind);

}  // namespace agt::desktop
