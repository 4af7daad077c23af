// Makes the client of one worker.
#pragma once

#include <memory>

#include "net/client.h"
#include "net/internal/loop.h"
#include "net/internal/offload.h"
#include "net/runtime.h"

namespace agt::net {

[[nodiscard]] std::unique_ptr<Client> make_client(Loop& loop, Offload& dns, const ClientOptions& options);

}  // namespace agt::net
