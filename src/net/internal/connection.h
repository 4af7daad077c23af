// A client's connection: one coroutine that reads a head, lets the handler answer, and begins again. The connection is
// itself the Exchange of the request it is at.
#pragma once

#include <array>
#include <boost/asio/cancellation_signal.hpp>
#include <expected>
#include <optional>
#include <string>
#include <variant>

#include "net/guard.h"
#include "net/internal/read_buffer.h"
#include "net/internal/request_body.h"
#include "net/internal/service.h"
#include "net/internal/stream.h"
#include "net/server.h"

namespace agt::net {

class Connection final : public Exchange, private Stream, private TurnEnd {
 public:
  Connection(Service& service, int fd, Peer peer);
  ~Connection() override;

  [[nodiscard]] Task<> run();
  void drain();  // closes if no request has begun
  void cut();    // cancels the handler and closes

  [[nodiscard]] boost::asio::cancellation_slot cancellation() { return cancel_.slot(); }

  [[nodiscard]] const RequestHead& head() const override { return request_.head; }
  [[nodiscard]] const Peer& peer() const override { return peer_; }
  [[nodiscard]] Task<Result<std::string>> read_body(std::size_t bytes_max) override;
  [[nodiscard]] Task<Result<>> respond(ResponseHead head, std::string body) override;
  [[nodiscard]] Task<Result<>> begin(ResponseHead head) override;
  [[nodiscard]] Task<Result<>> write(std::string_view bytes) override;
  [[nodiscard]] Task<Result<>> end() override;
  [[nodiscard]] bool answered() const override { return answer_ != Answer::none; }
  [[nodiscard]] bool client_gone() const override { return gone_; }
  [[nodiscard]] bool draining() const override { return service_.draining(); }

  Connection* previous = nullptr;  // of the service's list
  Connection* next = nullptr;

 private:
  enum class Answer : std::uint8_t { none, streaming, complete };
  struct Quiet {};  // to be closed without a word
  using Unserved = std::variant<Quiet, Refused>;

  [[nodiscard]] Task<std::expected<void, Unserved>> next_request();
  [[nodiscard]] std::expected<std::size_t, Unserved> head_end();
  [[nodiscard]] std::expected<void, Unserved> accept_head(std::size_t bytes);
  void begin_exchange();
  void note_bug(const std::exception& bug);
  void end_exchange();
  [[nodiscard]] Task<> refuse(Refused refused);
  [[nodiscard]] Task<> linger();

  [[nodiscard]] std::string buffered_body();
  [[nodiscard]] Task<Result<std::string>> read_sized();
  [[nodiscard]] Task<Result<std::string>> read_chunked(std::size_t bytes_max);
  [[nodiscard]] Result<> trickles(Moment since, std::size_t bytes) const;
  [[nodiscard]] Task<Result<>> wait_for_body(Moment since, std::size_t bytes);
  [[nodiscard]] Task<Result<>> announce_continue();
  void skip_unread_body();
  [[nodiscard]] bool body_is_here() const;

  [[nodiscard]] std::string& text_to_send();
  void start_answer(const ResponseHead& head, bool streaming, std::size_t bytes);
  [[nodiscard]] Task<Result<>> flush(std::array<std::string_view, 2> tail);
  [[nodiscard]] bool send_some(std::array<std::string_view, 2>& tail);  // false: the kernel has no room
  void lose_client();

  void turn_ends() override;
  void peer_has_closed() override;
  void room_to_write() override;

  Service& service_;
  Peer peer_;
  boost::asio::cancellation_signal cancel_{};
  ReadBuffer buffer_;
  std::size_t scanned_ = 0;  // of the buffer, by find_head_end
  RequestParser parser_{};
  GuardedRequest request_{};
  std::size_t body_taken_ = 0;  // of a body with content-length
  bool body_complete_ = true;
  bool continue_owed_ = false;

  std::string out_{};  // written, not yet taken by the kernel
  std::size_t out_sent_ = 0;
  bool stalled_ = false;   // out_ waits for room
  bool flushing_ = false;  // a coroutine waits for room and sends the rest itself
  Answer answer_ = Answer::none;
  bool chunked_ = false;
  bool body_wanted_ = true;  // no: HEAD, 204, 304
  bool closing_ = false;     // after this answer
  bool lingering_ = false;   // the client may still be sending
  bool served_before_ = false;
  bool idle_ = false;
  bool handling_ = false;
  bool gone_ = false;
};

}  // namespace agt::net
