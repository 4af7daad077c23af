// Forms: any body is refused with a reason, or its fields stand where they were found, and one of them can be replaced
// without touching the others.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dialect/form.h"

namespace {

using agt::dialect::Form;

// The first line of the input is the content type, as a client sends it.
void check(std::string_view content_type, std::string_view body) {
  const auto form = Form::parse(content_type, body);
  if (!form) {
    if (form.error().message.empty()) std::abort();
    return;
  }
  const auto model = form->text(body, "model");
  const auto size = form->text(body, "size");
  if (!model || !*model) return;
  constexpr std::string_view renamed = "another";
  const auto changed = form->with(body, "model", renamed);
  if (changed.size() + (*model)->size() != body.size() + renamed.size()) std::abort();
  const auto again = Form::parse(content_type, changed);
  if (!again || again->text(changed, "model").value() != renamed) std::abort();
  const auto size_again = again->text(changed, "size");
  if (size.has_value() != size_again.has_value() || (size && *size != *size_again)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line_end = input.find('\n');
  if (line_end == std::string_view::npos) return 0;
  check(input.substr(0, line_end), input.substr(line_end + 1));
  check("multipart/form-data; boundary=b", input);
  return 0;
}
