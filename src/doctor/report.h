// Findings for people and for programs. Pure.
#pragma once

#include <string>

#include "doctor/checks.h"

namespace agt::doctor {

[[nodiscard]] bool healthy(const Findings& findings);  // no problem among them

// A line for what is fine; what, why and remedy for the rest; a sum at the end.
[[nodiscard]] std::string as_text(const Findings& findings);

// {"ok", "version", "gateway_runs", "findings": [{"check", "level", "code", "what", "why", "remedy"}]}
[[nodiscard]] std::string as_json(const Facts& facts, const Findings& findings);

}  // namespace agt::doctor
