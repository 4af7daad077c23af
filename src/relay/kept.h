// What the relay keeps for its clients from one request to the next. Shared by all workers.
#pragma once

#include <cstdint>
#include <string>

#include "dialect/keepsakes.h"
#include "relay/limits.h"
#include "relay/shelf.h"

namespace agt::relay {

// Where an answer came from, for the request that goes on from it by its id alone.
struct Trail {
  std::string owner{};        // the account whose provider keeps the answer: it is known nowhere else; "": we keep it
  std::uint64_t session = 0;  // of the conversation

  [[nodiscard]] std::size_t bytes() const { return owner.size() + sizeof session; }
};

struct Kept {
  // Conversations that the gateway has answered, which clients may continue by an id alone.
  Shelf<std::string> conversations{{.kept_for = memory_kept_for,
                                    .things = memories_max,
                                    .bytes = memories_bytes_max,
                                    .bytes_of_one = memory_bytes_max}};
  Shelf<Trail> trails{{.kept_for = trail_kept_for,
                       .things = trails_max,
                       .bytes = trails_max * trail_bytes_max,
                       .bytes_of_one = trail_bytes_max}};
  // What stood beside tool calls, for clients whose protocol makes them forget it: thinking and signatures.
  Shelf<dialect::Keepsake> keepsakes{{.kept_for = keepsake_kept_for,
                                      .things = keepsakes_max,
                                      .bytes = keepsakes_bytes_max,
                                      .bytes_of_one = keepsake_bytes_max}};
};

}  // namespace agt::relay
