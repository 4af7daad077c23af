#include "dialect/gemini/config.h"
#include "dialect/gemini/functions.h"
#include "dialect/gemini/parts.h"

namespace agt::dialect::gemini {
namespace {

// `[A-Za-z_][A-Za-z0-9_.:-]{0,63}` (FunctionDeclaration.name, 2026-11).
constexpr NameRule name_rule{.extra_characters = ".:-", .letter_first = true, .bytes_max = 64};
constexpr std::string_view models_prefix = "models/";

void write_tier(json::Writer& writer, const Rendering& rendering) {
  const auto& tier = rendering.request.service_tier;
  if (rendering.home) {
    if (!write_spelled(writer, rendering.request.extras, section::top, "serviceTier") && !tier.empty())
      writer.field("serviceTier", tier);
    return;
  }
  if (tier == "flex" || tier == "priority" || tier == "standard") {
    writer.field("serviceTier", tier);
  } else if (tier == "fast") {
    writer.field("serviceTier", "priority");
    rendering.losses.approximated("service_tier", "fast was turned into priority");
  } else if (!tier.empty() && tier != "auto" && tier != "default" && tier != "standard_only") {
    rendering.losses.dropped("service_tier", "gemini has no such tier");
  }
}

// The model in the body: only countTokens' inner request needs it, as "models/x". Home keeps what stood before the id.
void write_model(json::Writer& writer, const Rendering& rendering, bool wrapped) {
  const auto* own = spelled(rendering.request.extras, section::top, "model");
  if (own == nullptr) {
    if (wrapped && !rendering.home) writer.field("model", std::string(models_prefix) + rendering.target.model);
    return;
  }
  const auto slash = own->text.rfind('/');
  const auto prefix = slash == std::string::npos ? std::string{} : own->text.substr(1, slash);
  writer.field("model", prefix + rendering.target.model);
}

Result<> write_members(json::Writer& writer, const Rendering& rendering, bool wrapped) {
  write_model(writer, rendering, wrapped);
  write_system(writer, rendering);
  TRY_OK(write_contents(writer, rendering));
  TRY_OK(write_tools(writer, rendering));
  TRY_OK(write_tool_config(writer, rendering));
  TRY_OK(write_config(writer, rendering));
  write_tier(writer, rendering);
  if (rendering.home) write_rest(writer, rendering.request.extras, section::top);
  return {};
}

void note_what_has_no_place(const ir::Request& request, ir::Losses& losses) {
  losses.extras_go_home(request.extras, ir::Dialect::gemini, "");
  if (!request.end_user.empty()) losses.harmless("user", "gemini has no field for the end user");
}

// The first call of each turn must be signed where the model demands it. A client of this dialect may lack a signature,
// too: another provider may have made the call, or the signature was refused.
ir::Part* unsigned_call(ir::Message& message) {
  if (message.role != ir::Role::assistant) return nullptr;
  for (auto& part : message.parts)
    if (std::holds_alternative<ir::ToolCall>(part.body)) return part.signature ? nullptr : &part;
  return nullptr;
}

ir::Request with_sentinels(ir::Request request) {
  for (auto& message : request.messages)
    if (auto* part = unsigned_call(message))
      part->signature = ir::Signature{.blob = std::string(signature_sentinel), .signer = ir::Dialect::gemini};
  return request;
}

Result<Rendered> render_as_it_is(const ir::Request& request, const RenderTarget& target) {
  const bool home = request.extras.origin == ir::Dialect::gemini;
  Rendered out;
  if (!home) {
    TRY_OK(ir::refuse_essential(request.extras, ir::Dialect::gemini));
    out.names = ToolNames(request, name_rule);
    note_what_has_no_place(request, out.losses);
  }
  const Rendering rendering{
      .request = request, .target = target, .losses = out.losses, .names = out.names, .home = home};
  const bool counting = target.operation == Asked::Operation::count_tokens;
  // Only the wrapped form counts tools and the system instruction.
  const bool wrapped = home ? spelled(request.extras, section::top, "generateContentRequest") != nullptr : counting;
  json::Writer writer(target.usual_bytes());
  writer.begin_object();
  if (wrapped) {
    writer.key("generateContentRequest");
    writer.begin_object();
  }
  TRY_OK(write_members(writer, rendering, wrapped));
  if (wrapped) {
    writer.end_object();
    write_rest(writer, request.extras, section::count);
  }
  writer.end_object();
  out.body = std::move(writer).take();
  return out;
}

}  // namespace

Result<Rendered> render_request(const ir::Request& request, const RenderTarget& target) {
  const bool home = request.extras.origin == ir::Dialect::gemini;
  if (home && target.facts.signatures_required) return render_as_it_is(with_sentinels(request), target);
  return render_as_it_is(request, target);
}

}  // namespace agt::dialect::gemini
