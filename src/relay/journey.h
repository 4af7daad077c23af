// The journey of one request: admit → plan → lease → call → translate → record. One object per request, on one
// coroutine; what it learns on the way is in its Trace.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/codec.h"
#include "dialect/form.h"
#include "dialect/keepsakes.h"
#include "dialect/paths.h"
#include "net/coding.h"
#include "net/runtime.h"
#include "net/server.h"
#include "pool/pool.h"
#include "relay/continued.h"
#include "relay/plan.h"
#include "relay/pursuit.h"
#include "relay/relay.h"
#include "relay/tap.h"
#include "relay/tape.h"
#include "relay/trace.h"
#include "relay/verdict.h"

namespace agt::relay {

class Journey {
 public:
  Journey(const Services& services, net::Worker& worker, Desk& desk, net::Exchange& exchange, std::string id);
  [[nodiscard]] Task<> run();

 private:
  // journey.cpp: from the head to the targets
  [[nodiscard]] Task<Result<>> travel();
  [[nodiscard]] Result<> admit();
  [[nodiscard]] Result<> show_key(const Secret& shown);
  [[nodiscard]] bool is_lost_browser() const;
  [[nodiscard]] Task<Result<>> send_to_interface();
  [[nodiscard]] Task<Result<>> answer_probe();
  [[nodiscard]] Task<Result<>> list_models();
  [[nodiscard]] Task<Result<>> show_model();
  [[nodiscard]] Task<Result<>> forward();
  [[nodiscard]] Result<> find_route(std::string body);
  [[nodiscard]] std::string_view body() const { return body_ ? std::string_view(*body_) : std::string_view(); }
  [[nodiscard]] Result<> read_ask();
  [[nodiscard]] Result<> read_form();
  [[nodiscard]] Result<> note_ask();
  void record();
  void keep_messages();

  // attempts.cpp: from the targets to one answer
  [[nodiscard]] Task<Result<>> try_targets(const Route& route);
  [[nodiscard]] static Task<Result<>> ended(Result<> outcome);  // for what turns out to need no waiting
  [[nodiscard]] Task<Result<>> attempt(const Target& target, const provider::Upstream& upstream);
  // unsigned.cpp: the same account once more, without what it could not verify
  [[nodiscard]] bool signature_refused(const Error& error, const provider::Upstream& upstream) const;
  [[nodiscard]] Task<Result<>> attempt_unsigned(const Target& target, const provider::Upstream& upstream, Error error);
  [[nodiscard]] std::uint64_t session();
  // continued.cpp
  void follow_trail();
  void leave_trail(std::string_view id, std::string_view owner);
  void leave_trail_of(std::string_view answer);
  void note_passed(std::vector<Pursuit::Passed> passed);
  [[nodiscard]] Task<Result<>> wait(const Pursuit::Step& step, net::Bell& bell);
  void close_attempt(const Error& error, Pursuit& pursuit, pool::Lease& lease);
  [[nodiscard]] Error given_up(const Pursuit::Step& step, const Route& route, std::optional<Error> last) const;

