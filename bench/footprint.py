"""Row P9: how long until the first answer, how much memory, how large a file."""
import http.client
import json
import shutil
import statistics
import subprocess
import time

from processes import BenchError, Gateway, rss_mb
from table import Line

ACCOUNTS = 1000
DEMO = json.dumps({"model": "demo", "messages": [{"role": "user", "content": "Hello!"}]})


def answered(port, method, path, body=None):
    """True when the gateway answers 200; False while it does not listen."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body, {"content-type": "application/json"} if body else {})
        reply = connection.getresponse()
        reply.read()
    except OSError:
        return False
    finally:
        connection.close()
    if reply.status != 200:
        raise BenchError(f"{method} {path}: {reply.status}")
    return True


def first_answer_ms(lab, home, method, path, body=None):
    """From spawn to the first 200."""
    begun = time.monotonic()
    gateway = lab.keep(Gateway(lab.agt, home))
    while not answered(gateway.port, method, path, body):
        if gateway.child.poll() is not None or time.monotonic() - begun > 10:
            raise gateway.failed("does not answer")
        time.sleep(0.0005)
    took = (time.monotonic() - begun) * 1000
    return took, gateway


def start_lines(lab, effort):
    lines = []
    for name, home_name, request in (("/healthz, a new home", None, ("GET", "/healthz")),
                                     ("/healthz", "home-start", ("GET", "/healthz")),
                                     ("a demo chat", "home-start", ("POST", "/v1/chat/completions", DEMO))):
        times = []
        for turn in range(effort.starts):
            home = lab.root / (home_name or f"home-new-{turn}")
            home.mkdir(mode=0o700, exist_ok=True)
            took, gateway = first_answer_ms(lab, home, *request)
            gateway.stop()
            times.append(took)
        lines.append(Line("P9", f"start to first answer: {name}", statistics.median(times), "ms", goal=50,
                          details={"times_ms": times}))
    return lines


def settled_rss(lab, home):
    """Resident memory after the start and one chat, when nothing happens."""
    _, gateway = first_answer_ms(lab, home, "POST", "/v1/chat/completions", DEMO)
    time.sleep(1)
    return rss_mb(gateway.pid), gateway


def memory_lines(lab):
    home = lab.folder("home-memory")
    idle, gateway = settled_rss(lab, home)
    for number in range(ACCOUNTS):
        gateway.admin("POST", "/accounts", {
            "provider": "openai-compatible", "label": f"account {number}", "base_url": "http://127.0.0.1:9/v1",
            "key": f"sk-bench-{number:08d}", "models": [f"model-{number % 50}"]})
    grown = rss_mb(gateway.pid)
    gateway.stop()
    many, gateway = settled_rss(lab, home)
    counted = len(gateway.admin("GET", "/accounts")["accounts"])
    gateway.stop()
    if counted < ACCOUNTS:
        raise BenchError(f"{counted} accounts of {ACCOUNTS} were stored")
    return [Line("P9", "idle memory (RSS)", idle, "MB", goal=20),
            Line("P9", f"memory at {ACCOUNTS:,} accounts (RSS)", many, "MB", goal=40,
                 details={"rss_right_after_adding_mb": grown})]


def binary_line(lab):
    stripped = lab.root / "stripped"
    if subprocess.run(["strip", "-o", stripped, lab.agt], capture_output=True).returncode != 0:
        shutil.copy(lab.agt, stripped)
    return Line("P9", "the program, stripped", stripped.stat().st_size / 2**20, "MB", goal=15)


def footprint(lab, effort):
    return start_lines(lab, effort) + memory_lines(lab) + [binary_line(lab)]
