// The families that exist. Constants, listed in app/wiring.cpp.
#pragma once

#include "provider/family.h"

namespace agt::provider {

extern const Family openai_family;
extern const Family openai_responses_family;
extern const Family openai_compatible_family;
extern const Family anthropic_family;
extern const Family anthropic_compatible_family;
extern const Family gemini_family;
extern const Family vertex_family;
extern const Family code_assist_family;
extern const Family demo_family;

}  // namespace agt::provider
