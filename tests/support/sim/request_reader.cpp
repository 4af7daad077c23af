#include "sim/request_reader.h"

#include "sim/limits.h"

namespace agt::sim {

RequestReader::RequestReader(Wire& wire) : wire_(wire), buffer_(read_bytes, '\0') {
  llhttp_init(&parser_, HTTP_REQUEST, &settings());
  parser_.data = this;
}

const llhttp_settings_t& RequestReader::settings() {
  static const auto made = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    const auto grow = [](RequestReader& self, std::size_t size) {
      self.head_bytes_ += size;
      return self.head_bytes_ > head_bytes_max ? HPE_USER : HPE_OK;
    };
    static const auto self = [](llhttp_t* p) -> RequestReader& { return *static_cast<RequestReader*>(p->data); };
    static const auto counted = grow;
    s.on_method = [](llhttp_t* p, const char* at, std::size_t size) -> int {
      self(p).filling_->method.append(at, size);
      return counted(self(p), size);
    };
    s.on_url = [](llhttp_t* p, const char* at, std::size_t size) -> int {
      self(p).filling_->target.append(at, size);
      return counted(self(p), size);
    };
    s.on_header_field = [](llhttp_t* p, const char* at, std::size_t size) -> int {
      auto& reader = self(p);
      auto& headers = reader.filling_->headers;
      if (reader.last_was_value_) headers.emplace_back();
      reader.last_was_value_ = false;
      for (std::size_t i = 0; i < size; ++i) headers.back().name += text::lower(at[i]);
      return counted(reader, size);
    };
    s.on_header_value = [](llhttp_t* p, const char* at, std::size_t size) -> int {
      auto& reader = self(p);
      reader.filling_->headers.back().value.append(at, size);
      reader.last_was_value_ = true;
      return counted(reader, size);
    };
    // An empty value calls only this: without it the next name would be glued to the one before.
    s.on_header_value_complete = [](llhttp_t* p) -> int {
      self(p).last_was_value_ = true;
      return HPE_OK;
    };
    s.on_headers_complete = [](llhttp_t* p) -> int {
      auto& reader = self(p);
      if (reader.filling_->header("expect") == "100-continue")
        if (!reader.wire_.write("HTTP/1.1 100 Continue\r\n\r\n")) return HPE_USER;
      return HPE_OK;
    };
    s.on_body = [](llhttp_t* p, const char* at, std::size_t size) -> int {
      auto& body = self(p).filling_->body;
      if (body.size() + size > body_bytes_max) return HPE_USER;
      body.append(at, size);
      return HPE_OK;
    };
    s.on_message_complete = [](llhttp_t* p) -> int {
      self(p).complete_ = true;
      return HPE_PAUSED;
    };
    return s;
  }();
  return made;
}

RequestReader::Got RequestReader::finish(Request& request) {
  request.keep_alive = llhttp_should_keep_alive(&parser_) != 0;
  begin_ = static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - buffer_.data());
  if (parser_.upgrade != 0) llhttp_resume_after_upgrade(&parser_);
  llhttp_resume(&parser_);
  return Got::request;
}

RequestReader::Got RequestReader::next(Request& request) {
  request.method.clear();
  request.target.clear();
  request.body.clear();
  request.headers.clear();
  filling_ = &request;
  complete_ = false;
  last_was_value_ = true;
  head_bytes_ = 0;
  for (;;) {
    if (begin_ == end_) {
      begin_ = 0;
      end_ = wire_.read(buffer_.data(), buffer_.size());
      if (end_ == 0) return Got::closed;
    }
    const auto result = llhttp_execute(&parser_, buffer_.data() + begin_, end_ - begin_);
    if (complete_) return finish(request);
    if (result != HPE_OK) {
      reason_ = llhttp_get_error_reason(&parser_);
      return Got::broken;
    }
    begin_ = end_;
  }
}

}  // namespace agt::sim
