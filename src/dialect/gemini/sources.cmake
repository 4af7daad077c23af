list(APPEND DIALECT_SOURCES gemini/base64.cpp gemini/chunk.cpp gemini/codec.cpp gemini/config_parse.cpp
  gemini/config_render.cpp gemini/diagnose.cpp gemini/embeddings.cpp gemini/errors.cpp gemini/fields.cpp gemini/home_render.cpp gemini/models.cpp gemini/observe.cpp
  gemini/partial_args.cpp gemini/parts_parse.cpp gemini/parts_render.cpp gemini/reader.cpp gemini/reply_part.cpp gemini/request_parse.cpp
  gemini/request_render.cpp gemini/response.cpp gemini/schema_export.cpp gemini/scores.cpp gemini/schema_import.cpp
  gemini/schema_node.cpp gemini/thinking.cpp gemini/tools_parse.cpp gemini/tools_render.cpp gemini/turns_render.cpp
  gemini/writer.cpp)
list(APPEND DIALECT_TESTS gemini/bad_input_test.cpp gemini/errors_test.cpp gemini/laws_test.cpp
  gemini/reader_test.cpp gemini/render_test.cpp gemini/request_test.cpp gemini/schema_test.cpp gemini/writer_test.cpp)
