// JSON with comments and trailing commas, as editors and agents keep their settings: found by a scanner that keeps
// positions, changed by replacing or inserting text.
#include <fmt/format.h>

#include "connect/edit.h"
#include "core/text.h"
#include "json/document.h"
#include "json/writer.h"

namespace agt::connect {
namespace {

constexpr std::size_t depth_max = 200;
constexpr std::string_view bom = "\xEF\xBB\xBF";

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// An object that is on the way to the setting: where its members lie.
struct Object {
  Span span{};               // with its braces
  std::size_t first = 0;     // where its first member begins
  std::size_t last_end = 0;  // behind the value of its last member
  std::size_t members = 0;
  std::optional<std::size_t> trailing_comma{};
};

struct Found {
  Object deepest{};                    // the innermost object of the path that is there
  std::size_t known = 0;               // how many names of the path lead to it
  std::optional<Span> value{};         // what the whole path leads to
  std::optional<std::size_t> taken{};  // position of something that is no object, where the path needs one
};

class Scanner {
 public:
  Scanner(std::string_view text, const std::vector<std::string>& path) : text_(text), path_(path) {}

  [[nodiscard]] Result<Found> run() {
    if (text_.starts_with(bom)) at_ = bom.size();
    skip_blank();
    if (at_ >= text_.size() || text_[at_] != '{') return refuse("an object in { } is expected");
    if (!value(0, true)) return refuse(why_);
    skip_blank();
    if (!why_.empty()) return refuse(why_);
    if (at_ < text_.size()) return refuse("something follows the end of the object");
    return found_;
  }

