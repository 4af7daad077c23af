#include "json/words.h"

#include "json/document.h"
#include "json/escapes.h"

namespace agt::json {

Words Words::spelled(std::string_view literal, bool escaped) {
  Words words(literal);
  words.form_ = escaped ? Form::spelled : Form::both;
  return words;
}

const std::string& Words::plain() const {
  if (form_ == Form::spelled) {
    text_ = unescaped(text_);
    form_ = Form::plain;
  }
  return text_;
}

std::size_t Words::size() const {
  const auto counted = form_ == Form::spelled ? unescaped_size(text_) : text_.size();
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
  if (text_.empty()) {
    *this = other;
  } else if (literal() != nullptr && other.literal() != nullptr) {
    text_ += other.text_;
    if (other.form_ == Form::spelled) form_ = Form::spelled;
  } else {
    *this += other.plain();
  }
}

}  // namespace agt::json
