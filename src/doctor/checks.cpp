#include "doctor/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "doctor/limits.h"

namespace agt::doctor {
namespace {

std::string megabytes(std::uint64_t bytes) { return fmt::format("{} MB", bytes >> 20U); }

std::string spelled(const std::vector<std::string>& words) { return text::joined(words, ", "); }

}  // namespace

std::string_view name(Level level) {
  switch (level) {
    case Level::fine: return "fine";
    case Level::note: return "note";
    case Level::problem: return "problem";
  }
  std::unreachable();
}

Findings examine(const Facts& facts) {
  Findings findings;
  for (const auto check :
       {check_folders, check_disk, check_settings, check_versions, check_ports, check_exposure, check_proxy,
        check_trust, check_names, check_clock, check_accounts, check_quotas, check_clients})
    check(facts, findings);
  return findings;
}

void check_folders(const Facts& facts, Findings& findings) {
  bool good = true;
  for (const auto& folder : facts.folders) {
    if (folder.trouble.empty()) continue;
    good = false;
    const auto first = std::ranges::find(facts.folders, folder.trouble, &Folder::trouble);
    if (&*first != &folder) continue;  // one folder may hold all three
    findings.push_back(
        {.level = Level::problem,
         .check = "home",
         .code = Code::storage,
         .what = fmt::format("The {} folder {} cannot be used: {}.", folder.what, folder.path, folder.trouble),
         .why = "Accounts, settings and the record of requests are kept there.",
         .remedy = fmt::format("Make it yours and closed to others (`chown $USER`, `chmod 700`), or name "
                               "another folder with --home or AGT_HOME: {}.",
                               folder.path)});
  }
  if (good && !facts.folders.empty())
    findings.push_back(
        {.check = "home", .what = fmt::format("The folders can be used: {}.", facts.folders.front().path)});
}

void check_disk(const Facts& facts, Findings& findings) {
  const Folder* least = nullptr;
  for (const auto& folder : facts.folders)
    if (folder.bytes_free && (least == nullptr || *folder.bytes_free < *least->bytes_free)) least = &folder;
  if (least == nullptr) return;
  const auto free = *least->bytes_free;
  if (free >= disk_bytes_scarce) {
    findings.push_back({.check = "disk", .what = fmt::format("{} are free.", megabytes(free))});
    return;
  }
  const bool full = free < disk_bytes_min;
  findings.push_back(
      {.level = full ? Level::problem : Level::note,
       .check = "disk",
       .code = full ? std::optional(Code::storage) : std::nullopt,
       .what = fmt::format("The disk is {}: {} are free for {}.", full ? "full" : "nearly full", megabytes(free),
                           least->path),
       .why = "Without room no request is recorded, and refreshed tokens and settings cannot be kept.",
       .remedy = "Free some space, or keep less: `agt settings set ledger.max_mb 100` and `ledger.keep_days`."});
}

// What stands in the way of asking at all: wrong settings most of all.
void check_settings(const Facts& facts, Findings& findings) {
  if (!facts.api_trouble) {
    findings.push_back({.check = "settings", .what = "The settings are consistent."});
    return;
  }
  const auto& trouble = *facts.api_trouble;
  if (trouble.field == "proxy.auth_mode") {
    findings.push_back({.level = Level::problem,
                        .check = "exposure",
                        .code = Code::config,
                        .what = "The port would be open to other computers, and no key is demanded.",
                        .why = trouble.message,
                        .remedy = "Demand keys (proxy.auth_mode = \"auto\"), or keep to this computer "
                                  "(proxy.allow_lan_access = false, proxy.host = \"127.0.0.1\")."});
    return;
  }
  // An unusable folder or a full disk has been told already.
  const bool told = std::ranges::any_of(
      findings, [&](const Finding& one) { return one.level == Level::problem && one.code == Code::storage; });
  findings.push_back({.level = told ? Level::note : Level::problem,
                      .check = "settings",
                      .code = trouble.code,
                      .what = fmt::format("The gateway cannot be asked: {}", text::quoted(trouble.message, 600)),
                      .why = "Accounts, settings and the way out could not be looked at.",
                      .remedy = std::string(trouble.remedy())});
}

void check_versions(const Facts& facts, Findings& findings) {
  if (facts.api_trouble) return;
  const auto& gateway = facts.gateway;
  if (!gateway.runs) {
    findings.push_back({.level = Level::note,
                        .check = "gateway",
                        .what = "No gateway runs.",
                        .why = "Clients get no answer while it does not run.",
                        .remedy = "Start it with `agt serve`."});
    return;
  }
  if (gateway.unhealthy)
    findings.push_back(
        {.level = Level::problem,
         .check = "gateway",
         .code = gateway.unhealthy->code,
         .what = fmt::format("Process {} runs, but does not answer at {}.", gateway.pid, gateway.address),
         .why = gateway.unhealthy->message,
         .remedy = "Open the clients' port again in the interface (`agt open`), or restart `agt serve`."});
  else
    findings.push_back(
        {.check = "gateway", .what = fmt::format("Process {} answers at {}.", gateway.pid, gateway.address)});
  if (gateway.version == facts.version) {
    findings.push_back({.check = "version", .what = fmt::format("Version {}.", facts.version)});
    return;
  }
  findings.push_back({.level = Level::problem,
                      .check = "version",
                      .what = fmt::format("Version {} runs, and this is {}.", gateway.version, facts.version),
                      .why = "An update works only after a restart, and the two may not understand each other.",
                      .remedy = "Restart the gateway."});
}

void check_ports(const Facts& facts, Findings& findings) {
  for (const auto& port : facts.ports) {
    if (!port.trouble) {
      findings.push_back({.check = "port", .what = fmt::format("Port {} for {} is free.", port.number, port.what)});
      continue;
    }
    findings.push_back({.level = Level::problem,
                        .check = "port",
                        .code = Code::config,
                        .what = fmt::format("The gateway could not listen for {} on port {}.", port.what, port.number),
                        .why = port.trouble->message,
                        .remedy = fmt::format("Stop the other program, or take another port and address: "
                                              "`agt settings set {} {}`.",
                                              port.setting, port.number + 1000)});
  }
}

void check_exposure(const Facts& facts, Findings& findings) {
  if (!facts.exposure) return;
  const auto& exposure = *facts.exposure;
  if (!exposure.open_to_lan) {
    findings.push_back({.check = "exposure", .what = "Only this computer can reach the gateway."});
    return;
  }
  if (!exposure.keys_demanded)
    findings.push_back({.level = Level::problem,
                        .check = "exposure",
                        .code = Code::config,
                        .what = "Other computers can reach the gateway, and no key is demanded.",
                        .why = "Whoever is in the same network could use your accounts.",
                        .remedy = "`agt settings set proxy.auth_mode auto`."});
  const auto port =
      facts.gateway.address.substr(std::min(facts.gateway.address.rfind(':'), facts.gateway.address.size()));
  const auto number = port.size() > 1 ? port.substr(1) : std::string("PORT");
  const auto open = exposure.firewall == "ufw" ? fmt::format("`sudo ufw allow {}/tcp`", number)
                    : exposure.firewall == "firewall-cmd"
                        ? fmt::format("`sudo firewall-cmd --permanent --add-port={}/tcp` and `--reload`", number)
                        : fmt::format("a rule that accepts TCP port {}", number);
  findings.push_back(
      {.level = Level::note,
       .check = "firewall",
       .what = fmt::format("Other computers reach the gateway at {}, if the firewall lets them{}.",
                           exposure.addresses.empty() ? "none of our addresses" : spelled(exposure.addresses),
                           exposure.firewall.empty() ? "" : fmt::format(" ({} is active)", exposure.firewall)),
       .why = "A firewall drops their connections without a word, and clients wait until they give up.",
       .remedy = fmt::format("If they cannot connect, add {}.", open)});
}

}  // namespace agt::doctor
