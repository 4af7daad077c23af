// The table of the admin API: every endpoint there is, who may call it and what it does. The listener, the command line
// and the OpenAPI document all read this one table; what is not in it does not exist.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "admin/answer.h"
#include "admin/gateway.h"
#include "json/document.h"
#include "net/runtime.h"

namespace agt::admin {

inline constexpr std::string_view api_prefix = "/api/v1";

// A request to the API, whether it came over HTTP or from a command that runs without a gateway.
struct Ask {
  std::string method{};
  std::string path{};      // decoded, with the prefix
  std::string query{};     // without '?', encoded
  std::string body{};      // JSON, or empty
  std::string if_match{};  // the header's value, or empty; as is the next
  std::string last_event_id{};
  Secret token{};  // that the caller showed
  Rights rights = Rights::manage;
  bool from_here = false;  // the caller is on this computer
};

// One call of an endpoint. Lives for the call.
struct Call {
  Gateway& gateway;
  const Ask& ask;
  std::vector<std::string> words{};  // what stood in the pattern's {places}
  json::Value body{};                // missing when there was none

  [[nodiscard]] const std::string& word() const { return words.front(); }
};

using StoreWork = Result<Answer> (*)(const Call& call);                               // on an offload thread: may wait
using NetworkWork = Task<Result<Answer>> (*)(const Call& call, net::Worker& worker);  // on the worker's own thread

// Answers by itself, piece by piece, or refuses before its first.
using StreamWork = Task<Result<>> (*)(const Call& call, net::Worker& worker, net::Exchange& exchange);

enum class Auth : std::uint8_t { manage, view, none };  // none: no token at all

struct Endpoint {
  std::string_view method{};
  std::string_view pattern{};  // below the prefix: "/accounts/{account}/test"
  Auth auth = Auth::manage;
  std::variant<StoreWork, NetworkWork, StreamWork> work{};
  // For the OpenAPI document; the shapes are those of shapes.txt.
  std::string_view summary{};
  std::string_view answer{};  // its shape
  std::string_view body{};    // its shape; empty: none is read; with "?" at its end it may be left out
  std::string_view query{};   // the parameters that are read, with spaces between them
};

[[nodiscard]] std::span<const Endpoint> endpoints();

struct Found {
  const Endpoint* endpoint = nullptr;
  std::vector<std::string> words{};
};
// Code::path_unknown, or Code::method with the allowed ones in Error::field.
[[nodiscard]] Result<Found> find_endpoint(std::string_view method, std::string_view path);

// Whether what the caller's token allows is enough for it. Code::view_only.
[[nodiscard]] Result<> admit_use(const Endpoint& endpoint, const Ask& ask);

// Finds and runs the endpoint. Whether the caller may is decided before.
[[nodiscard]] Task<Answer> answer(Gateway& gateway, net::Worker& worker, Ask ask);

}  // namespace agt::admin
