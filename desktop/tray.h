// The tray: an icon whose shape tells the state, and a menu. AppIndicator gives no clicks, so the menu has everything.
#pragma once

#include <gtk/gtk.h>
#include <libayatana-appindicator/app-indicator.h>

#include <filesystem>
#include <functional>
#include <string>

#include "preferences.h"

namespace agt::desktop {

struct Shown {
  enum class State : unsigned char { running, attention, stopped, error } state = State::error;
  std::string line{};     // "Running · http://127.0.0.1:8045 · 4/5 accounts ready"
  std::string address{};  // of the clients' port
};

class Tray {
 public:
  struct Actions {
    std::function<void()> open{};
    std::function<void()> start_or_stop{};
    std::function<void()> settings{};
    std::function<void()> in_browser{};
    std::function<void(const std::string& text)> copy{};
    std::function<void()> quit{};
  };
  Tray(const std::filesystem::path& icons, Preferences& preferences, Actions actions);
  Tray(const Tray&) = delete;
  Tray& operator=(const Tray&) = delete;
  ~Tray();

  void show(const Shown& shown);

 private:
  GtkWidget* add(GtkWidget* menu, const char* label, std::function<void()> action);
  void add_switch(GtkWidget* menu, const char* label, bool on, std::function<void(bool)> change);
  void add_submenu(GtkWidget* menu, const char* label, GtkWidget* submenu);
  [[nodiscard]] GtkWidget* notices_menu(Preferences& preferences);

  Actions actions_;
  AppIndicator* indicator_;
  GtkWidget* status_ = nullptr;
  GtkWidget* start_stop_ = nullptr;
  Shown shown_{};
};

}  // namespace agt::desktop
