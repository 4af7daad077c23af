// agt-desktop: the interface in a window of its own, with a tray. Starts the gateway when none runs.
#include <glib-unix.h>
#include <gtk/gtk.h>

#include <sys/stat.h>

#include <array>
#include <clocale>
#include <csignal>
#include <memory>

#include "desktop.h"

namespace {

struct Program {
  bool hidden = false;
  std::unique_ptr<agt::desktop::Desktop> desktop{};
};

// By GTK's accelerators, which work on any keyboard layout.
void add_keys(GtkApplication* application) {
  const std::array<const char*, 2> to_quit{"<Primary>q", nullptr};
  const std::array<const char*, 2> to_close{"<Primary>w", nullptr};
  gtk_application_set_accels_for_action(application, "app.quit", to_quit.data());
  gtk_application_set_accels_for_action(application, "app.close", to_close.data());
}

gboolean ended_by_signal(gpointer data) {
  const auto& program = *static_cast<Program*>(data);
  if (program.desktop) program.desktop->quit();
  return G_SOURCE_CONTINUE;
}

// A second start shows the window of the first.
void activate(GtkApplication* application, gpointer data) {
  auto& program = *static_cast<Program*>(data);
  if (program.desktop) {
    program.desktop->present();
    return;
  }
  add_keys(application);
  // At the end of a session the gateway that we started ends too.
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) g_unix_signal_add(signal, ended_by_signal, &program);
  program.desktop = std::make_unique<agt::desktop::Desktop>(application, program.hidden);
}

void quit(GSimpleAction*, GVariant*, gpointer data) {
  const auto& program = *static_cast<Program*>(data);
  if (program.desktop) program.desktop->quit();
}

void close_window(GSimpleAction*, GVariant*, gpointer data) {
  const auto& program = *static_cast<Program*>(data);
  if (program.desktop) program.desktop->close_window();
}

int local_options(GApplication* application, GVariantDict* options, gpointer data) {
  if (g_variant_dict_contains(options, "quit") != 0) {
    g_autoptr(GError) error = nullptr;
    if (g_application_register(application, nullptr, &error) == 0) return 1;
    if (g_application_get_is_remote(application) == 0) return 0;  // none runs
    g_action_group_activate_action(G_ACTION_GROUP(application), "quit", nullptr);
    return 0;
  }
  static_cast<Program*>(data)->hidden = g_variant_dict_contains(options, "hidden") != 0;
  return -1;
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(S_IRWXG | S_IRWXO);  // the folder is the gateway's too, and it holds keys
  std::setlocale(LC_ALL, "");
  Program program;
  auto* const application = gtk_application_new("tools.antigravity.Desktop", G_APPLICATION_DEFAULT_FLAGS);
  g_application_add_main_option(G_APPLICATION(application), "hidden", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                "Start in the tray, without a window", nullptr);
  g_application_add_main_option(G_APPLICATION(application), "quit", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                "End the program that runs", nullptr);
  const std::array<GActionEntry, 2> entries{
      GActionEntry{.name = "quit",
                   .activate = quit,
                   .parameter_type = nullptr,
                   .state = nullptr,
                   .change_state = nullptr,
                   .padding = {}},
      GActionEntry{.name = "close",
                   .activate = close_window,
                   .parameter_type = nullptr,
                   .state = nullptr,
                   .change_state = nullptr,
                   .padding = {}},
  };
  g_action_map_add_action_entries(G_ACTION_MAP(application), entries.data(), static_cast<int>(entries.size()),
                                  &program);
  g_signal_connect(application, "activate", G_CALLBACK(activate), &program);
  g_signal_connect(application, "handle-local-options", G_CALLBACK(local_options), &program);
  const int code = g_application_run(G_APPLICATION(application), argc, argv);
  program.desktop.reset();
  g_object_unref(application);
  return code;
}
