// Code Assist: Gemini in an envelope that names model and project, for accounts that a user signed in to. Google
// documents it in the source of its own command line only, and its terms bind it to that: so nothing goes there unless
// the user adds such an account.
// Source: github.com/google-gemini/gemini-cli, packages/core/src/code_assist (converter.ts, server.ts), 2026-11.
#include <fmt/format.h>

#include "core/text.h"
#include "json/document.h"
#include "json/splice.h"
#include "json/writer.h"
#include "provider/exchange.h"
#include "provider/families.h"

namespace agt::provider {
namespace {

std::string target(std::string_view base_path, const Want& want) {
  const auto base =
      base_path.ends_with("/v1internal") ? std::string(base_path) : fmt::format("{}/v1internal", base_path);
  switch (want.operation) {
    case dialect::Operation::count_tokens: return base + ":countTokens";
    // There is no list of models; the quotas of a project are told by model.
    case dialect::Operation::list_models:
    case dialect::Operation::show_model: return base + ":retrieveUserQuota";
    case dialect::Operation::generate:
    case dialect::Operation::complete:
    case dialect::Operation::embed:
    case dialect::Operation::edit_image:
    case dialect::Operation::vary_image:
    case dialect::Operation::transcribe:
    case dialect::Operation::translate_speech:
    case dialect::Operation::draw:
    case dialect::Operation::not_served: break;
  }
  return base + (want.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
}

// ---- the envelope --------------------------------------------------------------------------------------------------

// Its counter refuses parts that are marked as thoughts.
void write_unmarked(json::Writer& w, json::Value value) {
  if (value.is_array()) {
    w.begin_array();
    for (const auto item : value.children()) write_unmarked(w, item);
    w.end_array();
    return;
  }
  if (!value.is_object() || !(value["parts"].exists() || value["thought"].exists())) {
    w.raw(value.raw());
    return;
  }
  w.begin_object();
  for (const auto member : value.children()) {
    if (member.key_is("thought")) continue;
    w.key(member.key());
    write_unmarked(w, member);
  }
  w.end_object();
}

std::string bare(std::string_view model) {
  if (model.starts_with("models/")) model.remove_prefix(std::string_view("models/").size());
  return std::string(model);
}

Result<std::string> wrap(std::string_view request, const Want& want) {
  TRY(const auto document, json::Document::parse(request));
  const auto root = document.root();
  json::Writer w;
  w.begin_object();
  if (want.operation == dialect::Operation::count_tokens) {
    const auto nested = root["generateContentRequest"];
    w.key("request");
    w.begin_object();
    w.field("model", fmt::format("models/{}", bare(want.model)));
    w.key("contents");
    const auto contents = nested.exists() ? nested["contents"] : root["contents"];
    if (!contents.is_array()) return fail(Code::schema, "contents: must be an array.", "contents");
    write_unmarked(w, contents);
    w.end_object();
  } else {
    w.field("model", bare(want.model));
    if (!want.project.empty()) w.field("project", want.project);
    if (!want.request_id.empty()) w.field("user_prompt_id", want.request_id);
    w.key("request");
    w.raw(root.raw());
  }
  w.end_object();
  return std::move(w).take();
}

std::string unwrap(std::string_view reply) {
  const auto document = json::Document::parse(reply);
  if (!document || !document->root()["response"].is_object()) return std::string(reply);
  const auto inner = document->root()["response"];
  const auto trace = document->root()["traceId"];
  if (inner["responseId"].exists() || !trace.is_string()) return std::string(inner.raw());
  const auto alone = json::Document::parse(inner.raw());
  return alone ? json::spliced(inner.raw(), json::set_member(*alone, "responseId", trace.raw()))
               : std::string(inner.raw());
}

// ---- the project ---------------------------------------------------------------------------------------------------

bool wanted(const Upstream& upstream) { return upstream.project.empty(); }

Result<std::pair<net::Call, Secret>> ask(const Upstream& upstream, WallTime /*now*/) {
  net::Call call{.url = upstream.base,
                 .target = fmt::format("{}{}:loadCodeAssist", upstream.base.path,
                                       upstream.base.path.ends_with("/v1internal") ? "" : "/v1internal"),
                 .headers = own_headers_only()};
  call.headers.add("content-type", "application/json");
  call.headers.add("authorization", "Bearer ");
  call.headers.extend_last(upstream.key.reveal());
  // Said as unspecified: we are none of the programs that it knows.
  return std::pair(
      std::move(call),
      Secret(
          R"({"metadata":{"ideType":"IDE_UNSPECIFIED","platform":"PLATFORM_UNSPECIFIED","pluginType":"PLUGIN_UNSPECIFIED"}})"));
}

Result<Obtained> read(int status, std::string_view body, WallTime now) {
  constexpr int server_errors = 500;
  const auto document = json::Document::parse(body);
  const auto root = document ? document->root() : json::Value();
  const auto why = text::quoted(root["error"]["message"].text_or(""), 200);
  if (status == 429 || status >= server_errors)
    return fail(Code::internal_5xx, fmt::format("loadCodeAssist answered {}: {}", status, why));
  if (status == 401) return fail(Code::key_rejected, fmt::format("loadCodeAssist answered 401: {}", why));
  if (status != 200) return fail(Code::forbidden, fmt::format("loadCodeAssist answered {}: {}", status, why));
  auto project = root["cloudaicompanionProject"].text_or("");
  // Signing up accepts terms in the user's name: that is for the user to do.
  if (project.empty())
    return fail(Code::project_missing,
                "This Google account has no Code Assist project yet: sign up with Google's own tool once, or give one "
                "with --project.");
  constexpr auto life = std::chrono::hours(24);
  return Obtained{.value = Secret(std::move(project)), .good_until = now + life};
}

void apply(Upstream& upstream, const Secret& value) { upstream.project = value.reveal(); }

std::string list_body(const Upstream& upstream) {
  return fmt::format("{{\"project\":{}}}", json::quoted(upstream.project));
}

constexpr Exchange project{.name = "Code Assist project", .wanted = wanted, .ask = ask, .read = read, .apply = apply};
constexpr Envelope envelope{.wrap = wrap, .unwrap = unwrap};

}  // namespace

const Family code_assist_family{.name = "code-assist",
                                .dialect = ir::Dialect::gemini,
                                .default_base_url = "https://cloudcode-pa.googleapis.com",
                                .key_style = KeyStyle::bearer,
                                .target = target,
                                .exchange = &project,
                                .envelope = &envelope,
                                .wants_media_inside = true,
                                .read_quota = quota_in_buckets,
                                .list_body = list_body};

}  // namespace agt::provider
