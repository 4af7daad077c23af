// The frame that a list of models has in every dialect: one member with an object for each model. And its pages.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/model_facts.h"
#include "core/result.h"
#include "json/writer.h"

namespace agt::dialect {

struct ModelPage {
  std::span<const ModelFacts> models{};
  bool more = false;  // behind it; where the client goes backwards, before it
};

// Where a page lies in the list, in terms that the protocols share: behind the model `after`, or before `before`.
struct PageAsked {
  std::optional<std::string> after{};
  std::optional<std::string> before{};
  std::optional<std::string> size{};
  std::string_view after_name{};  // what the protocol calls them, for errors
  std::string_view before_name{};
  std::string_view size_name{};
};
[[nodiscard]] Result<ModelPage> page_of(std::span<const ModelFacts> models, const PageAsked& asked);

template <class WriteModel>
void write_model_list(json::Writer& writer, std::string_view key, std::span<const ModelFacts> models,
                      WriteModel write_model) {
  writer.key(key);
  writer.begin_array();
  for (const auto& model : models) write_model(writer, model);
  writer.end_array();
}

// One model by itself looks as it does in the list.
template <class WriteModel>
[[nodiscard]] std::string one_model(const ModelFacts& model, WriteModel write_model) {
  json::Writer writer;
  write_model(writer, model);
  return std::move(writer).take();
}

[[nodiscard]] inline std::string_view shown_name(const ModelFacts& model) {
  return model.display_name.empty() ? model.id : model.display_name;
}

}  // namespace agt::dialect
