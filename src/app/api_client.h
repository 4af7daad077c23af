// The admin API as a command sees it: of the gateway that runs, or of one without listeners that lives as long as the
// command. Which of the two makes no difference to what is asked and answered.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "admin/access.h"
#include "admin/routes.h"
#include "app/cli.h"
#include "net/runtime.h"

namespace agt::app {

class Api {
 public:
  virtual ~Api() = default;
  [[nodiscard]] virtual Result<admin::Answer> ask(admin::Ask ask) = 0;
  [[nodiscard]] virtual bool gateway_runs() const = 0;
};

// Finds the gateway of the home, or takes the home's lock and works on its files.
[[nodiscard]] Result<std::unique_ptr<Api>> reach(CliContext& context, const std::optional<std::filesystem::path>& home);

[[nodiscard]] std::unique_ptr<Api> running_gateway(admin::AdminAddress address, const Clock& clock);

// Runs `work` on a worker that is made for it, and returns when it has ended.
using NetworkTask = std::function<Task<>(net::Worker& worker)>;
[[nodiscard]] Result<> on_network(net::ClientOptions options, const Clock& clock, NetworkTask work);

}  // namespace agt::app
