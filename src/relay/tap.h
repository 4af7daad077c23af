// Watches a stream that passes through untranslated. Up to the first semantic event the bytes are held back, so that
// an error inside a 200 can still be retried; after that only the tail is kept, to read usage and stop reason from it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "dialect/codec.h"
#include "net/http.h"

namespace agt::relay {

[[nodiscard]] bool is_event_stream(const net::ResponseHead& head);

class Tap {
 public:
  // `framed`: the stream is server-sent events; else nothing can be seen in it and nothing is held back.
  Tap(const dialect::Codec& codec, bool framed) : codec_(codec), holding_(framed), framed_(framed) {}

  // Takes the next bytes and gives those that may go on: nothing while holding, then all that was held, then what came.
  // Good until the next call and as long as `bytes`.
  [[nodiscard]] std::string_view take(std::string_view bytes);
  [[nodiscard]] bool holding() const { return holding_; }
  [[nodiscard]] bool holds_something() const { return holding_ && !held_.empty(); }
  // An error event came before anything semantic.
  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

  // After the last byte. What the stream said about itself; `last` tells whether its terminal event came.
  [[nodiscard]] dialect::Observation finish();

 private:
  void peek(std::string_view bytes);
  void observe(const dialect::SseEvent& event);
  [[nodiscard]] bool decided() const { return seen_.semantic || seen_.failed || seen_.last; }
  void keep_tail(std::string_view bytes);
  void read_tail();
  void observe_all(std::string_view events);

  const dialect::Codec& codec_;
  bool holding_;
  bool framed_;
  std::unique_ptr<dialect::SseDecoder> decoder_{};  // while holding
  std::string held_{};
  std::string tail_{};
  bool tail_cut_ = false;
  std::optional<Error> failed_{};
  dialect::Observation seen_{};
};

}  // namespace agt::relay
