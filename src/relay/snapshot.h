// The configuration that one request sees from its beginning to its end. Immutable; changes build a new one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/models.h"
#include "core/secret.h"
#include "net/client.h"
#include "net/network.h"
#include "pool/choose.h"
#include "provider/family.h"
#include "relay/key_limits.h"
#include "relay/limits.h"
#include "relay/tape.h"

namespace agt::relay {

// Where a rule sends a request. `who` is a provider's name or an account's label; model "*" means as asked.
struct Target {
  std::string who{};
  std::string model = "*";
  std::string only{};  // this account of theirs alone, by its id; "": any

  [[nodiscard]] std::string_view asked() const { return only.empty() ? who : only; }
};
[[nodiscard]] Result<Target> parse_target(std::string_view text);  // "provider/model"; Code::schema
[[nodiscard]] std::string to_text(const Target& target);

struct Rule {
  std::string match{};  // exact, with `*`, or /regex/
  std::vector<Target> targets{};
  bool strict = false;  // what translation would lose is refused
};

struct Admission {
  bool keys_demanded = false;  // for everything but the health check
  Secret primary_key{};
  ClientKey primary{.name = "primary"};                   // what primary_key stands for
  std::map<std::string, ClientKey, std::less<>> keys{};   // the named ones, by their digest
  std::string (*digest)(std::string_view key) = nullptr;  // how these are made
  std::vector<std::string> hosts{};                       // allowed values of Host, lower case, with port
  unsigned short port = 0;
  bool lan = false;                      // any IP literal with our port is ours too
  std::vector<net::Network> networks{};  // of other computers that may call; empty: all, when lan
  std::vector<std::string> origins{};    // web origins that the user allowed
};

// What becomes of a URL in a request when the upstream wants the data itself.
enum class MediaUrls : std::uint8_t {
  provider,     // the provider gets the URL, and may refuse it
  gateway,      // fetched from the public internet
  gateway_any,  // fetched from anywhere, also from this computer and its network
  refuse,
};

struct Snapshot {
  Admission admission{};
  std::string interface_url{};  // where a browser of this computer finds the interface; empty: nowhere
  Capture capture = Capture::none;
  bool strict_paths = false;
  std::size_t body_bytes_max = net::client_body_bytes_max;
  net::Timeouts timeouts{};
  int attempts = attempts_max;
  pool::Mode mode = pool::Mode::cache_first;
  Milliseconds wait_max{};       // for an account
  std::string pinned_account{};  // preferred whenever it may serve; "": none
  MediaUrls media_urls = MediaUrls::provider;
  std::vector<Rule> rules{};
  std::vector<pool::Account> accounts{};                               // in the order of creation
  std::map<std::string, provider::Upstream, std::less<>> upstreams{};  // by account id
  std::shared_ptr<const catalogue::Catalogue> catalogue{};
};

// Holds the current snapshot; readers take a share of it.
class Current {
 public:
  explicit Current(std::shared_ptr<const Snapshot> first) : snapshot_(std::move(first)) {}
  [[nodiscard]] std::shared_ptr<const Snapshot> get() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
  }
  void set(std::shared_ptr<const Snapshot> next) {
    const std::scoped_lock lock(mutex_);
    snapshot_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_{};
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace agt::relay
