// Which provider's endpoint a path names.
#pragma once

#include <cstdint>
#include <string>

#include "sim/http.h"
#include "sim/turn.h"

namespace agt::sim {

enum class Operation : std::uint8_t {
  unknown,
  probe,
  upgrade,
  generate,
  generate_stream,
  count_tokens,
  embed,
  batch_embed,
  draw,
  edit_image,
  vary_image,
  transcribe,
  translate_speech,
  models,
  model,
  load_code_assist,
  onboard_user,
  retrieve_quota,
  token,
  authorize,
  userinfo,
  control,
};

struct Route {
  Dialect dialect = Dialect::chat;
  Operation operation = Operation::unknown;
  bool wrapped = false;  // Code Assist
  bool method_wrong = false;
  std::string model{};  // from the path
};

[[nodiscard]] Route route(const Request& request);

}  // namespace agt::sim
