#include "window.h"

#include <array>
#include <cmath>

namespace agt::desktop {
namespace {

constexpr int width_usual = 1200;
constexpr int height_usual = 780;
constexpr int width_min = 900;
constexpr int height_min = 600;
constexpr double zoom_step = 1.1;
constexpr double zoom_min = 0.5;
constexpr double zoom_max = 3.0;

WebKitWebView* make_view(const std::filesystem::path& folder) {
  auto* const data = webkit_website_data_manager_new("base-data-directory", (folder / "data").c_str(),
                                                     "base-cache-directory", (folder / "cache").c_str(), nullptr);
  auto* const context = webkit_web_context_new_with_website_data_manager(data);
  g_object_unref(data);
  webkit_web_context_set_spell_checking_enabled(context, FALSE);
  auto* const view = WEBKIT_WEB_VIEW(webkit_web_view_new_with_context(context));
  g_object_unref(context);
  auto* const settings = webkit_web_view_get_settings(view);
  const bool debugging = g_getenv("AGT_DESKTOP_DEBUG") != nullptr;
  webkit_settings_set_enable_developer_extras(settings, debugging ? TRUE : FALSE);
  webkit_settings_set_enable_write_console_messages_to_stdout(settings, debugging ? TRUE : FALSE);
  webkit_settings_set_javascript_can_open_windows_automatically(settings, FALSE);
  webkit_settings_set_enable_back_forward_navigation_gestures(settings, FALSE);
  return view;
}

void open_outside(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return;
  g_autoptr(GError) error = nullptr;
  if (gtk_show_uri_on_window(nullptr, url.c_str(), GDK_CURRENT_TIME, &error) == 0) g_warning("%s", error->message);
}

}  // namespace

Window::Window(GtkApplication* application, Preferences& preferences, const std::filesystem::path& web_folder,
               std::function<void()> login_wanted)
    : preferences_(preferences),
      login_wanted_(std::move(login_wanted)),
      window_(gtk_application_window_new(application)),
      view_(make_view(web_folder)) {
  gtk_window_set_title(GTK_WINDOW(window_), "Antigravity Tools");
  gtk_window_set_icon_name(GTK_WINDOW(window_), "agt-desktop");
  gtk_window_set_default_size(GTK_WINDOW(window_), preferences_.number("width", width_usual),
                              preferences_.number("height", height_usual));
  gtk_widget_set_size_request(GTK_WIDGET(view_), width_min, height_min);
  gtk_container_add(GTK_CONTAINER(window_), GTK_WIDGET(view_));
  webkit_web_view_set_zoom_level(view_, preferences_.number("zoom_percent", 100) / 100.0);
  g_signal_connect(view_, "decide-policy", G_CALLBACK(decide), this);
  g_signal_connect(view_, "context-menu", G_CALLBACK(menu), this);
  g_signal_connect(view_, "web-process-terminated", G_CALLBACK(crashed), this);
  g_signal_connect(window_, "key-press-event", G_CALLBACK(key), this);
  g_signal_connect(window_, "delete-event", G_CALLBACK(close), this);
  gtk_widget_show(GTK_WIDGET(view_));
}

void Window::show_page(const std::string& url) {
  origin_ = url.substr(0, url.find('/', std::string("http://").size()));
  // The same address with another fragment would not be loaded anew.
  auto fresh = url;
  if (const auto at = fresh.find("/#"); at != std::string::npos)
    fresh.replace(at, 2, "/?window=" + std::to_string(++loads_) + "#");
  webkit_web_view_load_uri(view_, fresh.c_str());
}

void Window::go_to(const std::string& path) {
  if (!has_page()) return;
  // By the page's own router: a load would cost the page its token.
  const auto script = "history.pushState(null,'','" + path + "');dispatchEvent(new PopStateEvent('popstate'))";
  webkit_web_view_evaluate_javascript(view_, script.c_str(), -1, nullptr, nullptr, nullptr, nullptr, nullptr);
}

void Window::say(const std::string& text) {
  origin_.clear();
  g_autofree char* safe = g_markup_escape_text(text.c_str(), -1);
  const auto page = std::string(
                        "<!doctype html><meta charset=utf-8><style>:root{color-scheme:light dark}body{font:16px "
                        "system-ui,sans-serif;display:grid;place-items:center;height:100vh;margin:0}</style><p>") +
                    safe + "</p>";
  webkit_web_view_load_html(view_, page.c_str(), nullptr);
}

void Window::present() {
  gtk_widget_show(window_);
  gtk_window_present(GTK_WINDOW(window_));
}

void Window::hide() {
  remember_size();
  gtk_widget_hide(window_);
}

bool Window::is_ours(const std::string& url) const {
  return url == "about:blank" || (!origin_.empty() && (url == origin_ || url.starts_with(origin_ + "/")));
}

gboolean Window::decide(WebKitWebView*, WebKitPolicyDecision* decision, WebKitPolicyDecisionType type, Window* self) {
  if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) return FALSE;
  auto* const action =
      webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
  const std::string url = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && self->is_ours(url)) return FALSE;
  if (webkit_navigation_action_is_user_gesture(action) != 0) open_outside(url);
  webkit_policy_decision_ignore(decision);
  return TRUE;
}

