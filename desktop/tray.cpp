#include "tray.h"

#include <memory>
#include <utility>

#include "notices.h"
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

void switched(GtkCheckMenuItem* item, gpointer change) {
  (*static_cast<std::function<void(bool)>*>(change))(gtk_check_menu_item_get_active(item) != 0);
}
void switch_dropped(gpointer change, GClosure*) { delete static_cast<std::function<void(bool)>*>(change); }

const char* word_for(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::account: return words().account_needs_you;
    case NoticeKind::capacity: return words().none_ready;
    case NoticeKind::gateway: return words().gateway_ended;
  }
  return "";
}

}  // namespace

GtkWidget* Tray::add(GtkWidget* menu, const char* label, std::function<void()> action) {
  auto* const item = gtk_menu_item_new_with_label(label);
  auto kept = std::make_unique<std::function<void()>>(std::move(action));
  g_signal_connect_data(item, "activate", G_CALLBACK(activated), kept.release(), dropped, GConnectFlags{});
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
  return item;
}

void Tray::add_switch(GtkWidget* menu, const char* label, bool on, std::function<void(bool)> change) {
  auto* const item = gtk_check_menu_item_new_with_label(label);
  gtk_check_menu_item_set_active(GTK_CHECK_MENU_ITEM(item), on ? TRUE : FALSE);
  auto kept = std::make_unique<std::function<void(bool)>>(std::move(change));
  g_signal_connect_data(item, "toggled", G_CALLBACK(switched), kept.release(), switch_dropped, GConnectFlags{});
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
}

void Tray::add_submenu(GtkWidget* menu, const char* label, GtkWidget* submenu) {
  auto* const item = gtk_menu_item_new_with_label(label);
  gtk_menu_item_set_submenu(GTK_MENU_ITEM(item), submenu);
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
}

// Every kind is off until the user wants it.
GtkWidget* Tray::notices_menu(Preferences& preferences) {
  auto* const menu = gtk_menu_new();
  for (const auto kind : notice_kinds)
    add_switch(menu, word_for(kind), preferences.number(preference_of(kind), 0) == 1,
               [&preferences, kind](bool on) { preferences.set_number(preference_of(kind), on ? 1 : 0); });
  return menu;
}

Tray::Tray(const std::filesystem::path& icons, Preferences& preferences, Actions actions)
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
  add_submenu(menu, words().copy_address, addresses);

  add(menu, words().settings, actions_.settings);
  add(menu, words().in_browser, actions_.in_browser);
  add_submenu(menu, words().notify, notices_menu(preferences));
  add_switch(menu, words().autostart, starts_with_system(), start_with_system);
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
