// agt selftest: every client protocol through a gateway of its own to every upstream protocol, on this computer.
#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "app/child.h"
#include "app/commands.h"
#include "app/selftest.h"
#include "core/text.h"
#include "json/writer.h"

namespace agt::app {
namespace {

constexpr Milliseconds start_patience{20'000};
constexpr Milliseconds glance{20};
constexpr std::size_t reply_bytes_max = 4U << 20;
constexpr std::size_t told_lines_bytes = 2'000;  // of a program that does not start

struct Upstream {
  Wire wire{};
  std::string_view provider{};
  std::string_view base{};  // below the simulator's address
};
constexpr std::array upstreams{
    Upstream{Wire::chat, "openai-compatible", "/v1"},
    Upstream{Wire::responses, "openai-responses", "/v1"},
    Upstream{Wire::anthropic, "anthropic-compatible", ""},
    Upstream{Wire::gemini, "gemini", ""},
};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::unexpected<Error> not_started(std::string_view what, const std::filesystem::path& output) {
  const auto said = text_of(output);
  const auto tail = said.substr(said.size() - std::min(said.size(), told_lines_bytes));
  return fail(Code::config, fmt::format("{} did not start{}{}", what, tail.empty() ? "." : ": ", text::quoted(tail)));
}

template <class Look>
auto wait_for(Child& child, Look look) -> decltype(look()) {
  for (auto waited = Milliseconds(0); waited < start_patience; waited += glance) {
    if (auto found = look()) return found;
    if (child.has_ended()) break;
    std::this_thread::sleep_for(glance);
  }
  return {};
}

// Neither keys nor settings of the user: what is tested is the program.
std::vector<std::string> bare_environment(const store::Environment& environment) {
  std::vector<std::string> out;
  for (const auto* name : {"PATH", "LANG", "TMPDIR"})
    if (const auto found = environment.find(name); found != environment.end())
      out.push_back(fmt::format("{}={}", name, found->second));
  return out;
}

// The simulator, and a gateway over an empty home that knows nobody else.
struct Bench {
  ThrowAwayFolder folder;
  Child simulator;
  Child gateway;
  std::unique_ptr<Api> api;
};

Result<std::string> simulator_address(Child& simulator, const std::filesystem::path& output) {
  constexpr std::string_view mark = "listening on ";
  const auto found = wait_for(simulator, [&]() -> std::optional<std::string> {
    const auto said = text_of(output);
    const auto at = said.find(mark);
    const auto ends = said.find('\n');
    if (at == std::string::npos || ends == std::string::npos) return std::nullopt;
    return said.substr(at + mark.size(), ends - at - mark.size());
  });
  if (!found) return not_started("The simulator", output);
  return *found;
}

Result<json::Document> ask(Api& api, std::string method, std::string path, std::string body) {
  TRY(auto answer, api.ask({.method = std::move(method), .path = "/api/v1" + path, .body = std::move(body)}));
  TRY(auto document, json::Document::parse_owned(std::move(answer.body)));
  if (answer.status >= 400) return std::unexpected(told_error(document.root()["error"]));
  return document;
}

Result<> set_up(Api& api, const std::string& simulator) {
  for (const auto& upstream : upstreams) {
    json::Writer account;
    account.begin_object();
    account.field("provider", upstream.provider);
    account.field("label", name(upstream.wire));
    account.field("base_url", fmt::format("{}{}", simulator, upstream.base));
    account.field("key", "selftest-key");
    account.end_object();
    TRY_OK(ask(api, "POST", "/accounts", std::move(account).take()));
    for (const auto& [matter, model] :
         {std::pair(Matter::text, "simulated-model"), std::pair(Matter::failure, "no-such-model")}) {
      json::Writer route;
      route.begin_object();
      route.field("match", model_for(upstream.wire, matter));
      route.key("targets");
      route.begin_array();
      route.value(fmt::format("{}/{}", name(upstream.wire), model));
      route.end_array();
      route.end_object();
      TRY_OK(ask(api, "POST", "/routes", std::move(route).take()));
    }
  }
  return {};
}

Result<Bench> open_bench(Session& session) {
  const auto simulator_program = program_beside("agt-sim");
  if (!std::filesystem::exists(simulator_program))
    return fail(Code::config, fmt::format("The simulator is not there: {} belongs beside {}.",
                                          simulator_program.string(), own_program().string()));
  auto& context = session.context();
  const auto environment = bare_environment(context.environment);
  TRY(auto folder, ThrowAwayFolder::make("agt-selftest-"));
  const auto said = folder.path() / "simulator.log";
  TRY(auto simulator, Child::start(simulator_program, {"--port", "0", "--quiet", "--no-log"}, environment, said));
  TRY(const auto address, simulator_address(simulator, said));
  const auto home_path = folder.path() / "home";
  TRY(auto home, store::Home::open(store::folders_of({}, home_path).value()));
  const auto log = folder.path() / "gateway.log";
  TRY(auto gateway, Child::start(own_program(),
                                 {"serve", "--home", home_path.string(), "--port", "0", "--admin-port", "0",
                                  "--log-level", "warn", "--workers", "1"},
                                 environment, log));
  auto found = wait_for(gateway, [&] { return admin::published(home); });
  if (!found) return not_started("The gateway", log);
  auto api = running_gateway(*std::move(found), context.clock);
  TRY_OK(set_up(*api, address));
  return Bench{.folder = std::move(folder),
               .simulator = std::move(simulator),
               .gateway = std::move(gateway),
               .api = std::move(api)};
}

Task<> fill_cell(net::Worker& worker, const net::Url& url, SelftestCell& cell) {
  const auto ask = selftest_ask(cell.client, cell.upstream, cell.matter);
  net::Call call{.url = url, .target = ask.target, .body = ask.body};
  call.headers.add("content-type", "application/json");
  auto reply = co_await worker.client().send(std::move(call));
  if (!reply) {
    cell.wrong = reply.error().message;
    co_return;
  }
  const auto& head = (*reply)->head();
  cell.trace = head.headers.get_or("x-agt-trace", "");
  const int status = head.status;
  const auto body = co_await (*reply)->whole(reply_bytes_max);
  cell.wrong = body ? judged(cell.client, cell.matter, status, *body) : body.error().message;
}

Task<> fill_cells(net::Worker& worker, const net::Url& url, std::vector<SelftestCell>& cells) {
  for (auto& cell : cells) co_await fill_cell(worker, url, cell);
}

std::vector<SelftestCell> all_cells() {
  std::vector<SelftestCell> cells;
  for (const auto client : all_wires)
    for (const auto upstream : all_wires)
      for (const auto matter : all_matters)
        cells.push_back({.client = client, .upstream = upstream, .matter = matter, .wrong = "it was not asked"});
  return cells;
}

}  // namespace

Result<Exit> selftest(Session& session) {
  TRY(const auto bench, open_bench(session));
  TRY(const auto status, ask(*bench.api, "GET", "/status", ""));
  const auto address = status.root()["proxy"]["address"].text_or("");
  const auto url = net::parse_url(address);
  if (!url) return fail(Code::internal, fmt::format("The gateway names no address: \"{}\".", text::quoted(address)));
  auto cells = all_cells();
  const NetworkTask work = [&](net::Worker& worker) { return fill_cells(worker, *url, cells); };
  TRY_OK(on_network({}, session.context().clock, work));
  session.print(session.wants_json() ? selftest_json(cells) + "\n" : selftest_table(cells));
  const bool all_right = std::ranges::all_of(cells, [](const SelftestCell& cell) { return cell.wrong.empty(); });
  return all_right ? Exit::ok : Exit::failed;
}

}  // namespace agt::app
