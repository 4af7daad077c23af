// The events of a stream as a client gets them, for the rules that each SDK has.
#pragma once

#include <string>
#include <vector>

#include "acceptance/journey.h"

namespace agt::acceptance {

struct SentEvent {
  std::string name{};
  std::string data{};
};

void check_responses_stream(const std::vector<SentEvent>& events);

}  // namespace agt::acceptance
