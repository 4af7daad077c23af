// Every unit of the pure rooms is run again and again, each time with another one of its allocations failing: it must
// end with std::bad_alloc (or do without the memory), leak nothing (the sanitizer build looks), and work afterwards.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/openai_chat/codec.h"
#include "dialect/openai_responses/codec.h"
#include "ir/fold.h"
#include "json/splice.h"

namespace {

constexpr long failures_max = 2'000;  // per unit: the first so many of its allocations

long until_failure = -1;  // allocations that still succeed; -1: all of them
long allocations = 0;

void* allocate(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  if (until_failure == 0) return nullptr;
  if (until_failure > 0) --until_failure;
  const auto rounded = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, rounded);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return or_throw(allocate(bytes, alignof(std::max_align_t))); }
void* operator new[](std::size_t bytes) { return or_throw(allocate(bytes, alignof(std::max_align_t))); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes, alignof(std::max_align_t));
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes, alignof(std::max_align_t));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return or_throw(allocate(bytes, static_cast<std::size_t>(alignment)));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return or_throw(allocate(bytes, static_cast<std::size_t>(alignment)));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace agt {
namespace {

constexpr std::array codecs{&dialect::openai_chat_codec, &dialect::anthropic_codec, &dialect::gemini_codec,
                            &dialect::openai_responses_codec};

std::string contents(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> files_of(ir::Dialect dialect, std::string_view part, std::string_view extension) {
  std::vector<std::filesystem::path> files;
  std::string named(ir::name(dialect));
  std::ranges::replace(named, '-', '_');
  const auto folder = std::filesystem::path(AGT_GOLDEN_DIR) / named;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const bool fits = entry.path().string().contains(part) && entry.path().extension() == extension;
    if (fits) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// Gives how many failures were tried.
long torture(const std::function<std::string()>& unit, const std::string& name) {
  const auto expected = unit();
  allocations = 0;
  static_cast<void>(unit());
  const auto needed = std::min(allocations, failures_max);
  for (long n = 0; n < needed; ++n) {
    until_failure = n;
    bool failed = false;
    std::string got;
    try {
      got = unit();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    const bool hit = until_failure == 0;
    until_failure = -1;
    EXPECT_TRUE(failed || !hit || got == expected) << name << ", allocation " << n << ": another outcome in silence";
  }
  EXPECT_EQ(unit(), expected) << name << " does not work any more";
  return needed;
}

std::string requests(const dialect::Codec& from, const std::string& text) {
  std::string out;
  const auto document = json::Document::parse(text);
  if (!document) return "no JSON";
  const auto request = from.parse_request(*document, {.model = "m"});
  if (!request) return request.error().message;
  for (const auto* to : codecs) {
    const auto rendered = to->render_request(*request, {.model = "up", .facts = {.id = "up"}});
    out += rendered ? rendered->body : rendered.error().message;
  }
  return out;
}

std::string streams(const dialect::Codec& from, const std::string& text) {
  std::vector<ir::Event> events;
  const auto reader = from.make_reader({.id_seed = "seed"});
  dialect::SseDecoder decoder;
  dialect::SseEvent event;
  decoder.feed(text);
  while (decoder.next(event).value()) reader->read(event, events);
  if (decoder.finish(event).value()) reader->read(event, events);
  reader->end(events);
  const ir::Request request;
  std::string out;
  for (const auto* to : codecs) {
    const auto writer = to->make_writer({.model = "m", .id = "1", .request = &request});
    for (const auto& one : events) writer->write(one, out);
    const auto response = ir::fold(events);
    if (response) out += to->render_response(*response, {.model = "m", .id = "1", .request = &request});
  }
  return out;
}

std::string replies(const dialect::Codec& from, const std::string& text) {
  const auto document = json::Document::parse(text);
  if (!document) return "no JSON";
  const auto response = from.parse_response(*document, {.id_seed = "seed"});
  if (!response) return response.error().message;
  const ir::Request request;
  std::string out;
  for (const auto* to : codecs) out += to->render_response(*response, {.model = "m", .id = "1", .request = &request});
  const auto error = from.diagnose(429, text);
  return out;
}

using Unit = std::string (*)(const dialect::Codec&, const std::string&);
void torture_all(Unit unit, std::string_view part, std::string_view extension) {
  long failures = 0;
  long units = 0;
  for (const auto* codec : codecs)
    for (const auto& file : files_of(codec->dialect, part, extension)) {
      const auto text = contents(file);
      failures += torture([&] { return unit(*codec, text); }, file.string());
      ++units;
    }
  EXPECT_GT(units, 8);
  fmt::print("{} units, {} allocations failed\n", units, failures);
}

TEST(Allocation, any_may_fail_while_a_request_is_translated) { torture_all(requests, "request", ".json"); }
TEST(Allocation, any_may_fail_while_a_stream_is_translated) { torture_all(streams, "", ".sse"); }
TEST(Allocation, any_may_fail_while_an_answer_is_translated) { torture_all(replies, "repl", ".json"); }

TEST(Allocation, any_may_fail_while_a_document_is_read_and_spliced) {
  const auto text = contents(files_of(ir::Dialect::anthropic, "everything", ".json").front());
  json::Scratch scratch;  // is used on after a failure, as a worker's is
  const auto unit = [&] {
    const auto document = json::Document::parse(text, scratch);
    if (!document) return std::string("no JSON");
    return json::spliced(text, json::set_member(*document, "model", json::quoted("another")));
  };
  EXPECT_GT(torture(unit, "a document"), 2);
}

}  // namespace
}  // namespace agt
