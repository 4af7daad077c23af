// The contents of a request that came in this dialect: as they came.
#include "dialect/gemini/config.h"
#include "dialect/gemini/parts.h"

namespace agt::dialect::gemini {
namespace {

void write_home_parts(json::Writer& writer, const std::vector<ir::Part>& parts, const ir::Extras& extras,
                      std::string_view section) {
  const auto* own = spelled(extras, section, "parts");
  if (own != nullptr && own->text != "{}" && parts.empty()) return;  // absent, or null and written with the rest
  const bool alone = own != nullptr && parts.size() == 1;
  writer.key("parts");
  if (!alone) writer.begin_array();
  for (const auto& part : parts) {
    writer.begin_object();
    write_home_part(writer, part);
    writer.end_object();
  }
  if (!alone) writer.end_array();
}

void write_home_content(json::Writer& writer, const ir::Message& message) {
  writer.begin_object();
  if (!write_spelled(writer, message.extras, section::top, "role"))
    writer.field("role", message.role == ir::Role::assistant ? "model" : "user");
  write_home_parts(writer, message.parts, message.extras, section::top);
  write_rest(writer, message.extras, section::top);
  writer.end_object();
}

}  // namespace

void write_home_contents(json::Writer& writer, const ir::Request& request) {
  const bool alone = spelled(request.extras, section::top, "contents") != nullptr && request.messages.size() == 1;
  writer.key("contents");
  if (!alone) writer.begin_array();
  for (const auto& message : request.messages) write_home_content(writer, message);
  if (!alone) writer.end_array();
}

void write_home_system(json::Writer& writer, const ir::Request& request) {
  const auto& extras = request.extras;
  if (write_spelled(writer, extras, section::top, "systemInstruction")) return;
  if (request.system.empty() && !has_rest(extras, section::system)) return;
  writer.key("systemInstruction");
  writer.begin_object();
  write_spelled(writer, extras, section::system, "role");
  write_home_parts(writer, request.system, extras, section::system);
  write_rest(writer, extras, section::system);
  writer.end_object();
}

}  // namespace agt::dialect::gemini
