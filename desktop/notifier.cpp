#include "notifier.h"

#include <memory>
#include <utility>

namespace agt::desktop {
namespace {

constexpr const char* name = "org.freedesktop.Notifications";
constexpr const char* path = "/org/freedesktop/Notifications";
constexpr int by_the_desktop = -1;

}  // namespace

struct Pending {
  Notifier* self = nullptr;
  NoticeKind kind = NoticeKind::account;
  std::string page{};
};

Notifier::Notifier(std::function<void(const std::string&)> opened)
    : opened_(std::move(opened)),
      bus_(g_bus_get_sync(G_BUS_TYPE_SESSION, nullptr, nullptr)),
      gone_(g_cancellable_new()) {
  if (bus_ == nullptr) return;
  signal_ = g_dbus_connection_signal_subscribe(bus_, name, name, "ActionInvoked", path, nullptr,
                                               G_DBUS_SIGNAL_FLAGS_NONE, clicked, this, nullptr);
}

Notifier::~Notifier() {
  g_cancellable_cancel(gone_);
  g_object_unref(gone_);
  if (bus_ == nullptr) return;
  g_dbus_connection_signal_unsubscribe(bus_, signal_);
  g_object_unref(bus_);
}

void Notifier::show(const Notice& notice) {
  if (bus_ == nullptr) return;
  GVariantBuilder actions;
  g_variant_builder_init(&actions, G_VARIANT_TYPE("as"));
  g_variant_builder_add(&actions, "s", "default");
  g_variant_builder_add(&actions, "s", "");
  GVariantBuilder hints;
  g_variant_builder_init(&hints, G_VARIANT_TYPE("a{sv}"));
  g_variant_builder_add(&hints, "{sv}", "desktop-entry", g_variant_new_string("agt-desktop"));
  g_autofree char* text = g_markup_escape_text(notice.text.c_str(), -1);  // a body may hold markup; labels do not
  auto pending = std::make_unique<Pending>(Pending{.self = this, .kind = notice.kind, .page = notice.page});
  g_dbus_connection_call(bus_, name, path, name, "Notify",
                         g_variant_new("(susssasa{sv}i)", "Antigravity Tools", shown_[notice.kind].id, "agt-desktop",
                                       notice.title.c_str(), text, &actions, &hints, by_the_desktop),
                         G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, by_the_desktop, gone_, sent, pending.release());
}

void Notifier::sent(GObject* bus, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
  g_autoptr(GError) error = nullptr;
  g_autoptr(GVariant) answer = g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) return;  // the notifier is gone
  if (answer == nullptr) {
    g_warning("no notification: %s", error->message);
    return;
  }
  auto& shown = pending->self->shown_[pending->kind];
  g_variant_get(answer, "(u)", &shown.id);
  shown.page = pending->page;
}

void Notifier::clicked(GDBusConnection*, const char*, const char*, const char*, const char*, GVariant* parameters,
                       gpointer data) {
  auto& self = *static_cast<Notifier*>(data);
  guint32 id = 0;
  const char* action = nullptr;
  g_variant_get(parameters, "(u&s)", &id, &action);
  for (const auto& [kind, shown] : self.shown_)
    if (shown.id == id && id != 0) return self.opened_(shown.page);
}

}  // namespace agt::desktop
