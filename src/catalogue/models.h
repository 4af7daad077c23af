// The catalogue of models: what is known about each, as data (models.json), never as code.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/model_facts.h"
#include "core/result.h"
#include "json/document.h"

namespace agt::catalogue {

// One row of the file. `match` is an id or a pattern with `*`; the longest matching pattern wins, an exact id always.
struct ModelRow {
  std::string provider{};  // "anthropic", "openai", "gemini", …; "*" for a model that many servers offer
  std::string match{};
  ModelFacts facts{};
  bool listed = false;    // an exact id that GET /v1/models names
  std::string source{};   // where the facts come from …
  std::string checked{};  // … and when that was read, YYYY-MM-DD
};

// Immutable: a new one is built and swapped when rows change.
class Catalogue {
 public:
  // The rows that are compiled in. They are checked by a test, so a failure is a bug and throws.
  [[nodiscard]] static std::shared_ptr<const Catalogue> built_in();
  // From the text of such a file. Code::schema names the row and the field.
  [[nodiscard]] static Result<std::shared_ptr<const Catalogue>> parse(std::string_view json);

  // What is known about `model` at `provider`: its exact row, else the longest pattern, else the same for the rows of
  // every provider ("*"), else the provider's defaults. Only rows of defaults are marked estimated. The facts carry
  // `model` as their id. Presets and compatible servers are asked for by their name and fall back to "*".
  [[nodiscard]] ModelFacts lookup(std::string_view provider, std::string_view model) const;

  // The models of a provider that a list may name, in the order of the file.
  [[nodiscard]] std::vector<ModelFacts> list(std::string_view provider) const;

  [[nodiscard]] const std::vector<ModelRow>& rows() const { return rows_; }

 private:
  struct Defaults {
    std::string provider{};
    ModelFacts facts{};
  };
  Catalogue() = default;
  [[nodiscard]] Result<> read_provider(json::Value provider);
  [[nodiscard]] Result<> read_alias(json::Value alias);
  [[nodiscard]] const ModelRow* find(std::string_view provider, std::string_view model) const;
  [[nodiscard]] const ModelFacts* defaults_of(std::string_view provider) const;

  std::vector<ModelRow> rows_{};
  std::vector<Defaults> defaults_{};
};

}  // namespace agt::catalogue