  // lanes.cpp, translation.cpp: one call to an upstream
  [[nodiscard]] Task<Result<>> pass_through(const Target& target, const provider::Upstream& upstream);
  [[nodiscard]] Result<> read_passing(const net::ResponseHead& head, const std::string& whole, net::Headers& headers);
  [[nodiscard]] Task<Result<>> pass_stream(net::Reply& reply, bool framed);
  struct Passage;
  [[nodiscard]] Task<Result<>> begin_passage(Passage& passage, const net::ResponseHead& head);
  [[nodiscard]] Task<Result<>> end_passage(Passage& passage, Result<net::Piece>& end);
  [[nodiscard]] Task<Result<>> cut_off(const Error& error);
  [[nodiscard]] Task<Result<>> translate(const Target& target, const provider::Upstream& upstream);
  [[nodiscard]] Task<Result<>> translate_stream(net::Reply& reply, const dialect::Codec& upstream_codec,
                                                dialect::ReadContext context);
  [[nodiscard]] Task<Result<>> translate_whole(net::Reply& reply, const dialect::Codec& upstream_codec,
                                               const dialect::ReadContext& context);
  [[nodiscard]] Task<Result<>> answer_locally(const provider::Upstream& upstream);
  [[nodiscard]] Task<Result<>> estimate_tokens();
  [[nodiscard]] Task<Result<>> bring_media(const provider::Upstream& upstream);  // media.cpp
  [[nodiscard]] Error with_media_named(Error error, const provider::Upstream& upstream);
  // questions.cpp: several questions in one request, for upstreams that take one at a time
  [[nodiscard]] Result<bool> asks_several();
  [[nodiscard]] Task<Result<>> answer_several(const Target& target, const provider::Upstream& upstream);
  [[nodiscard]] Task<Result<>> answer_question(const Target& target, const provider::Upstream& upstream);
  [[nodiscard]] bool more_follow() const { return question_ + 1 < questions_.size(); }
  // embeddings.cpp
  [[nodiscard]] Task<Result<>> translate_embeddings(const Target& target, const provider::Upstream& upstream);
  [[nodiscard]] Error not_there(std::string_view what, const provider::Upstream& upstream) const;
  [[nodiscard]] static Result<> refuse_losses(const std::vector<ir::Loss>& losses);
  [[nodiscard]] Task<Result<>> send_events(const std::vector<ir::Event>& events);
  [[nodiscard]] Task<Result<std::unique_ptr<net::Reply>>> call(const Target& target, const provider::Upstream& upstream,
                                                               std::string_view body, bool passthrough);
  [[nodiscard]] Task<Result<std::unique_ptr<net::Reply>>> dispatch(
      net::Call call, const net::Headers* client_headers);  // and keeps what was said
  // ready_call.cpp: with what the account gets first, and the envelope of its provider
  [[nodiscard]] Task<Result<std::unique_ptr<net::Reply>>> send_ready(const provider::Upstream& upstream,
                                                                     provider::Want want, std::string_view body,
                                                                     const net::Headers* client_headers);
  // signed_call.cpp: the call with the account's credential
  [[nodiscard]] Task<Result<std::unique_ptr<net::Reply>>> send(const provider::Upstream& upstream,
                                                               const provider::Want& want, std::string_view body,
                                                               const net::Headers* client_headers);
  [[nodiscard]] Result<const ir::Request*> parsed_request();
  [[nodiscard]] dialect::ReplyContext reply_context() const;
  [[nodiscard]] Task<Result<>> answer_whole(const ir::Response& response);
  [[nodiscard]] Task<Result<>> end_stream();  // unless more is to follow in it
  [[nodiscard]] Result<> recall();
  [[nodiscard]] bool continues_own();
  [[nodiscard]] bool to_be_remembered() const;
  void remember(const ir::Response& response, const dialect::ReplyContext& context);
  void remember_events(const std::vector<ir::Event>& events);
  void put_back_keepsakes();
  void keep_beside_calls(const std::vector<ir::Event>& events);
  void release_beside_calls();
  void take_note(const std::vector<ir::Event>& events);
  [[nodiscard]] Attempt& current() { return trace_.attempts.back(); }

  // answer.cpp: what goes to the client
  [[nodiscard]] Task<Result<>> respond(int status, net::Headers headers, std::string body);
  [[nodiscard]] Task<Result<>> begin(int status, net::Headers headers);
  [[nodiscard]] Task<Result<>> write(std::string_view bytes);
  [[nodiscard]] Task<Result<>> refuse(const Error& error);
  void add_own_headers(net::Headers& headers) const;
  [[nodiscard]] std::string warnings() const;
  [[nodiscard]] std::string server_timing() const;
  [[nodiscard]] Microseconds elapsed() const;

  const Services& services_;
  net::Worker& worker_;
  Desk& desk_;
  net::Exchange& exchange_;
  std::shared_ptr<const Snapshot> snapshot_;
  Instant start_;
  Trace trace_{};

  const ClientKey* key_ = nullptr;         // that the client showed, in the snapshot
  KeyMeter::Stay stay_{};                  // while the request counts among those of the key
  const dialect::Codec* codec_ = nullptr;  // the client's
  dialect::Endpoint endpoint_{};
  std::vector<net::Coding> codings_{};         // of the body as it comes
  std::shared_ptr<const std::string> body_{};  // once it is read; the texts of the conversation share it
  std::optional<json::Document> shallow_{};    // of the body: its top-level members
  std::optional<json::Document> document_{};   // the whole body, when a lane needs it
  std::string model_{};
  bool stream_ = false;
  std::optional<dialect::Form> form_{};     // of a body that is one
  bool batch_ = false;                      // what is asked upstream are the vectors of many texts
  std::unique_ptr<ir::Request> request_{};  // parsed when a lane needs it; apart, as a passing stream has none
  bool signatures_dropped_ = false;         // from request_, as an upstream could not verify them
  Continued continued_{};                   // what the request goes on from by its id
  bool bound_ = false;                      // to the account that gave that
  std::uint64_t session_ = 0;
  bool recalled_ = false;                      // it continues what we had kept, which now stands in it
  dialect::KeepsakeCollector beside_calls_{};  // of the answer
  std::unique_ptr<Tape> tape_{};               // when messages may be kept
  std::vector<std::string> questions_{};       // the body once for each, when it asks several
  std::size_t question_ = 0;                   // which is being answered
  std::vector<ir::Response> responses_{};      // to those before it, unless they are streamed
  ir::Usage spent_{};                          // by them
  bool stream_ended_ = false;
  pool::Lease* lease_ = nullptr;  // of the attempt that is under way
  Microseconds waited_{};         // since the last attempt, for an account

  // An upstream's refusal in the client's own dialect, to be handed on as it is.
  struct Verbatim {
    int status = 0;
    net::Headers headers{};
    std::string body{};
  };
  std::optional<Verbatim> verbatim_{};
};

}  // namespace agt::relay
