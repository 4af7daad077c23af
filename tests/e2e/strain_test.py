"""The gateway under strain: clients that are slow on purpose, more clients than descriptors, thousands of idle streams,
clients that do not read, and stopping with streams under way. AGT_SOAK=1 runs the long forms."""
import asyncio
import json
import os
import pathlib
import resource
import signal
import ssl
import statistics
import time
import unittest

from bad_upstream import FIRST_EVENTS, BadUpstream, chunk, stream_head
from harness import CHAT, SANITIZED, CleanCase, Gateway, Program, Sim, call, request_bytes

SOAK = bool(os.environ.get("AGT_SOAK"))
SLOW_ONES = 4000 if SOAK else 400
IDLE_STREAMS = 9500 if SOAK else 1000
TLS_STREAMS = 4000 if SOAK else 300
TLS_STREAM_KB_MAX = 60
NON_READERS = 200 if SOAK else 60
FLOOD_BYTES = (100 if SOAK else 20) << 20
DRAINED = 500 if SOAK else 150
# A share of a busy machine's core may be late once in a while; the long form is for a quiet one.
GOOD_P99_MS = 20 if SOAK else 150
EVENT = FIRST_EVENTS["chat"][0]
LAST = chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
DONE_EVENT = chunk(b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n')


def more_files(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted, hard)), hard))
    return min(wanted, hard)


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def with_upstream(answers, tls=None, **settings):
    upstream = BadUpstream(answers, tls)
    gateway = Gateway(settings={"AGT_LOGGING_LEVEL": "warn", **settings}).start()
    for name in answers:
        reply = gateway.admin_call("POST", "/api/v1/accounts", {"provider": "openai-compatible", "label": name, "base_url": upstream.base(name, CHAT), "key": "key"})
        assert reply.status == 201, reply
    return upstream, gateway


async def good_traffic(port, seconds, took):
    """One request after the other; the times in ms."""
    data = request_bytes("GET", "/healthz", port, {})
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.monotonic()
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        took.append((time.monotonic() - begun) * 1000)
        await asyncio.sleep(0.01)
    writer.close()


def p99(numbers):
    return statistics.quantiles(numbers, n=100)[98]


class Slowloris(CleanCase):
    def test_slow_clients_are_cut_and_disturb_nobody(self):
        more_files(20_000)
        gateway = Gateway(settings={"AGT_LOGGING_LEVEL": "warn"}).start()
        try:
            lives, took = asyncio.run(self.besiege(gateway))
            for mode, seconds in lives.items():
                print(f"{mode}: {len(seconds)} connections, gone after {max(seconds):.1f} s at the latest", flush=True)
            print(f"good requests meanwhile: {len(took)}, p99 {p99(took):.1f} ms", flush=True)
            self.assertLess(max(lives["slow heads"]), 11.5 if not SANITIZED else 20)
            self.assertLess(max(lives["silent"]), 11.5 if not SANITIZED else 20)
            self.assertLess(max(lives["slow bodies"]), 13 if not SANITIZED else 20)  # 10 s of grace, then too slow
            self.assertLess(p99(took), GOOD_P99_MS)
        finally:
            gateway.stop()

    async def besiege(self, gateway):
        port, lives, took = gateway.port, {"slow heads": [], "slow bodies": [], "silent": []}, []
        body = request_bytes("POST", "/v1/chat/completions", port, {"content-type": "application/json", "content-length": "100000"})

        async def slow(mode):
            begun = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            ended = asyncio.create_task(self.until_closed(reader))
            try:
                if mode == "slow heads":
                    writer.write(b"GET /healthz HTTP/1.1\r\n")
                if mode == "slow bodies":
                    writer.write(body)
                while not ended.done() and time.monotonic() - begun < 25:
                    await asyncio.wait({ended}, timeout=1)
                    if mode != "silent":
                        writer.write(b"x")
            except ConnectionError:
                pass
            ended.cancel()
            writer.close()
            lives[mode].append(time.monotonic() - begun)
        modes = list(lives)
        await asyncio.gather(good_traffic(port, 12.5, took), *(slow(modes[i % 3]) for i in range(SLOW_ONES)))
        return lives, took

    @staticmethod
    async def until_closed(reader):
        try:
            while await reader.read(4096):
                pass
        except ConnectionError:
            pass


