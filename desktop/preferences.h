// What the desktop program remembers (desktop.ini beside admin.json), and whether it starts with the system.
#pragma once

#include <glib.h>

#include <filesystem>

namespace agt::desktop {

class Preferences {
 public:
  explicit Preferences(std::filesystem::path file);
  Preferences(const Preferences&) = delete;
  Preferences& operator=(const Preferences&) = delete;
  ~Preferences();

  [[nodiscard]] int number(const char* name, int otherwise) const;
  void set_number(const char* name, int value);  // written at once

 private:
  std::filesystem::path file_;
  GKeyFile* values_;
};

// The entry in the user's autostart folder.
[[nodiscard]] bool starts_with_system();
void start_with_system(bool wanted);

}  // namespace agt::desktop
