#include "json/words.h"

#include "json/document.h"
#include "json/escapes.h"

namespace agt::json {

Words Words::spelled(std::string_view literal, bool escaped, const std::shared_ptr<const void>& keeper) {
  Words words;
  words.form_ = escaped ? Form::spelled : Form::both;
  if (keeper && literal.size() >= shared_from) {
    words.keeper_ = keeper;
    words.shared_ = literal;
  } else {
    words.text_ = literal;
  }
  return words;
}

void Words::own() const {
  if (!keeper_) return;
  text_ = shared_;
  keeper_.reset();
}

const std::string& Words::plain() const {
  if (form_ == Form::spelled) {
    text_ = unescaped(held());
    keeper_.reset();
    form_ = Form::plain;
  }
  own();
  return text_;
}

std::size_t Words::size() const {
  const auto counted = form_ == Form::spelled ? unescaped_size(held()) : held().size();
  return counted ? *counted : plain().size();
}

std::string Words::take() && {
  static_cast<void>(plain());
  form_ = Form::plain;
  return std::move(text_);
}

Words& Words::operator+=(std::string_view more) {
  static_cast<void>(plain());
  form_ = Form::plain;  // what comes may need escapes
  text_ += more;
  return *this;
}

void Words::append(const Words& other) {
  if (empty()) {
    *this = other;
  } else if (literal() && other.literal()) {
    own();
    text_ += other.held();
    if (other.form_ == Form::spelled) form_ = Form::spelled;
  } else {
    *this += other.plain();
  }
}

}  // namespace agt::json
