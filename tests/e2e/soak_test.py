"""A steady load with failures of the upstream: nothing is lost, memory and descriptors stay flat, and nobody waits
longer at the end than at the beginning. Short by default; ten minutes at 400 requests a second with AGT_SOAK=1."""
import asyncio
import itertools
import json
import os
import time
import unittest

from harness import CHAT, MESSAGES, SANITIZED, CleanCase, Gateway, Sim

SOAK = bool(os.environ.get("AGT_SOAK"))
SECONDS = 600 if SOAK else 30
RATE = 400 if SOAK else 100
CONNECTIONS = 32
FAULT_EVERY = 100  # requests
FAULTS = ({"status": 503}, {"status": 500}, {"reset_at": 0}, {"status": 429, "retry_after": "1"}, {"stall": "head", "stall_ms": 300})
WARM_UP = 0.25  # of the time: buffers and pools reach their size
KB_PER_10_MINUTES = 1024
RATE_KEPT = 0.95 if SOAK else 0.25  # of it; the short form shares its machine with others


def asks(port):
    """The requests in turn, ready to be sent: passed through and translated, whole and streamed."""
    mix = [(CHAT, "to-chat", False), (CHAT, "to-chat", True), (MESSAGES, "to-chat", False), (MESSAGES, "to-chat", True)]
    return itertools.cycle([client.raw(port, model, "Hello there. " * 20, stream=stream) for client, model, stream in mix])


async def answer(reader):
    """(status, body) of one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(None, 2)[1])
    if b"transfer-encoding: chunked" not in head:
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return status, await reader.readexactly(length)
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return status, body


class Load:
    def __init__(self, port, fault):
        self.port, self.fault = port, fault
        self.taken, self.failed, self.sent = [], [], 0
        self.requests = asks(port)

    async def client(self, number, begin, end):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        period = CONNECTIONS / RATE
        due = begin + period * number / CONNECTIONS
        while due < end and time.monotonic() < end:  # a machine that is too slow for the rate makes fewer
            await asyncio.sleep(max(0, due - time.monotonic()))
            due += period
            self.sent += 1
            if self.sent % FAULT_EVERY == 0:
                await asyncio.to_thread(self.fault, self.sent // FAULT_EVERY)
            at = time.monotonic()
            writer.write(next(self.requests))
            status, body = await answer(reader)
            if status != 200 or b"error" in body:
                self.failed.append((status, body[:200]))
            self.taken.append((at - begin, time.monotonic() - at))
        writer.close()

    async def run(self, sample):
        begin = time.monotonic()
        clients = [asyncio.create_task(self.client(n, begin, begin + SECONDS)) for n in range(CONNECTIONS)]
        everybody = asyncio.gather(*clients)
        while not everybody.done():
            sample(time.monotonic() - begin)
            await asyncio.wait([everybody], timeout=SECONDS / 60)
        await everybody

    def p99_ms(self, since, until):
        times = sorted(t for at, t in self.taken if since <= at < until)
        return times[len(times) * 99 // 100] * 1000


def slope(points):
    """Of the straight line through them, by least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


class SteadyLoad(CleanCase):
    def setUp(self):
        self.sim = Sim(tls=False, log=False)
        accounts = [("openai-compatible", f"acc-{i}", f"key-{i}") for i in range(8)]
        self.gateway = Gateway(self.sim, accounts=accounts, routes=[("to-chat", "openai-compatible/gpt-5.5")],
                               settings={"AGT_LOGGING_LEVEL": "warn", "AGT_SCHEDULING_MAX_WAIT_SECONDS": "10"}).start()

    def tearDown(self):
        self.gateway.stop()
        self.sim.stop()

    def test_nothing_grows_and_nothing_is_lost(self):
        def fault(number):
            self.sim.script(FAULTS[number % len(FAULTS)])
        load = Load(self.gateway.port, fault)
        memory, files = [], []

        def sample(at):
            memory.append((at, self.gateway.rss_kb()))
            files.append((at, len(self.gateway.open_files() or [])))
        asyncio.run(load.run(sample))
        warm = SECONDS * WARM_UP
        growth = slope([point for point in memory if point[0] >= warm]) * 600
        counts = [count for at, count in files if at >= warm]
        part = SECONDS / 10
        first, last = load.p99_ms(warm, warm + part), load.p99_ms(SECONDS - part, SECONDS)
        told = {"requests": len(load.taken), "seconds": SECONDS, "faults": load.sent // FAULT_EVERY, "failed": len(load.failed),
                "rss_kb": [memory[0][1], memory[-1][1]], "growth_kb_per_10_min": round(growth), "files": [min(counts), max(counts)],
                "p99_ms": [round(first, 1), round(last, 1)]}
        print("\nsoak:", json.dumps(told))
        self.assertGreaterEqual(len(load.taken), RATE * SECONDS * RATE_KEPT, told)
        self.assertLessEqual(len(load.failed), len(load.taken) / 1000, (told, load.failed[:5]))
        # A connection for each that is under way on either side: more of them stand open when many are late at once.
        self.assertLessEqual(max(counts) - min(counts), 2 * CONNECTIONS, told)
        self.assertLessEqual(last, max(first * 1.2, first + 50), told)
        if SOAK:
            self.assertLess(growth, KB_PER_10_MINUTES, told)
        elif not SANITIZED:  # half a minute tells less: what a leak of a kilobyte a request would be
            self.assertLess(memory[-1][1] - min(kb for at, kb in memory if at >= warm), 3072, told)


if __name__ == "__main__":
    unittest.main(verbosity=2)
