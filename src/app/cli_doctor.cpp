// agt doctor: what is wrong here, why, and what to do.
#include "app/commands.h"
#include "app/doctor_facts.h"
#include "doctor/report.h"

namespace agt::app {

Result<Exit> doctor(Session& session) {
  const auto facts = gather_facts(session, session.arguments().has("--quick"));
  const auto findings = doctor::examine(facts);
  session.print(session.wants_json() ? doctor::as_json(facts, findings) + "\n" : doctor::as_text(findings));
  return doctor::healthy(findings) ? Exit::ok : Exit::failed;
}

}  // namespace agt::app
