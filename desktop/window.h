// The window: a WebKit view of the interface, which leads nowhere else.
#pragma once

#include <gtk/gtk.h>
#include <webkit2/webkit2.h>

#include <filesystem>
#include <functional>
#include <string>

#include "preferences.h"

namespace agt::desktop {

class Window {
 public:
  // `login_wanted`: the page is gone or broken, and needs a new link.
  Window(GtkApplication* application, Preferences& preferences, const std::filesystem::path& web_folder,
         std::function<void()> login_wanted);
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  void show_page(const std::string& url);  // of the interface; its origin is the only one that opens here
  void go_to(const std::string& path);     // of the page that is shown
  void say(const std::string& text);       // while there is no page
  void present();
  void hide();
  [[nodiscard]] GtkWindow* widget() const { return GTK_WINDOW(window_); }
  [[nodiscard]] bool has_page() const { return !origin_.empty(); }

  // What the close button does: true keeps the program running.
  std::function<bool()> closing{};

 private:
  static gboolean decide(WebKitWebView*, WebKitPolicyDecision* decision, WebKitPolicyDecisionType type, Window* self);
  static gboolean menu(WebKitWebView*, WebKitContextMenu* menu, GdkEvent*, WebKitHitTestResult*, Window* self);
  static gboolean key(GtkWidget*, GdkEventKey* event, Window* self);
  static gboolean close(GtkWidget*, GdkEvent*, Window* self);
  static void crashed(WebKitWebView*, WebKitWebProcessTerminationReason, Window* self);
  [[nodiscard]] bool is_ours(const std::string& url) const;
  void zoom(double level);
  void remember_size();

  Preferences& preferences_;
  std::function<void()> login_wanted_;
  GtkWidget* window_;
  WebKitWebView* view_ = nullptr;
  std::string origin_{};
  int loads_ = 0;
};

}  // namespace agt::desktop
