#include "acceptance/journey.h"

#include <algorithm>

#include "catalogue/models.h"
#include "dialect/anthropic/codec.h"
#include "dialect/gemini/codec.h"
#include "dialect/laws.h"
#include "dialect/openai_chat/codec.h"
#include "dialect/openai_responses/codec.h"

namespace agt::acceptance {
namespace {

namespace laws = dialect::laws;

json::Value step(json::Value value, std::string_view& path) {
  if (path.starts_with('.')) path.remove_prefix(1);
  if (path.starts_with('[')) {
    const auto end = path.find(']');
    const auto index = std::stoul(std::string(path.substr(1, end - 1)));
    path.remove_prefix(end + 1);
    return value[index];
  }
  const auto end = std::min(path.find_first_of(".["), path.size());
  const auto key = path.substr(0, end);
  path.remove_prefix(end);
  return value[key];
}

json::Value walked(const Result<json::Document>& document, std::string_view path) {
  if (!document) return {};
  auto value = document->root();
  while (!path.empty()) value = step(value, path);
  return value;
}

// The gateway's name for the model; Gemini's requests have it in the path.
dialect::Asked with_defaults(const Side& client, dialect::Asked how) {
  if (client.codec->model_in_path && how.model.empty()) how.model = "alias";
  return how;
}

dialect::ReplyContext context_of(const Answered& how) {
  return {.model = "alias",
          .id = how.id,
          .created_s = 1'700'000'000,
          .input_estimate = 7,
          .request = how.request,
          .array_framing = how.array_framing};
}

}  // namespace

const Side& chat() {
  static const Side side{.name = "chat",
                         .codec = &dialect::openai_chat_codec,
                         .facts = {.id = "m",
                                   .output_tokens = 128000,
                                   .thinking = ThinkingStyle::effort,
                                   .audio = true,
                                   .custom_tools = true,
                                   .cache_marks = true}};
  return side;
}
const Side& anthropic() {
  static const Side side{.name = "anthropic",
                         .codec = &dialect::anthropic_codec,
                         .facts = {.id = "m", .output_tokens = 64000, .thinking = ThinkingStyle::effort}};
  return side;
}
const Side& gemini() {
  static const Side side{.name = "gemini",
                         .codec = &dialect::gemini_codec,
                         .facts = {.id = "m",
                                   .output_tokens = 65536,
                                   .thinking = ThinkingStyle::level,
                                   .thinking_can_be_off = false,
                                   .audio = true,
                                   .schema_with_tools = true,
                                   .signatures_required = true}};
  return side;
}
const Side& responses() {
  static const Side side{.name = "responses",
                         .codec = &dialect::openai_responses_codec,
                         .facts = {.id = "m",
                                   .output_tokens = 128000,
                                   .thinking = ThinkingStyle::effort,
                                   .custom_tools = true,
                                   .cache_marks = true}};
  return side;
}
std::vector<const Side*> sides() { return {&chat(), &anthropic(), &gemini(), &responses()}; }
std::vector<const Side*> others(const Side& side) {
  auto out = sides();
  std::erase_if(out, [&](const Side* one) { return one->codec == side.codec; });
  return out;
}
Side with_model(const Side& side, std::string_view provider, std::string_view model) {
  return {.name = side.name + " " + std::string(model),
          .codec = side.codec,
          .facts = catalogue::Catalogue::built_in()->lookup(provider, model)};
}

ir::Request asked(const Side& client, const std::string& body, const dialect::Asked& how) {
  const auto document = json::Document::parse(body);
  EXPECT_TRUE(document.has_value()) << body;
  if (!document) return {};
  auto request = client.codec->parse_request(*document, with_defaults(client, how));
  EXPECT_TRUE(request.has_value()) << client.name << ": " << (request ? "" : request.error().message);
  return request ? *std::move(request) : ir::Request{};
}

dialect::Rendered sent(const ir::Request& request, const Side& upstream) {
  auto out = upstream.codec->render_request(request, {.model = "m", .facts = upstream.facts});
  EXPECT_TRUE(out.has_value()) << upstream.name << ": " << (out ? "" : out.error().message);
  if (!out) return {};
  const auto document = json::Document::parse(out->body);
  EXPECT_TRUE(document.has_value()) << out->body;
  if (!document) return {};
  const auto parsed = upstream.codec->parse_request(*document, with_defaults(upstream, {}));
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message) << "\n" << out->body;
  keeps_turn_rules(upstream, out->body);
  return *std::move(out);
}

dialect::Rendered sent(const Side& client, const std::string& body, const Side& upstream) {
  return sent(asked(client, body), upstream);
}