 private:
  std::unexpected<Error> refuse(std::string_view why) const {
    return fail(Code::config, fmt::format("line {}: {}", line_of(text_, at_), why));
  }
  bool broken(std::string_view why) {
    if (why_.empty()) why_ = why;
    return false;
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      const auto rest = text_.substr(at_);
      if (std::string_view(" \t\r\n").contains(rest.front())) {
        ++at_;
      } else if (rest.starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest.starts_with("/*")) {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return static_cast<void>(broken("a comment without its end"));
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  bool string(Span& span) {
    span.begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size() || text_[at_] != '"') return broken("a string without its closing quote");
    span.end = ++at_;
    return true;
  }

  bool scalar() {
    const auto begin = at_;
    while (at_ < text_.size() && !std::string_view(" \t\r\n,]}/").contains(text_[at_])) ++at_;
    if (!json::Document::parse(text_.substr(begin, at_ - begin))) {
      at_ = begin;
      return broken("a value is expected");
    }
    return true;
  }

  // `on_path`: this value is what the first `depth` names of the path lead to.
  bool value(std::size_t depth, bool on_path) {
    if (++nested_ > depth_max) return broken("it is nested too deeply");
    const auto begin = at_;
    if (at_ >= text_.size()) return broken("it ends too early");
    bool fine = false;
    Span span;
    if (text_[at_] == '{')
      fine = object(depth, on_path);
    else if (text_[at_] == '[')
      fine = array();
    else
      fine = text_[at_] == '"' ? string(span) : scalar();
    --nested_;
    if (!fine || !on_path) return fine;
    if (depth == path_.size()) {
      found_.value = Span{begin, at_};
    } else if (text_[begin] != '{') {
      found_.taken = begin;
    }
    return true;
  }

  bool array() {
    ++at_;
    for (skip_blank(); at_ < text_.size() && text_[at_] != ']'; skip_blank()) {
      if (!value(0, false)) return false;
      skip_blank();
      if (at_ < text_.size() && text_[at_] == ',')
        ++at_;
      else if (at_ >= text_.size() || text_[at_] != ']')
        return broken("a comma or ] is expected");
    }
    if (at_ >= text_.size()) return broken("an array without its ]");
    ++at_;
    return true;
  }

  bool object(std::size_t depth, bool on_path) {
    Object here{.span = {.begin = at_++}};
    for (skip_blank(); at_ < text_.size() && text_[at_] != '}'; skip_blank()) {
      if (text_[at_] != '"') return broken("a name in quotes is expected");
      Span name;
      if (!string(name)) return false;
      skip_blank();
      if (at_ >= text_.size() || text_[at_] != ':') return broken("a colon is expected");
      ++at_;
      skip_blank();
      const bool wanted = on_path && depth < path_.size() && is(name, path_[depth]);
      // Of a repeated name the last one counts, as for the parsers that read the file.
      if (wanted) found_ = Found{};
      if (!value(depth + 1, wanted)) return false;
      if (here.members++ == 0) here.first = name.begin;
      here.last_end = at_;
      skip_blank();
      const bool comma = at_ < text_.size() && text_[at_] == ',';
      here.trailing_comma = comma ? std::optional(at_) : std::nullopt;
      if (comma)
        ++at_;
      else if (at_ >= text_.size() || text_[at_] != '}')
        return broken("a comma or } is expected");
    }
    if (at_ >= text_.size()) return broken("an object without its }");
    here.span.end = ++at_;
    const bool nothing_deeper = found_.deepest.span.end == 0;
    if (on_path && depth < path_.size() && nothing_deeper) {
      found_.deepest = here;
      found_.known = depth;
    }
    return true;
  }

  bool is(Span name, std::string_view wanted) const {
    const auto literal = text_.substr(name.begin, name.end - name.begin);
    const auto document = json::Document::parse(literal);
    return document && document->root().is(wanted);
  }

  std::string_view text_;
  const std::vector<std::string>& path_;
  std::size_t at_ = 0;
  std::size_t nested_ = 0;
  std::string why_{};
  Found found_{};
};

// Nothing, or as much: a new file.
bool is_blank(std::string_view text) {
  if (text.starts_with(bom)) text.remove_prefix(bom.size());
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// The blanks at the start of the line of `at`.
std::string_view line_indent(std::string_view text, std::size_t at) {
  const auto line = text.substr(text.substr(0, at).rfind('\n') + 1);  // npos + 1 is the start of the text
  return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}

// The same, when nothing else is in front of `at` on its line and the text has more than one.
std::optional<std::string_view> indent_at(std::string_view text, std::size_t at) {
  const auto newline = text.substr(0, at).rfind('\n');
  if (newline == std::string_view::npos || !text::trimmed(text.substr(newline + 1, at - newline - 1)).empty())
    return std::nullopt;
  return text.substr(newline + 1, at - newline - 1);
}

// "a": {"b": "value"} for the names that are missing, nested with the indentation of the file.
std::string member(const Setting& setting, std::size_t known, std::string_view indent, std::string_view unit,
                   std::string_view line_end) {
  std::string out;
  std::string inner(indent);
  for (std::size_t i = known; i < setting.path.size(); ++i) {
    json::append_quoted(out, setting.path[i]);
    out += ": ";
    if (i + 1 == setting.path.size()) break;
    inner += unit;
    out += fmt::format("{{{}{}", line_end, inner);
  }
  json::append_quoted(out, setting.value);
  for (std::size_t i = setting.path.size() - 1; i > known; --i) {
    inner.resize(inner.size() - unit.size());
    out += fmt::format("{}{}}}", line_end, inner);
  }
  return out;
}

std::string inserted(std::string_view text, const Found& found, const Setting& setting) {
  const auto& object = found.deepest;
  const auto line_end = line_end_of(text);
  const auto outer = line_indent(text, object.span.begin);
  std::string out(text);
  if (object.members == 0) {
    constexpr std::string_view unit = "  ";
    const auto indent = fmt::format("{}{}", outer, unit);
    const auto body = member(setting, found.known, indent, unit, line_end);
    const auto inside = text.substr(object.span.begin + 1, object.span.end - object.span.begin - 2);
    const auto kept = inside.substr(0, inside.find_last_not_of(" \t\r\n") + 1);  // a comment
    const auto replacement = fmt::format("{}{}{}{}{}{}", kept, line_end, indent, body, line_end, outer);
    return out.replace(object.span.begin + 1, inside.size(), replacement);
  }
  const auto indent = indent_at(text, object.first);
  // Members on one line stay on one line.
  const auto between = indent ? fmt::format("{}{}", line_end, *indent) : std::string(" ");
  const bool deeper = indent && indent->size() > outer.size();
  const auto unit = deeper ? indent->substr(outer.size()) : std::string_view("  ");
  const auto body = member(setting, found.known, indent.value_or(outer), unit, line_end);
  // With a trailing comma the new member gets one too and stands behind it.
  if (!object.trailing_comma) return out.insert(object.last_end, fmt::format(",{}{}", between, body));
  return out.insert(*object.trailing_comma + 1, fmt::format("{}{},", between, body));
}

}  // namespace

Result<std::string> edited_jsonc(std::string_view text, const Setting& setting) {
  if (is_blank(text)) {
    const auto body = member(setting, 0, "  ", "  ", "\n");
    return fmt::format("{{\n  {}\n}}\n", body);
  }
  TRY(const auto found, Scanner(text, setting.path).run());
  if (found.taken)
    return fail(Code::config, fmt::format("line {}: an object is expected at {}", line_of(text, *found.taken),
                                          text::joined(setting.path, ".")));
  if (!found.value) return inserted(text, found, setting);
  std::string out(text);
  return out.replace(found.value->begin, found.value->end - found.value->begin, json::quoted(setting.value));
}

Result<std::optional<std::string>> jsonc_at(std::string_view text, const std::vector<std::string>& path) {
  if (is_blank(text)) return std::nullopt;
  TRY(const auto found, Scanner(text, path).run());
  if (!found.value) return std::nullopt;
  const auto document = json::Document::parse(text.substr(found.value->begin, found.value->end - found.value->begin));
  if (!document || !document->root().is_string()) return std::nullopt;
  return document->root().text_or("");
}

}  // namespace agt::connect
