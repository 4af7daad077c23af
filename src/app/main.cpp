// agt: one program, many commands. `serve` runs the gateway; the others talk to it or to its files.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>

#include "app/cli.h"
#include "app/serve.h"
#include "core/version.h"
#include "store/home.h"

namespace {

enum Exit : int { ok = 0, failed = 1, usage = 2, config = 78 };

int tell(const agt::Error& error) {
  fmt::print(stderr, "agt: {}\n", error.message);
  // The message of these two says itself what to do.
  const bool told = error.code == agt::Code::schema || error.code == agt::Code::conflict;
  if (!error.remedy().empty() && !told) fmt::print(stderr, "     {}\n", error.remedy());
  return error.code == agt::Code::config || error.code == agt::Code::conflict ? Exit::config : Exit::failed;
}

int serve(std::span<const std::string> arguments, const agt::store::Environment& environment) {
  const auto options = agt::app::parse_serve_options(arguments);
  if (!options) {
    fmt::print(stderr, "agt: {}\n", options.error().message);
    return Exit::usage;
  }
  const auto served = agt::app::serve(*options, environment);
  return served ? Exit::ok : tell(served.error());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    agt::store::harden_process();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto environment = agt::store::environment_of(environ);
    if (!arguments.empty() && arguments[0] == "serve" &&
        (arguments.size() < 2 || (arguments[1] != "--help" && arguments[1] != "-h")))
      return serve(std::span(arguments).subspan(1), environment);
    return agt::app::run_cli(arguments, environment);
  } catch (const std::exception& bug) {
    fmt::print(stderr, "agt: a bug: {}\n", bug.what());
    return Exit::failed;
  }
}
