// agt manual, agt completion: what packages and shells are given of the table of commands.
#include <fmt/format.h>

#include "app/manual.h"
#include "core/text.h"

namespace agt::app {

Result<Exit> show_manual(Session& session) {
  session.print(manual_page());
  return Exit::ok;
}

Result<Exit> show_completion(Session& session) {
  const auto& shell = session.arguments().word(0);
  const auto script = completion_script(shell);
  if (!script)
    return fail(Code::schema,
                fmt::format("There are completions for {}, not for \"{}\".", shells, text::quoted(shell, 40)), "SHELL");
  session.print(*script);
  return Exit::ok;
}

}  // namespace agt::app
