// What the window and the tray say, in the language of the desktop.
#pragma once

#include <string>

namespace agt::desktop {

struct Words {
  const char* open = nullptr;
  const char* start = nullptr;
  const char* stop = nullptr;
  const char* copy_address = nullptr;
  const char* settings = nullptr;
  const char* autostart = nullptr;
  const char* in_browser = nullptr;
  const char* quit = nullptr;
  const char* running = nullptr;  // {address}, {ready}, {all}
  const char* stopped = nullptr;  // the clients' port is closed
  const char* no_gateway = nullptr;
  const char* starting = nullptr;
  const char* cannot_start = nullptr;  // {why}
  const char* close_title = nullptr;
  const char* close_text = nullptr;
  const char* keep_running = nullptr;
  const char* notify = nullptr;
  const char* account_needs_you = nullptr;
  const char* none_ready = nullptr;
  const char* first_back = nullptr;  // {time}
  const char* none_back = nullptr;
  const char* ready_again = nullptr;
  const char* gateway_ended = nullptr;
  const char* gateway_ended_text = nullptr;
};

[[nodiscard]] const Words& words();  // by LANGUAGE, LC_ALL, LC_MESSAGES, LANG

// `text` with {name} replaced.
[[nodiscard]] std::string filled(std::string text, const std::string& name, const std::string& value);

}  // namespace agt::desktop
