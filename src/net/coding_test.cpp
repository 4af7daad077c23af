#include "net/coding.h"

#include <brotli/encode.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include <random>

#include "net/testing/harness.h"

namespace agt::net {
namespace {

using testing::Harness;
using testing::Server;

std::string deflated(std::string_view text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}
std::string gzip(std::string_view text) { return deflated(text, 15 + 16); }

std::string brotli(std::string_view text) {
  std::string out(::BrotliEncoderMaxCompressedSize(text.size()), '\0');
  auto size = out.size();
  EXPECT_TRUE(::BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, text.size(),
                                      reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                      reinterpret_cast<std::uint8_t*>(out.data())));
  out.resize(size);
  return out;
}

std::string zstd(std::string_view text, int window_log = 0) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&::ZSTD_freeCCtx)> context(::ZSTD_createCCtx(), ::ZSTD_freeCCtx);
  if (window_log > 0) ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log);
  ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  std::string out(::ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_inBuffer from{.src = text.data(), .size = text.size(), .pos = 0};
  ZSTD_outBuffer into{.dst = out.data(), .size = out.size(), .pos = 0};
  EXPECT_EQ(::ZSTD_compressStream2(context.get(), &into, &from, ZSTD_e_end), 0U);
  out.resize(into.pos);
  return out;
}

std::string some_text() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += fmt::format("line {} of {}\n", i, i * 7919 % 1000);
  return text;
}

struct Row {
  Coding coding{};
  std::string bytes{};
  std::string what{};
};

std::vector<Row> rows(std::string_view text) {
  return {{Coding::gzip, gzip(text), "gzip"},
          {Coding::deflate, deflated(text, 15), "deflate"},
          {Coding::deflate, deflated(text, -15), "deflate without its head"},
          {Coding::brotli, brotli(text), "br"},
          {Coding::zstd, zstd(text), "zstd"}};
}

constexpr std::size_t enough = 64UL << 20;

TEST(Coding, every_coding_gives_back_what_went_in) {
  for (const auto& text : {some_text(), std::string("{}"), std::string()})
    for (const auto& row : rows(text)) {
      const auto out = decoded({row.coding}, row.bytes, enough);
      ASSERT_TRUE(out) << row.what << ": " << out.error().message;
      EXPECT_EQ(*out, text) << row.what;
    }
}