gboolean Window::menu(WebKitWebView*, WebKitContextMenu* menu, GdkEvent*, WebKitHitTestResult*, Window*) {
  constexpr std::array wanted{WEBKIT_CONTEXT_MENU_ACTION_COPY,
                              WEBKIT_CONTEXT_MENU_ACTION_CUT,
                              WEBKIT_CONTEXT_MENU_ACTION_PASTE,
                              WEBKIT_CONTEXT_MENU_ACTION_SELECT_ALL,
                              WEBKIT_CONTEXT_MENU_ACTION_COPY_LINK_TO_CLIPBOARD,
                              WEBKIT_CONTEXT_MENU_ACTION_INSPECT_ELEMENT};
  GList* const items = g_list_copy(webkit_context_menu_get_items(menu));
  for (GList* each = items; each != nullptr; each = each->next) {
    auto* const item = WEBKIT_CONTEXT_MENU_ITEM(each->data);
    bool keep = false;
    for (const auto action : wanted) keep = keep || webkit_context_menu_item_get_stock_action(item) == action;
    if (!keep) webkit_context_menu_remove(menu, item);
  }
  g_list_free(items);
  return webkit_context_menu_get_n_items(menu) == 0 ? TRUE : FALSE;
}

void Window::zoom(double level) {
  level = std::min(zoom_max, std::max(zoom_min, level));
  webkit_web_view_set_zoom_level(view_, level);
  preferences_.set_number("zoom_percent", static_cast<int>(std::lround(level * 100)));
}

gboolean Window::key(GtkWidget*, GdkEventKey* event, Window* self) {
  if ((event->state & GDK_CONTROL_MASK) == 0U) return FALSE;
  const double level = webkit_web_view_get_zoom_level(self->view_);
  switch (event->keyval) {
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add: self->zoom(level * zoom_step); return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract: self->zoom(level / zoom_step); return TRUE;
    case GDK_KEY_0:
    case GDK_KEY_KP_0: self->zoom(1.0); return TRUE;
    default: return FALSE;
  }
}

void Window::remember_size() {
  int width = 0;
  int height = 0;
  gtk_window_get_size(GTK_WINDOW(window_), &width, &height);
  preferences_.set_number("width", width);
  preferences_.set_number("height", height);
}

gboolean Window::close(GtkWidget*, GdkEvent*, Window* self) {
  self->remember_size();
  if (self->closing && self->closing()) self->hide();
  return TRUE;
}

void Window::crashed(WebKitWebView*, WebKitWebProcessTerminationReason, Window* self) {
  self->origin_.clear();
  self->login_wanted_();
}

}  // namespace agt::desktop
