// The frame that a list of models has in every dialect: one member with an object for each model.
#pragma once

#include <span>
#include <string_view>

#include "core/model_facts.h"
#include "json/writer.h"

namespace agt::dialect {

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
