// POST /v1/embeddings. Source: the OpenAI SDK's types (7.57, 2026-11), which ask for base64 unless told otherwise.
#include "dialect/openai_chat/embeddings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "dialect/openai_chat/reply.h"
#include "json/writer.h"

namespace agt::dialect::openai_chat {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static_assert(std::endian::native == std::endian::little, "packed vectors are little-endian on the wire");

std::string packed(const std::vector<double>& vector) {
  std::string bytes;
  for (const double x : vector) {
    const auto f = static_cast<float>(x);
    bytes.append(std::bit_cast<std::array<char, sizeof f>>(f).data(), sizeof f);
  }
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U; };
    const auto three = (byte(i) << 16U) | (byte(i + 1) << 8U) | byte(i + 2);
    out += digits[three >> 18U];
    out += digits[(three >> 12U) & 63U];
    out += i + 1 < bytes.size() ? digits[(three >> 6U) & 63U] : '=';
    out += i + 2 < bytes.size() ? digits[three & 63U] : '=';
  }
  return out;
}

Result<std::vector<std::string>> texts_in(json::Value input) {
  std::vector<std::string> texts;
  if (input.is_string()) {
    TRY(auto text, input.text());
    texts.push_back(std::move(text));
    return texts;
  }
  if (!input.is_array() || input.size() == 0) return input.refuse("a text or a non-empty array of texts");
  for (const auto item : input.children()) {
    if (!item.is_string())
      return fail(Code::feature_unsupported,
                  "input: tokens mean something to OpenAI's own models only; send texts to this provider.", "input");
    TRY(auto text, item.text());
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<ir::EmbeddingRequest> parse(const json::Document& body, const Asked& /*asked*/) {
  const auto root = body.root();
  ir::EmbeddingRequest request;
  TRY(request.model, root["model"].text());
  if (!root["input"].exists()) return fail(Code::schema, "input: is required.", "input");
  TRY(request.texts, texts_in(root["input"]));
  if (root["dimensions"].present()) {
    TRY(request.dimensions, root["dimensions"].integer());
    if (*request.dimensions < 1) return root["dimensions"].refuse("a positive number");
  }
  const auto format = root["encoding_format"];
  if (format.present() && !format.is("float") && !format.is("base64")) return format.refuse("\"float\" or \"base64\"");
  request.packed = format.is("base64");
  for (const auto member : root.children()) {
    const auto known = {"model", "input", "dimensions", "encoding_format"};
    const bool is_known = std::ranges::any_of(known, [&](const char* name) { return member.key_is(name); });
    if (is_known) continue;
    if (member.key_is("user"))
      request.losses.harmless("user", "the other provider has no field for the end user");
    else
      request.losses.dropped(member.key(), "the other provider has no such field");
  }
  return request;
}

std::string render(const ir::EmbeddingRequest& request, std::string_view model) {
  json::Writer w;
  w.begin_object();
  w.field("model", model);
  w.key("input");
  w.begin_array();
  for (const auto& text : request.texts) w.value(text);
  w.end_array();
  if (request.dimensions) w.field("dimensions", *request.dimensions);
  w.field("encoding_format", "float");
  w.end_object();
  return std::move(w).take();
}

Result<ir::EmbeddingReply> parse_reply(const json::Document& body) {
  const auto root = body.root();
  if (auto error = error_in(root, "")) return std::unexpected(*std::move(error));
  if (!root["data"].is_array()) return fail(Code::translate_reply, "The upstream's reply holds no list of vectors.");
  ir::EmbeddingReply reply;
  for (const auto item : root["data"].children()) {
    if (!item["embedding"].is_array()) return fail(Code::translate_reply, "A vector of the upstream is no list.");
    auto& vector = reply.vectors.emplace_back();
    for (const auto number : item["embedding"].children()) vector.push_back(number.number_or(0));
  }
  if (const auto usage = usage_in(root)) reply.input_tokens = usage->input;
  return reply;
}

std::string render_reply(const ir::EmbeddingReply& reply, const ir::EmbeddingRequest& request) {
  json::Writer w;
  w.begin_object();
  w.field("object", "list");
  w.key("data");
  w.begin_array();
  for (std::size_t i = 0; i < reply.vectors.size(); ++i) {
    w.begin_object();
    w.field("object", "embedding");
    w.field("index", i);
    w.key("embedding");
    if (request.packed) {
      w.value(packed(reply.vectors[i]));
    } else {
      w.begin_array();
      for (const double x : reply.vectors[i]) w.value(x);
      w.end_array();
    }
    w.end_object();
  }
  w.end_array();
  w.field("model", request.model);
  if (reply.input_tokens) {
    w.key("usage");
    w.begin_object();
    w.field("prompt_tokens", *reply.input_tokens);
    w.field("total_tokens", *reply.input_tokens);
    w.end_object();
  }
  w.end_object();
  return std::move(w).take();
}

}  // namespace

const Embedder embedder{
    .parse_request = parse, .render_request = render, .parse_reply = parse_reply, .render_reply = render_reply};

}  // namespace agt::dialect::openai_chat
