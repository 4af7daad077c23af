// What the tests of the ledger and of its writer share.
#pragma once

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/ledger.h"
#include "store/packed_rows.h"
#include "store/test_home.h"

namespace agt::store {

// For a second connection: it finds them applied.
inline constexpr std::array ledger_migrations{Migration{.number = 1, .sql = ""}, Migration{.number = 2, .sql = ""}};

class LedgerTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return test_.root() / "ledger.db"; }
  [[nodiscard]] std::unique_ptr<Ledger> open() const {
    auto opened = Ledger::open(file(), clock_);
    if (!opened) throw std::runtime_error(opened.error().message);
    return *std::move(opened);
  }
  TestHome test_{};
  StillClock clock_{};
};

inline LedgerRow row(std::string id, std::int64_t started_ms = 1) {
  return {.id = std::move(id), .started_ms = started_ms, .client_model = "m", .status = 200};
}

inline std::vector<std::string> ids(const Result<std::vector<LedgerRow>>& rows) {
  std::vector<std::string> all;
  if (rows)
    for (const auto& r : *rows) all.push_back(r.id);
  return all;
}

using Ids = std::vector<std::string>;

inline PackedRows packed(const std::vector<LedgerRow>& rows) {
  PackedRows out;
  for (const auto& one : rows) out.add(one);
  return out;
}

}  // namespace agt::store
