#!/usr/bin/env python3
"""The house rules that a machine can check: layers, sizes, banned words, names that belong to one room."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX = 400
FUNCTION_LINES_MAX = 70
BLOB_BYTES_MAX = 600_000

# Which rooms a room may include. Its own folder is always allowed.
USES = {
    "core": [],
    "json": ["core"],
    "ir": ["core", "json"],
    "dialect": ["core", "json", "ir"],
    "catalogue": ["core", "json"],
    "connect": ["core", "json"],
    "doctor": ["core", "json"],
    "pool": ["core"],
    "store": ["core", "json"],
    "net": ["core"],
    "provider": ["core", "json", "ir", "dialect", "catalogue", "net"],
    "relay": ["core", "json", "ir", "dialect", "catalogue", "pool", "net", "provider"],
    "admin": ["core", "json", "ir", "dialect", "catalogue", "connect", "pool", "store", "net", "provider", "relay"],
    "app": ["core", "json", "ir", "dialect", "catalogue", "connect", "doctor", "pool", "store", "net", "provider", "relay",
            "admin"],
}

# Headers that only some rooms may include.
FENCED = [
    (re.compile(r"<boost/|<openssl/|<llhttp|<zlib|<brotli"), {"net"}),
    (re.compile(r"<zstd"), {"net", "store"}),
    (re.compile(r"<sqlite3\.h>|<sodium|<libpq"), {"store"}),
    (re.compile(r"<simdjson"), {"json"}),
    (re.compile(r"<toml\+\+"), {"store", "connect"}),
]

# Rooms that know no sockets, threads, clocks or files.
PURE = {"ir", "dialect", "catalogue", "connect", "doctor", "pool", "json"}
IMPURE = re.compile(r"<(sys/socket|unistd|thread|fstream|filesystem)(\.h)?>|steady_clock::now|system_clock::now|co_await")

# relay/ must not know whom it relays for.
PROTOCOL_NAMES = re.compile(r"openai|anthropic|gemini|claude|gpt|mistral|deepseek", re.IGNORECASE)

BANNED = [
    (re.compile(r"\b(class|struct)\s+\w*(Manager|Util|Utils|Helper|Impl|Info)\b"), "a noun that says what it is"),
    (re.compile(r"\bthread_local\b"), "state with an owner"),
    (re.compile(r"\[=\]"), "named captures"),
    (re.compile(r"\bstd::cout\b|\bprintf\("), "fmt::print"),
    (re.compile(r"\bTODO(?!\((soon|someday|perf|port)\))"), "TODO(kind) with kind soon, someday, perf or port"),
    (re.compile(r"\busing namespace (?!std::\w+_literals)"), "a qualified name"),
    (re.compile(r"std::(rand|strtok|regex_replace)\b"), "a pure function"),
    (re.compile(r"\bTOML_(EXCEPTIONS|HEADER_ONLY)\b"), "toml++ as it is: with two settings its functions share their names"),
]

SOURCE_FOLDERS = ["src", "tests", "fuzz", "bench", "desktop"]
SOURCE_SUFFIXES = {".cpp", ".h"}


def sources():
    for folder in SOURCE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES and "node_modules" not in path.parts:
                yield path


def room_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def without_comments(line):
    return re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]


def check_layers(path, room, number, line, report):
    include = re.match(r'\s*#include\s+(["<])([^">]+)[">]', line)
    if not include:
        return
    target = include.group(2)
    if include.group(1) == '"':
        used = target.split("/")[0]
        if used in USES and used != room and used not in USES[room]:
            report(path, number, f"{room}/ may not use {used}/")
    spelled = include.group(1) + target + (">" if include.group(1) == "<" else '"')
    for pattern, rooms in FENCED:
        if pattern.search(spelled) and room not in rooms:
            report(path, number, f"{spelled} belongs to {', '.join(sorted(rooms))}/ only")


FUNCTION_START = re.compile(r"^(?![ \t#/}*]|namespace\b|using\b|struct\b|class\b|enum\b|constexpr std::array|const std::|extern\b)\S.*[({].*\{\s*$")


def check_functions(path, lines, report):
    """Free and member functions that start in the first column; that is where definitions of any size are."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None and FUNCTION_START.match(line) and "= {" not in line:
            start = number
        elif start is not None and line.startswith("}"):
            if number - start + 1 > FUNCTION_LINES_MAX:
                report(path, start, f"a function of {number - start + 1} lines; at most {FUNCTION_LINES_MAX}")
            start = None


def check_file(path, report):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if len(lines) > LINES_MAX:
        report(path, 1, f"{len(lines)} lines; at most {LINES_MAX}")
    check_functions(path, lines, report)
    room = room_of(path)
    test = path.stem.endswith("_test")
    for number, line in enumerate(lines, 1):
        code = without_comments(line)
        if room:
            check_layers(path, room, number, line, report)
            if room in PURE and not test and path.name != "laws.h" and IMPURE.search(code):
                report(path, number, f"{room}/ is pure: no sockets, threads, clocks, files or coroutines")
            if room == "relay" and not test and PROTOCOL_NAMES.search(line):
                report(path, number, "relay/ knows no protocol, provider or model by name")
        for pattern, instead in BANNED:
            if pattern.search(code):
                report(path, number, f"banned: {pattern.search(code).group(0)!r}; write {instead}")


def check_tree(report):
    for path in ROOT.rglob("*"):
        relative = path.relative_to(ROOT)
        if relative.parts[0] in {".git", "build"} or "node_modules" in relative.parts or not path.is_file():
            continue
        if path.stat().st_size > BLOB_BYTES_MAX and path.name != "package-lock.json":
            report(path, 1, "a blob does not belong into the repository")


def main():
    problems = []

    def report(path, number, what):
        problems.append(f"{path.relative_to(ROOT)}:{number}: {what}")

    count = 0
    for path in sources():
        check_file(path, report)
        count += 1
    check_tree(report)
    print("\n".join(problems))
    print(f"tidy: {count} files, {len(problems)} problems")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
