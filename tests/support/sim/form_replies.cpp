#include "sim/form_replies.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "json/writer.h"
#include "sim/answer.h"
#include "sim/errors.h"
#include "sim/replies.h"

namespace agt::sim {
namespace {

struct Field {
  std::string name{};
  std::string file{};  // its name, when it is one
  std::string_view value{};
};

std::string quoted_parameter(std::string_view head, std::string_view name) {
  const auto mark = fmt::format("{}=\"", name);
  const auto at = head.find(mark);
  if (at == std::string_view::npos) return {};
  const auto rest = head.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find('"')));
}

// Nothing for what is no form, to the letter.
std::optional<std::vector<Field>> fields_of(const Request& request) {
  const auto type = request.header("content-type");
  constexpr std::string_view mark = "boundary=";
  const auto at = type.find(mark);
  if (!type.starts_with("multipart/form-data") || at == std::string_view::npos) return std::nullopt;
  std::string boundary(type.substr(at + mark.size()));
  std::erase(boundary, '"');
  const auto line = "--" + boundary;
  std::string_view rest = request.body;
  if (!rest.starts_with(line + "\r\n")) return std::nullopt;
  std::vector<Field> fields;
  while (rest.starts_with(line + "\r\n")) {
    rest.remove_prefix(line.size() + 2);
    const auto head_end = rest.find("\r\n\r\n");
    const auto value_end = rest.find("\r\n" + line, head_end);
    if (head_end == std::string_view::npos || value_end == std::string_view::npos) return std::nullopt;
    const auto head = rest.substr(0, head_end);
    fields.push_back({.name = quoted_parameter(head, " name"),
                      .file = quoted_parameter(head, "filename"),
                      .value = rest.substr(head_end + 4, value_end - head_end - 4)});
    rest.remove_prefix(value_end + 2);
  }
  if (!rest.starts_with(line + "--")) return std::nullopt;
  return fields;
}

std::string_view text_in(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? std::string_view{} : found->value;
}

const Field* file_in(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::ranges::find_if(fields, [name](const Field& field) {
    return !field.file.empty() && (field.name == name || field.name == fmt::format("{}[]", name));
  });
  return found == fields.end() ? nullptr : &*found;
}

void add_event(Frames& frames, std::string_view name, const std::string& data, FrameKind kind) {
  if (!name.empty()) frames.bytes += fmt::format("event: {}\n", name);
  frames.bytes += fmt::format("data: {}\n\n", data);
  frames.close(kind);
}

constexpr std::string_view tokens = R"({"type":"tokens","input_tokens":14,"output_tokens":5,"total_tokens":19})";

void write_transcript(Reply& reply, const std::vector<Field>& fields, const std::string& text) {
  const auto format = text_in(fields, "response_format");
  if (text_in(fields, "stream") == "true") {
    reply.stream = true;
    reply.content_type = "text/event-stream";
    std::size_t begin = 0;
    for (const auto end : word_cuts(text)) {
      const auto delta = json::quoted(text.substr(begin, end - begin));
      add_event(reply.frames, "", fmt::format(R"({{"type":"transcript.text.delta","delta":{}}})", delta),
                FrameKind::delta);
      begin = end;
    }
    add_event(reply.frames, "",
              fmt::format(R"({{"type":"transcript.text.done","text":{},"usage":{}}})", json::quoted(text), tokens),
              FrameKind::done);
    return;
  }
  if (format.empty() || format == "json") {
    reply.body = fmt::format(R"({{"text":{},"usage":{}}})", json::quoted(text), tokens);
  } else if (format == "verbose_json") {
    reply.body = fmt::format(R"({{"task":"transcribe","language":"english","duration":1.0,"text":{},"segments":[]}})",
                             json::quoted(text));
  } else {
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = format == "srt" ? fmt::format("1\n00:00:00,000 --> 00:00:01,000\n{}\n", text) : text + "\n";
  }
}

}  // namespace

bool takes_form(Operation operation) {
  return operation == Operation::transcribe || operation == Operation::translate_speech ||
         operation == Operation::edit_image || operation == Operation::vary_image;
}

std::string form_model(const Request& request) {
  const auto fields = fields_of(request);
  return fields ? std::string(text_in(*fields, "model")) : std::string();
}

void stream_picture(Reply& reply, std::string_view what) {
  reply.stream = true;
  reply.content_type = "text/event-stream";
  for (const auto* step : {"partial_image", "completed"}) {
    const auto name = fmt::format("{}.{}", what, step);
    const bool last = name.ends_with("completed");
    add_event(reply.frames, name,
              fmt::format(R"({{"type":"{}","b64_json":"{}"{}}})", name, one_pixel,
                          last ? fmt::format(R"(,"usage":{})", tokens) : std::string(R"(,"partial_image_index":0)")),
              last ? FrameKind::done : FrameKind::delta);
  }
}

Reply form_reply(const Route& route, const Request& request, Minter& ids) {
  const auto missing = [&](std::string_view name) {
    return error_reply(Dialect::chat,
                       {.message = fmt::format("Missing required parameter: '{}'.", name), .param = std::string(name)},
                       ids);
  };
  const auto fields = fields_of(request);
  if (!fields) return error_reply(Dialect::chat, {.message = "Could not parse multipart form"}, ids);
  const bool speech = route.operation == Operation::transcribe || route.operation == Operation::translate_speech;
  const std::string_view file_name = speech ? "file" : "image";
  if (text_in(*fields, "model").empty()) return missing("model");
  const auto* file = file_in(*fields, file_name);
  if (file == nullptr || file->value.empty()) return missing(file_name);
  if (route.operation == Operation::edit_image && text_in(*fields, "prompt").empty()) return missing("prompt");
  const auto model = text_in(*fields, "model");
  if (model.starts_with("no-such")) return named_error("404_model", Dialect::chat, std::string(model), ids);

  Reply reply{.headers = usual_headers(Dialect::chat, ids)};
  if (speech) {
    const std::string_view verb = route.operation == Operation::transcribe ? "Heard" : "Translated";
    write_transcript(reply, *fields, fmt::format("{} {} bytes of {}.", verb, file->value.size(), file->file));
  } else if (text_in(*fields, "stream") == "true") {
    stream_picture(reply, "image_edit");
  } else {
    reply.body = fmt::format(R"({{"created":1,"data":[{{"b64_json":"{}"}}],"usage":{}}})", one_pixel, tokens);
  }
  return reply;
}

}  // namespace agt::sim
