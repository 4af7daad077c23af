// The simulator's own endpoints, under /sim/.
#include <fmt/format.h>

#include "json/document.h"
#include "json/writer.h"
#include "sim/desk.h"
#include "sim/limits.h"

namespace agt::sim {
namespace {

Reply told(int status, std::string body) {
  Reply reply{.status = status};
  reply.body = std::move(body);
  return reply;
}

Reply refused(const Error& error) { return told(400, fmt::format("{{\"error\":{}}}", json::quoted(error.message))); }

Reply queue_scripts(const Request& request, ScriptBook& scripts) {
  const auto document = json::Document::parse(request.body);
  if (!document) return refused(document.error());
  const auto queued = scripts.add(document->root());
  return queued ? told(200, fmt::format("{{\"queued\":{}}}", *queued)) : refused(queued.error());
}

Reply set_token_rules(const Request& request, TokenDesk& tokens) {
  const auto document = json::Document::parse(request.body);
  if (!document) return refused(document.error());
  const auto set = tokens.set_rules(document->root());
  return set ? told(200, tokens.rules_json()) : refused(set.error());
}

Reply read_log(const Request& request, const RequestLog& log) {
  const auto since = text::parse_number<std::uint64_t>(parameter(request.query(), "since")).value_or(0);
  const auto limit = text::parse_number<std::size_t>(parameter(request.query(), "limit")).value_or(log_entries_max);
  return told(200, log.json(since, limit));
}

}  // namespace

Reply Desk::control(const Request& request) {
  const auto path = request.path();
  const auto asks = [&](std::string_view method, std::string_view wanted) {
    return request.method == method && path == wanted;
  };
  if (asks("POST", "/sim/script")) return queue_scripts(request, scripts);
  if (asks("DELETE", "/sim/script")) {
    scripts.clear();
    return told(200, "{}");
  }
  if (asks("GET", "/sim/log")) return read_log(request, log);
  if (asks("DELETE", "/sim/log")) {
    log.clear();
    return told(200, "{}");
  }
  if (asks("GET", "/sim/stats")) return told(200, stats_json(counters));
  if (asks("POST", "/sim/oauth")) return set_token_rules(request, tokens);
  if (asks("GET", "/sim/service-account")) {
    const auto host = request.header("host");
    return told(200, tokens.key_file(fmt::format("{}://{}", tls ? "https" : "http", host)));
  }
  if (asks("GET", "/sim/oauth")) return told(200, tokens.rules_json());
  return told(404, R"({"error":"no such control endpoint"})");
}

}  // namespace agt::sim
