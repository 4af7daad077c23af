// Delivers a reply over a Wire as the script wants it: late, in pieces, cut, reset, or with lies in it.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "sim/http.h"
#include "sim/script.h"
#include "sim/wire.h"

namespace agt::sim {

enum class Ended : std::uint8_t {
  complete,   // all of it was written
  cut,        // the script ended it; the connection is over
  peer_gone,  // the other side closed first
};

enum class After : std::uint8_t { keep_alive, close };

// The bytes of the whole reply, head included, for the plain way: one write.
[[nodiscard]] std::string encoded(const Reply& reply, After after);

class Delivery {
 public:
  Delivery(Wire& wire, const Script& script) : wire_(wire), script_(script), rng_(script.split_seed) {}

  [[nodiscard]] Ended deliver(const Reply& reply, After after);

 private:
  [[nodiscard]] Ended send_head(std::string_view head);
  [[nodiscard]] Ended send_whole(std::string_view body);
  [[nodiscard]] Ended send_stream(const Frames& frames);
  [[nodiscard]] Ended send_body(std::string_view bytes);  // counts towards reset_at and truncate_at
  [[nodiscard]] Ended send_pieces(std::string_view bytes);
  [[nodiscard]] Ended wait(int ms);

  Wire& wire_;
  const Script& script_;
  std::mt19937_64 rng_;
  std::int64_t body_sent_ = 0;
};

// Frames that the script takes out or puts in: no_finish, no_done, error_event, garbage.
[[nodiscard]] Frames edited(Frames frames, const Script& script, bool finish_is_two_events, std::string_view error);

}  // namespace agt::sim
