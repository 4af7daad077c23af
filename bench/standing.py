"""Row P10: thousands of streams that stand open and say nothing: the memory of each, and what the heart-beat costs.
Passed-through streams get no heart-beat, since their bytes are not the gateway's to add; it is measured on translated ones."""
import dataclasses
import pathlib
import socket
import time

import bodies
from lab import CHAT, MESSAGES
from load import Load
from processes import BenchError, Gateway, Simulator, add_account, cpu_seconds, more_files, rss_mb
from table import Line

STREAMS = 9500
OPENED_AT_ONCE = 100
SPARE_FILES = 500
PATIENCE_S = 30  # for one stream's first words
HOLD_S = 20      # longer than the gateway waits before it sends a sign of life
SILENCE_S = 85   # the gateway takes an upstream that is silent for 90 s for dead
HEART_BEAT_PERCENT = 5
# What the kernel holds for a connection, whoever's: the socket, its file, its buffers. The watch on it is the gateway's.
SOCKET_SLABS = ("TCP", "sock_inode_cache", "filp")
WATCH_SLAB = "eventpoll_epi"
# A reply that stops half-way, for longer than the row lasts.
KEY = Simulator.key(chunks=4, stall="mid", stall_ms=600_000)


@dataclasses.dataclass(frozen=True)
class Way:
    name: str
    path: str
    body: bytes
    first_word: bytes  # what the client has seen when its stream stands
    tls: bool = False
    beats: bool = False  # the gateway speaks when the upstream does not
    goal_kb: float | None = None


PASSED = {"path": CHAT, "body": bodies.chat("standing", 512, stream=True), "first_word": b'"content"'}
WAYS = (Way("plain upstream", **PASSED, goal_kb=16), Way("TLS upstream", **PASSED, tls=True, goal_kb=60),
        Way("translated", MESSAGES, bodies.messages("standing", 512, stream=True), b"text_delta", beats=True))


def slabs():
    """Bytes by kind, machine-wide; None when it is not ours to know."""
    try:
        lines = pathlib.Path("/proc/slabinfo").read_text().splitlines()[2:]
    except OSError:
        return None
    sizes = {line.split()[0]: int(line.split()[1]) * int(line.split()[3]) for line in lines}
    if WATCH_SLAB not in sizes or any(name not in sizes for name in SOCKET_SLABS):
        return None  # merged with others of the same size
    return sizes


def kernel_kb(before, after, count):
    """Of the gateway's two sockets of a stream: half of what all four ends of it take, and its two watches."""
    if before is None or after is None:
        return None
    ends = sum(after[name] - before[name] for name in SOCKET_SLABS)
    return (ends / 2 + after[WATCH_SLAB] - before[WATCH_SLAB]) / count / 1024


def opened(port, request, first_word, count):
    links = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) for _ in range(count)]
    for link in links:
        link.sendall(request)
    for link in links:
        seen = b""
        while first_word not in seen.partition(b"\r\n\r\n")[2]:
            more = link.recv(4096)
            if not more:
                raise BenchError(f"a stream ended before its first word: {seen[:300]!r}")
            seen += more
    return links


def beats(links):
    """How many signs of life came in; every stream must still stand."""
    count = 0
    for link in links:
        link.setblocking(False)
        try:
            got = link.recv(1 << 16)
        except BlockingIOError:
            continue
        if not got or b"[DONE]" in got or b"error" in got:
            raise BenchError(f"a stream ended while it was held: {got[-300:]!r}")
        count += got.count(b"event: ping")
    return count


def hold(gateway, way, count):
    load = Load(way.path, way.body, KEY)
    head = f"POST {way.path} HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\nContent-Length: {len(load.body)}\r\n"
    request = (head + "".join(f"{k}: {v}\r\n" for k, v in load.headers().items()) + "\r\n").encode() + load.body
    links = opened(gateway.port, request, way.first_word, 1)  # what the first one needs, the others share
    try:
        time.sleep(0.3)
        memory, kernel, begun = rss_mb(gateway.pid), slabs(), time.monotonic()
        while len(links) <= count:
            links += opened(gateway.port, request, way.first_word, min(OPENED_AT_ONCE, count + 1 - len(links)))
        opening = time.monotonic() - begun
        if opening + HOLD_S > SILENCE_S:
            raise BenchError(f"opening {count:,} streams took {opening:.0f} s, too long to hold them")
        kernel = kernel_kb(kernel, slabs(), count)
        spent, begun = cpu_seconds(gateway.pid), time.monotonic()
        time.sleep(HOLD_S)
        busy = 100 * (cpu_seconds(gateway.pid) - spent) / (time.monotonic() - begun)
        memory, told = (rss_mb(gateway.pid) - memory) * 1024 / count, beats(links)
        if way.beats and told < count:
            raise BenchError(f"{told:,} signs of life from {count:,} streams in {HOLD_S} s")
        return {"streams": count, "kb": memory, "kernel_kb": kernel, "busy_percent": busy, "opening_s": opening,
                "heart_beats": told}
    finally:
        for link in links:
            link.close()


def standing(lab, effort):
    count = min(STREAMS, (more_files() - SPARE_FILES) // 2)
    lines = []
    for number, way in enumerate(WAYS):
        home = lab.folder(f"home-standing-{number}")
        site = f"https://127.0.0.1:{lab.sim_tls.port}" if way.tls else f"http://127.0.0.1:{lab.sim.port}"
        add_account(lab.agt, home, "standing", site + "/v1", KEY)
        gateway = lab.keep(Gateway(lab.agt, home, ca=lab.sim_tls.ca, core=lab.served_core))
        gateway.wait_for(gateway.port)
        told = hold(gateway, way, count)
        gateway.stop()
        work = f"{count:,} open streams, {way.name}"
        lines.append(Line("P10", f"{work}: memory of each", told["kb"], "KB", goal=way.goal_kb, details=told))
        if told["kernel_kb"] is not None:
            lines.append(Line("P10", f"{work}: the kernel's, of each", told["kernel_kb"], "KB"))
        busy = "CPU of heart-beats" if way.beats else "CPU"
        lines.append(Line("P10", f"{work}: {busy}, of a core", told["busy_percent"], "%", goal=HEART_BEAT_PERCENT))
    return lines