class Descriptors(CleanCase):
    def test_more_clients_than_descriptors(self):
        gateway = Gateway(settings={"AGT_LOGGING_LEVEL": "warn", "AGT_WORKERS": "1"})
        whole = Gateway.start

        def limited():
            plain = Program.__init__

            def wrapped(program, command, *more, **also):
                plain(program, ["prlimit", "--nofile=100:100", *command], *more, **also)
            Program.__init__ = wrapped
            try:
                return whole(gateway)
            finally:
                Program.__init__ = plain
        limited()
        try:
            told = asyncio.run(self.crowd(gateway))
            print(f"500 clients, {told['served']} held, {told['refused']} told 503 or closed; cpu {told['cpu']:.1%} of a core; served again after {told['again'] * 1000:.0f} ms; {told['lines']} log lines", flush=True)
            self.assertGreater(told["refused"], 300)
            self.assertLess(told["cpu"], 0.10 if not SANITIZED else 0.5)
            self.assertLess(told["again"], 1)
            self.assertLessEqual(told["lines"], 8)
        finally:
            gateway.stop()

    async def crowd(self, gateway):
        links, refused = [], 0
        lines = len(gateway.program.err)

        async def come():
            nonlocal refused
            try:
                reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", gateway.port), 5)
                links.append((reader, writer))
            except (OSError, asyncio.TimeoutError):
                refused += 1
        await asyncio.gather(*(come() for _ in range(500)))
        before, begun = cpu_s(gateway.pid), time.monotonic()
        await asyncio.sleep(4)
        cpu = (cpu_s(gateway.pid) - before) / (time.monotonic() - begun)
        kept = []
        for reader, writer in links:
            try:
                got = await asyncio.wait_for(reader.read(64), 0.001)
                refused += 1
                assert not got or b"503" in got, got
                writer.close()
            except asyncio.TimeoutError:
                kept.append((reader, writer))
            except ConnectionError:
                refused += 1
        for _, writer in kept:
            writer.close()
        released = time.monotonic()
        while True:
            try:
                if (await asyncio.to_thread(call, gateway.port, "GET", "/healthz", timeout=2)).status == 200:
                    break
            except OSError:
                pass
            assert time.monotonic() - released < 5, "it does not serve again"
            await asyncio.sleep(0.02)
        return {"served": len(kept), "refused": refused, "cpu": cpu, "again": time.monotonic() - released, "lines": len(gateway.program.err) - lines}


async def open_stream(port, name, read_until=b"one "):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(CHAT.raw(port, f"{name}/m", "Hi", True))
    if read_until:
        await reader.readuntil(read_until)
    return reader, writer


