#include "relay/tape.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "relay/limits.h"

namespace agt::relay {
namespace {

constexpr std::string_view masked = "…";

// Any header whose name speaks of one; a harmless one that is masked costs little.
constexpr auto telltales = std::to_array<std::string_view>({"auth", "key", "token", "cookie", "secret", "credential"});

std::string shown_target(std::string_view target) {
  const auto question = target.find('?');
  if (question == std::string_view::npos) return std::string(target);
  const auto query = target.substr(question + 1);
  if (!net::query_parameter(query, "key")) return std::string(target);
  auto rest = net::without_query_parameter(query, "key");
  return fmt::format("{}?{}{}key={}", target.substr(0, question), rest, rest.empty() ? "" : "&", masked);
}

std::size_t place(KeptMessage::Kind kind) { return static_cast<std::size_t>(std::to_underlying(kind)); }

}  // namespace

std::string_view shown_value(std::string_view header, std::string_view value) {
  const auto name = text::lowered(header);
  const bool tells = std::ranges::any_of(telltales, [&](std::string_view word) { return name.contains(word); });
  return tells ? masked : value;
}

// Keeps what passes through.
class TapedReply final : public net::Reply {
 public:
  TapedReply(std::unique_ptr<net::Reply> reply, Tape& tape) : reply_(std::move(reply)), tape_(tape) {}

  [[nodiscard]] const net::ResponseHead& head() const override { return reply_->head(); }
  [[nodiscard]] const net::CallTimings& timings() const override { return reply_->timings(); }
  [[nodiscard]] Task<Result<net::Piece>> next(Milliseconds patience) override {
    auto piece = co_await reply_->next(patience);
    if (piece && piece->kind == net::Piece::Kind::bytes) tape_.append(KeptMessage::Kind::upstream_reply, piece->bytes);
    co_return piece;
  }
  [[nodiscard]] Task<Result<std::string>> whole(std::size_t bytes_max) override {
    auto body = co_await reply_->whole(bytes_max);
    if (body) tape_.append(KeptMessage::Kind::upstream_reply, *body);
    co_return body;
  }

 private:
  std::unique_ptr<net::Reply> reply_;
  Tape& tape_;
};

KeptMessage& Tape::begin(KeptMessage::Kind kind, std::string first_line, const net::Headers& headers) {
  auto& message = messages_.at(place(kind));
  message = {.kind = kind,
             .content_type = std::string(headers.get_or("content-type", "")),
             .text = std::move(first_line),
             .truncated = false};
  message.text += '\n';
  for (const auto& [name, value] : headers) message.text += fmt::format("{}: {}\n", name, shown_value(name, value));
  message.text += '\n';
  body_begins_.at(place(kind)) = message.text.size();
  return message;
}

void Tape::append(KeptMessage::Kind kind, std::string_view bytes) {
  auto& message = messages_.at(place(kind));
  const auto kept = message.text.size() - body_begins_.at(place(kind));
  const auto room = message_bytes_kept_max - std::min(kept, message_bytes_kept_max);
  message.text += bytes.substr(0, room);
  if (bytes.size() > room) message.truncated = true;
}

void Tape::asked(const net::RequestHead& head, std::string_view body) {
  static_cast<void>(
      begin(KeptMessage::Kind::client, fmt::format("{} {}", head.method, shown_target(head.target)), head.headers));
  append(KeptMessage::Kind::client, body);
}

void Tape::sent(const net::Call& call) {
  static_cast<void>(begin(KeptMessage::Kind::upstream,
                          fmt::format("{} {}://{}{}", call.method, call.url.tls ? "https" : "http",
                                      call.url.authority(), shown_target(call.target)),
                          call.headers));
  append(KeptMessage::Kind::upstream, call.body);
  messages_.at(place(KeptMessage::Kind::upstream_reply)) = {};
}

std::unique_ptr<net::Reply> Tape::listen(std::unique_ptr<net::Reply> reply) {
  static_cast<void>(
      begin(KeptMessage::Kind::upstream_reply, std::to_string(reply->head().status), reply->head().headers));
  return std::make_unique<TapedReply>(std::move(reply), *this);
}

void Tape::answered(int status, const net::Headers& headers) {
  static_cast<void>(begin(KeptMessage::Kind::reply, std::to_string(status), headers));
}

void Tape::said(std::string_view bytes) { append(KeptMessage::Kind::reply, bytes); }

std::vector<KeptMessage> Tape::take() {
  std::vector<KeptMessage> kept;
  for (auto& message : messages_)
    if (!message.text.empty()) kept.push_back(std::move(message));
  return kept;
}

}  // namespace agt::relay
