// Where the clients on this machine are told to go.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "doctor/checks.h"

namespace agt::doctor {
namespace {

std::string connect_command(const ClientValue& value) { return fmt::format("`agt connect {} --write`", value.command); }

// What is wrong with the end of a URL that leads to us: "/v1" twice, "/v1" missing, something else.
std::string about_path(const ClientValue& value) {
  const auto ends_with_version = [](std::string_view url) { return url.ends_with("/v1") || url.ends_with("/v1/"); };
  if (value.found.contains("/v1/v1") || (ends_with_version(value.found) && !ends_with_version(value.wanted)))
    return "It ends in a /v1 too many: the client adds its own, and asks for a doubled /v1/v1.";
  if (!ends_with_version(value.found) && ends_with_version(value.wanted))
    return "It lacks the /v1 that this client does not add itself.";
  return "Its path is not the one that this client needs.";
}

std::string how_to_set(const ClientValue& value) {
  if (value.is_variable) return fmt::format("`export {}={}`", value.place, value.wanted);
  if (value.can_be_written) return fmt::format("{}, or write {} there", connect_command(value), value.wanted);
  return fmt::format("write {} there", value.wanted);
}

Finding wrong_path(const ClientValue& value) {
  return {.level = Level::problem,
          .check = "client",
          .code = Code::path_corrected,
          .what = fmt::format("{} has the wrong base URL in {}: {}.", value.client, value.place, value.found),
          .why = about_path(value),
          .remedy = fmt::format("Set it right: {}.", how_to_set(value))};
}

Finding overridden(const ClientValue& variable, const ClientValue& file) {
  return {.level = Level::problem,
          .check = "client",
          .code = Code::config,
          .what = fmt::format("{} of this shell wins over the file of {}: {}.", variable.place, variable.client,
                              variable.found),
          .why = fmt::format("{} leads to this gateway, but the client is sent past it.", file.place),
          .remedy = fmt::format("`unset {}`, and take it out of your shell's start-up file.", variable.place)};
}

bool leads_here(const ClientValue& value) { return !value.found.empty() && value.found == value.wanted; }

void check_one(const ClientValue& value, const std::vector<ClientValue>& all, Findings& findings) {
  if (!value.trouble.empty()) {
    findings.push_back({.level = Level::problem,
                        .check = "client",
                        .code = Code::config,
                        .what = fmt::format("A file of {} cannot be read: {}.", value.client, value.place),
                        .why = text::quoted(value.trouble, 300),
                        .remedy = "Correct the file; it was not touched."});
    return;
  }
  if (value.found.empty()) return;
  if (leads_here(value)) {
    findings.push_back({.check = "client", .what = fmt::format("{} leads here ({}).", value.client, value.place)});
    return;
  }
  if (value.same_port) {
    findings.push_back(wrong_path(value));
    return;
  }
  const auto file = std::ranges::find_if(all, [&](const ClientValue& other) {
    return !other.is_variable && other.command == value.command && (leads_here(other) || other.same_port);
  });
  if (value.is_variable && file != all.end()) {
    findings.push_back(overridden(value, *file));
    return;
  }
  findings.push_back({.level = Level::note,
                      .check = "client",
                      .what = fmt::format("{} leads elsewhere: {} says {}.", value.client, value.place, value.found),
                      .why = "Its requests do not come to this gateway.",
                      .remedy = fmt::format("If they should: {}.", how_to_set(value))});
}

}  // namespace

void check_clients(const Facts& facts, Findings& findings) {
  for (const auto& value : facts.clients) check_one(value, facts.clients, findings);
}

}  // namespace agt::doctor
