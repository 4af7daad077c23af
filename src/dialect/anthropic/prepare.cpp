// Fitting a history to Anthropic: what may stand in which message.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/overloaded.h"
#include "dialect/anthropic/blocks.h"
#include "dialect/anthropic/render.h"
#include "dialect/anthropic/words.h"
#include "ir/turns.h"

namespace agt::dialect::anthropic {
namespace {

using MaybePart = std::optional<ir::Part>;

constexpr std::string_view white_space = " \t\r\n\v\f";
constexpr std::array image_types{"image/jpeg", "image/png", "image/gif", "image/webp"};
constexpr std::string_view pdf = "application/pdf";
constexpr std::string_view filler = "Continue.";
constexpr std::string_view silent_failure = "The tool failed without a message.";

// Its first character tells it of nearly every text.
bool blank(const json::Words& text) {
  const auto literal = text.literal();
  if (literal && !literal->empty() && !(white_space.contains(literal->front()) || literal->front() == '\\'))
    return false;
  return text.plain().find_first_not_of(white_space) == std::string::npos;
}

std::unexpected<Error> unsupported(std::string_view what, const std::string& path) {
  return fail(Code::feature_unsupported, fmt::format("{}: Anthropic models take no {}.", path, what), path);
}

class Fitter {
 public:
  Fitter(const Rendering& rendering, ir::Part& part, ir::Role role, const std::string& path)
      : rendering_(rendering), losses_(rendering.losses), part_(part), role_(role), path_(path) {}

  Result<MaybePart> run() {
    const bool own_signature = !part_.signature || part_.signature->signer == ir::Dialect::anthropic;
    const bool reasoning = std::holds_alternative<ir::Reasoning>(part_.body);
    if (!own_signature && !reasoning) losses_.harmless(path_, "another provider's signature stays behind");
    return std::visit(Overloaded{
                          [&](const ir::Text& body) { return fit(body); },
                          [&](const ir::Refusal& body) { return fit(body); },
                          [&](const ir::Reasoning& body) { return fit(body); },
                          [&](const ir::Media& body) { return fit(body); },
                          [&](const ir::ToolCall& body) { return fit(body); },
                          [&](const ir::ToolResult& body) { return fit(body); },
                          [&](const ir::Opaque& body) { return fit(body); },
                      },
                      part_.body);
  }

 private:
  // The part with what Anthropic has a place for, moved out. The body that a fit() was given lies in it from then on.
  ir::Part base() {
    if (!losses_.extras_go_home(part_.extras, ir::Dialect::anthropic, path_)) part_.extras = {};
    return std::move(part_);
  }

  Result<MaybePart> fit(const ir::Text& text) {
    if (rendering_.home) return base();
    // "text content blocks must be non-empty" and "must contain non-whitespace text" are 400s (seen 2026-08).
    if (blank(text.text)) {
      if (!text.text.empty()) losses_.harmless(path_, "a text of white space only was left out");
      return std::nullopt;
    }
    auto out = base();
    auto& kept_citations = std::get<ir::Text>(out.body).citations;
    const auto foreign = std::erase_if(kept_citations, [](const ir::Citation& c) { return !is_own_citation(c); });
    if (foreign > 0) losses_.approximated(path_, "citations of another provider stay behind; their text stays");
    return out;
  }

  Result<MaybePart> fit(const ir::Refusal& refusal) {
    if (blank(refusal.text)) return std::nullopt;
    losses_.harmless(path_, "a refusal travels as text");
    ir::Text text{.text = refusal.text};
    auto out = base();
    out.body = std::move(text);
    return out;
  }

  // Anthropic refuses thinking without its own signature: 400 "Invalid `signature` in `thinking` block" (seen 2026-08).
  Result<MaybePart> fit(const ir::Reasoning&) {
    const auto& signature = part_.signature;
    const bool own = signature && signature->signer == ir::Dialect::anthropic && !signature->blob.empty();
    if (own && role_ == ir::Role::assistant) return base();
    losses_.harmless(path_, signature && !own ? "reasoning that another provider signed stays behind"
                                              : "reasoning without a signature stays behind");
    return std::nullopt;
  }