class Streams(CleanCase):
    def test_idle_streams_cost_little_and_leave_nothing(self):
        files = more_files(20_000)
        count = min(IDLE_STREAMS, (files - 1500) // 2)
        upstream, gateway = with_upstream({"idle": lambda d, s: [stream_head() + chunk(EVENT), 300.0]})
        try:
            told = asyncio.run(self.hold(gateway, count))
            print(f"{count} idle streams: {told['per_stream']:.1f} KB of resident memory each, cpu {told['cpu']:.1%} of a core; {told['files']} descriptors, {told['left']} after", flush=True)
            if not SANITIZED:
                self.assertLess(told["per_stream"], 20)  # 17.7 in 2026-11; the aim is 16
            self.assertLess(told["cpu"], 0.05 if not SANITIZED else 0.5)
            self.assertLessEqual(told["left"], told["before"] + 8)
        finally:
            gateway.stop()
            upstream.stop()

    def test_idle_streams_over_tls(self):
        files = more_files(20_000)
        count = min(TLS_STREAMS, (files - 1500) // 2)
        sim = Sim()  # for its certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sim.folder / "cert.pem", sim.folder / "key.pem")
        upstream, gateway = with_upstream({"idle": lambda d, s: [stream_head() + chunk(EVENT), 300.0]}, context, AGT_NETWORK_CA_FILE=str(sim.ca_file))
        try:
            told = asyncio.run(self.hold(gateway, count))
            print(f"{count} idle streams over TLS: {told['per_stream']:.1f} KB of resident memory each, cpu {told['cpu']:.1%} of a core; {told['files']} descriptors, {told['left']} after", flush=True)
            if not SANITIZED:
                self.assertLess(told["per_stream"], TLS_STREAM_KB_MAX)
            self.assertLess(told["cpu"], 0.05 if not SANITIZED else 0.5)
            self.assertLessEqual(told["left"], told["before"] + 8)
        finally:
            gateway.stop()
            upstream.stop()
            sim.stop()

    async def hold(self, gateway, count):
        (await open_stream(gateway.port, "idle"))[1].close()
        await asyncio.sleep(0.3)
        before, files = gateway.rss_kb(), len(gateway.open_files() or [])
        links = []
        for begin in range(0, count, 100):
            links += await asyncio.gather(*(open_stream(gateway.port, "idle") for _ in range(min(100, count - begin))))
        per_stream, held = (gateway.rss_kb() - before) / count, len(gateway.open_files() or [])
        used, begun = cpu_s(gateway.pid), time.monotonic()
        await asyncio.sleep(20 if SOAK else 3)
        cpu = (cpu_s(gateway.pid) - used) / (time.monotonic() - begun)
        for _, writer in links:
            writer.close()
        for _ in range(100):
            await asyncio.sleep(0.1)
            if len(gateway.open_files() or []) <= files + 8:
                break
        return {"per_stream": per_stream, "cpu": cpu, "files": held, "before": files, "left": len(gateway.open_files() or [])}

    def test_clients_that_do_not_read_hold_the_upstream_back(self):
        more_files(20_000)
        written = []

        async def flood(writer):
            index = len(written)
            written.append(0)
            piece = chunk(b"data: " + json.dumps({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": "x" * 30_000}}]}).encode() + b"\n\n")
            writer.transport.set_write_buffer_limits(high=64 << 10)
            while written[index] < FLOOD_BYTES:
                writer.write(piece)
                await writer.drain()
                written[index] += len(piece)

        async def ticks(writer):
            for _ in range(400):
                writer.write(chunk(EVENT))
                await writer.drain()
                await asyncio.sleep(0.01)
        upstream, gateway = with_upstream({"flood": lambda d, s: [stream_head() + chunk(EVENT), flood], "ticks": lambda d, s: [stream_head(), ticks, DONE_EVENT + LAST]})
        try:
            told = asyncio.run(self.ignore(gateway))
            most = max(written)
            print(f"{NON_READERS} clients that do not read {FLOOD_BYTES >> 20} MB: memory grew by {told['grown'] >> 10} MB, at most {most >> 10} KB were taken of one; a stream beside them: p99 {told['p99']:.1f} ms between its words", flush=True)
            self.assertEqual(len(written), NON_READERS)
            self.assertLess(most, 12 << 20, "the upstream was not held back")
            if not SANITIZED:
                self.assertLess(told["grown"], 64 << 10)
            self.assertLess(told["p99"], 10 + GOOD_P99_MS)
        finally:
            gateway.stop()
            upstream.stop()

    async def ignore(self, gateway):
        reader, writer = await open_stream(gateway.port, "ticks")
        await reader.read()
        writer.close()
        before = gateway.rss_kb()
        links = []
        for _ in range(NON_READERS):
            reader, writer = await open_stream(gateway.port, "flood", None)
            writer.transport.pause_reading()
            links.append(writer)
        await asyncio.sleep(2)
        reader, writer = await open_stream(gateway.port, "ticks")
        between, last = [], time.monotonic()
        while await reader.readuntil(b"one ") if len(between) < 300 else None:
            between.append((time.monotonic() - last) * 1000)
            last = time.monotonic()
        writer.close()
        grown = gateway.rss_kb() - before
        for writer in links:
            writer.transport.abort()
        return {"grown": grown, "p99": p99(between[1:])}


class Drain(CleanCase):
    def test_streams_under_way_come_to_their_end(self):
        more_files(20_000)
        pieces = [step for i in range(8) for step in (chunk(EVENT), 0.4)]
        upstream, gateway = with_upstream({"drain": lambda d, s: [stream_head(), *pieces, DONE_EVENT + LAST]})
        try:
            told = asyncio.run(self.stop_midway(gateway))
            print(f"{DRAINED} streams: {told['whole']} came to their end; a new connection was refused after {told['refused_ms']:.0f} ms; exit {told['exit']}", flush=True)
            self.assertEqual(told["whole"], DRAINED)
            self.assertLess(told["refused_ms"], 50 if SOAK else 500)
            self.assertEqual(told["exit"], 0)
        finally:
            gateway.stop()
            upstream.stop()

    async def stop_midway(self, gateway):
        links = []
        for begin in range(0, DRAINED, 50):
            links += await asyncio.gather(*(open_stream(gateway.port, "drain") for _ in range(min(50, DRAINED - begin))))
        gateway.program.signal(signal.SIGTERM)
        begun = time.monotonic()
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
                writer.close()
            except OSError:
                break
            assert time.monotonic() - begun < 5, "new connections are still taken"
        refused_ms = (time.monotonic() - begun) * 1000
        rests = await asyncio.gather(*(reader.read() for reader, _ in links), return_exceptions=True)
        whole = sum(isinstance(rest, bytes) and b"[DONE]" in rest for rest in rests)
        for _, writer in links:
            writer.close()
        code = await asyncio.to_thread(gateway.program.wait, 20)
        gateway.program._forget()
        return {"whole": whole, "refused_ms": refused_ms, "exit": code}

    def test_a_second_signal_stops_at_once(self):
        upstream, gateway = with_upstream({"idle": lambda d, s: [stream_head() + chunk(EVENT), 60.0]})
        try:
            took = asyncio.run(self.stop_twice(gateway))
            print(f"stopped {took * 1000:.0f} ms after the second signal", flush=True)
            self.assertLess(took, 1 if not SANITIZED else 3)
        finally:
            gateway.stop(expected=None)
            upstream.stop()

    async def stop_twice(self, gateway):
        links = [await open_stream(gateway.port, "idle") for _ in range(20)]
        gateway.program.signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert gateway.program.alive(), "it did not wait for its streams"
        begun = time.monotonic()
        gateway.program.signal(signal.SIGTERM)
        await asyncio.to_thread(gateway.program.wait, 10)
        gateway.program._forget()
        for _, writer in links:
            writer.close()
        return time.monotonic() - begun


if __name__ == "__main__":
    unittest.main(verbosity=2)
