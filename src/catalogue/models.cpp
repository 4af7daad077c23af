#include "catalogue/models.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "core/text.h"
#include "json/document.h"

namespace agt::catalogue {

extern const char* const models_json;

namespace {

constexpr std::string_view any_provider = "*";

struct Flag {
  std::string_view name{};
  bool ModelFacts::* field = nullptr;
};
struct Number {
  std::string_view name{};
  std::optional<std::int64_t> ModelFacts::* field = nullptr;
};

constexpr std::array flags{
    Flag{"thinking_can_be_off", &ModelFacts::thinking_can_be_off},
    Flag{"thinking_minimal", &ModelFacts::thinking_minimal},
    Flag{"effort_xhigh", &ModelFacts::effort_xhigh},
    Flag{"sampling_accepted", &ModelFacts::sampling_accepted},
    Flag{"system_mid_conversation", &ModelFacts::system_mid_conversation},
    Flag{"images", &ModelFacts::images},
    Flag{"documents", &ModelFacts::documents},
    Flag{"audio", &ModelFacts::audio},
    Flag{"tools", &ModelFacts::tools},
    Flag{"json_schema_tools", &ModelFacts::json_schema_tools},
    Flag{"schema_with_tools", &ModelFacts::schema_with_tools},
    Flag{"media_in_results", &ModelFacts::media_in_results},
    Flag{"media_resolution", &ModelFacts::media_resolution},
    Flag{"part_resolution", &ModelFacts::part_resolution},
    Flag{"developer_role", &ModelFacts::developer_role},
    Flag{"custom_tools", &ModelFacts::custom_tools},
    Flag{"cache_marks", &ModelFacts::cache_marks},
    Flag{"signatures_required", &ModelFacts::signatures_required},
};
constexpr std::array numbers{
    Number{"context_tokens", &ModelFacts::context_tokens},
    Number{"output_tokens", &ModelFacts::output_tokens},
    Number{"thinking_budget_max", &ModelFacts::thinking_budget_max},
};

Result<ThinkingStyle> thinking_style(json::Value value) {
  if (value.is("none")) return ThinkingStyle::none;
  if (value.is("effort")) return ThinkingStyle::effort;
  if (value.is("budget")) return ThinkingStyle::budget;
  if (value.is("level")) return ThinkingStyle::level;
  return value.refuse("none, effort, budget or level");
}

// Sets one fact; false when `member` is not the name of one.
Result<bool> set_fact(ModelFacts& facts, json::Value member) {
  for (const auto& [name, field] : flags) {
    if (!member.key_is(name)) continue;
    TRY(facts.*field, member.boolean());
    return true;
  }
  for (const auto& [name, field] : numbers) {
    if (!member.key_is(name)) continue;
    TRY(const auto value, member.integer());
    if (value <= 0) return member.refuse("a positive number");
    facts.*field = value;
    return true;
  }
  if (member.key_is("thinking")) {
    TRY(facts.thinking, thinking_style(member));
    return true;
  }
  return false;
}

// `base` with the facts of an object; nothing else may stand in it.
Result<ModelFacts> with_facts(ModelFacts base, json::Value object) {
  for (const auto member : object.children()) {
    TRY(const bool known, set_fact(base, member));
    if (!known) return member.refuse("the name of a fact");
  }
  return base;
}

Result<ModelRow> read_row(ModelRow row, json::Value object) {
  for (const auto member : object.children()) {
    TRY(const bool known, set_fact(row.facts, member));
    if (known) continue;
    if (member.key_is("match")) {
      TRY(row.match, member.text());
    } else if (member.key_is("display_name")) {
      TRY(row.facts.display_name, member.text());
    } else if (member.key_is("listed")) {
      TRY(row.listed, member.boolean());
    } else {
      return member.refuse("the name of a fact, or match, display_name, listed");
    }
  }
  if (row.match.empty()) return object.refuse("a row with match");
  if (row.listed && row.match.contains('*')) return object["listed"].refuse("left out of a pattern");
  row.facts.id = row.match;
  return row;
}

}  // namespace

std::shared_ptr<const Catalogue> Catalogue::built_in() {
  auto parsed = parse(models_json);
  if (!parsed) throw std::logic_error("models.json: " + parsed.error().message);
  return *std::move(parsed);
}

Result<std::shared_ptr<const Catalogue>> Catalogue::parse(std::string_view json) {
  TRY(const auto document, json::Document::parse(json));
  auto catalogue = std::shared_ptr<Catalogue>(new Catalogue);
  for (const auto provider : document.root()["providers"].children()) TRY_OK(catalogue->read_provider(provider));
  for (const auto alias : document.root()["aliases"].children()) TRY_OK(catalogue->read_alias(alias));
  return catalogue;
}

// Facts are inherited: the family's, then the row's own. The provider's defaults are for models without a row only.
Result<> Catalogue::read_provider(json::Value provider) {
  TRY(auto name, provider["provider"].text());
  TRY(const auto defaults, with_facts({}, provider["defaults"]));
  const ModelRow common{
      .provider = name, .source = provider["source"].text_or(""), .checked = provider["checked"].text_or("")};
  for (const auto family : provider["families"].children()) {
    TRY(const auto facts, with_facts({}, family["facts"]));
    for (const auto model : family["models"].children()) {
      auto row = common;
      row.facts = facts;
      TRY(row, read_row(std::move(row), model));
      rows_.push_back(std::move(row));
    }
  }
  defaults_.push_back({.provider = std::move(name), .facts = defaults});
  return {};
}

// An alias is a provider that offers another one's models, with some facts of its own.
Result<> Catalogue::read_alias(json::Value alias) {
  TRY(auto name, alias["provider"].text());
  TRY(const auto like, alias["like"].text());
  const auto rows = rows_;
  for (auto row : rows) {
    if (row.provider != like) continue;
    row.provider = name;
    TRY(row.facts, with_facts(std::move(row.facts), alias["facts"]));
    rows_.push_back(std::move(row));
  }
  const auto* known = defaults_of(like);
  if (known == nullptr) return alias["like"].refuse("the name of a provider above");
  TRY(auto facts, with_facts(*known, alias["facts"]));
  defaults_.push_back({.provider = std::move(name), .facts = std::move(facts)});
  return {};
}

const ModelFacts* Catalogue::defaults_of(std::string_view provider) const {
  for (const auto& defaults : defaults_)
    if (defaults.provider == provider) return &defaults.facts;
  return nullptr;
}

const ModelRow* Catalogue::find(std::string_view provider, std::string_view model) const {
  const ModelRow* best = nullptr;
  for (const auto& row : rows_) {
    if (row.provider != provider) continue;
    if (row.match == model) return &row;
    if (best != nullptr && row.match.size() <= best->match.size()) continue;
    if (text::wildcard_match(row.match, model)) best = &row;
  }
  return best;
}

ModelFacts Catalogue::lookup(std::string_view provider, std::string_view model) const {
  const auto* row = find(provider, model);
  if (row == nullptr) row = find(any_provider, model);
  ModelFacts facts;
  if (row != nullptr) {
    facts = row->facts;
    if (row->match != model) facts.display_name = model;  // a pattern's own name is that of its family
  } else {
    const auto* defaults = defaults_of(provider);
    if (defaults == nullptr) defaults = defaults_of(any_provider);
    if (defaults != nullptr) facts = *defaults;
    facts.display_name = model;
    facts.estimated = true;
  }
  facts.id = model;
  return facts;
}

std::vector<ModelFacts> Catalogue::list(std::string_view provider) const {
  std::vector<ModelFacts> listed;
  for (const auto& row : rows_)
    if (row.provider == provider && row.listed) listed.push_back(row.facts);
  return listed;
}

}  // namespace agt::catalogue
