#include <map>

#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/codec_parts.h"
#include "dialect/anthropic/reply.h"
#include "dialect/anthropic/words.h"
#include "dialect/carried_signature.h"
#include "json/splice.h"

namespace agt::dialect::anthropic {
namespace {

// A block of the upstream that has begun and not ended.
struct Block {
  enum class Kind : std::uint8_t { text, thinking, tool, whole };
  Kind kind = Kind::text;
  int index = -1;           // of our part; -1 for `whole`, which opens when it is complete
  std::string arguments{};  // tool: the input that stood in the start already, for servers that send no deltas
  bool grew = false;
  std::string raw{};        // whole: the block as it began
  std::string input{};      // whole: what input_json_delta added
  std::string compacted{};  // whole: what compaction_delta added
};

class Reader final : public EventReader {
 public:
  explicit Reader(ReadContext context) : context_(std::move(context)) {}

  void read(const SseEvent& event, std::vector<ir::Event>& out) override {
    if (over_ || event.data.empty() || event.data == "[DONE]") return;
    const auto document = json::Document::parse(event.data, scratch_);
    if (!document || !document->root().is_object()) {
      fail_with({.code = Code::translate_reply, .message = "The upstream sent an event that is not JSON."}, out);
      return;
    }
    const auto root = document->root();
    const auto type = root["type"].text_or(event.name);
    if (type == event::message_start) {
      start(root["message"], out);
    } else if (!sane(root["index"])) {
      return;
    } else if (type == event::block_start) {
      open(root["index"].integer_or(last_wire_ + 1), root["content_block"], out);
    } else if (type == event::block_delta) {
      grow(root["index"].integer_or(last_wire_), root["delta"], out);
    } else if (type == event::block_stop) {
      close(root["index"].integer_or(last_wire_), out);
    } else if (type == event::message_delta) {
      meter(root, out);
    } else if (type == event::message_stop) {
      finish(out);
    } else if (type == event::error || root["error"].present()) {
      fail_with(diagnose(ok_status, event.data), out);
    }
    // Pings and events of later versions say nothing about the answer.
  }

  void end(std::vector<ir::Event>& out) override {
    if (over_) return;
    fail_with({.code = Code::stream_cut, .message = "The upstream's stream ended before message_stop."}, out);
  }

 private:
  json::Scratch scratch_{};
  static constexpr int ok_status = 200;

  static bool sane(json::Value index) {
    constexpr std::int64_t wire_max = 1'000'000;
    const auto wire = index.integer_or(0);
    return wire >= 0 && wire <= wire_max;
  }

  void fail_with(Error error, std::vector<ir::Event>& out) {
    over_ = true;
    out.emplace_back(ir::Failed{.error = std::move(error)});
  }

  void ensure_started(std::vector<ir::Event>& out) {
    if (!started_) start({}, out);
  }

  // A second message_start of the same id is a repetition; with another id the upstream began again and counts its
  // blocks anew (both seen 2026-08).
  void start(json::Value message, std::vector<ir::Event>& out) {
    counters_.take(message["usage"]);
    auto id = message["id"].text_or("");
    if (started_) {
      if (id != std::exchange(id_, id)) close_all(out);
      return;
    }
    started_ = true;
    id_ = id;
    ir::Started event{.id = std::move(id), .model = message["model"].text_or(""), .usage = counters_.usage()};
    event.usage.output.reset();  // a placeholder until message_delta
    for (const auto child : message.children())
      if (child.present() && !known_member(child)) keep(event.extras, section::top, child.key(), child.keep());
    out.emplace_back(std::move(event));
  }

  static bool known_member(json::Value child) {
    for (const std::string_view word :
         {"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details", "usage"})
      if (child.key_is(word)) return true;
    return false;
  }

  void open(std::int64_t wire, json::Value value, std::vector<ir::Event>& out) {
    ensure_started(out);
    if (blocks_.contains(wire)) close(wire, out);
    last_wire_ = wire;
    const auto type = value["type"];
    if (!type.is(block::text) && !type.is(block::thinking) && !type.is(block::redacted) && !type.is(block::tool_use)) {
      blocks_[wire] = Block{.kind = Block::Kind::whole, .raw = std::string(value.raw())};
      return;
    }
    auto part = reply_part(value, context_, static_cast<std::size_t>(parts_));
    Block block{.index = parts_++};
    ir::Opened opened{.index = block.index, .part = std::move(part)};
    std::vector<ir::Event> growth;
    if (auto* text = std::get_if<ir::Text>(&opened.part.body)) {
      if (!text->text.empty()) growth.emplace_back(ir::TextGrew{.index = block.index, .text = text->text.plain()});
      text->text = {};
    } else if (auto* reasoning = std::get_if<ir::Reasoning>(&opened.part.body)) {
      block.kind = Block::Kind::thinking;
      if (!reasoning->text.empty())
        growth.emplace_back(ir::ThoughtGrew{.index = block.index, .text = std::move(reasoning->text)});
      reasoning->text.clear();
    } else if (auto* call = std::get_if<ir::ToolCall>(&opened.part.body)) {
      block.kind = Block::Kind::tool;
      block.arguments = std::exchange(call->arguments, {});
      calls_ = true;
    }
    blocks_[wire] = std::move(block);
    out.emplace_back(std::move(opened));
    for (auto& event : growth) out.push_back(std::move(event));
  }

