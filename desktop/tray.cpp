#include "tray.h"

#include <memory>

#include "preferences.h"
#include "words.h"

namespace agt::desktop {
namespace {

const char* icon_of(Shown::State state) {
  switch (state) {
    case Shown::State::running: return "agt-running-symbolic";
    case Shown::State::attention: return "agt-attention-symbolic";
    case Shown::State::stopped: return "agt-stopped-symbolic";
    case Shown::State::error: return "agt-error-symbolic";
  }
  return "agt-error-symbolic";
}

void activated(GtkMenuItem*, gpointer action) { (*static_cast<std::function<void()>*>(action))(); }
void dropped(gpointer action, GClosure*) { delete static_cast<std::function<void()>*>(action); }

}  // namespace

GtkWidget* Tray::add(GtkWidget* menu, const char* label, std::function<void()> action) {
  auto* const item = gtk_menu_item_new_with_label(label);
  auto kept = std::make_unique<std::function<void()>>(std::move(action));
  g_signal_connect_data(item, "activate", G_CALLBACK(activated), kept.release(), dropped, GConnectFlags{});
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
  return item;
}

Tray::Tray(const std::filesystem::path& icons, Actions actions)
    : actions_(std::move(actions)),
      indicator_(app_indicator_new_with_path("agt-desktop", icon_of(Shown::State::error),
                                             APP_INDICATOR_CATEGORY_APPLICATION_STATUS, icons.c_str())) {
  auto* const menu = gtk_menu_new();
  status_ = gtk_menu_item_new_with_label(words().starting);
  gtk_widget_set_sensitive(status_, FALSE);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), status_);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), gtk_separator_menu_item_new());
  add(menu, words().open, actions_.open);
  start_stop_ = add(menu, words().start, actions_.start_or_stop);

  auto* const addresses = gtk_menu_new();
  add(addresses, "OpenAI (…/v1)", [this] { actions_.copy(shown_.address + "/v1"); });
  add(addresses, "Anthropic", [this] { actions_.copy(shown_.address); });
  add(addresses, "Gemini", [this] { actions_.copy(shown_.address); });
  auto* const copy = gtk_menu_item_new_with_label(words().copy_address);
  gtk_menu_item_set_submenu(GTK_MENU_ITEM(copy), addresses);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), copy);

  add(menu, words().settings, actions_.settings);
  add(menu, words().in_browser, actions_.in_browser);
  auto* const autostart = gtk_check_menu_item_new_with_label(words().autostart);
  gtk_check_menu_item_set_active(GTK_CHECK_MENU_ITEM(autostart), starts_with_system() ? TRUE : FALSE);
  g_signal_connect(autostart, "toggled", G_CALLBACK(+[](GtkCheckMenuItem* item, gpointer) {
                     start_with_system(gtk_check_menu_item_get_active(item) != 0);
                   }),
                   nullptr);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), autostart);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), gtk_separator_menu_item_new());
  add(menu, words().quit, actions_.quit);
  gtk_widget_show_all(menu);
  app_indicator_set_menu(indicator_, GTK_MENU(menu));
  app_indicator_set_title(indicator_, "Antigravity Tools");
  app_indicator_set_status(indicator_, APP_INDICATOR_STATUS_ACTIVE);
}

Tray::~Tray() { g_object_unref(indicator_); }

void Tray::show(const Shown& shown) {
  if (shown.line != shown_.line) gtk_menu_item_set_label(GTK_MENU_ITEM(status_), shown.line.c_str());
  if (shown.state != shown_.state || shown_.line.empty()) {
    const bool runs = shown.state == Shown::State::running || shown.state == Shown::State::attention;
    gtk_menu_item_set_label(GTK_MENU_ITEM(start_stop_), runs ? words().stop : words().start);
    app_indicator_set_icon_full(indicator_, icon_of(shown.state), shown.line.c_str());
  }
  shown_ = shown;
}

}  // namespace agt::desktop
