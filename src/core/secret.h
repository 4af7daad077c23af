// Secret holds a credential. It cannot be printed, logged or compared by accident, and is wiped when it goes.
#pragma once

#include <string>
#include <string_view>

namespace agt {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // The plain text. Call it only where it leaves for the wire or the vault.
  [[nodiscard]] std::string_view reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

  // What may be shown: the last four characters of a secret long enough that they do not give it away.
  [[nodiscard]] std::string hint() const;

  // Equality in a time that depends on the length of `candidate` alone. An empty secret equals nothing.
  [[nodiscard]] bool matches(std::string_view candidate) const;

 private:
  void wipe();
  std::string value_{};
};

}  // namespace agt