TEST(Coding, any_split_and_any_room_give_the_same) {
  const auto text = some_text().substr(0, 20'000);
  for (const auto& row : rows(text))
    for (const std::size_t room : {1UL, 7UL, 16'384UL}) {
      const auto decoder = make_decoder(row.coding);
      std::string out;
      for (const char& byte : row.bytes) {
        std::string_view in(&byte, 1);
        std::size_t had = 0;
        do {
          had = out.size();
          ASSERT_TRUE(decoder->decode(in, out, room)) << row.what;
        } while (!in.empty() || out.size() > had);
      }
      EXPECT_EQ(out, text) << row.what;
      EXPECT_TRUE(decoder->complete()) << row.what;
    }
}

TEST(Coding, what_is_cut_or_damaged_is_refused) {
  const auto text = some_text();
  for (const auto& row : rows(text)) {
    const auto cut = decoded({row.coding}, row.bytes.substr(0, row.bytes.size() - 3), enough);
    ASSERT_FALSE(cut) << row.what;
    EXPECT_EQ(cut.error().code, Code::content_encoding);
    const auto more = decoded({row.coding}, row.bytes + "garbage", enough);
    EXPECT_FALSE(more) << row.what;
    EXPECT_FALSE(decoded({row.coding}, "{\"no\":\"coding\"}", enough)) << row.what;
  }
}

TEST(Coding, a_bomb_is_refused_before_it_goes_off) {
  const std::string zeros(64UL << 20, '0');
  for (const auto& row : rows(zeros)) {
    const auto out = decoded({row.coding}, row.bytes, zeros.size());
    ASSERT_FALSE(out) << row.what;
    EXPECT_EQ(out.error().code, Code::body_too_large) << row.what;
    EXPECT_TRUE(out.error().message.contains("100 times")) << out.error().message;
  }
  const auto large = decoded({Coding::gzip}, gzip(some_text()), 1000);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::body_too_large);
}

TEST(Coding, damaged_bytes_are_decoded_or_refused_within_the_limits) {
  std::mt19937 chance(7);  // NOLINT: the same on every run
  const auto text = some_text().substr(0, 3000);
  for (const auto& row : rows(text))
    for (int round = 0; round < 2000; ++round) {
      auto bytes = row.bytes;
      for (int edits = static_cast<int>(chance() % 3) + 1; edits > 0; --edits)
        bytes[chance() % bytes.size()] = static_cast<char>(chance());
      const auto out = decoded({row.coding}, bytes, 1UL << 20);
      EXPECT_TRUE(!out || out->size() <= 1UL << 20);
    }
}

TEST(Coding, a_window_that_wants_too_much_memory_is_refused) {
  std::string noise;
  for (std::uint64_t i = 0, x = 1; i < (16UL << 20) / 8; ++i) {
    x = x * 6364136223846793005U + 1442695040888963407U;
    noise.append(reinterpret_cast<const char*>(&x), sizeof x);
  }
  EXPECT_TRUE(decoded({Coding::zstd}, zstd(noise, 23), enough));
  EXPECT_FALSE(decoded({Coding::zstd}, zstd(noise, 24), enough));
}

TEST(Coding, members_and_frames_may_follow_one_another) {
  EXPECT_EQ(decoded({Coding::gzip}, gzip("one ") + gzip("two"), enough).value_or("?"), "one two");
  EXPECT_EQ(decoded({Coding::zstd}, zstd("one ") + zstd("two"), enough).value_or("?"), "one two");
  EXPECT_FALSE(decoded({Coding::deflate}, deflated("one", 15) + deflated("two", 15), enough));
}

TEST(Coding, the_header_is_a_list_and_the_last_coding_is_undone_first) {
  EXPECT_TRUE(content_codings(Headers{{"content-encoding", "identity"}})->empty());
  EXPECT_EQ(content_codings(Headers{{"Content-Encoding", "GZIP, br"}, {"content-encoding", "zstd"}}).value(),
            (std::vector{Coding::gzip, Coding::brotli, Coding::zstd}));
  EXPECT_EQ(content_codings(Headers{{"content-encoding", "compress"}}).error().code, Code::content_encoding);
  EXPECT_FALSE(content_codings(Headers{{"content-encoding", "gzip, gzip, gzip, gzip"}}));
  EXPECT_EQ(decoded({Coding::gzip, Coding::brotli}, brotli(gzip("stacked")), enough).value_or("?"), "stacked");
}

TEST(Coding, a_client_says_which_it_takes) {
  EXPECT_TRUE(accepts_encoding("gzip, deflate, br", "br"));
  EXPECT_TRUE(accepts_encoding("gzip;q=0.5", "GZIP"));
  EXPECT_FALSE(accepts_encoding("gzip;q=0, br", "gzip"));
  EXPECT_FALSE(accepts_encoding("gzip;q=0.0", "gzip"));
  EXPECT_FALSE(accepts_encoding("identity", "gzip"));
  EXPECT_FALSE(accepts_encoding("", "gzip"));
}

// A server that sends `body` in chunks of `step` bytes, and what a client reads of it piece by piece.
std::string read_decoded(std::string_view encoding, std::string_view body, std::size_t step, std::string& failed) {
  Server server;
  Harness harness;
  std::thread upstream([&] {
    const auto socket = server.accept();
    static_cast<void>(socket.receive_until("\r\n\r\n"));
    socket.send(fmt::format("HTTP/1.1 200 OK\r\ncontent-encoding: {}\r\ntransfer-encoding: chunked\r\n\r\n", encoding));
    for (std::size_t at = 0; at < body.size(); at += step) {
      const auto piece = body.substr(at, step);
      socket.send(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
    }
    socket.send("0\r\n\r\n");
  });
  std::string out;
  harness.run([&](Worker& worker) -> Task<> {
    Call call{.method = "GET", .url = *parse_url(fmt::format("http://127.0.0.1:{}", server.port())), .target = "/"};
    auto reply = co_await worker.client().send(std::move(call));
    if (!reply) {
      failed = std::string(name(reply.error().code));
      co_return;
    }
    EXPECT_EQ((*reply)->head().headers.has("content-encoding"), encoding == "identity");
    while (true) {
      const auto piece = co_await (*reply)->next(Milliseconds(1000));
      if (!piece) failed = std::string(name(piece.error().code));
      if (!piece || piece->kind == Piece::Kind::end) break;
      out += piece->bytes;
    }
  });
  upstream.join();
  return out;
}

TEST(Coding, a_reply_is_read_as_if_it_had_not_been_compressed) {
  const auto text = some_text().substr(0, 60'000);
  std::string failed;
  EXPECT_EQ(read_decoded("gzip", gzip(text), 1, failed), text);
  EXPECT_EQ(read_decoded("gzip, br", brotli(gzip(text)), 100, failed), text);
  EXPECT_EQ(read_decoded("deflate, zstd, gzip", gzip(zstd(deflated(text, 15))), 5000, failed), text);
  EXPECT_EQ(read_decoded("identity", text, 5000, failed), text);
  EXPECT_EQ(failed, "");
}

TEST(Coding, a_reply_that_is_cut_damaged_or_a_bomb_fails) {
  const auto text = some_text();
  std::string failed;
  static_cast<void>(read_decoded("gzip", gzip(text).substr(0, 2000), 500, failed));
  EXPECT_EQ(failed, "stream_cut");
  static_cast<void>(read_decoded("br", "{\"this is\":\"no brotli\"}", 5, failed));
  EXPECT_EQ(failed, "translate_reply");
  EXPECT_LT(read_decoded("gzip", gzip(std::string(64UL << 20, '0')), 5000, failed).size(), 4UL << 20);
  EXPECT_EQ(failed, "translate_reply");
  static_cast<void>(read_decoded("compress", "x", 5, failed));
  EXPECT_EQ(failed, "translate_reply");
}

}  // namespace
}  // namespace agt::net
