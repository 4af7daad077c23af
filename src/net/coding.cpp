#include "net/coding.h"

#include <brotli/decode.h>
#include <fmt/format.h>
#define ZLIB_CONST  // so that zlib takes its input as constant
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "core/text.h"
#include "net/limits.h"

namespace agt::net {
namespace {

std::optional<Coding> coding_named(std::string_view word) {
  if (text::iequals(word, "gzip") || text::iequals(word, "x-gzip")) return Coding::gzip;
  if (text::iequals(word, "deflate")) return Coding::deflate;
  if (text::iequals(word, "br")) return Coding::brotli;
  if (text::iequals(word, "zstd")) return Coding::zstd;
  return std::nullopt;
}

std::string_view name(Coding coding) {
  switch (coding) {
    case Coding::gzip: return "gzip";
    case Coding::deflate: return "deflate";
    case Coding::brotli: return "br";
    case Coding::zstd: return "zstd";
  }
  std::unreachable();
}

std::unexpected<Error> broken(Coding coding) {
  return fail(Code::content_encoding, fmt::format("The body is no valid {}.", name(coding)));
}

// What the decoders have in common: room in `out`, and the limit of what a byte may stand for.
class Bounded : public Decoder {
 public:
  explicit Bounded(Coding coding) : coding_(coding) {}

  [[nodiscard]] Result<> decode(std::string_view& in, std::string& out, std::size_t room) final {
    const auto before = in.size();
    const auto had = out.size();
    std::size_t made = 0;
    bool good = true;
    out.resize_and_overwrite(had + room, [&](char* to, std::size_t /*capacity*/) {
      good = step(in, to + had, room, made);
      return had + made;
    });
    taken_ += before - in.size();
    given_ += made;
    if (!good) return broken(coding_);
    if (given_ > decoded_bytes_free && given_ / decoded_ratio_max > taken_)
      return fail(Code::body_too_large, fmt::format("The body is compressed more than {} times.", decoded_ratio_max));
    return {};
  }
  [[nodiscard]] bool complete() const final { return complete_; }

 protected:
  // One go, as far as input and room allow; false when the input is malformed.
  [[nodiscard]] virtual bool step(std::string_view& in, char* to, std::size_t room, std::size_t& made) = 0;
  bool complete_ = false;

 private:
  Coding coding_;
  std::uint64_t taken_ = 0;
  std::uint64_t given_ = 0;
};

class Inflate final : public Bounded {
 public:
  explicit Inflate(Coding coding) : Bounded(coding), gzip_(coding == Coding::gzip) {}
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;
  ~Inflate() override {
    if (begun_) ::inflateEnd(&stream_);
  }

 private:
  bool step(std::string_view& in, char* to, std::size_t room, std::size_t& made) override {
    if (in.empty() && !begun_) return true;
    if (!begun_ && !begin(static_cast<unsigned char>(in.front()))) return false;
    if (complete_ && !in.empty()) {  // gzip files stand one after the other (RFC 1952 §2.2)
      if (!gzip_ || ::inflateReset(&stream_) != Z_OK) return false;
      complete_ = false;
    }
    stream_.next_in = reinterpret_cast<const Bytef*>(in.data());  // NOLINT: zlib's bytes are unsigned
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(in.size(), std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(to);  // NOLINT: likewise
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(room, std::numeric_limits<uInt>::max()));
    const auto offered = stream_.avail_in;
    const auto space = stream_.avail_out;
    const int outcome = complete_ ? Z_OK : ::inflate(&stream_, Z_SYNC_FLUSH);
    in.remove_prefix(offered - stream_.avail_in);
    made = space - stream_.avail_out;
    if (outcome == Z_STREAM_END) complete_ = true;
    return outcome == Z_OK || outcome == Z_STREAM_END || outcome == Z_BUF_ERROR;
  }

  // "deflate" is the zlib format (RFC 9110 §8.4.1.2), but some servers send it bare: told by the first byte.
  bool begin(unsigned char first) {
    constexpr int window_bits = 15;
    constexpr int gzip_only = 16;
    const bool has_head = (first & 0x0FU) == Z_DEFLATED && (first >> 4U) <= 7;
    const int format = gzip_ ? window_bits + gzip_only : has_head ? window_bits : -window_bits;
    begun_ = ::inflateInit2(&stream_, format) == Z_OK;
    return begun_;
  }

  z_stream stream_{};
  bool gzip_;
  bool begun_ = false;
};

class Unbrotli final : public Bounded {
 public:
  Unbrotli() : Bounded(Coding::brotli) {}

