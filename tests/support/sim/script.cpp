#include "sim/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "json/writer.h"
#include "sim/compression.h"
#include "sim/limits.h"

namespace agt::sim {
namespace {

Result<int> milliseconds(json::Value value) {
  constexpr std::int64_t day_ms = 86'400'000;
  TRY(const auto n, value.integer());
  if (n < 0 || n > day_ms) return value.refuse("milliseconds, at most a day");
  return static_cast<int>(n);
}

Result<std::int64_t> count(json::Value value, std::int64_t max) {
  TRY(const auto n, value.integer());
  if (n < 0 || n > max) return value.refuse(fmt::format("a number from 0 to {}", max));
  return n;
}

Result<> read_split(json::Value value, Script& into) {
  TRY(const auto word, value.text());
  constexpr std::string_view random = "random:";
  if (word == "whole") {
    into.split = Split::whole;
  } else if (word == "byte") {
    into.split = Split::byte;
  } else if (word.starts_with(random)) {
    into.split = Split::random;
    into.split_seed = text::parse_number<std::uint64_t>(std::string_view(word).substr(random.size())).value_or(1);
  } else {
    return value.refuse("\"whole\", \"byte\" or \"random:SEED\"");
  }
  return {};
}

Result<> read_stall(json::Value value, Script& into) {
  constexpr std::array<std::pair<std::string_view, Stall>, 4> words{
      {{"accept", Stall::accept}, {"head", Stall::head}, {"body", Stall::body}, {"mid", Stall::mid}}};
  for (const auto& [word, stall] : words)
    if (value.is(word)) {
      into.stall = stall;
      return {};
    }
  return value.refuse("\"accept\", \"head\", \"body\" or \"mid\"");
}

Result<> read_error_event(json::Value value, Script& into) {
  if (value.kind() == json::Kind::boolean) {
    if (value.boolean_or(false)) into.error_event = ErrorEvent{};
    return {};
  }
  ErrorEvent event;
  if (value.is_object()) {
    event.after = value["after"].integer_or(event.after);
    event.type = value["type"].text_or("");
    event.message = value["message"].text_or(event.message);
  } else {
    TRY(event.after, value.integer());
  }
  into.error_event = std::move(event);
  return {};
}

Result<> read_headers(json::Value value, Script& into) {
  if (!value.is_object()) return value.refuse("an object");
  for (const auto header : value.children())
    into.headers.push_back({.name = header.key(), .value = header.text_or(header.raw())});
  return {};
}

Result<> read_calls(json::Value value, Script& into) {
  if (!value.is_array()) return value.refuse("an array");
  for (const auto call : value.children()) {
    TRY(auto name, call["name"].text());
    auto arguments = call["arguments"];
    into.tool_calls.push_back(
        {.name = std::move(name), .arguments = arguments.exists() ? arguments.text_or(arguments.raw()) : "{}"});
  }
  return {};
}

using Reader = std::function<Result<>(json::Value, Script&)>;
struct Field {
  std::string_view name;
  Reader read;
};

template <class Member>
Reader text_into(Member Script::* member) {
  return [member](json::Value value, Script& into) -> Result<> {
    into.*member = value.is_string() ? value.text_or("") : std::string(value.raw());
    return {};
  };
}
Reader time_into(int Script::* member) {
  return [member](json::Value value, Script& into) -> Result<> {
    TRY(into.*member, milliseconds(value));
    return {};
  };
}
Reader count_into(std::optional<std::int64_t> Script::* member, std::int64_t max) {
  return [member, max](json::Value value, Script& into) -> Result<> {
    TRY(into.*member, count(value, max));
    return {};
  };
}
template <class Member>
Reader flag_into(Member Script::* member) {
  return [member](json::Value value, Script& into) -> Result<> {
    TRY(into.*member, value.boolean());
    return {};
  };
}

Result<> read_status(json::Value value, Script& into) {
  TRY(const auto status, value.integer());
  if (status < 100 || status > 999) return value.refuse("a status");
  into.status = static_cast<int>(status);
  return {};
}

Result<> read_body(json::Value value, Script& into) {
  into.body_is_json = !value.is_string();
  into.body = value.is_string() ? value.text_or("") : std::string(value.raw());
  return {};
}

Result<> read_encoding(json::Value value, Script& into) {
  TRY(into.encoding, value.text());
  if (!is_encoding(into.encoding)) return value.refuse("gzip, deflate, raw-deflate, br, zstd, or several with commas");
  return {};
}

Result<> read_usage(json::Value value, Script& into) {
  if (!value.is_object()) return value.refuse("an object");
  into.usage = parse_usage(value);
  return {};
}

Result<> read_lie(json::Value value, Script& into) {
  if (value.kind() == json::Kind::boolean) {
    if (value.boolean_or(false)) into.content_length_lie = 10;
    return {};
  }
  TRY(into.content_length_lie, value.integer());
  return {};
}

std::vector<Field> fields() {
  constexpr std::int64_t offset_max = std::int64_t{1} << 40;
  constexpr std::int64_t seconds_max = 400 * 86'400;
  return {
      {"status", read_status},
      {"headers", read_headers},
      {"body", read_body},
      {"error", text_into(&Script::error)},
      {"retry_after", text_into(&Script::retry_after)},
      {"delay_ms", time_into(&Script::delay_ms)},
      {"first_byte_delay_ms", time_into(&Script::first_byte_delay_ms)},
      {"chunk_delay_ms", time_into(&Script::chunk_delay_ms)},
      {"stall", read_stall},
      {"stall_ms", time_into(&Script::stall_ms)},
      {"split", read_split},
      {"encoding", read_encoding},
      {"reset_at", count_into(&Script::reset_at, offset_max)},
      {"truncate_at", count_into(&Script::truncate_at, offset_max)},
      {"error_event", read_error_event},
      {"no_finish", flag_into(&Script::no_finish)},
      {"no_done", flag_into(&Script::no_done)},
      {"garbage", text_into(&Script::garbage)},
      {"content_length_lie", read_lie},
      {"raw", text_into(&Script::raw)},
      {"text", text_into(&Script::text)},
      {"tool_calls", read_calls},
      {"chunks", count_into(&Script::chunks, chunks_max)},
      {"chunk_bytes", count_into(&Script::chunk_bytes, reply_bytes_max)},
      {"reply_bytes", count_into(&Script::reply_bytes, reply_bytes_max)},
      {"thinking", text_into(&Script::thinking)},
      {"usage", read_usage},
      {"stop", text_into(&Script::stop)},
      {"rotate", flag_into(&Script::rotate)},
      {"grace_ms", count_into(&Script::grace_ms, seconds_max * 1000)},
      {"expires_in", count_into(&Script::expires_in, seconds_max)},
  };
}

}  // namespace

bool Script::delivers_plainly() const {
  return delay_ms == 0 && first_byte_delay_ms == 0 && chunk_delay_ms == 0 && stall == Stall::never &&
         split == Split::whole && !reset_at && !truncate_at && garbage.empty() && !content_length_lie && !raw;
}

UsageWords parse_usage(json::Value object) {
  const auto read = [&](std::string_view name) -> std::optional<std::int64_t> {
    if (object[name].kind() != json::Kind::number) return std::nullopt;
    return object[name].integer_or(0);
  };
  return {.input = read("input"),
          .output = read("output"),
          .cached = read("cached"),
          .cache_write = read("cache_write"),
          .reasoning = read("reasoning")};
}

Result<Script> parse_script(json::Value object) {
  static const auto known = fields();
  if (!object.is_object()) return object.refuse("an object");
  Script script;
  for (const auto member : object.children()) {
    const auto field = std::ranges::find(known, member.key(), [](const Field& f) { return std::string(f.name); });
    if (field == known.end()) return fail(Code::schema, fmt::format("unknown script field \"{}\"", member.key()));
    TRY_OK(field->read(member, script));
  }
  if (script.stall != Stall::never && script.stall_ms == 0) script.stall_ms = stall_ms_default;
  return script;
}

Result<Script> parse_script(std::string_view text) {
  TRY(const auto document, json::Document::parse(text));
  return parse_script(document.root());
}

std::string options_as_json(std::string_view options) {
  json::Writer w;
  w.begin_object();
  for (const auto option : text::split(options, ',')) {
    const auto equals = option.find('=');
    const auto name = option.substr(0, equals);
    if (name.empty()) continue;
    w.key(name);
    const auto value = equals == std::string_view::npos ? std::string("true")
                                                        : text::percent_decoded(option.substr(equals + 1)).value_or("");
    if (value == "true" || value == "false" || text::parse_number<std::int64_t>(value))
      w.raw(value);
    else
      w.value(value);
  }
  w.end_object();
  return std::move(w).take();
}

std::optional<std::string_view> options_in_key(std::string_view key) {
  constexpr std::string_view mark = "sim:";
  const auto at = key.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  return key.substr(at + mark.size());
}

}  // namespace agt::sim