  Result<MaybePart> fit(const ir::Media& media) {
    if (rendering_.home) return base();
    if (role_ != ir::Role::user) {
      losses_.dropped(path_,
                      fmt::format("Anthropic takes no {} in a message of role {}", name(media.kind), name(role_)));
      return std::nullopt;
    }
    const auto& facts = rendering_.target.facts;
    const bool image = media.kind == ir::MediaKind::image;
    const bool document = media.kind == ir::MediaKind::document;
    if (!image && !document) return unsupported(name(media.kind), path_);
    if ((image && !facts.images) || (document && !facts.documents))
      return fail(Code::feature_unsupported, fmt::format("{}: this model takes no {}s.", path_, name(media.kind)),
                  path_);
    const auto* file = std::get_if<ir::FileSource>(&media.source);
    if (file != nullptr && file->origin != ir::Dialect::anthropic)
      return unsupported("file that is kept at another provider", path_);
    const auto* data = std::get_if<ir::InlineData>(&media.source);
    if (data == nullptr) return base();
    if (image && std::ranges::find(image_types, media.mime) == image_types.end()) return unsupported(media.mime, path_);
    if (image || data->plain || media.mime == pdf) return base();
    return text_document(media, *data);
  }

  // Base64 sources are for PDF only; text travels as a plain source, whatever its subtype.
  Result<MaybePart> text_document(const ir::Media& media, const ir::InlineData& data) {
    if (!media.mime.starts_with("text/") && media.mime != "application/json") return unsupported(media.mime, path_);
    auto plain = base64_decoded(data.base64);
    // A Document checks UTF-8, which the body must be.
    if (!plain || !json::Document::parse(json::quoted(*plain)))
      return fail(Code::schema, fmt::format("{}: is not base64 of UTF-8 text.", path_), path_);
    auto out = base();
    auto& document = std::get<ir::Media>(out.body);
    document.mime = "text/plain";
    document.source = ir::InlineData{.base64 = *std::move(plain), .plain = true};
    document.detail = ir::Detail::unset;
    return out;
  }

  Result<MaybePart> fit(const ir::ToolCall&) {
    if (rendering_.home || role_ == ir::Role::assistant) return base();
    losses_.dropped(path_, "a tool call outside of an assistant message");
    return std::nullopt;
  }

  Result<MaybePart> fit(const ir::ToolResult&) {
    if (rendering_.home) return base();
    auto out = base();
    auto& result = std::get<ir::ToolResult>(out.body);
    for (auto& inner : std::exchange(result.content, {})) {
      TRY(auto fitted, fitted_part(rendering_, std::move(inner), ir::Role::user, path_));
      if (fitted) result.content.push_back(*std::move(fitted));
    }
    // 400 "content cannot be empty if is_error is true" (seen 2026-08).
    if (result.content.empty() && result.is_error) result.content.push_back(ir::text_part(std::string(silent_failure)));
    return out;
  }

  Result<MaybePart> fit(const ir::Opaque& opaque) {
    if (opaque.origin == ir::Dialect::anthropic) return base();
    losses_.dropped(path_, fmt::format("a part that only {} understands", name(opaque.origin)));
    return std::nullopt;
  }

