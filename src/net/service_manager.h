// What systemd and we say to each other: it hands over sockets that it listens on already (socket activation), and
// wants to hear when we are ready.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"

namespace agt::net {

class Runtime;
struct RuntimeOptions;

inline constexpr int inherited_sockets_max = 16;

// Listening sockets that were opened before us, for as long as this lives.
class InheritedSockets {
 public:
  InheritedSockets() = default;
  // The values of LISTEN_PID and LISTEN_FDS. None when they are empty or meant for another process; Code::config when
  // one of the descriptors is not a listening TCP socket.
  [[nodiscard]] static Result<InheritedSockets> take(std::string_view listen_pid, std::string_view listen_fds);
  // For tests: takes over descriptors as they are.
  [[nodiscard]] static Result<InheritedSockets> of(std::vector<int> descriptors);

  InheritedSockets(InheritedSockets&& other) noexcept;
  InheritedSockets& operator=(InheritedSockets&& other) noexcept;
  ~InheritedSockets();

  [[nodiscard]] const std::vector<int>& descriptors() const { return descriptors_; }

 private:
  std::vector<int> descriptors_{};
};

// A runtime whose listen() uses the inherited socket of the address that it is asked for, instead of one of its own.
// Such a socket stays open when the listener closes: connections then wait for the next listener.
[[nodiscard]] Result<std::unique_ptr<Runtime>> make_runtime(RuntimeOptions options, InheritedSockets inherited,
                                                            const Log& log, const Clock& clock);

// "READY=1" and the like, to the socket that NOTIFY_SOCKET names; nothing without one. Code::config when nobody
// listens there.
[[nodiscard]] Result<> tell_service_manager(std::string_view notify_socket, std::string_view state);

}  // namespace agt::net
