#include "dialect/anthropic/codec_parts.h"
#include "dialect/model_list.h"
#include "json/writer.h"

namespace agt::dialect::anthropic {
namespace {

// "If the release date is unknown, this may be set to an epoch value" (API reference, Models, 2026-11).
constexpr std::string_view unknown_date = "1970-01-01T00:00:00Z";

void supported(json::Writer& writer, std::string_view name, bool yes) {
  writer.key(name);
  writer.begin_object();
  writer.field("supported", yes);
  writer.end_object();
}

void write_capabilities(json::Writer& writer, const ModelFacts& model) {
  const bool thinks = model.thinking != ThinkingStyle::none;
  const bool by_effort = model.thinking == ThinkingStyle::effort || model.thinking == ThinkingStyle::level;
  writer.key("capabilities");
  writer.begin_object();
  writer.key("effort");
  writer.begin_object();
  writer.field("supported", by_effort);
  for (const auto* level : {"low", "medium", "high", "max"}) supported(writer, level, by_effort);
  supported(writer, "xhigh", by_effort && model.effort_xhigh);
  writer.end_object();
  supported(writer, "image_input", model.images);
  supported(writer, "pdf_input", model.documents);
  supported(writer, "structured_outputs", true);
  writer.key("thinking");
  writer.begin_object();
  writer.field("supported", thinks);
  writer.key("types");
  writer.begin_object();
  supported(writer, "adaptive", by_effort);
  supported(writer, "between_tools", false);
  supported(writer, "disabled", !thinks || model.thinking_can_be_off);
  supported(writer, "enabled", thinks);
  writer.end_object();
  writer.end_object();
  writer.end_object();
}

void write_model(json::Writer& writer, const ModelFacts& model) {
  const auto limit = [&](std::string_view name, const std::optional<std::int64_t>& n) {
    if (n)
      writer.field(name, *n);
    else
      writer.field_null(name);
  };
  writer.begin_object();
  writer.field("type", "model");
  writer.field("id", model.id);
  writer.field("display_name", shown_name(model));
  writer.field("created_at", unknown_date);
  limit("max_input_tokens", model.context_tokens);
  limit("max_tokens", model.output_tokens);
  writer.field("lifecycle", "active");
  writer.field_null("line");
  writer.field_null("deprecated_at");
  writer.field_null("retires_at");
  if (model.estimated)
    writer.field_null("capabilities");
  else
    write_capabilities(writer, model);
  writer.end_object();
}

}  // namespace

std::string render_token_count(std::int64_t tokens) {
  json::Writer writer;
  writer.begin_object();
  writer.field("input_tokens", tokens);
  writer.end_object();
  return std::move(writer).take();
}

Result<ModelPage> model_page(std::span<const ModelFacts> models, const QueryLookup& query) {
  return page_of(models, {.after = query("after_id"),
                          .before = query("before_id"),
                          .size = query("limit"),
                          .after_name = "after_id",
                          .before_name = "before_id",
                          .size_name = "limit"});
}

std::string render_models(const ModelPage& page) {
  const auto& models = page.models;
  json::Writer writer;
  writer.begin_object();
  write_model_list(writer, "data", models, write_model);
  const auto end = [&](std::string_view key, const ModelFacts* model) {
    if (model != nullptr)
      writer.field(key, model->id);
    else
      writer.field_null(key);
  };
  end("first_id", models.empty() ? nullptr : &models.front());
  end("last_id", models.empty() ? nullptr : &models.back());
  writer.field("has_more", page.more);
  writer.end_object();
  return std::move(writer).take();
}

std::string render_model(const ModelFacts& model) { return one_model(model, write_model); }

}  // namespace agt::dialect::anthropic
