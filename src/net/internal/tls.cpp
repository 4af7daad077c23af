#include "net/internal/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "net/internal/resolver.h"

namespace agt::net {
namespace {

constexpr std::size_t record_bytes_max = 16 * 1024;
constexpr std::size_t sessions_max = 64;

std::string last_reason() {
  const auto code = ERR_peek_last_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason != nullptr ? reason : "the connection was closed during the handshake";
}

// Why a file could not be loaded: what came first, which the later errors only call "system lib".
std::string first_reason() {
  const auto code = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "it holds no certificate";
}

}  // namespace

// Between OpenSSL and the stream: no copy, no buffer.
struct Tls::Bio {
  static Tls& self(BIO* bio) { return *static_cast<Tls*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* to, int size) {
    BIO_clear_retry_flags(bio);
    const auto got = self(bio).stream_.Stream::receive(to, static_cast<std::size_t>(size));
    if (got.outcome == Transfer::Outcome::moved) return static_cast<int>(got.bytes);
    if (got.outcome == Transfer::Outcome::ended) return 0;
    if (got.outcome == Transfer::Outcome::blocked) BIO_set_retry_read(bio);
    return -1;
  }
  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    const auto sent = self(bio).stream_.Stream::send(std::string_view(from, static_cast<std::size_t>(size)));
    if (sent.outcome == Transfer::Outcome::moved) return static_cast<int>(sent.bytes);
    if (sent.outcome == Transfer::Outcome::blocked) BIO_set_retry_write(bio);
    return -1;
  }
  static long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static const BIO_METHOD* method() {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> value = [] {
      std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made(
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream"), BIO_meth_free);
      BIO_meth_set_read(made.get(), read);
      BIO_meth_set_write(made.get(), write);
      BIO_meth_set_ctrl(made.get(), control);
      return made;
    }();
    return value.get();
  }

  static int new_session(SSL* ssl, SSL_SESSION* session) {
    auto& tls = *static_cast<Tls*>(SSL_get_app_data(ssl));
    tls.context_.remember(tls.key_, session);
    return 1;  // the reference is ours now
  }
};

Result<std::unique_ptr<TlsContext>> TlsContext::make(const std::string& ca_file) {
  std::unique_ptr<TlsContext> made(new TlsContext);  // NOLINT: the constructor is private
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* const context = made->context_.get();
  if (context == nullptr) return fail(Code::internal, "OpenSSL has no memory for a TLS context.");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_security_level(context, 2);  // no SHA-1 signatures, no RSA below 2048 bits
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // a record in one recv, not two
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, Tls::Bio::new_session);
  SSL_CTX_set_default_verify_paths(context);
  constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context, http_1_1.data(), http_1_1.size());
  ERR_clear_error();
  if (!ca_file.empty() && SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    const auto why = first_reason();
    ERR_clear_error();
    return fail(Code::config, fmt::format("The file of certificate authorities {} cannot be used: {}.", ca_file, why));
  }
  return made;
}

SSL_SESSION* TlsContext::known_session(const std::string& host) const {
  const auto found = sessions_.find(host);
  return found == sessions_.end() ? nullptr : found->second.get();
}

void TlsContext::remember(const std::string& host, SSL_SESSION* session) {
  if (sessions_.size() >= sessions_max && !sessions_.contains(host)) sessions_.erase(sessions_.begin());
  sessions_[host].reset(session);
}

Tls::Tls(TlsContext& context, Stream& stream, std::string host, std::string key)
    : context_(context),
      stream_(stream),
      host_(std::move(host)),
      key_(std::move(key)),
      session_(SSL_new(context.get())) {
  auto* const ssl = session_.get();
  auto* const bio = BIO_new(Bio::method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_app_data(ssl, this);
  SSL_set_connect_state(ssl);
  auto* const checks = SSL_get0_param(ssl);
  // A certificate names its hosts in subjectAltName; the common name has not counted since RFC 2818 was replaced.
  X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (parse_address(host_, 0)) {
    X509_VERIFY_PARAM_set1_ip_asc(checks, host_.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(checks, host_.data(), host_.size());
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host_.data());  // the macro casts const away
  }
  if (auto* const known = context_.known_session(key_); known != nullptr) SSL_set_session(ssl, known);
}

// We close without a word, and OpenSSL would forget the session for it. HTTP framing tells a truncation, not this.
Tls::~Tls() { SSL_set_shutdown(session_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); }

Transfer Tls::handshake() {
  ERR_clear_error();
  const int returned = SSL_do_handshake(session_.get());
  if (returned == 1) return {.outcome = Transfer::Outcome::moved};
  const auto outcome = outcome_of(returned);
  if (outcome.outcome == Transfer::Outcome::blocked) return outcome;
  const auto verified = SSL_get_verify_result(session_.get());
  why_ = verified != X509_V_OK ? X509_verify_cert_error_string(verified) : last_reason();
  ERR_clear_error();
  return {.outcome = Transfer::Outcome::failed};
}

Error Tls::failure() const {
  const bool certificate = SSL_get_verify_result(session_.get()) != X509_V_OK;
  return {.code = Code::tls,
          .message = certificate ? fmt::format("The certificate of {} was refused: {}.", host_, why_)
                                 : fmt::format("The TLS handshake with {} failed: {}.", host_, why_)};
}

Transfer Tls::outcome_of(int returned) {
  switch (SSL_get_error(session_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return {};
    case SSL_ERROR_ZERO_RETURN: return {.outcome = Transfer::Outcome::ended};
    default: return {.outcome = Transfer::Outcome::failed, .error = EPROTO};  // also an end without close_notify
  }
}

// As many records as fit: what arrived together goes on together.
Transfer Tls::receive(char* to, std::size_t bytes_max) {
  std::size_t total = 0;
  while (total < bytes_max) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int returned = SSL_read_ex(session_.get(), to + total, bytes_max - total, &bytes);
    total += bytes;
    if (returned == 1) continue;
    if (total > 0) break;  // whatever stopped it comes again
    return outcome_of(returned);
  }
  return {.outcome = Transfer::Outcome::moved, .bytes = total};
}

Transfer Tls::send(std::span<const iovec> from) {
  std::string_view record(static_cast<const char*>(from.front().iov_base), from.front().iov_len);
  if (from.size() > 1 && record.size() < record_bytes_max) {
    first_record_.assign(record);
    const std::string_view next(static_cast<const char*>(from[1].iov_base), from[1].iov_len);
    first_record_ += next.substr(0, record_bytes_max - record.size());
    record = first_record_;
  }
  ERR_clear_error();
  std::size_t bytes = 0;
  const int returned = SSL_write_ex(session_.get(), record.data(), record.size(), &bytes);
  if (returned != 1) return outcome_of(returned);
  return {.outcome = Transfer::Outcome::moved, .bytes = bytes};
}

}  // namespace agt::net
