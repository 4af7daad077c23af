#include "admin/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "core/text.h"

namespace agt::admin {
namespace {

constexpr double microsecond = 1e-6;

// The how-manieth field after the name of the program, which may hold spaces and brackets itself (man 5 proc).
constexpr std::size_t threads_field = 17;
constexpr std::size_t virtual_bytes_field = 20;
constexpr std::size_t resident_pages_field = 21;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + microsecond * static_cast<double>(time.tv_usec);
}

void read_stat(ProcessFacts& facts) {
  std::ifstream file("/proc/self/stat");
  std::string stat;
  std::getline(file, stat);
  const auto name_ends = stat.rfind(')');
  if (name_ends == std::string::npos || name_ends + 2 > stat.size()) return;
  const auto fields = text::split(std::string_view(stat).substr(name_ends + 2), ' ');
  if (fields.size() <= resident_pages_field) return;
  const auto number = [&](std::size_t field) { return text::parse_number<std::int64_t>(fields[field]).value_or(0); };
  facts.threads = number(threads_field);
  facts.virtual_bytes = number(virtual_bytes_field);
  facts.resident_bytes = number(resident_pages_field) * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts facts;
  read_stat(facts);
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    facts.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.fds_max = static_cast<std::int64_t>(limit.rlim_cur);
  std::error_code failed;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", failed), end; !failed && entry != end;
       entry.increment(failed))
    ++facts.open_fds;
  if (facts.open_fds > 0) --facts.open_fds;  // the one that lists them
  return facts;
}

}  // namespace agt::admin
