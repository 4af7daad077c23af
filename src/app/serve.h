// `agt serve`: the gateway in the foreground.
#pragma once

#include <span>
#include <string>

#include "core/result.h"
#include "store/home.h"
#include "store/settings.h"

namespace agt::app {

struct ServeOptions {
  std::optional<std::filesystem::path> home{};
  std::optional<std::filesystem::path> config{};
  std::vector<store::Flag> flags{};
  bool log_level_given = false;
};

// Code::schema for a wrong option (a usage error).
[[nodiscard]] Result<ServeOptions> parse_serve_options(std::span<const std::string> arguments);

// Runs until SIGTERM or SIGINT. Errors are of Code::config (exit 78) or others (exit 1).
[[nodiscard]] Result<> serve(const ServeOptions& options, const store::Environment& environment);

}  // namespace agt::app
