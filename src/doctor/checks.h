// From facts to findings. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/failure.h"
#include "doctor/facts.h"

namespace agt::doctor {

enum class Level : std::uint8_t {
  fine,
  note,     // worth knowing; nothing is broken
  problem,  // something does not work, or will not
};
[[nodiscard]] std::string_view name(Level level);

struct Finding {
  Level level = Level::fine;
  std::string_view check{};  // "port", "clock", …
  std::optional<Code> code{};
  std::string what{};
  std::string why{};     // "" for what is fine
  std::string remedy{};  // likewise
};
using Findings = std::vector<Finding>;

// Everything, in the order in which a person would look: the machine, the gateway, the way out, accounts, clients.
[[nodiscard]] Findings examine(const Facts& facts);

void check_folders(const Facts& facts, Findings& findings);
void check_disk(const Facts& facts, Findings& findings);
void check_settings(const Facts& facts, Findings& findings);
void check_versions(const Facts& facts, Findings& findings);
void check_ports(const Facts& facts, Findings& findings);
void check_exposure(const Facts& facts, Findings& findings);

// upstream_checks.cpp
void check_proxy(const Facts& facts, Findings& findings);
void check_trust(const Facts& facts, Findings& findings);
void check_clock(const Facts& facts, Findings& findings);
void check_names(const Facts& facts, Findings& findings);
void check_accounts(const Facts& facts, Findings& findings);
void check_quotas(const Facts& facts, Findings& findings);

// client_checks.cpp
void check_clients(const Facts& facts, Findings& findings);

}  // namespace agt::doctor
