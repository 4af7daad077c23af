// The way to the gateway: where it is (admin.json), starting one, and asking its admin API. All on the main loop.
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <filesystem>
#include <functional>
#include <string>

#include "json/document.h"

namespace agt::desktop {

struct Reply {
  unsigned status = 0;  // 0: nobody answered
  std::string body{};
};

class GatewayLink {
 public:
  GatewayLink(std::filesystem::path state_folder, std::filesystem::path program);
  GatewayLink(const GatewayLink&) = delete;
  GatewayLink& operator=(const GatewayLink&) = delete;
  ~GatewayLink();

  // Reads admin.json anew. False: there is no gateway, or its process is gone.
  bool find();
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] int process() const { return process_; }

  // Starts `agt serve`; the empty string, or why not. It shows itself by find() a moment later.
  [[nodiscard]] std::string start();
  [[nodiscard]] bool started_one() const { return child_ != nullptr; }
  [[nodiscard]] bool child_runs() const;
  void stop_child();  // SIGTERM: it finishes its requests

  using Answered = std::function<void(const Reply&)>;
  void ask(const char* method, const std::string& path, Answered answered);

 private:
  std::filesystem::path state_folder_;
  std::filesystem::path program_;
  std::string address_{};
  std::string token_{};
  int process_ = 0;
  SoupSession* session_;
  GSubprocess* child_ = nullptr;
  GCancellable* gone_;
};

// AGT_HOME, else XDG_STATE_HOME/agt, else ~/.local/state/agt: where admin.json is.
[[nodiscard]] std::filesystem::path state_folder();
// `agt` beside this program, else in the PATH.
[[nodiscard]] std::filesystem::path gateway_program();

}  // namespace agt::desktop
