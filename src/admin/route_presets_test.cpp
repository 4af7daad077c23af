#include "admin/route_presets.h"

#include <gtest/gtest.h>

#include "admin/route_rules.h"
#include "catalogue/route_presets.h"
#include "core/text.h"

namespace agt::admin {
namespace {

using Routes = std::vector<store::Route>;

const Routes preset{{.match = "a-small", .targets = {"p/1"}}, {.match = "a-*", .targets = {"p/2"}}};

// "new 0, changed 3 …; pattern>targets pattern>targets …"
std::string laid(Routes routes) {
  std::string out;
  for (const auto& change : laid_in(routes, preset)) {
    out += std::string(change.kind) + " " + std::to_string(change.position);
    out += change.before.empty() ? ", " : " (" + text::joined(change.before, "+") + "), ";
  }
  for (const auto& route : routes) out += route.match + ">" + text::joined(route.targets, "+") + " ";
  return out;
}

TEST(RoutePreset, new_rules_come_first_in_their_order) {
  EXPECT_EQ(laid({}), "new 0, new 1, a-small>p/1 a-*>p/2 ");
  EXPECT_EQ(laid({{.match = "*", .targets = {"q/*"}}}), "new 0, new 1, a-small>p/1 a-*>p/2 *>q/* ");
}

TEST(RoutePreset, a_pattern_that_is_there_gets_new_targets_where_it_stands) {
  EXPECT_EQ(laid({{.match = "b", .targets = {"q/1"}}, {.match = "a-*", .targets = {"q/2", "q/3"}}}),
            "new 0, changed 2 (q/2+q/3), a-small>p/1 b>q/1 a-*>p/2 ");
}

TEST(RoutePreset, a_new_rule_does_not_hide_the_one_before_it) {
  EXPECT_EQ(laid({{.match = "b", .targets = {"q/1"}}, {.match = "a-small", .targets = {"p/1"}}}),
            "unchanged 1 (p/1), new 2, b>q/1 a-small>p/1 a-*>p/2 ");
}

TEST(RoutePreset, twice_is_as_good_as_once) {
  auto routes = preset;
  EXPECT_EQ(laid(routes), "unchanged 0 (p/1), unchanged 1 (p/2), a-small>p/1 a-*>p/2 ");
}

TEST(RoutePreset, those_of_the_catalogue_are_rules_of_which_none_hides_another) {
  for (const auto& one : catalogue::route_presets()) {
    Routes rules;
    for (const auto& rule : one.rules) rules.push_back({.match = rule.match, .targets = rule.targets});
    for (std::size_t i = 0; i < rules.size(); ++i) {
      EXPECT_TRUE(check_route(rules[i]).has_value()) << one.name;
      EXPECT_TRUE(warnings_of_order(rules, i).empty()) << one.name << " " << i;
    }
  }
}

}  // namespace
}  // namespace agt::admin
