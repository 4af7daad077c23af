// What providers ask for their models (prices.json), and what the user says instead. Data, never code.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/price.h"
#include "core/result.h"
#include "json/document.h"

namespace agt::catalogue {

struct PriceRow {
  std::string provider{};
  std::string match{};   // an id or a pattern with `*`; as in the list of models the longest wins, an id always
  std::string before{};  // YYYY-MM-DD: from that day in UTC on it is no longer so; "" for no end
  std::int64_t until_ms = INT64_MAX;
  Price price{};
  bool from_user = false;
};

// Immutable: a new one is built when what the user says changes.
class Prices final : public PriceList {
 public:
  // `overrides`: "PROVIDER/MODEL=INPUT/OUTPUT[/CACHE_READ[/CACHE_WRITE]]", several separated by commas; dollars for a
  // million tokens, wildcards allowed. Code::schema tells the entry. The rows that are compiled in are checked by a
  // test.
  [[nodiscard]] static Result<std::shared_ptr<const Prices>> with(std::string_view overrides);
  // From the text of such a file, without overrides.
  [[nodiscard]] static Result<std::shared_ptr<const Prices>> parse(std::string_view json);

  [[nodiscard]] std::optional<Price> price(std::string_view provider, std::string_view model,
                                           std::int64_t unix_ms) const override;
  [[nodiscard]] const PriceRow* find(std::string_view provider, std::string_view model, std::int64_t unix_ms) const;
  // The user's first.
  [[nodiscard]] const std::vector<PriceRow>& rows() const { return rows_; }

 private:
  Prices() = default;
  [[nodiscard]] Result<> read_provider(json::Value provider);
  [[nodiscard]] Result<> read_override(std::string_view entry);

  std::vector<PriceRow> rows_{};
};

}  // namespace agt::catalogue
