#include "dialect/model_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "dialect/limits.h"

namespace agt::dialect {
namespace {

// The place of a model that the query names.
Result<std::size_t> place_of(std::span<const ModelFacts> models, std::string_view id, std::string_view field) {
  const auto found = std::ranges::find(models, id, &ModelFacts::id);
  if (found == models.end())
    return fail(Code::schema, fmt::format("{}: no model of the list has this id.", field), std::string(field));
  return static_cast<std::size_t>(found - models.begin());
}

}  // namespace

Result<ModelPage> page_of(std::span<const ModelFacts> models, const PageAsked& asked) {
  std::size_t size = models.size();  // all of them, where the client does not say
  if (asked.size) {
    const auto number = text::parse_number<std::size_t>(*asked.size);
    if (!number || *number == 0)
      return fail(Code::schema, fmt::format("{}: must be a positive number.", asked.size_name),
                  std::string(asked.size_name));
    size = std::min(*number, models_per_page_max);
  }
  if (asked.after) {
    TRY(const auto place, place_of(models, *asked.after, asked.after_name));
    models = models.subspan(place + 1);
  }
  if (asked.before) {
    TRY(const auto place, place_of(models, *asked.before, asked.before_name));
    models = models.first(place);
  }
  const bool more = models.size() > size;
  const bool backwards = asked.before && !asked.after;
  return ModelPage{.models = backwards ? models.last(std::min(size, models.size())) : models.first(std::min(size, models.size())),
                   .more = more};
}

}  // namespace agt::dialect
