// Overloaded builds a visitor from lambdas. Give it one lambda per kind and no generic arm, so that a new kind does
// not compile until somebody has thought about it.
#pragma once

namespace agt {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace agt
