// What was really said, word by word, for a request that the user wants to look into: the client's request, what went
// to the upstream, its reply, and the answer. Bounded, and credentials in the heads are masked.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/client.h"
#include "net/http.h"

namespace agt::relay {

// Of which requests.
enum class Capture : std::uint8_t { none, failures, all };

// One message: its first line, its headers, a blank line, its body; lines end with '\n'.
struct KeptMessage {
  enum class Kind : std::uint8_t { client, upstream, upstream_reply, reply };
  Kind kind{};
  std::string content_type{};
  std::string text{};
  bool truncated = false;  // the body was longer than message_bytes_kept_max
};

// "…" in place of what could be a credential.
[[nodiscard]] std::string_view shown_value(std::string_view header, std::string_view value);

class Tape {
 public:
  void asked(const net::RequestHead& head, std::string_view body);
  // One attempt after the other: the last one is kept.
  void sent(const net::Call& call);
  [[nodiscard]] std::unique_ptr<net::Reply> listen(std::unique_ptr<net::Reply> reply);
  void answered(int status, const net::Headers& headers);
  void said(std::string_view bytes);  // of the answer

  [[nodiscard]] std::vector<KeptMessage> take();  // those there are

 private:
  friend class TapedReply;
  [[nodiscard]] KeptMessage& begin(KeptMessage::Kind kind, std::string first_line, const net::Headers& headers);
  void append(KeptMessage::Kind kind, std::string_view bytes);

  std::array<KeptMessage, 4> messages_{};
  std::array<std::size_t, 4> body_begins_{};
};

}  // namespace agt::relay
