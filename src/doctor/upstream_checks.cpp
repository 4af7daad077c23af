// The way to the upstreams, and the accounts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "doctor/checks.h"
#include "doctor/limits.h"

namespace agt::doctor {
namespace {

std::string remedy_of(Code code) { return std::string(agt::facts(code).remedy); }

bool failed_with(const Account& account, std::initializer_list<Code> codes) {
  return account.trouble && std::ranges::find(codes, account.trouble->code) != codes.end();
}

// The accounts whose test brought one of these, by name.
std::vector<const Account*> those_with(const Facts& facts, std::initializer_list<Code> codes) {
  std::vector<const Account*> found;
  for (const auto& account : facts.accounts)
    if (failed_with(account, codes)) found.push_back(&account);
  return found;
}

std::string labels(const std::vector<const Account*>& accounts) {
  std::vector<std::string> shown;
  for (const auto* account : accounts) {
    if (shown.size() == names_shown_max) {
      shown.push_back(fmt::format("and {} more", accounts.size() - names_shown_max));
      break;
    }
    shown.push_back(text::quoted(account->label, 60));
  }
  return text::joined(shown, ", ");
}

// One finding for all accounts that the same thing keeps from their upstreams.
void tell_together(std::string_view check, const std::vector<const Account*>& accounts, std::string what,
                   std::string remedy, Findings& findings) {
  if (accounts.empty()) return;
  const auto& trouble = *accounts.front()->trouble;
  findings.push_back({.level = Level::problem,
                      .check = check,
                      .code = trouble.code,
                      .what = std::move(what),
                      .why = fmt::format("{} (account{} {})", text::quoted(trouble.message, 400),
                                         accounts.size() == 1 ? "" : "s", labels(accounts)),
                      .remedy = std::move(remedy)});
}

// What another check tells for all accounts at once.
constexpr std::initializer_list<Code> told_elsewhere{Code::dns, Code::tls, Code::proxy_auth, Code::proxy_down};

std::string shown_wait(Milliseconds wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  if (minutes < 120) return fmt::format("{} min", minutes);
  return minutes < 48 * 60 ? fmt::format("{} h", minutes / 60) : fmt::format("{} days", minutes / (24 * 60));
}

}  // namespace

void check_proxy(const Facts& facts, Findings& findings) {
  if (!facts.way_out) return;
  const auto& way = *facts.way_out;
  const auto refused = those_with(facts, {Code::proxy_auth, Code::proxy_down});
  if (way.proxy_trouble || !refused.empty()) {
    const auto& trouble = way.proxy_trouble ? *way.proxy_trouble : *refused.front()->trouble;
    findings.push_back(
        {.level = Level::problem,
         .check = "proxy",
         .code = trouble.code,
         .what = fmt::format("The upstream proxy {} {}.", way.proxy,
                             trouble.code == Code::proxy_auth ? "refuses our user and password" : "does not work"),
         .why = text::quoted(trouble.message, 400),
         .remedy = fmt::format("{} Or go without: `agt settings set network.upstream_proxy --default`, "
                               "then restart.",
                               remedy_of(trouble.code))});
    return;
  }
  findings.push_back({.check = "proxy",
                      .what = way.proxy.empty() ? "No upstream proxy is set."
                                                : fmt::format("The upstream proxy {} answers.", way.proxy)});
}

void check_trust(const Facts& facts, Findings& findings) {
  if (!facts.way_out) return;
  const auto& way = *facts.way_out;
  if (way.ca_trouble)
    findings.push_back({.level = Level::problem,
                        .check = "tls",
                        .code = Code::config,
                        .what = fmt::format("network.ca_file cannot be used: {}.", way.ca_file),
                        .why = way.ca_trouble->message,
                        .remedy = "Name a readable PEM file with certificates (`agt settings set network.ca_file "
                                  "FILE`), or none (`--default`), then restart."});
  if (!way.system_trust)
    findings.push_back({.level = Level::problem,
                        .check = "tls",
                        .code = Code::tls,
                        .what = "This system has no certificate authorities.",
                        .why = "Without them no provider can be told from an impostor, so none is called.",
                        .remedy = "Install them: `sudo apt-get install ca-certificates`."});
  const auto distrusted = those_with(facts, {Code::tls});
  tell_together("tls", distrusted, "The certificate of an upstream is not trusted.",
                "If a company proxy or your own server signs for it, name that authority's PEM file: `agt settings set "
                "network.ca_file FILE`, then restart. Else somebody stands in between: do not go on.",
                findings);
  if (!way.ca_trouble && way.system_trust && distrusted.empty())
    findings.push_back({.check = "tls", .what = "Certificates are trusted."});
}

void check_names(const Facts& facts, Findings& findings) {
  const auto lost = those_with(facts, {Code::dns});
  if (lost.empty()) {
    if (std::ranges::any_of(facts.accounts, &Account::tested))
      findings.push_back({.check = "dns", .what = "Host names are found."});
    return;
  }
  const auto reached = std::ranges::any_of(
      facts.accounts, [](const Account& one) { return one.tested && !one.host.empty() && !one.trouble; });
  tell_together("dns", lost, fmt::format("The host {} was not found.", lost.front()->host),
                reached ? "Correct the account's base URL: other names are found."
                        : "Check the network and its name server (`getent hosts HOST`, /etc/resolv.conf), then the "
                          "account's base URL.",
                findings);
}

void check_clock(const Facts& facts, Findings& findings) {
  // Upstreams may be wrong themselves, so the one that is nearest to us counts.
  const Account* nearest = nullptr;
  for (const auto& account : facts.accounts) {
    if (!account.clock_ahead) continue;
    if (nearest == nullptr || std::chrono::abs(*account.clock_ahead) < std::chrono::abs(*nearest->clock_ahead))
      nearest = &account;
  }
  if (nearest == nullptr) return;
  const auto ahead = *nearest->clock_ahead;
  if (std::chrono::abs(ahead) <= clock_ahead_max) {
    findings.push_back({.check = "clock", .what = "The clock is right."});
    return;
  }
  findings.push_back({.level = Level::problem,
                      .check = "clock",
                      .what = fmt::format("The clock of this computer is {} {}.", shown_wait(std::chrono::abs(ahead)),
                                          ahead.count() > 0 ? "ahead" : "behind"),
                      .why = fmt::format("{} says another time. Tokens, signatures and certificates are refused when "
                                         "clocks differ, and resets come at the wrong moment.",
                                         nearest->host),
                      .remedy = "Set it by the network: `sudo timedatectl set-ntp true`."});
}

void check_accounts(const Facts& facts, Findings& findings) {
  std::size_t good = 0;
  for (const auto& account : facts.accounts) {
    if (account.trouble && failed_with(account, told_elsewhere)) continue;
    if (!account.trouble) {
      good += account.tested ? 1 : 0;
      continue;
    }
    findings.push_back({.level = account.enabled ? Level::problem : Level::note,
                        .check = "account",
                        .code = account.trouble->code,
                        .what = fmt::format("The account {} ({}) does not work: {}.", text::quoted(account.label, 60),
                                            account.provider, name(account.trouble->code)),
                        .why = text::quoted(account.trouble->message, 400),
                        .remedy = remedy_of(account.trouble->code)});
  }
  if (good > 0)
    findings.push_back({.check = "account",
                        .what = fmt::format("{} account{} work{}.", good, good == 1 ? "" : "s", good == 1 ? "s" : "")});
  if (facts.accounts_untested > 0)
    findings.push_back({.level = Level::note,
                        .check = "account",
                        .what = fmt::format("{} accounts were not tested.", facts.accounts_untested),
                        .why = "Only so many are asked at a time.",
                        .remedy = "`agt account test ID` asks a single one."});
  if (facts.accounts.empty() && !facts.api_trouble)
    findings.push_back({.level = Level::note,
                        .check = "account",
                        .code = Code::no_account,
                        .what = "There is no account.",
                        .why = "Only the built-in model \"demo\" can be asked.",
                        .remedy = remedy_of(Code::no_account)});
}

void check_quotas(const Facts& facts, Findings& findings) {
  for (const auto& account : facts.accounts)
    for (const auto& quota : account.quotas) {
      if (quota.left > quota_scarce && !quota.below_reserve) continue;
      const auto reset = quota.resets_in ? fmt::format("It is reset in {}.", shown_wait(*quota.resets_in))
                                         : std::string("Nobody has said when it is reset.");
      findings.push_back(
          {.level = Level::note,
           .check = "quota",
           .what = fmt::format("{} has {:.0f} % of its quota \"{}\" left.", text::quoted(account.label, 60),
                               std::floor(quota.left * 100), text::quoted(quota.name, 60)),
           .why = quota.below_reserve ? "That is less than what you reserved, so others are asked first."
                                      : "When it is used up, requests go to other accounts.",
           .remedy = fmt::format("{} Or add an account.", reset)});
    }
}

}  // namespace agt::doctor
