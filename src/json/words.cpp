#include "json/words.h"

#include "json/document.h"
#include "json/escapes.h"

namespace agt::json {

Words Words::spelled(std::string_view literal, bool escaped) {
  Words words;
  words.form_ = escaped ? Form::spelled : Form::both;
  if (literal.size() < shared_from)
    words.text_ = literal;
  else
    words.shared_ = std::make_shared<const std::string>(literal);
  return words;
}

const std::string& Words::plain() const {
  if (form_ == Form::spelled) {
    text_ = unescaped(held());
    shared_.reset();
    form_ = Form::plain;
  }
  return held();
}

// What it may be changed through. What comes may need escapes.
std::string& Words::own_plain() {
  static_cast<void>(plain());
  if (shared_) text_ = *shared_;
  shared_.reset();
  form_ = Form::plain;
  return text_;
}

std::size_t Words::size() const {
  const auto counted = form_ == Form::spelled ? unescaped_size(held()) : held().size();
  return counted ? *counted : plain().size();
}

std::string Words::take() && { return std::move(own_plain()); }

Words& Words::operator+=(std::string_view more) {
  own_plain() += more;
  return *this;
}

void Words::append(const Words& other) {
  if (empty()) {
    *this = other;
  } else if (literal() != nullptr && other.literal() != nullptr) {
    if (shared_) text_ = *std::exchange(shared_, nullptr);
    text_ += other.held();
    if (other.form_ == Form::spelled) form_ = Form::spelled;
  } else {
    *this += other.plain();
  }
}

}  // namespace agt::json
