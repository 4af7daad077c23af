list(APPEND DIALECT_SOURCES openai_responses/adapt.cpp openai_responses/adapt_settings.cpp openai_responses/codec.cpp
  openai_responses/errors.cpp openai_responses/item_reader.cpp openai_responses/items_parse.cpp
  openai_responses/items_render.cpp openai_responses/media.cpp openai_responses/memory.cpp openai_responses/output.cpp
  openai_responses/output_calls.cpp openai_responses/reader.cpp openai_responses/reply.cpp
  openai_responses/request_parse.cpp openai_responses/request_render.cpp openai_responses/response_object.cpp
  openai_responses/tools.cpp openai_responses/writer.cpp)
list(APPEND DIALECT_TESTS openai_responses/bad_input_test.cpp openai_responses/errors_test.cpp
  openai_responses/foreign_test.cpp openai_responses/laws_test.cpp openai_responses/memory_test.cpp
  openai_responses/reader_test.cpp openai_responses/request_test.cpp openai_responses/writer_test.cpp)
