#!/usr/bin/env python3
"""Every acceptance case has a test that carries its number, and every number in front of a test is a case's."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "acceptance" / "README.md"
LAST = 63  # the cases are numbered through to here
NAMES = ((ROOT / "tests" / "acceptance", "*_test.cpp", re.compile(r"^TEST\(acceptance, ((?:\d\d_)+)", re.MULTILINE)),
         (ROOT / "src", "*_test.cpp", re.compile(r"^TEST\(\w+, case_((?:\d\d_)+)", re.MULTILINE)),
         (ROOT / "tests" / "e2e", "*_test.py", re.compile(r"^    def test_((?:\d\d_)+)", re.MULTILINE)))


def main():
    listed = set(re.findall(r"^\| (\d\d) \| \S", LIST.read_text(), re.MULTILINE))
    tested = {}
    for folder, pattern, name in NAMES:
        for path in sorted(folder.rglob(pattern)):
            for numbers in name.findall(path.read_text()):
                for number in numbers.strip("_").split("_"):
                    tested.setdefault(number, []).append(path.name)
    wanted = {f"{number:02}" for number in range(1, LAST + 1)}
    problems = [f"case {number} is not in {LIST.relative_to(ROOT)}" for number in sorted((wanted | set(tested)) - listed)]
    problems += [f"case {number} has no test" for number in sorted((wanted | listed) - set(tested))]
    for problem in problems:
        print(problem)
    print(f"cases: {len(listed)} listed, {sum(map(len, tested.values()))} tests, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
