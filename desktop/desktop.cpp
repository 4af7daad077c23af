#include "desktop.h"

#include <algorithm>

#include "words.h"

namespace agt::desktop {
namespace {

constexpr guint tick_ms = 1000;
constexpr unsigned accounts_every_ticks = 3;

std::int64_t now_ms() { return g_get_real_time() / 1000; }

std::filesystem::path icon_folder() {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  const auto installed = program.parent_path().parent_path() / "share" / "agt" / "icons";
  return std::filesystem::exists(installed) ? installed : std::filesystem::path(AGT_ICONS);
}

void copy_text(const std::string& text) {
  auto* const clipboard = gtk_clipboard_get(GDK_SELECTION_CLIPBOARD);
  gtk_clipboard_set_text(clipboard, text.c_str(), static_cast<int>(text.size()));
}

}  // namespace

Desktop::Desktop(GtkApplication* application, bool hidden)
    : application_(application),
      link_(state_folder(), gateway_program()),
      preferences_(state_folder() / "desktop.ini") {
  gtk_icon_theme_append_search_path(gtk_icon_theme_get_default(), icon_folder().c_str());
  window_ = std::make_unique<Window>(application, preferences_, state_folder() / "desktop-web",
                                     [this] { shown_process_ = 0; });
  window_->closing = [this] { return keeps_running(); };
  window_->say(words().starting);
  tray_ = std::make_unique<Tray>(icon_folder(), preferences_,
                                 Tray::Actions{
                                     .open = [this] { present(); },
                                     .start_or_stop = [this] { start_or_stop(); },
                                     .settings =
                                         [this] {
                                           window_->go_to("/settings");
                                           present();
                                         },
                                     .in_browser = [this] { log_in(true); },
                                     .copy = copy_text,
                                     .quit = [this] { quit(); },
                                 });
  notifier_ = std::make_unique<Notifier>([this](const std::string& page) {
    window_->go_to(page);
    present();
  });
  // Without a host nobody sees the tray; one may come later, with a shell extension that is switched on.
  watcher_ = g_bus_watch_name(
      G_BUS_TYPE_SESSION, "org.kde.StatusNotifierWatcher", G_BUS_NAME_WATCHER_FLAGS_NONE,
      +[](GDBusConnection*, const char*, const char*, gpointer self) {
        static_cast<Desktop*>(self)->tray_is_seen_ = true;
      },
      +[](GDBusConnection*, const char*, gpointer self) { static_cast<Desktop*>(self)->tray_is_seen_ = false; }, this,
      nullptr);
  if (!hidden) window_->present();
  g_application_hold(G_APPLICATION(application_));
  timer_ = g_timeout_add(tick_ms, ticked, this);
  tick();
}

Desktop::~Desktop() {
  if (timer_ != 0U) g_source_remove(timer_);
  if (watcher_ != 0U) g_bus_unwatch_name(watcher_);
}

gboolean Desktop::ticked(gpointer self) {
  static_cast<Desktop*>(self)->tick();
  return G_SOURCE_CONTINUE;
}

void Desktop::present() { window_->present(); }

void Desktop::quit() {
  link_.stop_child();  // one that ran before us goes on
  g_application_quit(G_APPLICATION(application_));
}

void Desktop::close_window() { gtk_window_close(window_->widget()); }

void Desktop::tick() {
  if (!link_.find()) {
    missing();
    return;
  }
  if (asking_) return;
  asking_ = true;
  link_.ask("GET", "/status", [this](const Reply& reply) {
    asking_ = false;
    learn(reply);
  });
  if (until_accounts_-- > 0) return;
  until_accounts_ = accounts_every_ticks - 1;
  link_.ask("GET", "/accounts", [this](const Reply& reply) { learn_accounts(reply); });
}

void Desktop::learn_accounts(const Reply& reply) {
  const auto document = json::Document::parse_owned(reply.body);
  if (reply.status != 200 || !document) return;
  const auto accounts = accounts_in(document->root()["accounts"]);
  needs_you_ = std::ranges::any_of(accounts, &AccountNow::needs_you);
  for (const auto& notice : notices_.learn(accounts, now_ms())) tell(notice);
}

void Desktop::tell(const Notice& notice) {
  if (preferences_.number(preference_of(notice.kind), 0) == 1) notifier_->show(notice);
}

void Desktop::missing() {
  runs_ = false;
  if (seen_process_ != 0) {
    const auto notice = notices_.gateway_gone(now_ms());
    if (notice) tell(*notice);
    seen_process_ = 0;
  }
  if (!tried_to_start_) {
    tried_to_start_ = true;
    problem_ = link_.start();
  }
  if (shown_process_ != 0 || !window_->has_page()) {
    shown_process_ = 0;
    const auto line = !problem_.empty()    ? filled(words().cannot_start, "why", problem_)
                      : link_.child_runs() ? std::string(words().starting)
                                           : std::string(words().no_gateway);
    if (line != last_said_) window_->say(line);
    last_said_ = line;
  }
  tray_->show({.state = Shown::State::error, .line = words().no_gateway});
}

void Desktop::learn(const Reply& reply) {
  const auto document = json::Document::parse_owned(reply.body);
  if (reply.status != 200 || !document) return;
  seen_process_ = link_.process();
  const auto root = document->root();
  const auto proxy = root["proxy"];
  const auto accounts = root["accounts"];
  runs_ = proxy["running"].boolean_or(false);
  const auto all = accounts["enabled"].integer_or(0);
  const auto ready = all - accounts["resting"].integer_or(0);
  Shown shown{.state = runs_ ? Shown::State::running : Shown::State::stopped,
              .line = words().stopped,
              .address = proxy["address"].text_or("")};
  if (runs_) {
    shown.line = filled(words().running, "address", shown.address);
    shown.line = filled(filled(shown.line, "ready", std::to_string(ready)), "all", std::to_string(all));
    if (ready < all || needs_you_) shown.state = Shown::State::attention;
  }
  tray_->show(shown);
  if (link_.process() != shown_process_) log_in(false);
}

void Desktop::log_in(bool in_browser) {
  if (login_under_way_ && !in_browser) return;
  login_under_way_ = !in_browser;
  link_.ask("POST", "/login/link", [this, in_browser, process = link_.process()](const Reply& reply) {
    login_under_way_ = login_under_way_ && in_browser;
    const auto document = json::Document::parse_owned(reply.body);
    if (reply.status != 201 || !document) return;
    const auto url = document->root()["url"].text_or("");
    if (in_browser) {
      gtk_show_uri_on_window(nullptr, url.c_str(), GDK_CURRENT_TIME, nullptr);
      return;
    }
    shown_process_ = process;
    last_said_.clear();
    window_->show_page(url);
  });
}

void Desktop::start_or_stop() {
  if (!link_.find()) {
    problem_ = link_.start();
    return;
  }
  link_.ask("POST", runs_ ? "/proxy/stop" : "/proxy/start", [this](const Reply&) { tick(); });
}

bool Desktop::keeps_running() {
  if (tray_is_seen_) return true;
  constexpr int keep = 1;
  constexpr int leave = 2;
  auto answer = preferences_.number("without_tray", 0);
  if (answer != keep) {
    auto* const dialog = gtk_message_dialog_new(window_->widget(), GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                                                GTK_BUTTONS_NONE, "%s", words().close_title);
    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", words().close_text);
    gtk_dialog_add_buttons(GTK_DIALOG(dialog), words().quit, leave, words().keep_running, keep, nullptr);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), keep);
    answer = gtk_dialog_run(GTK_DIALOG(dialog));
    gtk_widget_destroy(dialog);
    if (answer == keep) preferences_.set_number("without_tray", keep);
  }
  if (answer == leave) quit();
  return answer == keep;
}

}  // namespace agt::desktop
