// Notifications as every desktop shows them: org.freedesktop.Notifications on the session bus.
#pragma once

#include <gio/gio.h>

#include <functional>
#include <map>
#include <string>

#include "notices.h"

namespace agt::desktop {

class Notifier {
 public:
  // `opened`: the user clicked one; its page.
  explicit Notifier(std::function<void(const std::string& page)> opened);
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  ~Notifier();

  // One of a kind takes the place of the one before. Without a bus or a desktop that shows them nothing happens.
  void show(const Notice& notice);

 private:
  struct Shown {
    guint32 id = 0;
    std::string page{};
  };
  static void sent(GObject* bus, GAsyncResult* result, gpointer pending);
  static void clicked(GDBusConnection*, const char*, const char*, const char*, const char*, GVariant* parameters,
                      gpointer self);

  std::function<void(const std::string&)> opened_;
  std::map<NoticeKind, Shown> shown_{};
  GDBusConnection* bus_ = nullptr;
  GCancellable* gone_;
  guint signal_ = 0;
};

}  // namespace agt::desktop
