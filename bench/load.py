"""Load on a contestant, and what it cost: wrk sends, the CPU clock of the serving process tells."""
import dataclasses
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess

from processes import HERE, BenchError, cpu_seconds


@dataclasses.dataclass(frozen=True)
class Effort:
    rounds: int  # of each contestant
    seconds: int  # of a round
    warm_up_s: int
    starts: int  # of a program whose start is timed


@dataclasses.dataclass(frozen=True)
class Load:
    path: str
    body: bytes
    key: str
    connections: int = 32
    think_ms: int = 0
    # Replies that last as long as a round: the part of a reply counts, by its bytes.
    by_bytes: bool = False
    more_headers: tuple = ()  # pairs that a peer needs to find its way

    def headers(self):
        lines = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"} | dict(self.more_headers)
        if self.path.endswith("/messages"):
            lines["anthropic-version"] = "2023-06-01"
        return lines


@dataclasses.dataclass(frozen=True)
class Contestant:
    name: str
    port: int
    pid: int
    load: Load


@dataclasses.dataclass(frozen=True)
class Round:
    cpu_us: float  # per request
    p50_ms: float
    p99_ms: float
    per_second: float
    requests: float


def one_reply(port, load):
    """One request over a socket of its own: (status line, all bytes of the reply)."""
    head = f"POST {load.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(load.body)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in load.headers().items())
    raw = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.encode() + b"\r\n" + load.body)
            while not ended(raw) and (more := connection.recv(1 << 16)):
                raw += more
    except OSError as error:
        raise BenchError(f"port {port}: {error}; got {raw[:300]!r}") from error
    return raw.split(b"\r\n", 1)[0].decode(), raw


def ended(raw):
    head, found, body = raw.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return body.endswith(b"0\r\n\r\n")


class Bench:
    """Runs wrk; keeps bodies in files of `folder`."""

    def __init__(self, folder, core=None):
        self.folder, self.core, self.files = pathlib.Path(folder), core, {}
        if shutil.which("wrk") is None:
            raise BenchError("wrk is missing")

    def file_of(self, body):
        if body not in self.files:
            path = self.folder / f"body-{len(self.files)}"
            path.write_bytes(body)
            self.files[body] = path
        return self.files[body]

    def wrk(self, contestant, seconds):
        load = contestant.load
        env = os.environ | {"BENCH_BODY": str(self.file_of(load.body)), "BENCH_THINK_MS": str(load.think_ms),
                            "BENCH_HEADERS": "".join(f"{k}: {v}\n" for k, v in load.headers().items())}
        pin = ["taskset", "-c", str(self.core)] if self.core is not None else []
        url = f"http://127.0.0.1:{contestant.port}{load.path}"
        command = pin + ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds}", "--timeout", "20", "-s",
                         str(HERE / "post.lua"), url]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=seconds + 60)
        marked = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        if not marked:
            raise BenchError(f"wrk against {contestant.name}: {done.stdout}{done.stderr}")
        result = json.loads(marked[0][7:])
        bad = {name: result[name] for name in ("connect", "read", "write", "timeout", "status") if result[name]}
        if bad or not result["requests"]:
            raise BenchError(f"wrk against {contestant.name}: {result['requests']} requests, errors {bad}")
        return result

    def run(self, contestant, seconds):
        size = len(one_reply(contestant.port, contestant.load)[1]) if contestant.load.by_bytes else 0
        before = cpu_seconds(contestant.pid)
        result = self.wrk(contestant, seconds)
        spent = cpu_seconds(contestant.pid) - before
        requests = result["bytes"] / size if size else result["requests"]
        return Round(cpu_us=spent / requests * 1e6, p50_ms=result["p50_us"] / 1000, p99_ms=result["p99_us"] / 1000,
                     per_second=requests / result["seconds"], requests=requests)

    def race(self, contestants, effort):
        """Interleaved rounds after a warm-up, the order changing every time; {name: [Round]}."""
        for contestant in contestants:
            status, raw = one_reply(contestant.port, contestant.load)
            if " 200 " not in status + " ":
                raise BenchError(f"{contestant.name} answers {raw[:600].decode(errors='replace')}")
            if effort.warm_up_s:
                self.wrk(contestant, effort.warm_up_s)
        results = {contestant.name: [] for contestant in contestants}
        for turn in range(effort.rounds):
            for contestant in contestants if turn % 2 == 0 else reversed(contestants):
                results[contestant.name].append(self.run(contestant, effort.seconds))
        return results


def median(rounds, field):
    return statistics.median(getattr(one, field) for one in rounds)


def ratio(ours, peers, field):
    """Median, lowest and highest of the pairwise ratios."""
    pairs = [getattr(a, field) / getattr(b, field) for a, b in zip(ours, peers)]
    return statistics.median(pairs), min(pairs), max(pairs)
