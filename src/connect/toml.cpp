// TOML 1.0: a scanner finds where statements and tables lie, the change is made in the text, and the real parser says
// before and after whether it still means what it should.
#include <fmt/format.h>

#include <algorithm>

// toml++ 3.3 asserts what a file can break ("[." ends the program); the error behind the assertion is the right answer.
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include "connect/edit.h"
#include "core/text.h"
#include "core/toml_text.h"

namespace agt::connect {
namespace {

using Path = std::vector<std::string>;

// One `key = value`, with the names of its table in front.
struct Statement {
  Path path{};
  std::size_t value_begin = 0;
  std::size_t value_end = 0;
  std::size_t line_end = 0;  // where the next line begins
};

// One [table] and where its statements end.
struct Table {
  Path path{};
  std::size_t end = 0;  // behind its last statement, or behind its header
  bool of_array = false;
};

struct Layout {
  std::vector<Statement> statements{};
  std::vector<Table> tables{};  // the first is the root
};

Result<toml::table> parsed(std::string_view text) {
  try {
    if (const auto ascii = text::ascii_of_toml(text)) static_cast<void>(toml::parse(*ascii));
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(Code::config, fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

// Walks a text that is known to be good TOML.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  Layout run() {
    layout_.tables.push_back({});
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < text_.size()) line();
    return std::move(layout_);
  }

 private:
  void line() {
    blanks();
    if (at_ < text_.size() && text_[at_] == '[') return header();
    if (at_ < text_.size() && !std::string_view("#\r\n").contains(text_[at_])) return statement();
    to_next_line();
  }

  void header() {
    const bool of_array = text_.substr(at_).starts_with("[[");
    at_ += of_array ? 2 : 1;
    Table table{.path = names(']'), .of_array = of_array};
    to_next_line();
    table.end = at_;
    layout_.tables.push_back(std::move(table));
  }

  void statement() {
    Statement found{.path = layout_.tables.back().path};
    for (auto& name : names('=')) found.path.push_back(std::move(name));
    ++at_;
    blanks();
    found.value_begin = at_;
    value();
    found.value_end = at_;
    to_next_line();
    found.line_end = at_;
    layout_.tables.back().end = at_;
    if (!layout_.tables.back().of_array) layout_.statements.push_back(std::move(found));
  }

  // a."b c".d up to `stop`, which is left standing.
  Path names(char stop) {
    Path path;
    std::string name;
    while (at_ < text_.size() && text_[at_] != stop) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        const auto begin = at_;
        string();
        const auto read = toml::parse(fmt::format("x = {}", text_.substr(begin, at_ - begin)));
        name = read["x"].value_or(std::string());
        continue;
      }
      if (c == '.')
        path.push_back(std::exchange(name, {}));
      else if (c != ' ' && c != '\t')
        name += c;
      ++at_;
    }
    path.push_back(std::move(name));
    return path;
  }

  void value() {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        string();
        continue;
      }
      if (c == '#') {
        if (depth == 0) break;
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      if (depth == 0 && (c == '\r' || c == '\n')) break;
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
      ++at_;
    }
    while (std::string_view(" \t").contains(text_[at_ - 1])) --at_;
  }

  void string() {
    const char quote = text_[at_];
    const std::string three(3, quote);
    const bool long_one = text_.substr(at_).starts_with(three);
    at_ += long_one ? 3 : 1;
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        at_ += 2;
      } else if (long_one ? text_.substr(at_).starts_with(three) : text_[at_] == quote) {
        at_ += long_one ? 3 : 1;
        while (long_one && at_ < text_.size() && text_[at_] == quote) ++at_;  // """" ends with a quote inside
        return;
      } else {
        ++at_;
      }
    }
  }

  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  void to_next_line() { at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1; }

  std::string_view text_;
  std::size_t at_ = 0;
  Layout layout_{};
};

std::string literal(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string key(std::string_view name) {
  const bool bare = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string(name) : literal(name);
}

std::optional<std::string> read(const toml::table& root, const Path& path) {
  const toml::node* node = &root;
  for (const auto& name : path) {
    const auto* table = node->as_table();
    node = table == nullptr ? nullptr : table->get(name);
    if (node == nullptr) return std::nullopt;
  }
  return node->value<std::string>();
}

// Where a new statement goes: behind the last one of its table.
std::string inserted(std::string_view text, const Layout& layout, const Setting& setting) {
  const Path wanted(setting.path.begin(), setting.path.end() - 1);
  const auto line_end = line_end_of(text);
  const auto statement = fmt::format("{} = {}{}", key(setting.path.back()), literal(setting.value), line_end);
  const auto table =
      std::ranges::find_if(layout.tables, [&](const Table& one) { return one.path == wanted && !one.of_array; });
  std::string out(text);
  if (table != layout.tables.end()) {
    const bool cut = table->end > 0 && table->end == text.size() && !text.ends_with('\n');
    const bool only_tables_follow = wanted.empty() && table->end == 0 && layout.tables.size() > 1;
    return out.insert(table->end,
                      fmt::format("{}{}{}", cut ? line_end : "", statement, only_tables_follow ? line_end : ""));
  }
  std::string header;
  for (const auto& name : wanted) header += (header.empty() ? "" : ".") + key(name);
  if (!out.empty() && !out.ends_with('\n')) out += line_end;
  if (!out.empty()) out += line_end;
  return out += fmt::format("[{}]{}{}", header, line_end, statement);
}

}  // namespace

Result<std::string> edited_toml(std::string_view text, const Setting& setting) {
  TRY(const auto before, parsed(text));
  const auto layout = Walk(text).run();
  const auto there = std::ranges::find(layout.statements, setting.path, &Statement::path);
  auto out = std::string(text);
  if (there != layout.statements.end())
    out.replace(there->value_begin, there->value_end - there->value_begin, literal(setting.value));
  else
    out = inserted(text, layout, setting);
  const auto after = parsed(out);
  if (!after || read(*after, setting.path) != setting.value)
    return fail(Code::config, fmt::format("{} is written in a way that cannot be changed here; set it by hand",
                                          text::joined(setting.path, ".")));
  return out;
}

Result<std::optional<std::string>> toml_at(std::string_view text, const std::vector<std::string>& path) {
  TRY(const auto root, parsed(text));
  return read(root, path);
}

}  // namespace agt::connect
