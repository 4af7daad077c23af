// Errors for Gemini clients: google.rpc.Status with the details that their retry logic reads.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "dialect/gemini/functions.h"
#include "json/writer.h"

namespace agt::dialect::gemini {
namespace {

struct Shape {
  int http = 500;
  std::string_view status;
};

Shape shape_of(Meaning meaning) {
  switch (meaning) {
    case Meaning::bad_request:
    case Meaning::context_too_long: return {400, "INVALID_ARGUMENT"};
    case Meaning::key_bad: return {401, "UNAUTHENTICATED"};
    case Meaning::upstream_auth: return {502, "UNAVAILABLE"};
    case Meaning::billing: return {429, "RESOURCE_EXHAUSTED"};
    case Meaning::forbidden: return {403, "PERMISSION_DENIED"};
    case Meaning::not_found:
    case Meaning::model_unknown: return {404, "NOT_FOUND"};
    case Meaning::method_not_allowed: return {405, "UNIMPLEMENTED"};
    case Meaning::conflict: return {409, "ABORTED"};
    case Meaning::too_large: return {413, "INVALID_ARGUMENT"};
    case Meaning::head_too_large: return {431, "INVALID_ARGUMENT"};
    case Meaning::unsupported_media: return {415, "INVALID_ARGUMENT"};
    case Meaning::expectation_failed: return {417, "INVALID_ARGUMENT"};
    case Meaning::upgrade_required: return {426, "UNIMPLEMENTED"};
    case Meaning::not_implemented: return {501, "UNIMPLEMENTED"};
    case Meaning::request_timeout: return {408, "DEADLINE_EXCEEDED"};
    case Meaning::rate_limit:
    case Meaning::quota: return {429, "RESOURCE_EXHAUSTED"};
    case Meaning::overloaded:
    case Meaning::unavailable: return {503, "UNAVAILABLE"};
    case Meaning::timeout: return {504, "DEADLINE_EXCEEDED"};
    case Meaning::upstream_broke: return {502, "INTERNAL"};
    case Meaning::internal: return {500, "INTERNAL"};
    case Meaning::cancelled: return {499, "CANCELLED"};
  }
  std::unreachable();
}

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// "34.4s": seconds with as many decimals as are needed.
std::string duration_text(std::chrono::milliseconds delay) {
  const auto count = delay.count();
  auto out = fmt::format("{}.{:03}", count / 1000, count % 1000);
  while (out.ends_with('0')) out.pop_back();
  if (out.ends_with('.')) out.pop_back();
  return out + "s";
}

void write_details(json::Writer& writer, const Error& error, std::string_view trace) {
  writer.key("details");
  writer.begin_array();
  writer.begin_object();
  writer.field("@type", "type.googleapis.com/google.rpc.ErrorInfo");
  writer.field("reason", upper(name(error.code)));
  writer.field("domain", "antigravity-tools");
  writer.key("metadata");
  writer.begin_object();
  writer.field("trace", trace);
  writer.end_object();
  writer.end_object();
  if (!error.field.empty()) {
    writer.begin_object();
    writer.field("@type", "type.googleapis.com/google.rpc.BadRequest");
    writer.key("fieldViolations");
    writer.begin_array();
    writer.begin_object();
    writer.field("field", error.field);
    writer.field("description", error.message);
    writer.end_object();
    writer.end_array();
    writer.end_object();
  }
  if (error.retry_after && error.retry_after->count() >= 0) {
    writer.begin_object();
    writer.field("@type", "type.googleapis.com/google.rpc.RetryInfo");
    writer.field("retryDelay", duration_text(*error.retry_after));
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

std::string error_object(const Error& error, std::string_view trace) {
  const auto shape = shape_of(error.meaning());
  json::Writer writer;
  writer.begin_object();
  writer.field("code", shape.http);
  writer.field("message", error.message.empty() ? std::string(error.remedy()) : error.message);
  writer.field("status", shape.status);
  write_details(writer, error, trace);
  writer.end_object();
  return std::move(writer).take();
}

ErrorReply render_error(const Error& error, std::string_view trace) {
  auto body = fmt::format(R"({{"error":{}}})", error_object(error, trace));
  return {.status = shape_of(error.meaning()).http, .body = std::move(body)};
}

}  // namespace agt::dialect::gemini
