# The command line; listed apart, because it grows by command.
set(APP_CLI_SOURCES args.cpp output.cpp trace_story.cpp api_client.cpp offline.cpp cli.cpp cli_table.cpp cli_account.cpp cli_backup.cpp
  cli_connect.cpp cli_doctor.cpp doctor_facts.cpp cli_explain.cpp cli_route.cpp cli_import.cpp cli_key.cpp cli_login.cpp cli_settings.cpp cli_read.cpp cli_open.cpp
  cli_manual.cpp manual.cpp completion.cpp cli_record.cpp cli_selftest.cpp selftest.cpp selftest_reading.cpp child.cpp)
set(APP_CLI_TESTS args_test.cpp output_test.cpp trace_story_test.cpp cli_test.cpp manual_test.cpp selftest_test.cpp)
