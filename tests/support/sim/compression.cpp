#include "sim/compression.h"

#include <brotli/encode.h>
#define ZLIB_CONST  // so that zlib takes its input as constant
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace agt::sim {
namespace {

constexpr std::size_t room = 64U << 10;

class Compressor {
 public:
  virtual ~Compressor() = default;
  // What `bytes` become, all of it readable at once; the end of the data too when they are the last.
  [[nodiscard]] virtual std::string take(std::string_view bytes, bool last) = 0;
};

class Deflater final : public Compressor {
 public:
  explicit Deflater(int window_bits) {
    constexpr int memory_level = 8;
    ::deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() override { ::deflateEnd(&stream_); }

  std::string take(std::string_view bytes, bool last) override {
    std::string out;
    std::array<char, room> piece{};
    stream_.next_in = reinterpret_cast<const Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      ::deflate(&stream_, last ? Z_FINISH : Z_SYNC_FLUSH);
      out.append(piece.data(), piece.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return out;
  }

 private:
  z_stream stream_{};
};

class Brotli final : public Compressor {
 public:
  std::string take(std::string_view bytes, bool last) override {
    std::string out;
    std::array<std::uint8_t, room> piece{};
    auto left = bytes.size();
    const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
    do {
      auto space = piece.size();
      auto* place = piece.data();
      ::BrotliEncoderCompressStream(state_.get(), last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH, &left, &next,
                                    &space, &place, nullptr);
      out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - space);
    } while (left > 0 || ::BrotliEncoderHasMoreOutput(state_.get()) != 0);
    return out;
  }

 private:
  std::unique_ptr<BrotliEncoderState, decltype(&::BrotliEncoderDestroyInstance)> state_{
      ::BrotliEncoderCreateInstance(nullptr, nullptr, nullptr), ::BrotliEncoderDestroyInstance};
};

class Zstd final : public Compressor {
 public:
  std::string take(std::string_view bytes, bool last) override {
    std::string out;
    std::array<char, room> piece{};
    ZSTD_inBuffer from{.src = bytes.data(), .size = bytes.size(), .pos = 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer into{.dst = piece.data(), .size = piece.size(), .pos = 0};
      left = ::ZSTD_compressStream2(context_.get(), &into, &from, last ? ZSTD_e_end : ZSTD_e_flush);
      out.append(piece.data(), into.pos);
    } while (left > 0 && ::ZSTD_isError(left) == 0);
    return out;
  }

 private:
  std::unique_ptr<ZSTD_CCtx, decltype(&::ZSTD_freeCCtx)> context_{::ZSTD_createCCtx(), ::ZSTD_freeCCtx};
};

std::unique_ptr<Compressor> compressor(std::string_view name) {
  constexpr int window = 15;
  constexpr int gzip_head = 16;
  if (name == "gzip") return std::make_unique<Deflater>(window + gzip_head);
  if (name == "deflate") return std::make_unique<Deflater>(window);
  if (name == "raw-deflate") return std::make_unique<Deflater>(-window);
  if (name == "br") return std::make_unique<Brotli>();
  if (name == "zstd") return std::make_unique<Zstd>();
  return nullptr;
}

}  // namespace

bool is_encoding(std::string_view encoding) {
  const auto names = text::split(encoding, ',');
  return std::ranges::all_of(names, [](std::string_view name) { return compressor(text::trimmed(name)) != nullptr; });
}

void compress(Reply& reply, std::string_view encoding) {
  std::vector<std::unique_ptr<Compressor>> stages;
  std::string named;
  for (const auto part : text::split(encoding, ',')) {
    const auto name = text::trimmed(part);
    stages.push_back(compressor(name));
    if (!named.empty()) named += ", ";
    named += name == "raw-deflate" ? "deflate" : name;
  }
  const auto through = [&](std::string_view bytes, bool last) {
    std::string out(bytes);
    for (const auto& stage : stages) out = stage->take(out, last);
    return out;
  };
  reply.headers.push_back({.name = "content-encoding", .value = named});
  if (!reply.stream) {
    reply.body = through(reply.body, true);
    return;
  }
  Frames out;
  for (std::size_t i = 0; i < reply.frames.marks.size(); ++i) {
    out.bytes += through(reply.frames.at(i), i + 1 == reply.frames.marks.size());
    out.close(reply.frames.marks[i].kind);
  }
  reply.frames = std::move(out);
}

}  // namespace agt::sim
