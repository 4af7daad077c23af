#include "dialect/tool_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dialect/limits.h"
#include "json/document.h"

namespace agt::dialect {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

bool obeys(std::string_view name, const NameRule& rule) {
  if (name.empty() || name.size() > rule.bytes_max) return false;
  if (rule.letter_first && !is_letter(name[0]) && name[0] != '_') return false;
  return std::ranges::all_of(name, [&](char c) { return is_word(c) || rule.extra_characters.contains(c); });
}

constexpr std::size_t digest_bytes = 9;  // '_' + 8 hex digits

// The name with illegal characters as '_', and with a digest of the original, which keeps it unique.
std::string digested(std::string_view name, const NameRule& rule) {
  std::string out;
  if (rule.letter_first && !name.empty() && !is_letter(name[0]) && name[0] != '_') out += '_';
  for (const char c : name) out += is_word(c) || rule.extra_characters.contains(c) ? c : '_';
  out.resize(std::min(out.size(), rule.bytes_max - digest_bytes));
  return out + fmt::format("_{:08x}", static_cast<std::uint32_t>(fingerprint(name)));
}

std::string obedient(std::string_view name, const NameRule& rule) {
  return obeys(name, rule) ? std::string(name) : digested(name, rule);
}

std::string flat(std::string_view name, std::string_view name_space) {
  return name_space.empty() ? std::string(name) : fmt::format("{}__{}", name_space, name);
}

}  // namespace

std::uint64_t fingerprint(std::string_view text, std::uint64_t basis) {
  constexpr std::uint64_t prime = 0x100000001b3ULL;
  for (const char c : text) basis = (basis ^ static_cast<unsigned char>(c)) * prime;
  return basis;
}

ToolNames::ToolNames(const ir::Request& request, const NameRule& rule) : rule_(rule) {
  std::set<std::string, std::less<>> taken;
  for (const auto& either : request.tools)
    if (const auto* tool = std::get_if<ir::Tool>(&either); tool != nullptr && tool->name_space.empty())
      taken.insert(obedient(tool->name, rule));
  for (const auto& either : request.tools) {
    const auto* tool = std::get_if<ir::Tool>(&either);
    if (tool == nullptr) continue;
    auto name = obedient(flat(tool->name, tool->name_space), rule);
    // "a" in the namespace "b" gives way to a tool that is itself called "b__a".
    if (!tool->name_space.empty() && !taken.insert(name).second) name = digested(name, rule);
    const bool same = name == tool->name && tool->kind == ir::ToolCall::Kind::function;
    if (!same)
      entries_.push_back(
          {.upstream = std::move(name), .name = tool->name, .name_space = tool->name_space, .kind = tool->kind});
  }
}

std::string ToolNames::upstream(std::string_view name, std::string_view name_space) const {
  const auto is_it = [&](const Entry& entry) { return entry.name == name && entry.name_space == name_space; };
  const auto found = std::ranges::find_if(entries_, is_it);
  return found != entries_.end() ? found->upstream : obedient(flat(name, name_space), rule_);
}

std::string ToolNames::chosen(std::string_view name, const ir::Request& request) const {
  for (const auto& either : request.tools)
    if (const auto* tool = std::get_if<ir::Tool>(&either); tool != nullptr && tool->name == name)
      return upstream(tool->name, tool->name_space);
  return upstream(name);
}

const ToolNames::Entry* ToolNames::client(std::string_view upstream) const {
  const auto found = std::ranges::find(entries_, upstream, &Entry::upstream);
  return found == entries_.end() ? nullptr : &*found;
}

ir::ToolCall ToolNames::restored(ir::ToolCall call) const {
  const auto* entry = client(call.name);
  if (entry == nullptr) return call;
  call.name = entry->name;
  call.name_space = entry->name_space;
  call.wrapped = entry->kind == ir::ToolCall::Kind::custom && call.kind == ir::ToolCall::Kind::function;
  call.kind = entry->kind;
  return call;
}

// What the model put into another form than the one it was told is handed on as it is.
std::string custom_text(const ir::ToolCall& call) {
  if (!call.wrapped) return call.arguments;
  const auto document = json::Document::parse(call.arguments);
  if (!document) return call.arguments;
  const auto root = document->root();
  const auto input = root[custom_argument];
  return input.is_string() && root.size() == 1 ? input.text_or("") : call.arguments;
}

std::string legal_tool_id(std::string_view id) {
  const bool legal = !id.empty() && id.size() <= tool_id_bytes_max &&
                     std::ranges::all_of(id, [](char c) { return is_word(c) || c == '-'; });
  if (legal) return std::string(id);
  std::string out;
  for (const char c : id) out += is_word(c) || c == '-' ? c : '_';
  constexpr std::size_t long_digest_bytes = 17;
  out.resize(std::min(out.size(), tool_id_bytes_max - long_digest_bytes));
  return out + fmt::format("_{:016x}", fingerprint(id));
}

std::string minted_tool_id(std::string_view seed, std::size_t position) {
  const auto first = fingerprint(seed);
  const auto second = fingerprint(fmt::format("{}/{}", seed, position), first);
  return fmt::format("call_{:016x}{:06x}", second, (first ^ position) & 0xFFFFFFU);
}

}  // namespace agt::dialect
