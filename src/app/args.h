// Reading a command's arguments. A wrong option is told with the nearest right one. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace agt::app {

struct OptionSpec {
  std::string_view name{};   // "--label"
  std::string_view value{};  // what it takes, in capitals; empty: nothing
  std::string_view text{};   // for the help page
  bool many = false;         // may be given several times
};

// What a command takes; its words are the places in capitals.
struct Shape {
  std::string_view command{};  // "account add"
  std::string_view words{};    // "PROVIDER"; "[ID]" may be left out
  std::span<const OptionSpec> options{};
};

class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view option) const { return values_.contains(option); }
  [[nodiscard]] std::string get(std::string_view option) const;               // the last value, or ""
  [[nodiscard]] std::vector<std::string> all(std::string_view option) const;  // every value
  [[nodiscard]] std::size_t words() const { return words_.size(); }
  [[nodiscard]] const std::string& word(std::size_t index) const { return words_.at(index); }

 private:
  friend Result<Arguments> parse_arguments(const Shape& shape, std::span<const std::string> given);
  std::vector<std::string> words_{};
  std::map<std::string, std::vector<std::string>, std::less<>> values_{};
};

// `given` begins after the command. --home DIR and --help are taken everywhere. Code::schema is a usage error.
[[nodiscard]] Result<Arguments> parse_arguments(const Shape& shape, std::span<const std::string> given);

// An option's value as a whole number. Code::schema with the option.
[[nodiscard]] Result<std::int64_t> number_in(const Arguments& arguments, std::string_view option);

inline constexpr OptionSpec home_option{"--home", "DIR", "the folder of the gateway, instead of AGT_HOME"};
inline constexpr OptionSpec help_option{"--help", "", "this page"};

}  // namespace agt::app
