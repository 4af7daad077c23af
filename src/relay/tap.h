// Watches a stream that passes through untranslated. Up to the first semantic event the bytes are held back, so that
// an error inside a 200 can still be retried; after that only the tail is kept, to read usage and stop reason from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "dialect/codec.h"

namespace agt::relay {

class Tap {
 public:
  // `framed`: the stream is server-sent events; else nothing can be seen in it and nothing is held back.
  Tap(const dialect::Codec& codec, bool framed) : codec_(codec), holding_(framed), framed_(framed) {}

  // Takes the next bytes. While holding, they are kept; afterwards they are only looked at.
  void take(std::string_view bytes);
  [[nodiscard]] bool holding() const { return holding_; }
  [[nodiscard]] const std::string& held() const { return held_; }
  // An error event came before anything semantic.
  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

  // After the last byte. What the stream said about itself; `last` tells whether its terminal event came.
  [[nodiscard]] dialect::Observation finish();

 private:
  void observe(const dialect::SseEvent& event);
  void keep_tail(std::string_view bytes);
  void read_tail();
  void observe_all(std::string_view events);

  const dialect::Codec& codec_;
  bool holding_;
  bool framed_;
  dialect::SseDecoder decoder_{};
  std::string held_{};
  std::string tail_{};
  bool tail_cut_ = false;
  std::optional<Error> failed_{};
  dialect::Observation seen_{};
};

}  // namespace agt::relay
