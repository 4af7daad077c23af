// What the admin API answers: a status and JSON, also for every failure.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "json/writer.h"

namespace agt::admin {

struct Answer {
  int status = 200;
  std::string body{};   // JSON
  std::string allow{};  // the allow header of a 405
  std::string etag{};   // with its quotes; empty: none
};

// {"error":{"class","code","message","field","remedy"}} with the status that belongs to it.
[[nodiscard]] Answer refused(const Error& error);

// The members of such an object; also for errors inside other answers.
void write_error(json::Writer& w, const Error& error);

[[nodiscard]] int status_of(Meaning meaning);
// What to do, in words that fit an administrator (a client of the gateway is told Error::remedy()).
[[nodiscard]] std::string_view remedy_for(Code code);

}  // namespace agt::admin
