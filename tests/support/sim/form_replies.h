// The endpoints that take multipart forms: speech to text, edits and variations of pictures. And streamed pictures.
#pragma once

#include <string>

#include "sim/http.h"
#include "sim/ids.h"
#include "sim/routes.h"

namespace agt::sim {

[[nodiscard]] bool takes_form(Operation operation);
// The field "model" of a form; empty when there is none.
[[nodiscard]] std::string form_model(const Request& request);
[[nodiscard]] Reply form_reply(const Route& route, const Request& request, Minter& ids);
// The answer of a picture endpoint as a stream; `what` is "image_generation" or "image_edit".
void stream_picture(Reply& reply, std::string_view what);

inline constexpr std::string_view one_pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

}  // namespace agt::sim