Error refused(const Side& client, const std::string& body, const Side& upstream) {
  const auto document = json::Document::parse(body);
  EXPECT_TRUE(document.has_value()) << body;
  if (!document) return {};
  const auto request = client.codec->parse_request(*document, with_defaults(client, {}));
  if (!request) return request.error();
  const auto out = upstream.codec->render_request(*request, {.model = "m", .facts = upstream.facts});
  EXPECT_FALSE(out.has_value()) << client.name << " to " << upstream.name << " was sent: " << (out ? out->body : "");
  return out ? Error{} : out.error();
}

std::string at(std::string_view json, std::string_view path) {
  const auto document = json::Document::parse(json);
  return std::string(walked(document, path).raw());
}
std::string text_at(std::string_view json, std::string_view path) {
  const auto document = json::Document::parse(json);
  return walked(document, path).text_or("");
}
std::size_t size_at(std::string_view json, std::string_view path) {
  const auto document = json::Document::parse(json);
  return walked(document, path).size();
}

bool lost(const ir::Losses& losses, std::string_view words, Weight weight) {
  return std::ranges::any_of(losses.all(), [&](const ir::Loss& loss) {
    return loss.weight == weight && (loss.path.contains(words) || loss.why.contains(words));
  });
}
std::string told(const ir::Losses& losses) {
  std::string out;
  for (const auto& loss : losses.all()) out += loss.path + ": " + loss.why + "\n";
  return out;
}
std::size_t visible(const ir::Losses& losses) {
  return static_cast<std::size_t>(
      std::ranges::count_if(losses.all(), [](const ir::Loss& loss) { return loss.weight != Weight::harmless; }));
}

std::string streamed(const Side& upstream, const std::string& sse, const Side& client, const Answered& how) {
  const dialect::ReadContext reading{.id_seed = how.id_seed, .names = how.names};
  std::string out;
  for (const std::size_t piece : {std::max<std::size_t>(sse.size(), 1), 1UL, 13UL}) {
    const auto events = laws::events_of(*upstream.codec, sse, piece, reading);
    auto bytes = laws::written(*client.codec, events, context_of(how));
    if (out.empty())
      out = std::move(bytes);
    else {
      EXPECT_EQ(out, bytes) << "pieces of " << piece;
    }
  }
  return out;
}

std::string whole(const Side& upstream, const std::string& body, const Side& client, const Answered& how) {
  const auto document = json::Document::parse(body);
  EXPECT_TRUE(document.has_value()) << body;
  if (!document) return {};
  const auto response = upstream.codec->parse_response(*document, {.id_seed = "seed", .names = how.names});
  EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message) << "\n" << body;
  return response ? client.codec->render_response(*response, context_of(how)) : std::string{};
}

ir::Response reread(const Side& client, const std::string& sse) {
  auto folded = ir::fold(laws::events_of(*client.codec, sse, 1000));
  EXPECT_TRUE(folded.has_value()) << (folded ? "" : folded.error().message) << "\n" << sse;
  return folded ? *std::move(folded) : ir::Response{};
}

ir::Response reread_whole(const Side& client, const std::string& body) {
  const auto document = json::Document::parse(body);
  EXPECT_TRUE(document.has_value()) << body;
  if (!document) return {};
  auto response = client.codec->parse_response(*document, {.id_seed = "seed"});
  EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message) << "\n" << body;
  return response ? *std::move(response) : ir::Response{};
}

std::string stream_of(const Side& side, const ir::Response& response) {
  return laws::written(*side.codec, ir::unfold(response), context_of({}));
}
std::string whole_of(const Side& side, const ir::Response& response) {
  return side.codec->render_response(response, context_of({}));
}

ir::Part part(ir::PartBody body) {
  ir::Part out;
  out.body = std::move(body);
  return out;
}
ir::Part call(std::string id, std::string name, std::string arguments) {
  return part(ir::ToolCall{.id = std::move(id), .name = std::move(name), .arguments = std::move(arguments)});
}
ir::Part thought(std::string text) { return part(ir::Reasoning{.text = std::move(text)}); }
ir::Part signed_by(ir::Part part, ir::Dialect signer, std::string blob) {
  part.signature = ir::Signature{.blob = std::move(blob), .signer = signer};
  return part;
}
std::string words_of(const std::vector<ir::Part>& parts) {
  std::string out;
  for (const auto& one : parts)
    if (const auto* text = std::get_if<ir::Text>(&one.body)) out += text->text;
  return out;
}
std::vector<ir::ToolCall> calls_of(const std::vector<ir::Part>& parts) {
  std::vector<ir::ToolCall> out;
  for (const auto& one : parts)
    if (const auto* body = std::get_if<ir::ToolCall>(&one.body)) out.push_back(*body);
  return out;
}
std::string golden(const std::string& path) { return laws::file(path); }

}  // namespace agt::acceptance
