// A reply in an upstream's envelope, read as if it had none: the lanes need not know.
#pragma once

#include <memory>

#include "net/client.h"
#include "provider/family.h"

namespace agt::relay {

[[nodiscard]] std::unique_ptr<net::Reply> unwrapped(std::unique_ptr<net::Reply> reply,
                                                    const provider::Envelope& envelope);

}  // namespace agt::relay
