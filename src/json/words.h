// A text that stays as JSON spelled it for as long as it only passes through: what is neither looked into nor changed
// is not unescaped and escaped again. Requests of coding agents are mostly such texts, and translating puts them into
// several conversations: long ones stay in the source and are shared by all copies. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agt::json {

class Words {
 public:
  Words() = default;
  Words(std::string plain) : text_(std::move(plain)) {}  // NOLINT(*-explicit-*): every text is one
  Words(std::string_view plain) : text_(plain) {}        // NOLINT(*-explicit-*)
  Words(const char* plain) : text_(plain) {}             // NOLINT(*-explicit-*)
  // Of a valid string literal, given without its quotes, whose escapes name whole characters. A long one that `keeper`
  // keeps alive is not copied.
  [[nodiscard]] static Words spelled(std::string_view literal, bool escaped,
                                     const std::shared_ptr<const void>& keeper = {});

  // The text itself. One that is still spelled is unescaped once.
  [[nodiscard]] const std::string& plain() const;
  operator const std::string&() const { return plain(); }  // NOLINT(*-explicit-*)
  [[nodiscard]] std::string take() &&;

  [[nodiscard]] bool empty() const { return held().empty(); }
  [[nodiscard]] std::size_t size() const;  // of the plain text

  Words& operator+=(std::string_view plain);
  void append(const Words& other);
  friend bool operator==(const Words& a, const Words& b) { return a.plain() == b.plain(); }

  // What stands between the quotes of a literal, or nothing for a text that was never one.
  [[nodiscard]] std::optional<std::string_view> literal() const {
    return form_ == Form::plain ? std::nullopt : std::optional(held());
  }

 private:
  enum class Form : unsigned char { plain, spelled, both };  // both: a literal without escapes
  static constexpr std::size_t shared_from = 64;             // below, a copy costs no more than sharing
  [[nodiscard]] std::string_view held() const { return keeper_ ? shared_ : text_; }
  void own() const;  // what is shared

  mutable std::string text_{};
  mutable std::shared_ptr<const void> keeper_{};  // of shared_, which then stands for text_
  mutable std::string_view shared_{};
  mutable Form form_ = Form::plain;
};

}  // namespace agt::json
