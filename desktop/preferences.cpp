#include "preferences.h"

namespace agt::desktop {
namespace {

constexpr const char* group = "desktop";

std::filesystem::path autostart_file() {
  return std::filesystem::path(g_get_user_config_dir()) / "autostart" / "agt-desktop.desktop";
}

}  // namespace

Preferences::Preferences(std::filesystem::path file) : file_(std::move(file)), values_(g_key_file_new()) {
  g_key_file_load_from_file(values_, file_.c_str(), G_KEY_FILE_NONE, nullptr);  // none yet, or damaged: the defaults
}

Preferences::~Preferences() { g_key_file_unref(values_); }

int Preferences::number(const char* name, int otherwise) const {
  g_autoptr(GError) missing = nullptr;
  const int value = g_key_file_get_integer(values_, group, name, &missing);
  return missing == nullptr ? value : otherwise;
}

void Preferences::set_number(const char* name, int value) {
  if (number(name, value - 1) == value) return;
  g_key_file_set_integer(values_, group, name, value);
  std::error_code ignored;
  std::filesystem::create_directories(file_.parent_path(), ignored);
  g_autoptr(GError) error = nullptr;
  if (g_key_file_save_to_file(values_, file_.c_str(), &error) == 0) g_warning("%s", error->message);
}

bool starts_with_system() { return std::filesystem::exists(autostart_file()); }

void start_with_system(bool wanted) {
  std::error_code failed;
  if (!wanted) {
    std::filesystem::remove(autostart_file(), failed);
    return;
  }
  std::filesystem::create_directories(autostart_file().parent_path(), failed);
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  const auto entry = "[Desktop Entry]\nType=Application\nName=Antigravity Tools\nExec=\"" + program.string() +
                     "\" --hidden\nIcon=agt-desktop\nX-GNOME-Autostart-enabled=true\n";
  g_autoptr(GError) error = nullptr;  // whole or not at all: a session that starts may read it at any moment
  if (g_file_set_contents(autostart_file().c_str(), entry.data(), static_cast<gssize>(entry.size()), &error) == 0)
    g_warning("%s", error->message);
}

}  // namespace agt::desktop
