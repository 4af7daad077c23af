list(APPEND DIALECT_SOURCES anthropic/base64.cpp anthropic/blocks_parse.cpp anthropic/blocks_render.cpp
  anthropic/cache_marks.cpp anthropic/codec.cpp anthropic/errors.cpp anthropic/fields.cpp anthropic/models.cpp
  anthropic/prepare.cpp anthropic/reader.cpp anthropic/reply.cpp anthropic/request_parse.cpp
  anthropic/request_render.cpp anthropic/response.cpp anthropic/schema.cpp anthropic/thinking.cpp
  anthropic/tools_render.cpp anthropic/writer.cpp)
list(APPEND DIALECT_TESTS anthropic/bad_input_test.cpp anthropic/errors_test.cpp anthropic/laws_test.cpp
  anthropic/models_test.cpp
  anthropic/options_test.cpp anthropic/reader_test.cpp anthropic/render_test.cpp anthropic/writer_test.cpp)
