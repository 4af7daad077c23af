// Content codings (RFC 9110 §8.4): what a body was compressed with, undone within limits. A few bytes can stand for
// gigabytes, so nothing is decoded further than a multiple of what came.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "net/client.h"
#include "net/http.h"

namespace agt::net {

enum class Coding : std::uint8_t { gzip, deflate, brotli, zstd };

// In the order in which they were applied; empty for a body as it is. Code::content_encoding for one that is not known
// here, or for more than content_codings_max.
[[nodiscard]] Result<std::vector<Coding>> content_codings(const Headers& headers);

// Whether a client said that it takes this content-encoding, word for word.
[[nodiscard]] bool accepts_encoding(std::string_view accept_encoding, std::string_view content_encoding);

// Undoes one coding, piece by piece.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Takes bytes away from the front of `in` and appends what they stand for to `out`, at most `room` bytes. Nothing
  // taken and nothing appended means that more is needed. Code::content_encoding when the bytes are not what they
  // should be; Code::body_too_large when they stand for too much.
  [[nodiscard]] virtual Result<> decode(std::string_view& in, std::string& out, std::size_t room) = 0;
  [[nodiscard]] virtual bool complete() const = 0;  // the coded data may end here
};
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(Coding coding);

// A whole body. Also Code::body_too_large when it would have more than `bytes_max`.
[[nodiscard]] Result<std::string> decoded(const std::vector<Coding>& codings, std::string body, std::size_t bytes_max);

// A reply whose body is read decoded, and whose head speaks of no coding. Failures are Code::translate_reply, and
// Code::stream_cut for one that ends early.
[[nodiscard]] Result<std::unique_ptr<Reply>> decoded(std::unique_ptr<Reply> reply);

}  // namespace agt::net
