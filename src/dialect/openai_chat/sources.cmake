list(APPEND DIALECT_SOURCES openai_chat/adapt.cpp openai_chat/adapt_settings.cpp openai_chat/chunk.cpp
  openai_chat/codec.cpp openai_chat/completions.cpp openai_chat/data_url.cpp openai_chat/embeddings.cpp openai_chat/errors.cpp openai_chat/media.cpp openai_chat/message_parse.cpp
  openai_chat/message_render.cpp openai_chat/models.cpp openai_chat/reader.cpp openai_chat/reply.cpp
  openai_chat/request_parse.cpp openai_chat/request_render.cpp openai_chat/response.cpp openai_chat/scores.cpp
  openai_chat/shared_messages.cpp openai_chat/shared_settings.cpp openai_chat/tools.cpp
  openai_chat/wire.cpp openai_chat/writer.cpp)
list(APPEND DIALECT_TESTS openai_chat/beside_test.cpp openai_chat/errors_test.cpp openai_chat/completions_test.cpp openai_chat/foreign_test.cpp openai_chat/media_test.cpp openai_chat/reader_test.cpp
  openai_chat/request_test.cpp openai_chat/response_test.cpp openai_chat/writer_test.cpp)