 private:
  bool step(std::string_view& in, char* to, std::size_t room, std::size_t& made) override {
    if (!state_) return false;
    if (complete_) return in.empty();
    auto left = in.size();
    const auto* next = reinterpret_cast<const std::uint8_t*>(in.data());  // NOLINT: brotli's bytes are unsigned
    auto space = room;
    auto* place = reinterpret_cast<std::uint8_t*>(to);  // NOLINT: likewise
    const auto outcome = ::BrotliDecoderDecompressStream(state_.get(), &left, &next, &space, &place, nullptr);
    in.remove_prefix(in.size() - left);
    made = room - space;
    complete_ = outcome == BROTLI_DECODER_RESULT_SUCCESS;
    return outcome != BROTLI_DECODER_RESULT_ERROR;
  }

  std::unique_ptr<BrotliDecoderState, decltype(&::BrotliDecoderDestroyInstance)> state_{
      ::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), ::BrotliDecoderDestroyInstance};
};

class Unzstd final : public Bounded {
 public:
  Unzstd() : Bounded(Coding::zstd) {
    if (stream_) ::ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, zstd_window_log_max);
  }

 private:
  bool step(std::string_view& in, char* to, std::size_t room, std::size_t& made) override {
    if (!stream_) return false;
    if (in.empty() && complete_) return true;  // or it would wait for the next frame
    ZSTD_inBuffer from{.src = in.data(), .size = in.size(), .pos = 0};
    ZSTD_outBuffer into{.dst = to, .size = room, .pos = 0};
    const auto outcome = ::ZSTD_decompressStream(stream_.get(), &into, &from);
    in.remove_prefix(from.pos);
    made = into.pos;
    if (::ZSTD_isError(outcome) != 0) return false;
    complete_ = outcome == 0;  // a frame has ended; another may follow
    return true;
  }

  std::unique_ptr<ZSTD_DCtx, decltype(&::ZSTD_freeDCtx)> stream_{::ZSTD_createDCtx(), ::ZSTD_freeDCtx};
};

Result<std::string> decoded_once(Coding coding, std::string_view body, std::size_t bytes_max) {
  const auto decoder = make_decoder(coding);
  std::string out;
  while (true) {
    const auto left = body.size();
    const auto had = out.size();
    TRY_OK(decoder->decode(body, out, decoded_piece_bytes));
    if (out.size() > bytes_max)
      return fail(Code::body_too_large, fmt::format("The body is larger than {} bytes.", bytes_max));
    if (body.size() == left && out.size() == had) break;
  }
  if (!decoder->complete() || !body.empty())
    return fail(Code::content_encoding, fmt::format("The body ends in the middle of its {}.", name(coding)));
  return out;
}

}  // namespace

std::unique_ptr<Decoder> make_decoder(Coding coding) {
  switch (coding) {
    case Coding::gzip:
    case Coding::deflate: return std::make_unique<Inflate>(coding);
    case Coding::brotli: return std::make_unique<Unbrotli>();
    case Coding::zstd: return std::make_unique<Unzstd>();
  }
  std::unreachable();
}

Result<std::vector<Coding>> content_codings(const Headers& headers) {
  std::vector<Coding> codings;
  for (const auto& header : headers) {
    if (!text::iequals(header.name, "content-encoding")) continue;
    for (const auto part : text::split(header.value, ',')) {
      const auto word = text::trimmed(part);
      if (word.empty() || text::iequals(word, "identity")) continue;
      const auto coding = coding_named(word);
      if (!coding)
        return fail(Code::content_encoding,
                    fmt::format("The content-encoding \"{}\" is not understood.", text::quoted(word, 40)));
      codings.push_back(*coding);
    }
  }
  if (codings.size() > content_codings_max)
    return fail(Code::content_encoding, fmt::format("The body has more than {} codings.", content_codings_max));
  return codings;
}

bool accepts_encoding(std::string_view accept_encoding, std::string_view content_encoding) {
  for (const auto part : text::split(accept_encoding, ',')) {
    const auto semicolon = part.find(';');
    if (!text::iequals(text::trimmed(part.substr(0, semicolon)), text::trimmed(content_encoding))) continue;
    const auto weight = semicolon == std::string_view::npos ? "" : text::trimmed(part.substr(semicolon + 1));
    return !weight.starts_with("q=0") || weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

Result<std::string> decoded(const std::vector<Coding>& codings, std::string body, std::size_t bytes_max) {
  for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding) {
    TRY(body, decoded_once(*coding, body, bytes_max));
  }
  return body;
}

}  // namespace agt::net
