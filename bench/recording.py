"""Row P13: what part of the CPU time of a small request is spent on the thread that writes the ledger."""
import pathlib
import statistics
import time

from lab import chat_load
from load import one_reply
from processes import BenchError, cpu_seconds
from table import Line

GOAL_PERCENT = 5
SETTLED_S = 1.5  # rows leave in batches; a thread that slept so long has none left
SETTLE_MAX_S = 20


def niceness(stat):
    """Of a thread, from its line in /proc; the name in it may hold blanks and brackets."""
    return int(stat.rsplit(")", 1)[1].split()[16])


def ledger_thread(pid):
    """The gateway runs one thread below the rest, so that recording comes after the requests."""
    found = [task for task in pathlib.Path(f"/proc/{pid}/task").iterdir() if niceness((task / "stat").read_text()) > 0]
    if len(found) != 1:
        raise BenchError(f"{len(found)} threads of the gateway yield to the others; one should, the ledger's")
    return found[0]


def thread_seconds(task):
    return int((task / "schedstat").read_text().split()[0]) / 1e9


def settle(task):
    """Waits until the thread has nothing left to write."""
    begun = last_change = time.monotonic()
    last = thread_seconds(task)
    while time.monotonic() - last_change < SETTLED_S:
        if time.monotonic() - begun > SETTLE_MAX_S:
            raise BenchError("the ledger's thread does not come to rest")
        time.sleep(0.1)
        if (now := thread_seconds(task)) - last > 0.0005:
            last, last_change = now, time.monotonic()


def recording(lab, effort):
    contestant = lab.ours(chat_load())
    one_reply(contestant.port, contestant.load)
    task = ledger_thread(contestant.pid)
    rounds = []
    if effort.warm_up_s:
        lab.bench.wrk(contestant, effort.warm_up_s)
    for _ in range(effort.rounds):
        settle(task)
        lost = lab.gateway.dropped_rows()
        process, thread = cpu_seconds(contestant.pid), thread_seconds(task)
        requests = lab.bench.wrk(contestant, effort.seconds)["requests"]
        settle(task)
        process, thread = cpu_seconds(contestant.pid) - process, thread_seconds(task) - thread
        lost = lab.gateway.dropped_rows() - lost
        rounds.append({"requests": requests, "dropped": lost, "process_us": process / requests * 1e6,
                       "ledger_us": thread / max(1, requests - lost) * 1e6})
    alone = statistics.median(one["ledger_us"] for one in rounds)
    part = statistics.median(100 * one["ledger_us"] / one["process_us"] for one in rounds)
    return [Line("P13", "the ledger's thread, part of the CPU per request", part, "%", goal=GOAL_PERCENT,
                 details={"rounds": rounds}),
            Line("P13", "the ledger's thread, CPU per request", alone, "µs")]
