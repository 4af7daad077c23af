#include "gateway_link.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>

namespace agt::desktop {
namespace {

constexpr std::size_t admin_file_bytes_max = 4096;
constexpr unsigned patience_s = 10;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(admin_file_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

struct Pending {
  SoupMessage* message = nullptr;
  GatewayLink::Answered answered{};
};

void received(GObject* source, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
  g_autoptr(GError) error = nullptr;
  g_autoptr(GBytes) bytes = soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);
  Reply reply;
  if (bytes != nullptr) {
    gsize size = 0;
    const auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    reply = {.status = soup_message_get_status(pending->message), .body = std::string(text, text + size)};
  }
  const bool cancelled = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_object_unref(pending->message);
  if (!cancelled) pending->answered(reply);
}

}  // namespace

GatewayLink::GatewayLink(std::filesystem::path state_folder, std::filesystem::path program)
    : state_folder_(std::move(state_folder)),
      program_(std::move(program)),
      session_(soup_session_new()),
      gone_(g_cancellable_new()) {
  // The gateway is on this computer: no proxy of the desktop stands between.
  soup_session_set_proxy_resolver(session_, nullptr);
  soup_session_set_timeout(session_, patience_s);
}

GatewayLink::~GatewayLink() {
  g_cancellable_cancel(gone_);
  g_object_unref(gone_);
  g_object_unref(session_);
  g_clear_object(&child_);
}

bool GatewayLink::find() {
  const auto document = json::Document::parse_owned(content_of(state_folder_ / "admin.json"));
  if (!document) return false;
  const auto root = document->root();
  const auto process = static_cast<int>(root["pid"].integer_or(0));
  if (process <= 0 || ::kill(process, 0) != 0) return false;
  address_ = root["address"].text_or("");
  token_ = root["token"].text_or("");
  process_ = process;
  return address_.starts_with("http://") && !token_.empty();
}

std::string GatewayLink::start() {
  if (child_runs()) return {};
  g_clear_object(&child_);
  g_autoptr(GError) error = nullptr;
  child_ = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, program_.c_str(), "serve", nullptr);
  return child_ != nullptr ? std::string() : std::string(error->message);
}

bool GatewayLink::child_runs() const { return child_ != nullptr && g_subprocess_get_identifier(child_) != nullptr; }

// GLib would send the signal from a thread of its own, later; this program may have ended by then.
void GatewayLink::stop_child() {
  const char* const process = child_ == nullptr ? nullptr : g_subprocess_get_identifier(child_);
  if (process != nullptr) ::kill(static_cast<pid_t>(g_ascii_strtoll(process, nullptr, 10)), SIGTERM);
}

void GatewayLink::ask(const char* method, const std::string& path, Answered answered) {
  auto* const message = soup_message_new(method, (address_ + "/api/v1" + path).c_str());
  if (message == nullptr) {
    answered({});
    return;
  }
  soup_message_headers_append(soup_message_get_request_headers(message), "Authorization", ("Bearer " + token_).c_str());
  auto pending = std::make_unique<Pending>(Pending{.message = message, .answered = std::move(answered)});
  soup_session_send_and_read_async(session_, message, G_PRIORITY_DEFAULT, gone_, received, pending.release());
}

std::filesystem::path state_folder() {
  if (const char* const home = g_getenv("AGT_HOME"); home != nullptr && *home != '\0') return home;
  return std::filesystem::path(g_get_user_state_dir()) / "agt";
}

std::filesystem::path gateway_program() {
  std::error_code unknown;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path() / "agt";
  return !unknown && std::filesystem::exists(beside) ? beside : std::filesystem::path("agt");
}

}  // namespace agt::desktop
