// Packed JSON: damaged bytes give nothing or valid JSON, and what is packed comes back the same.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/utf8.h"
#include "json/document.h"
#include "json/packed.h"
#include "json/writer.h"

namespace {

namespace json = agt::json;
constexpr std::array<std::string_view, 3> names{"id", "words", "more \"names\""};

// Bytes as orders to a writer: the same to both of them.
template <class Writer>
class Orders {
 public:
  explicit Orders(Writer& writer) : writer_(writer) {}

  void run(std::string_view bytes) {
    writer_.begin_array();
    open_ = {false};
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) step(bytes[at], bytes[at + 1], bytes.substr(at + 2));
    for (; !open_.empty(); open_.pop_back()) open_.back() ? writer_.end_object() : writer_.end_array();
  }

 private:
  void step(char order, char detail, std::string_view rest) {
    if (order % 8 == 0) {
      if (open_.size() > 1) {
        open_.back() ? writer_.end_object() : writer_.end_array();
        open_.pop_back();
      }
      return;
    }
    if (open_.back()) key(detail);
    switch (order % 8) {
      case 1: writer_.value(detail > 0); return;
      case 2: writer_.value(static_cast<std::int64_t>(detail) << (detail & 63U)); return;
      case 3: writer_.thousandths(static_cast<std::int64_t>(detail) * 977); return;
      case 4:
      case 5:
        if (open_.size() > 20) return writer_.value(true);
        open_.push_back(order % 8 == 4);
        return open_.back() ? writer_.begin_object() : writer_.begin_array();
      default: return writer_.value(agt::text::as_utf8(rest.substr(0, static_cast<unsigned char>(detail))));
    }
  }
  void key(char which) {
    switch (which % 3) {
      case 0: return writer_.key("id");
      case 1: return writer_.key("words");
      default: return writer_.key("more \"names\"");
    }
  }

  Writer& writer_;
  std::vector<bool> open_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto text = json::unpacked(bytes, names); text && !json::Document::parse(*text)) std::abort();

  std::string packed;
  {
    json::PackedWriter<names> packer(packed);  // complete when it has gone
    Orders(packer).run(bytes);
  }
  json::Writer writer;
  Orders(writer).run(bytes);
  if (json::unpacked(packed, names) != std::move(writer).take()) std::abort();
  if (json::unpacked(std::string_view(packed).substr(0, packed.size() - 1), names)) std::abort();
  return 0;
}
