// agt-sim: a scripted upstream that speaks the providers' dialects. See --help and README.md beside this file.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/text.h"
#include "sim/replay.h"
#include "sim/server.h"

namespace agt::sim {
namespace {

constexpr int exit_usage = 2;
constexpr int exit_config = 78;

constexpr std::string_view usage_text =
    R"(agt-sim --port P [--host 127.0.0.1] [--tls CERT KEY | --tls-self DIR] [--quiet] [--no-log]
        [--replay FILE]

A scripted upstream: OpenAI Chat, Completions, Responses and Embeddings, Anthropic Messages, Gemini (also Vertex paths
and the Code Assist envelope), and an OAuth token endpoint.

  --port P        port to listen on; 0 takes a free one. The address is the first line on standard output.
  --host H        address to listen on (default 127.0.0.1)
  --tls CERT KEY  serve HTTPS with these PEM files
  --tls-self DIR  make a private authority (DIR/ca.pem) and a certificate for localhost, and serve HTTPS with it
  --no-log        keep no requests for GET /sim/log; repeated requests get prepared replies (for benches)
  --quiet         print nothing but the address
  --replay FILE   say what the upstream of a recorded request said (agt trace ID --bundle FILE), to every prompt

Prompts may hold markers: [[tool NAME {json}]] [[think]] [[long N]] [[json {...}]] [[length]] [[refuse]] [[usage {...}]]
Scripts: header x-sim: {json}; an API key with sim:status=429,retry_after=7; POST /sim/script.
Control: GET|DELETE /sim/log, GET /sim/stats, POST|DELETE /sim/script, GET|POST /sim/oauth.
)";

struct Options {
  std::string host = "127.0.0.1";
  std::optional<std::uint16_t> port{};
  std::string certificate{};
  std::string key{};
  std::string own_folder{};
  std::string replay{};
  bool quiet = false;
  bool log = true;
  bool wants_usage = false;
};

Result<Options> parse_options(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto name = arguments[i];
    const auto need = [&](std::size_t count) { return i + count < arguments.size(); };
    if (name == "--help" || name == "-h") {
      options.wants_usage = true;
    } else if (name == "--quiet") {
      options.quiet = true;
    } else if (name == "--no-log") {
      options.log = false;
    } else if (name == "--host" && need(1)) {
      options.host = arguments[++i];
    } else if (name == "--port" && need(1)) {
      options.port = text::parse_number<std::uint16_t>(arguments[++i]);
      if (!options.port) return fail(Code::config, fmt::format("--port: \"{}\" is no port", arguments[i]));
    } else if (name == "--tls" && need(2)) {
      options.certificate = arguments[++i];
      options.key = arguments[++i];
    } else if (name == "--replay" && need(1)) {
      options.replay = arguments[++i];
    } else if (name == "--tls-self" && need(1)) {
      options.own_folder = arguments[++i];
    } else {
      return fail(Code::config, fmt::format("unknown or incomplete option \"{}\"", name));
    }
  }
  if (!options.port && !options.wants_usage) return fail(Code::config, "--port is required");
  if (!options.own_folder.empty() && !options.key.empty())
    return fail(Code::config, "--tls and --tls-self exclude each other");
  return options;
}

Result<TlsContext> context_for(const Options& options) {
  if (!options.own_folder.empty()) {
    TRY_OK(make_certificates(options.own_folder));
    return tls_context(options.own_folder + "/cert.pem", options.own_folder + "/key.pem");
  }
  if (!options.key.empty()) return tls_context(options.certificate, options.key);
  return TlsContext{};
}

Result<std::optional<Script>> replayed_by(const Options& options) {
  if (options.replay.empty()) return std::nullopt;
  std::ifstream file(options.replay);
  const std::string bundle(std::istreambuf_iterator<char>(file), {});
  if (!file) return fail(Code::config, fmt::format("{} cannot be read", options.replay));
  auto script = replay_of(bundle);
  if (!script) return fail(Code::config, fmt::format("{}: {}", options.replay, script.error().message));
  return *std::move(script);
}

void prepare_process() {
  std::signal(SIGPIPE, SIG_IGN);
  const auto leave = [](int) { ::_exit(0); };
  std::signal(SIGTERM, leave);
  std::signal(SIGINT, leave);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

int run(const Options& options) {
  prepare_process();
  const auto context = context_for(options);
  if (!context) {
    fmt::print(stderr, "agt-sim: {}\n", context.error().message);
    return exit_config;
  }
  const auto listener = listen_on(options.host, *options.port);
  if (!listener) {
    fmt::print(stderr, "agt-sim: {}\n", listener.error().message);
    return exit_config;
  }
  auto replayed = replayed_by(options);
  if (!replayed) {
    fmt::print(stderr, "agt-sim: {}\n", replayed.error().message);
    return exit_config;
  }
  auto rng = seeded_rng();
  Desk desk(rng(), random_secret_text("", 32), options.log);
  desk.replayed = *std::move(replayed);
  desk.tls = *context != nullptr;
  const bool bracketed_host = options.host.find(':') != std::string::npos;
  fmt::print("agt-sim listening on {}://{}{}{}:{}\n", *context ? "https" : "http", bracketed_host ? "[" : "",
             options.host, bracketed_host ? "]" : "", listener->port);
  std::fflush(stdout);
  if (!options.quiet && !options.own_folder.empty())
    fmt::print(stderr, "agt-sim: trust {}/ca.pem\n", options.own_folder);
  serve(*listener, desk, context->get());
}

}  // namespace
}  // namespace agt::sim

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto options = agt::sim::parse_options(arguments);
  if (!options) {
    fmt::print(stderr, "agt-sim: {}\nTry agt-sim --help.\n", options.error().message);
    return agt::sim::exit_usage;
  }
  if (options->wants_usage) {
    fmt::print("{}", agt::sim::usage_text);
    return 0;
  }
  return agt::sim::run(*options);
}
