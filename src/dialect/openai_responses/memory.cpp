#include "dialect/openai_responses/memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "dialect/openai_responses/items.h"
#include "dialect/openai_responses/reply.h"

namespace agt::dialect::openai_responses {
namespace {

const json::Raw* kept_field(const ir::Extras& extras, std::string_view key) {
  if (extras.origin != here) return nullptr;
  const auto found = std::ranges::find(extras.fields, key, &json::RawField::key);
  return found == extras.fields.end() ? nullptr : &found->value;
}

}  // namespace

std::string continues(const ir::Request& request) {
  const auto* id = kept_field(request.extras, previous);
  if (id == nullptr) return {};
  const auto document = json::Document::parse(id->text);
  return document ? document->root().text_or("") : std::string();
}

std::string continued(const json::Document& members) { return members.root()[previous].text_or(""); }

bool kept_there(const json::Document& members) { return members.root()["store"].boolean_or(true); }

// It is the first thing that the API says of an answer, before the ids of its items.
std::string_view answer_id(std::string_view beginning) {
  constexpr std::string_view key = "\"id\"", prefix = "resp_", spaces = " \t\r\n";
  const auto skip = [&beginning](std::string_view characters) {
    beginning.remove_prefix(std::min(beginning.find_first_not_of(characters), beginning.size()));
  };
  const auto at = beginning.find(key);
  if (at == std::string_view::npos) return {};
  beginning.remove_prefix(at + key.size());
  skip(spaces);
  if (!beginning.starts_with(':')) return {};
  beginning.remove_prefix(1);
  skip(spaces);
  if (!beginning.starts_with('"')) return {};
  beginning.remove_prefix(1);
  const auto id = beginning.substr(0, beginning.find_first_of("\"\\"));
  return id.starts_with(prefix) && id.size() < beginning.size() && beginning[id.size()] == '"' ? id
                                                                                               : std::string_view();
}

// The API keeps what it is not told to forget.
bool wants_memory(const ir::Request& request) {
  const auto* store = spelling(request.extras, here, "store");
  return request.extras.origin == here && (store == nullptr || store->text != "false");
}

Error forgotten(std::string_view id) {
  return {.code = Code::feature_unsupported,
          .message = fmt::format("{}: the gateway does not keep the response {}; send the whole conversation as input.",
                                 previous, text::quoted(id)),
          .field = std::string(previous)};
}

std::string reply_id(std::string_view upstream_id, const ReplyContext& context) {
  constexpr std::string_view prefix = "resp_";
  return upstream_id.starts_with(prefix) ? std::string(upstream_id) : fmt::format("{}{}", prefix, context.id);
}

// Instructions are not kept: the API takes those of each request alone.
std::string remembered(const ir::Request& request, const ir::Response& response, const ReplyContext& context) {
  json::Writer items;
  write_items(items, request.messages, nullptr);
  const auto said = std::move(items).take();
  const auto answer = output_items(response, context);
  const bool both = !request.messages.empty() && answer != "[]";
  return fmt::format("{}{}{}", std::string_view(said).substr(0, said.size() - 1), both ? "," : "",
                     std::string_view(answer).substr(1));
}

Result<> recall(ir::Request& request, std::string_view text) {
  TRY(const auto document, json::Document::parse(text));
  ir::Request earlier;
  TRY_OK(read_items(document.root(), earlier));
  request.messages.insert(request.messages.begin(), std::make_move_iterator(earlier.messages.begin()),
                          std::make_move_iterator(earlier.messages.end()));
  request.tools.insert(request.tools.end(), std::make_move_iterator(earlier.tools.begin()),
                       std::make_move_iterator(earlier.tools.end()));
  if (const auto* id = kept_field(request.extras, previous)) {
    request.extras.spelling.push_back({.key = std::string(recalled_mark), .value = *id});
    std::erase_if(request.extras.fields, [](const json::RawField& field) { return field.key == previous; });
  }
  return {};
}

}  // namespace agt::dialect::openai_responses
