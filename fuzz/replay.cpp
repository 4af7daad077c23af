// The fuzzers without a fuzzing engine, for builds that have none: the kept inputs, and all that they begin with.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t beginnings_max = 300;  // of one input

void run(std::string_view input) {
  const std::string copy(input);  // so that a sanitizer sees who reads past its end
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size());
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t inputs = 0;
  for (int i = 1; i < count; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string input(std::istreambuf_iterator<char>(in), {});
      ++inputs;
      const auto step = input.size() / beginnings_max + 1;
      for (std::size_t size = 0; size < input.size(); size += step) run(std::string_view(input).substr(0, size));
      run(input);
    }
  std::fprintf(stderr, "%zu inputs\n", inputs);
  return inputs == 0 ? 1 : 0;
}
