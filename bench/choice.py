"""Row P12: how long it takes to choose an account among many."""
import subprocess

from processes import BenchError
from table import Line

GOALS_US = {1: 2, 100: 5, 10_000: 50}
KINDS = {"any": "", "session": ", new sessions", "limited": ", half of them with a learned pace"}


def choice(lab, effort):
    program = lab.built / "agt-bench-choice"
    if not program.exists():
        raise BenchError(f"{program} is missing; ./do bench builds it")
    done = subprocess.run([program, str(effort.rounds * 10 + 1)], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise BenchError(f"{program.name}: {done.returncode} {done.stderr}")
    lines = []
    for row in done.stdout.splitlines():
        count, kind, nanoseconds = row.split()
        accounts = "1 account" if count == "1" else f"{int(count):,} accounts"
        lines.append(Line("P12", f"choice among {accounts}{KINDS[kind]}", int(nanoseconds) / 1000, "µs",
                          goal=GOALS_US[int(count)]))
    return lines
