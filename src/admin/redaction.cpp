#include "admin/redaction.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace agt::admin {
namespace {

constexpr std::string_view mark = "…";
constexpr std::size_t known_bytes_min = 8;    // of a credential: a shorter one would be found everywhere
constexpr std::size_t secret_bytes_min = 16;  // after a telling beginning

// How keys of the providers and of their tools begin (public documentation, 2026-11).
constexpr auto beginnings =
    std::to_array<std::string_view>({"sk-", "sk_", "AIza", "ya29.", "1//", "gho_", "ghp_", "github_pat_", "xoxb-",
                                     "xoxp-", "AKIA", "gsk_", "xai-", "hf_", "nvapi-", "pplx-", "tgp_", "adm_"});

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
bool is_of_token(char c) { return is_word(c) || c == '.' || c == '/' || c == '+' || c == '='; }
bool is_of_mailbox(char c) { return is_word(c) || c == '.' || c == '%' || c == '+'; }
bool is_of_domain(char c) { return is_word(c) || c == '.'; }

template <class Is>
std::size_t run(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is) - text.begin());
}

// Of thousands of credentials hardly one is in a text.
std::vector<std::string_view> known_in(std::string_view text, std::span<const Secret> known) {
  std::vector<std::string_view> out;
  for (const auto& one : known)
    if (one.reveal().size() >= known_bytes_min && text.contains(one.reveal())) out.push_back(one.reveal());
  return out;
}

std::size_t known_here(std::string_view rest, std::span<const std::string_view> known) {
  std::size_t longest = 0;
  for (const auto secret : known)
    if (rest.starts_with(secret)) longest = std::max(longest, secret.size());
  return longest;
}

// A JSON Web Token: three parts of base64, the first of which is an object.
std::size_t web_token(std::string_view rest) {
  if (!rest.starts_with("eyJ")) return 0;
  const auto size = run(rest, is_of_token);
  const auto dots = std::ranges::count(rest.substr(0, size), '.');
  return dots == 2 && size > 2 * secret_bytes_min ? size : 0;
}

std::size_t private_key(std::string_view rest) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view end = "-----END ";
  if (!rest.starts_with(begin)) return 0;
  const auto title = rest.substr(0, rest.find("-----", begin.size()));
  if (!title.ends_with("PRIVATE KEY")) return 0;
  const auto ends = rest.find(end);
  if (ends == std::string_view::npos) return rest.size();
  const auto closes = rest.find("-----", ends + end.size());
  return closes == std::string_view::npos ? rest.size() : closes + 5;
}

std::size_t telling(std::string_view rest) {
  for (const auto beginning : beginnings) {
    if (!rest.starts_with(beginning)) continue;
    const auto size = beginning.size() + run(rest.substr(beginning.size()), is_of_token);
    if (size - beginning.size() >= secret_bytes_min) return size;
  }
  return std::max(web_token(rest), private_key(rest));
}

// The size of "@example.com" at the beginning of `rest`; 0 when no address can end so.
std::size_t domain(std::string_view rest) {
  const auto size = run(rest.substr(1), is_of_domain);
  const auto name = rest.substr(1, size);
  const auto dot = name.find('.');
  const bool is_one = dot != std::string_view::npos && dot > 0 && dot + 2 < name.size();
  return is_one ? size + 1 : 0;
}

}  // namespace

std::string redacted(std::string_view text, std::span<const Secret> all_known) {
  const auto known = known_in(text, all_known);
  std::string out;
  out.reserve(text.size());
  std::size_t word_begins = 0;  // in `out`: what an address could begin with
  for (std::size_t i = 0; i < text.size();) {
    const auto rest = text.substr(i);
    const bool at_word = i == 0 || !is_word(text[i - 1]);
    auto size = known_here(rest, known);
    if (size == 0 && at_word) size = telling(rest);
    if (size > 0) {
      out += mark;
      word_begins = out.size();
      i += size;
      continue;
    }
    if (text[i] == '@' && word_begins < out.size()) {
      if (const auto ends = domain(rest); ends > 0) {
        out.resize(word_begins);
        out += mark;
        word_begins = out.size();
        i += ends;
        continue;
      }
    }
    out += text[i];
    if (!is_of_mailbox(text[i])) word_begins = out.size();
    ++i;
  }
  return out;
}

}  // namespace agt::admin
