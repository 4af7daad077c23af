// The command line: everything but `serve`. Each command asks the admin API, of the running gateway or, when none runs,
// of one that is set up for this command alone (see offline.h); so both ways give the same answers and refusals.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

#include "admin/gateway.h"
#include "core/clock.h"
#include "relay/relay.h"
#include "store/home.h"

namespace agt::app {

enum class Exit : int { ok = 0, failed = 1, usage = 2, config = 78 };

// The world as a command sees it.
struct CliContext {
  const store::Environment& environment;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  admin::Families families;
  std::span<const dialect::Codec* const> codecs;
  const Clock& clock;
};

// `arguments` begin with the command: {"account", "list", "--json"}.
[[nodiscard]] Exit run_command(CliContext& context, std::span<const std::string> arguments);

// The same with the process's own streams and the families of the wiring; gives the exit code.
[[nodiscard]] int run_cli(std::span<const std::string> arguments, const store::Environment& environment);

}  // namespace agt::app
