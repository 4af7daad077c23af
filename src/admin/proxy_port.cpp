#include "admin/proxy_port.h"

#include <fmt/format.h>

namespace agt::admin {
namespace {

net::ListenAddress wanted(const store::Settings& settings) {
  return {.host = settings.bind_host(), .port = static_cast<std::uint16_t>(settings.proxy.port)};
}

}  // namespace

Result<std::uint16_t> ProxyPort::listen(const net::ListenAddress& address) {
  // Each has a name of its own, since the one before may still be finishing its requests.
  const auto name = fmt::format("proxy {}", ++opened_);
  TRY(const auto port, runtime_.listen(name, address, factory_));
  const std::scoped_lock lock(mutex_);
  name_ = name;
  last_port_ = port;
  state_ = {.open = true, .at = {.host = address.host, .port = port}, .since = clock_.wall()};
  return port;
}

Result<> ProxyPort::open(const store::Settings& settings) {
  const std::scoped_lock moving(moving_);
  const auto before = state();
  auto address = wanted(settings);
  // "Any free port" stays the one that clients know, when it can.
  if (address.port == 0 && last_port_ != 0) address.port = last_port_;
  if (before.open && before.at.host == address.host && before.at.port == address.port) return {};
  const auto old_name = name_;
  // The same port on another interface is taken as long as we hold it ourselves.
  const bool in_our_way = before.open && before.at.port == address.port;
  if (in_our_way) runtime_.close_listener(old_name);
  auto opened = listen(address);
  if (!opened && wanted(settings).port == 0 && address.port != 0) {
    address.port = 0;
    opened = listen(address);
  }
  if (opened) {
    if (before.open && !in_our_way) runtime_.close_listener(old_name);
    return {};
  }
  if (in_our_way) {
    if (const auto back = listen(before.at); !back) {
      const std::scoped_lock lock(mutex_);
      state_ = {};
    }
  }
  return std::unexpected(opened.error());
}

void ProxyPort::close(bool cut) {
  const std::scoped_lock moving(moving_);
  if (state().open) runtime_.close_listener(name_);
  if (cut)
    for (int i = 1; i <= opened_; ++i) runtime_.cut_listener(fmt::format("proxy {}", i));
  const std::scoped_lock lock(mutex_);
  state_ = {};
}

bool ProxyPort::would_move(const store::Settings& settings) const {
  const auto now = state();
  const auto address = wanted(settings);
  return now.open && (now.at.host != address.host || (address.port != 0 && now.at.port != address.port));
}

ProxyPort::State ProxyPort::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

std::uint16_t ProxyPort::port() const {
  const std::scoped_lock lock(mutex_);
  return state_.open ? state_.at.port : std::uint16_t{0};
}

}  // namespace agt::admin
