#!/usr/bin/env python3
"""Every check of the interface names a test that is there (tests/ui/README.md)."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "ui" / "README.md"
WANTED = {*(f"A{n}" for n in (1, 2, 3, 4, 5, 7)), *(f"P{n}" for n in (1, 2, 3, 4, 6)), "I1", "I2", "I3", "S1", "S2", "S3", "C1", "F1", "F2", "U1", "W1", "W2", "D1"}


def main():
    rows = re.findall(r"^\| ([A-Z]\d) \| [^|]+ \| ([\w./-]+) \| ([^|]+) \|$", LIST.read_text(), re.MULTILINE)
    problems = [f"check {name} has no test" for name in sorted(WANTED - {row[0] for row in rows})]
    for name, file, test in rows:
        path = ROOT / file
        if not path.is_file():
            problems.append(f"check {name}: there is no {file}")
        elif test.strip() not in path.read_text():
            problems.append(f"check {name}: {file} has no \"{test.strip()}\"")
    for problem in problems:
        print(problem)
    print(f"checks of the interface: {len(rows)} rows, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