  void grow(std::int64_t wire, json::Value delta, std::vector<ir::Event>& out) {
    ensure_started(out);
    const auto type = delta["type"];
    if (const auto found = blocks_.find(wire); found != blocks_.end() && found->second.kind == Block::Kind::whole) {
      found->second.input += delta["partial_json"].text_or("");
      if (type.is(delta::compaction)) found->second.compacted += delta["content"].text_or("");
    } else if (type.is(delta::text)) {
      const int index = growing(wire, Block::Kind::text, out);
      out.emplace_back(ir::TextGrew{.index = index, .text = delta["text"].text_or("")});
    } else if (type.is(delta::thinking)) {
      const int index = growing(wire, Block::Kind::thinking, out);
      out.emplace_back(ir::ThoughtGrew{.index = index, .text = delta["thinking"].text_or("")});
    } else if (type.is(delta::signature)) {
      const int index = growing(wire, Block::Kind::thinking, out);
      out.emplace_back(
          ir::Signed{.index = index, .signature = uncarried(delta["signature"].text_or(""), ir::Dialect::anthropic)});
    } else if (type.is(delta::citations) && delta["citation"].is_object()) {
      const int index = growing(wire, Block::Kind::text, out);
      out.emplace_back(ir::Cited{.index = index, .citation = parse_citation(delta["citation"])});
    } else if (type.is(delta::input) && found != blocks_.end() && found->second.kind == Block::Kind::tool) {
      auto text = delta["partial_json"].text_or("");
      if (text.empty()) return;
      found->second.grew = true;
      out.emplace_back(ir::ArgumentsGrew{.index = found->second.index, .text = std::move(text)});
    }
  }

  // Our index of the part that a delta of this kind belongs to. Compatible servers send thinking into a text block, or
  // deltas without a start (seen 2026-08): the kind of the delta is what counts.
  int growing(std::int64_t wire, Block::Kind kind, std::vector<ir::Event>& out) {
    const auto found = blocks_.find(wire);
    if (found != blocks_.end() && found->second.kind == kind) return found->second.index;
    if (found != blocks_.end()) close(wire, out);
    ir::Part part;
    if (kind == Block::Kind::thinking) part.body = ir::Reasoning{};
    Block block{.kind = kind, .index = parts_++};
    out.emplace_back(ir::Opened{.index = block.index, .part = std::move(part)});
    last_wire_ = wire;
    return (blocks_[wire] = std::move(block)).index;
  }

  void close(std::int64_t wire, std::vector<ir::Event>& out) {
    const auto found = blocks_.find(wire);
    if (found == blocks_.end()) return;
    const auto block = std::move(found->second);
    blocks_.erase(found);
    if (block.kind == Block::Kind::whole) {
      close_whole(block, out);
      return;
    }
    // A call without arguments has no deltas, or empty ones; its input is {}.
    if (block.kind == Block::Kind::tool && !block.grew)
      out.emplace_back(ir::ArgumentsGrew{.index = block.index, .text = block.arguments});
    out.emplace_back(ir::Closed{.index = block.index});
  }

  // Server tools stream their input like other tools; the block is kept whole, with that input put in.
  void close_whole(const Block& block, std::vector<ir::Event>& out) {
    auto raw = block.raw.empty() ? std::string("{}") : block.raw;
    if (json::Document::parse(block.input)) raw = with_member(raw, "input", block.input);
    if (!block.compacted.empty()) raw = with_member(raw, "content", json::quoted(block.compacted));
    ir::Part part;
    part.body = ir::Opaque{.origin = ir::Dialect::anthropic, .raw = {std::move(raw)}};
    out.emplace_back(ir::Opened{.index = parts_, .part = std::move(part)});
    out.emplace_back(ir::Closed{.index = parts_++});
  }

  static std::string with_member(const std::string& object, std::string_view key, std::string_view value) {
    const auto document = json::Document::parse(object);
    if (!document || !document->root().is_object()) return object;
    return json::spliced(object, json::set_member(*document, key, value));
  }

  void close_all(std::vector<ir::Event>& out) {
    while (!blocks_.empty()) close(blocks_.begin()->first, out);
  }

  void meter(json::Value root, std::vector<ir::Event>& out) {
    ensure_started(out);
    const auto delta = root["delta"];
    if (delta["stop_reason"].present())
      stop_ = stop_of(delta["stop_reason"], delta["stop_sequence"], delta["stop_details"], calls_);
    if (!root["usage"].is_object()) return;
    counters_.take(root["usage"]);
    out.emplace_back(ir::Metered{.usage = counters_.usage()});
    metered_ = true;
  }

  void finish(std::vector<ir::Event>& out) {
    ensure_started(out);
    close_all(out);
    if (!metered_ && counters_.output) out.emplace_back(ir::Metered{.usage = counters_.usage()});
    over_ = true;
    out.emplace_back(ir::Finished{.stop = stop_ ? *stop_ : stop_of({}, {}, {}, calls_)});
  }

  ReadContext context_;
  Counters counters_{};
  std::map<std::int64_t, Block> blocks_{};  // by the upstream's index
  std::optional<ir::Stop> stop_{};
  std::int64_t last_wire_ = -1;
  std::string id_{};
  int parts_ = 0;
  bool started_ = false;
  bool calls_ = false;
  bool metered_ = false;
  bool over_ = false;
};

}  // namespace

std::unique_ptr<EventReader> make_reader(ReadContext context) { return std::make_unique<Reader>(std::move(context)); }

}  // namespace agt::dialect::anthropic
