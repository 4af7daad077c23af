// Content codings: any bytes are refused or decoded within the limits, and in pieces as in one go.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/coding.h"
#include "net/limits.h"

namespace {

namespace net = agt::net;

struct Outcome {
  bool good = true;
  bool complete = false;
  std::string text{};
  std::size_t left = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome decoded(net::Coding coding, std::string_view bytes, std::size_t piece, std::size_t room) {
  const auto decoder = net::make_decoder(coding);
  Outcome outcome;
  std::string_view held;
  for (std::size_t at = 0; at < bytes.size() && outcome.good; at += piece) {
    held = bytes.substr(at - held.size(), held.size() + piece);
    while (true) {
      const auto before = held.size() - outcome.text.size();
      const auto had = outcome.text.size();
      outcome.good = decoder->decode(held, outcome.text, room).has_value();
      if (outcome.text.size() - had > room) std::abort();
      if (!outcome.good || held.size() - outcome.text.size() == before) break;
    }
    if (outcome.text.size() > net::decoded_bytes_free + room &&
        outcome.text.size() / (net::decoded_ratio_max + 1) > bytes.size() + room)
      std::abort();
  }
  outcome.complete = outcome.good && decoder->complete();
  outcome.left = outcome.good ? held.size() : 0;
  if (!outcome.good) outcome.text.clear();  // how far it came before it failed depends on the pieces
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array codings{net::Coding::gzip, net::Coding::deflate, net::Coding::brotli, net::Coding::zstd};
  if (size < 2) return 0;
  const auto coding = codings[data[0] % codings.size()];
  const std::size_t piece = 1 + data[1] % 64;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto whole = decoded(coding, bytes, bytes.size() + 1, net::decoded_piece_bytes);
  if (decoded(coding, bytes, piece, net::decoded_piece_bytes) != whole) std::abort();
  const auto once = net::decoded({coding}, std::string(bytes), std::size_t{1} << 22U);
  if (!once && once.error().message.empty()) std::abort();
  if (once && !bytes.empty() && (!whole.complete || whole.text != *once)) std::abort();
  const auto twice = net::decoded({codings[data[1] % codings.size()], coding}, std::string(bytes), 1U << 22U);
  if (!twice && twice.error().message.empty()) std::abort();
  const net::Headers headers{{"content-encoding", bytes}};
  if (const auto named = net::content_codings(headers); named && named->size() > net::content_codings_max) std::abort();
  return 0;
}
