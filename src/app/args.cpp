#include "app/args.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "admin/fields.h"
#include "core/text.h"

namespace agt::app {
namespace {

const OptionSpec* find_option(const Shape& shape, std::string_view name) {
  if (name == "-h") return &help_option;
  for (const auto* everywhere : {&home_option, &help_option})
    if (everywhere->name == name) return everywhere;
  const auto found = std::ranges::find(shape.options, name, &OptionSpec::name);
  return found == shape.options.end() ? nullptr : &*found;
}

std::unexpected<Error> unknown_option(const Shape& shape, std::string_view name) {
  const bool takes_key = find_option(shape, "--key-env") != nullptr;
  if (takes_key && (name == "--key" || name == "--api-key" || name == "--token"))
    return fail(Code::schema,
                fmt::format("{} does not exist, on purpose: other users could read the key in the process list, and it "
                            "would stay in the shell's history. Use --key-env VARIABLE or --key-stdin.",
                            name),
                std::string(name));
  std::vector<std::string_view> known{home_option.name, help_option.name};
  for (const auto& option : shape.options) known.push_back(option.name);
  const auto near = admin::nearest(name, known);
  const auto hint = near.empty() ? std::string(".") : fmt::format("; did you mean {}?", near);
  return fail(Code::schema, fmt::format("`agt {}` has no option {}{}", shape.command, text::quoted(name, 60), hint),
              std::string(name));
}

Result<> check_words(const Shape& shape, std::span<const std::string> words) {
  const auto places = shape.words.empty() ? std::vector<std::string_view>{} : text::split(shape.words, ' ');
  const auto is_needed = [](std::string_view place) { return !place.starts_with('['); };
  const auto needed = static_cast<std::size_t>(std::ranges::count_if(places, is_needed));
  if (words.size() > places.size())
    return fail(Code::schema,
                fmt::format("`agt {}` does not take \"{}\".", shape.command, text::quoted(words[places.size()], 60)));
  if (words.size() < needed)
    return fail(Code::schema, fmt::format("`agt {}` needs {}.", shape.command, places[words.size()]));
  return {};
}

}  // namespace

std::string Arguments::get(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() || found->second.empty() ? std::string() : found->second.back();
}

std::vector<std::string> Arguments::all(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Result<Arguments> parse_arguments(const Shape& shape, std::span<const std::string> given) {
  Arguments arguments;
  bool options_over = false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto& argument = given[i];
    if (options_over || !argument.starts_with('-') || argument == "-") {
      arguments.words_.push_back(argument);
      continue;
    }
    if (argument == "--") {
      options_over = true;
      continue;
    }
    const auto equals = argument.find('=');
    const auto name = argument.substr(0, equals);
    const auto* option = find_option(shape, name);
    if (option == nullptr) return unknown_option(shape, name);
    auto& values = arguments.values_[std::string(option->name)];
    if (!values.empty() && !option->many)
      return fail(Code::schema, fmt::format("{} is given twice.", option->name), std::string(option->name));
    if (option->value.empty() && equals != std::string::npos)
      return fail(Code::schema, fmt::format("{} takes no value.", option->name), std::string(option->name));
    if (option->value.empty()) continue;
    if (equals == std::string::npos && i + 1 == given.size())
      return fail(Code::schema, fmt::format("{} needs a value: {} {}.", option->name, option->name, option->value),
                  std::string(option->name));
    values.push_back(equals == std::string::npos ? given[++i] : argument.substr(equals + 1));
  }
  if (!arguments.has("--help")) TRY_OK(check_words(shape, arguments.words_));
  return arguments;
}

Result<std::int64_t> number_in(const Arguments& arguments, std::string_view option) {
  const auto given = arguments.get(option);
  const auto number = text::parse_number<std::int64_t>(given);
  if (!number)
    return fail(Code::schema, fmt::format("{} must be a whole number, not \"{}\".", option, text::quoted(given, 40)),
                std::string(option));
  return *number;
}

}  // namespace agt::app
