// The desktop program: one window, one tray, one gateway. It has no power that the admin API lacks.
#pragma once

#include <gtk/gtk.h>

#include <memory>
#include <string>

#include "gateway_link.h"
#include "notifier.h"
#include "preferences.h"
#include "tray.h"
#include "window.h"

namespace agt::desktop {

class Desktop {
 public:
  Desktop(GtkApplication* application, bool hidden);
  Desktop(const Desktop&) = delete;
  Desktop& operator=(const Desktop&) = delete;
  ~Desktop();

  void present();  // also when the program was started a second time
  void quit();
  void close_window();  // as its button does

 private:
  void tick();                     // finds the gateway, asks it how it is
  void learn(const Reply& reply);  // its status
  void learn_accounts(const Reply& reply);
  void tell(const Notice& notice);  // if the user wants to know
  void missing();                   // nobody answers
  void log_in(bool in_browser);     // a link for the window, or for the user's browser
  void start_or_stop();
  [[nodiscard]] bool keeps_running();  // when the window is closed
  static gboolean ticked(gpointer self);

  GtkApplication* application_;
  GatewayLink link_;
  Preferences preferences_;
  std::unique_ptr<Window> window_{};
  std::unique_ptr<Tray> tray_{};
  std::unique_ptr<Notifier> notifier_{};
  Notices notices_{};
  guint timer_ = 0;
  guint watcher_ = 0;
  bool tray_is_seen_ = false;
  bool tried_to_start_ = false;
  bool login_under_way_ = false;
  bool asking_ = false;
  bool needs_you_ = false;       // one of the accounts does
  unsigned until_accounts_ = 0;  // ticks before the accounts are looked at again
  int seen_process_ = 0;         // of the gateway that answered last
  int shown_process_ = 0;        // of the gateway whose page is in the window
  bool runs_ = false;            // the clients' port is open
  std::string problem_{};
  std::string last_said_{};
};

}  // namespace agt::desktop
