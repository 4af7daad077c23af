// agt backup, restore; and what they share with import and export.
#pragma once

#include <string>
#include <string_view>

#include "app/commands.h"

namespace agt::app {

[[nodiscard]] Result<Exit> backup_all(Session& session);
[[nodiscard]] Result<Exit> restore_all(Session& session);

// The text of the file, or of standard input where it is "-".
[[nodiscard]] Result<std::string> text_of(Session& session, const std::string& name, std::size_t bytes_max);
// From the variable of --passphrase-env, or typed without an echo.
[[nodiscard]] Result<std::string> passphrase(Session& session, std::string_view question);

}  // namespace agt::app
