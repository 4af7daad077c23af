// A request's trace as a story: what was asked, what was decided and why, what came back. Pure.
#pragma once

#include <string>

#include "json/document.h"

namespace agt::app {

// `trace` is what relay::to_json wrote.
[[nodiscard]] std::string trace_story(const json::Value& trace);

}  // namespace agt::app
