#!/usr/bin/env python3
"""Every goal of safety names a test that is there (docs/GOALS.md)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "GOALS.md"
SUITES = ROOT / "tests" / "e2e" / "CMakeLists.txt"
WANTED = {1, 2, 4, *range(6, 15), 17, 25, *range(26, 35), 36}


def main():
    rows = re.findall(r"^\| (G\d+) \| [^|]+ \| `([\w./-]+)` \| `([^|`]+)` \| `([^|]+)` \| ([^|]+) \|$", LIST.read_text(), re.MULTILINE)
    lines = len(re.findall(r"^\| G\d+ ", LIST.read_text(), re.MULTILINE))
    problems = [f"goal G{number} has no test" for number in sorted(WANTED - {int(row[0][1:]) for row in rows})]
    if lines != len(rows):
        problems.append(f"{lines - len(rows)} rows have not the five cells: what, file, test, command, figure")
    for name, file, test, command, figure in rows:
        path = ROOT / file
        if not path.is_file():
            problems.append(f"goal {name}: there is no {file}")
        elif test.strip() not in path.read_text():
            problems.append(f"goal {name}: {file} has no \"{test.strip()}\"")
        for suite in re.findall(r"-R e2e\.(\w+)", command):
            if not re.search(rf"^e2e\({suite}\b", SUITES.read_text(), re.MULTILINE):
                problems.append(f"goal {name}: there is no suite e2e.{suite}")
        if not figure.strip():
            problems.append(f"goal {name}: no figure is told")
    for problem in problems:
        print(problem)
    print(f"goals of safety: {len(rows)} rows, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
