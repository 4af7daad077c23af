#include "doctor/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/writer.h"

namespace agt::doctor {
namespace {

std::string_view mark(Level level) {
  switch (level) {
    case Level::fine: return "ok  ";
    case Level::note: return "note";
    case Level::problem: return "BAD ";
  }
  std::unreachable();
}

}  // namespace

bool healthy(const Findings& findings) {
  return std::ranges::none_of(findings, [](const Finding& one) { return one.level == Level::problem; });
}

std::string as_text(const Findings& findings) {
  std::string out;
  for (const auto& one : findings) {
    out += fmt::format("{}  {:<9} {}\n", mark(one.level), one.check, one.what);
    if (one.level == Level::fine) continue;
    out += fmt::format("      {:<9} {}\n      {:<9} -> {}\n", "", one.why, "", one.remedy);
  }
  const auto problems = std::ranges::count(findings, Level::problem, &Finding::level);
  out += problems == 0 ? "\nNothing is wrong.\n" : fmt::format("\n{} problem{}.\n", problems, problems == 1 ? "" : "s");
  return out;
}

std::string as_json(const Facts& facts, const Findings& findings) {
  json::Writer w;
  w.begin_object();
  w.field("ok", healthy(findings));
  w.field("version", facts.version);
  w.field("gateway_runs", facts.gateway.runs);
  w.key("findings");
  w.begin_array();
  for (const auto& one : findings) {
    w.begin_object();
    w.field("check", one.check);
    w.field("level", name(one.level));
    if (one.code) w.field("code", agt::name(*one.code));
    w.field("what", one.what);
    if (!one.why.empty()) w.field("why", one.why);
    if (!one.remedy.empty()) w.field("remedy", one.remedy);
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return std::move(w).take();
}

}  // namespace agt::doctor