  const Rendering& rendering_;
  ir::Losses& losses_;
  ir::Part& part_;
  ir::Role role_;
  const std::string& path_;
};

// A system message in mid-conversation for a model that does not know them.
void as_reminder(ir::Message& message, ir::Losses& losses, const std::string& path) {
  message.role = ir::Role::user;
  for (auto& part : message.parts)
    if (auto* text = std::get_if<ir::Text>(&part.body))
      text->text = fmt::format("<system-reminder>\n{}\n</system-reminder>", text->text.plain());
  for (const auto& field : message.extras.fields)
    losses.dropped(fmt::format("{}.{}", path, field.key), "this model takes no system messages in mid-conversation");
  message.extras.fields.clear();
  losses.approximated(path, "this model takes no system messages in mid-conversation; it became a reminder");
}

Result<std::vector<ir::Message>> home_messages(const Rendering& rendering) {
  const auto& facts = rendering.target.facts;
  std::vector<ir::Message> out;
  for (std::size_t i = 0; i < rendering.request.messages.size(); ++i) {
    auto message = rendering.request.messages[i];
    const auto path = fmt::format("messages[{}]", i);
    const bool had_parts = !message.parts.empty();
    std::vector<ir::Part> parts;
    parts.reserve(message.parts.size());
    for (std::size_t k = 0; k < message.parts.size(); ++k) {
      const auto at = fmt::format("{}.content[{}]", path, k);
      TRY(auto fitted, fitted_part(rendering, std::move(message.parts[k]), message.role, at));
      if (fitted) parts.push_back(*std::move(fitted));
    }
    message.parts = std::move(parts);
    const bool system = message.role == ir::Role::system || message.role == ir::Role::developer;
    const bool reminder = system && !facts.system_mid_conversation && !facts.estimated;
    if (reminder) as_reminder(message, rendering.losses, path);
    if (message.parts.empty() && (had_parts || reminder)) continue;
    out.push_back(std::move(message));
  }
  return out;
}

ir::Message filler_turn() {
  ir::Message message{.role = ir::Role::user};
  message.parts.push_back(ir::text_part(std::string(filler)));
  return message;
}

// 400 "final assistant content cannot end with trailing whitespace" (seen 2026-08).
void trim_prefill(std::vector<ir::Message>& messages, ir::Losses& losses) {
  if (messages.empty() || messages.back().role != ir::Role::assistant || messages.back().parts.empty()) return;
  auto* text = std::get_if<ir::Text>(&messages.back().parts.back().body);
  if (text == nullptr) return;
  auto words = text->text.plain();
  const auto end = words.find_last_not_of(white_space) + 1;
  if (end == words.size()) return;
  words.resize(end);
  text->text = std::move(words);
  losses.approximated("messages", "the white space at the end of the last assistant message was cut");
}

}  // namespace

Result<MaybePart> fitted_part(const Rendering& rendering, ir::Part&& part, ir::Role role, const std::string& path) {
  return Fitter(rendering, part, role, path).run();
}

Result<std::vector<ir::Message>> fitted_messages(const Rendering& rendering) {
  if (rendering.home) return home_messages(rendering);
  const bool inside = rendering.target.facts.system_mid_conversation;
  auto turns = ir::turns(rendering.request, {.merge_same_role = true, .system_inside = inside}, rendering.losses);
  std::vector<ir::Message> out;
  out.reserve(turns.size());
  const std::string path = "messages";
  for (auto& turn : turns) {
    rendering.losses.extras_go_home(turn.extras, ir::Dialect::anthropic, path);
    if (!turn.name.empty()) rendering.losses.dropped(path, "Anthropic knows no names of participants");
    ir::Message message{.role = turn.role};
    message.parts.reserve(turn.parts.size());
    for (auto& part : turn.parts) {
      TRY(auto fitted, fitted_part(rendering, std::move(part), turn.role, path));
      if (fitted) message.parts.push_back(*std::move(fitted));
    }
    if (message.parts.empty()) continue;
    const bool merge = !out.empty() && out.back().role == message.role;
    if (merge)
      std::ranges::move(message.parts, std::back_inserter(out.back().parts));
    else
      out.push_back(std::move(message));
  }
  if (out.empty() || out.front().role != ir::Role::user) {
    rendering.losses.approximated(path, "Anthropic wants a user message first; a short one was put in");
    out.insert(out.begin(), filler_turn());
  }
  trim_prefill(out, rendering.losses);
  return out;
}

Result<std::vector<ir::Part>> fitted_system(const Rendering& rendering) {
  if (rendering.home) return rendering.request.system;
  for (const auto& message : rendering.request.messages) {
    if (message.role != ir::Role::system && message.role != ir::Role::developer) break;
    rendering.losses.extras_go_home(message.extras, ir::Dialect::anthropic, "system");
  }
  std::vector<ir::Part> out;
  for (auto& part : ir::system_parts(rendering.request)) {
    TRY(auto fitted, fitted_part(rendering, std::move(part), ir::Role::system, "system"));
    if (!fitted) continue;
    if (std::holds_alternative<ir::Text>(fitted->body))
      out.push_back(*std::move(fitted));
    else
      rendering.losses.dropped("system",
                               fmt::format("Anthropic takes no {} in the system prompt", ir::kind_name(fitted->body)));
  }
  return out;
}

}  // namespace agt::dialect::anthropic
