#!/usr/bin/env python3
"""The speed table: the gateway with its peers beside it. README.md says how it is measured."""
import argparse
import dataclasses
import os
import pathlib
import platform
import signal
import sys
import time

import table
from lab import Lab
from load import Effort
from processes import BenchError
from rows import ROWS

ROOT = pathlib.Path(__file__).resolve().parent.parent
FULL = Effort(rounds=5, seconds=2, warm_up_s=2, starts=7)
QUICK = Effort(rounds=2, seconds=1, warm_up_s=0, starts=3)


def arguments():
    parser = argparse.ArgumentParser(prog="./do bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help="; ".join(f"{key}: {what}" for key, (what, _) in ROWS.items()))
    parser.add_argument("--quick", action="store_true", help="two short rounds; for a first look")
    parser.add_argument("--pin", action="store_true", help="core 0 for the measured process, core 1 for load and upstream")
    parser.add_argument("--rounds", type=int, help="rounds of each contestant")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="write the table there too; between its marks, if it has them")
    parser.add_argument("--agt", type=pathlib.Path, default=ROOT / "build/release/agt")
    parser.add_argument("--sim", type=pathlib.Path, default=ROOT / "build/release/agt-sim")
    given = parser.parse_args()
    given.rows = [name.upper() for name in given.rows] or list(ROWS)
    unknown = [name for name in given.rows if name not in ROWS]
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    for program in (given.agt, given.sim):
        if not os.access(program, os.X_OK):
            parser.error(f"{program} is missing; ./do build makes it")
    return given


def machine():
    """What it ran on, without the name of the machine."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores, {model}"


def main():
    given = arguments()
    effort = QUICK if given.quick else FULL
    if given.rounds:
        effort = dataclasses.replace(effort, rounds=given.rounds)
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(143))  # so that the children are ended too
    begun, all_lines = time.monotonic(), []
    run = {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "machine": machine(), "load_average": os.getloadavg()[0],
           "rounds": effort.rounds, "seconds": effort.seconds, "pinned": given.pin}
    print(f"load average {run['load_average']:.1f} on {run['machine']} at the start\n\n{table.heading()}", flush=True)
    with Lab(given.agt.resolve(), given.sim.resolve(), given.pin) as lab:
        for name in given.rows:
            run_of_row = run | {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "load_average": os.getloadavg()[0]}
            try:
                lines = ROWS[name][1](lab, effort)
            except BenchError as error:
                lines = [table.Line(name, ROWS[name][0], failure=str(error))]
            table.save(ROOT / "build/bench", name, lines, run_of_row)
            print("\n".join(table.row(line.cells()) for line in lines), flush=True)
            all_lines += lines
        run["dropped_rows"] = lab.gateway.dropped_rows()
    failures = [line.failure for line in all_lines if line.failure]
    if failures:
        print("\nnot measured:", *failures, sep="\n")
    if run["dropped_rows"]:
        print(f"\n{run['dropped_rows']:,} requests were not recorded: the ledger's thread could not follow")
    if given.markdown:
        table.put_markdown(given.markdown, table.markdown(all_lines, run))
    print(f"\n{time.monotonic() - begun:.0f} s, load average {os.getloadavg()[0]:.1f} at the end; details: build/bench/*.json")
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as problem:
        sys.exit(f"bench: {problem}")
