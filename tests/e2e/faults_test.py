"""Eighteen faults of upstreams, for each client dialect, streamed or not, alone or with another account to take over; and
upstreams that attack: whatever they do, the client gets one well-formed answer in its dialect, in time."""
import itertools
import json
import re
import threading
import time
import unittest

from bad_upstream import (ERROR_EVENT, FIRST_EVENTS, WHOLE, BadUpstream, FullPort, chunk, closed_port, refusal, stream_head, whole)
from harness import CHAT, GEMINI, MESSAGES, SANITIZED, CleanCase, Gateway, Raw, Sim, call

# Client and upstream: passed through, and translated.
PAIRS = ((CHAT, CHAT), (MESSAGES, MESSAGES), (CHAT, MESSAGES), (MESSAGES, GEMINI), (GEMINI, CHAT))
FIRST_BYTE_S, IDLE_S, CONNECT_S = 2, 2, 1
DEADLINE_S = 3 * 6 + 1  # three attempts at most, DNS being the slowest, and a second


def midway(tail):
    """An answer that goes wrong after its first words; whole answers go wrong in their body."""
    def answer(dialect, stream):
        if stream:
            return [stream_head(), *(chunk(event) for event in FIRST_EVENTS[dialect]), "pause", *tail(dialect, True)]
        body = WHOLE[dialect]
        return [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body[:40], "pause", *tail(dialect, False)]
    return answer


def mid_garbage(dialect, stream):
    if stream:
        return [chunk(b"data: {\xff\xfe garbage \x00\n\n"), chunk(b"data: " + b"x" * 100_000 + b"\n\n"), b"0\r\n\r\n"]
    return [b"\xff" * len(WHOLE[dialect])]


FAULTS = {
    "reset after the request": lambda d, s: ["pause", "reset"],
    "end before the head": lambda d, s: [],
    "half a head and silence": lambda d, s: [b"HTTP/1.1 200 OK\r\ncontent-ty", "stall"],
    "400": lambda d, s: [refusal(d, 400)],
    "401": lambda d, s: [refusal(d, 401)],
    "403": lambda d, s: [refusal(d, 403)],
    "404": lambda d, s: [refusal(d, 404)],
    "429 with a time": lambda d, s: [refusal(d, 429, b"retry-after: 9\r\n")],
    "429 without": lambda d, s: [refusal(d, 429)],
    "500": lambda d, s: [refusal(d, 500)],
    "529": lambda d, s: [refusal(d, 529)],
    "200 with an error": lambda d, s: [stream_head() + chunk(ERROR_EVENT[d]) + b"0\r\n\r\n"] if s else [whole(ERROR_EVENT[d].split(b"data: ")[1])],
    "reset midway": midway(lambda d, s: ["reset"]),
    "garbage midway": midway(mid_garbage),
}
ELSEWHERE = ("refused connections", "connections that do not open", "a name that does not exist", "a bad certificate")
# What another account would not do better, or what comes too late.
NOT_TAKEN_OVER = {"400", "404"}
TOO_LATE = {"reset midway", "garbage midway"}


class Matrix(CleanCase):
    @classmethod
    def setUpClass(cls):
        cls.bad = BadUpstream({name.replace(" ", "-"): answer for name, answer in FAULTS.items()})
        cls.good, cls.strange, cls.full = Sim(tls=False), Sim(tls=True), FullPort()
        cls.gateway = Gateway(cls.good, settings={"AGT_NETWORK_FIRST_BYTE_TIMEOUT_S": FIRST_BYTE_S, "AGT_NETWORK_IDLE_TIMEOUT_S": IDLE_S, "AGT_NETWORK_CONNECT_TIMEOUT_S": CONNECT_S,
                                                  "AGT_LOGGING_LEVEL": "warn"}).start()
        cls.ids = {}
        for fault in (*FAULTS, *ELSEWHERE):
            for dialect in (CHAT, MESSAGES, GEMINI):
                label = f"{fault.replace(' ', '-')}-{dialect.name}"
                cls.account(dialect, label, cls.where(fault, dialect), 5)
                cls.account(dialect, "good-" + label, cls.good.base(dialect.provider), 1)

    @classmethod
    def where(cls, fault, dialect):
        tail = "/v1" if dialect is CHAT else ""
        if fault == "refused connections":
            return f"http://127.0.0.1:{closed_port()}{tail}"
        if fault == "connections that do not open":
            return f"http://127.0.0.1:{cls.full.port}{tail}"
        if fault == "a name that does not exist":
            return f"https://-no-such-host.invalid{tail}"
        if fault == "a bad certificate":  # of an authority that nobody told the gateway of
            return cls.strange.url + tail
        return cls.bad.base(fault.replace(" ", "-"), dialect)

    @classmethod
    def account(cls, dialect, label, base, priority):
        group = label.removeprefix("good-") + "-group"
        reply = cls.gateway.admin_call("POST", "/api/v1/accounts", {"provider": dialect.provider, "label": label, "base_url": base, "key": "key-" + label, "priority": priority, "groups": [group]})
        assert reply.status == 201, reply
        cls.ids[label] = reply.json()["id"]

    @classmethod
    def tearDownClass(cls):
        cls.gateway.stop()
        for one in (cls.good, cls.strange, cls.bad):
            one.stop()
        cls.full.close()
        super().tearDownClass()

    def cell(self, fault, client, upstream, stream, alone, told):
        label = f"{fault.replace(' ', '-')}-{upstream.name}"
        # A site that fails rests for the model, whoever's account it was.
        own = f"m-{client.name}-{fault.replace(' ', '-')}-{stream}-{alone}"
        model = f"{label}/{own}" if alone else f"{label}-group/{own}"
        self.gateway.admin_call("POST", f"/api/v1/accounts/{self.ids[label]}/reset")
        begun = time.monotonic()
        path, body = client.path(model, stream), client.body(model, "Hi", stream)
        reply = call(self.gateway.port, "POST", path, body, client.headers, timeout=DEADLINE_S)
        took = time.monotonic() - begun
        told["slowest"] = max(told["slowest"], took)
        name = f"{fault}: {client.name} to {upstream.name}, stream {stream}, alone {alone}"
        self.assertLess(took, DEADLINE_S, name)
        retried = not alone and fault not in NOT_TAKEN_OVER and not (stream and fault in TOO_LATE)
        if retried:
            self.assertEqual(reply.status, 200, f"{name}: {reply}")
            self.assertEqual(client.said(reply, stream), "Echo: Hi", name)
            return
        if stream and fault in TOO_LATE:
            self.assertEqual(reply.status, 200, f"{name}: {reply}")
            said = reply.body.decode(errors="replace")  # what passes, passes as it is
            last = [line for line in said.split("\n") if line.startswith("data: ")][-1].strip()
            self.assertIn("error", json.loads(last.removeprefix("data: ")), f"{name}: {reply}")
            self.assertFalse(client.stream_ended_well(said.encode()), f"{name}: {reply}")
            self.assertEqual(said.count("Echo"), 0, f"{name}: sent again after its first words")
        else:
            self.assertGreaterEqual(reply.status, 400, f"{name}: {reply}")
            self.assertNotEqual(reply.status, 401, f"{name}: a client must not take it for its own key: {reply}")
            client.error(reply)
        code = self.gateway.trace(reply)["error"]["code"] if told["traced"] < 40 else None
        told["traced"] += 1
        if code is not None:
            self.assertNotIn(code, ("internal", "translate_reply"), name)

    def test_every_cell(self):
        told = {"slowest": 0.0, "traced": 0}
        cells = list(itertools.product((*FAULTS, *ELSEWHERE), PAIRS, (False, True), (True, False)))
        account = lambda cell: (cell[0], cell[1][1].name)  # noqa: E731
        cells.sort(key=account)
        self.assertGreaterEqual(len(cells), 288)
        failures, lock, queue = [], threading.Lock(), list(reversed(cells))

        def work():
            while True:
                with lock:
                    # Cells of one account follow each other, or one's rest would be another's.
                    if not queue:
                        return
                    mine = [queue.pop()]
                    while queue and account(queue[-1]) == account(mine[0]):
                        mine.append(queue.pop())
                for fault, (client, upstream), stream, alone in mine:
                    try:
                        self.cell(fault, client, upstream, stream, alone, told)
                    except Exception as error:  # noqa: BLE001 - told below
                        failures.append(f"{fault} {client.name}->{upstream.name} stream={stream} alone={alone}: {error}")
        threads = [threading.Thread(target=work) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(f"{len(cells)} cells, slowest {told['slowest']:.1f} s, {len(failures)} wrong", flush=True)
        self.assertEqual(failures, [], "\n".join(str(f)[:600] for f in failures[:12]))


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHAT_WHOLE = WHOLE["chat"]


def events(*data):
    return [stream_head() + b"".join(chunk(b"data: " + one + b"\n\n") for one in data) + b"0\r\n\r\n"]


def word(text):
    return json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}).encode()


DEEP = b'{"choices":' + b"[" * 200_000
ATTACKS = {
    "another answer behind": lambda: [whole(CHAT_WHOLE) + whole(CHAT_WHOLE.replace(b"one two", b"SMUGGLED"))],
    "a line break in a header": lambda: [whole(CHAT_WHOLE, b"x-request-id: a\rset-cookie: evil=1\r\n")],
    "a bare LF in a header": lambda: [whole(CHAT_WHOLE, b"x-request-id: a\nset-cookie: evil=1\r\n")],
    "a NUL in a header": lambda: [whole(CHAT_WHOLE, b"x-request-id: a\0b\r\n")],
    "an escape in a header": lambda: [whole(CHAT_WHOLE, b"x-request-id: \x1b[31mred\r\n")],
    "a folded header": lambda: [whole(CHAT_WHOLE, b"x-request-id: a\r\n set-cookie: evil=1\r\n")],
    "cookies and permissions": lambda: [whole(CHAT_WHOLE, b"set-cookie: evil=1\r\naccess-control-allow-origin: *\r\nserver: evil\r\nx-agt-route: evil/evil\r\nlocation: http://evil/\r\nclear-site-data: *\r\n")],
    "connection words": lambda: [whole(CHAT_WHOLE, b"connection: close, x-request-id\r\nkeep-alive: 1\r\nupgrade: h2c\r\ntrailer: x\r\n")],
    "10,000 headers": lambda: [HEAD + b"x: y\r\n" * 10_000 + b"content-length: 2\r\n\r\n{}"],
    "a header of 1 MB": lambda: [HEAD + b"x: " + b"y" * 1_000_000 + b"\r\ncontent-length: 2\r\n\r\n{}"],
    "a head without an end": lambda: [HEAD] + [b"x: " + b"y" * 60_000 + b"\r\n"] * 400,
    "two lengths": lambda: [HEAD + b"content-length: 2\r\ncontent-length: 300\r\n\r\n{}"],
    "a length and chunks": lambda: [HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
    "a length that is a lie": lambda: [HEAD + b"content-length: 99999\r\n\r\n" + CHAT_WHOLE],
    "a negative length": lambda: [HEAD + b"content-length: -1\r\n\r\n" + CHAT_WHOLE],
    "a length of 2^64": lambda: [HEAD + b"content-length: 18446744073709551616\r\n\r\n" + CHAT_WHOLE],
    "a chunk size of 2^64": lambda: [HEAD + b"transfer-encoding: chunked\r\n\r\n10000000000000000\r\n"],
    "a chunk size that is no number": lambda: [HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"],
    "an endless chunk extension": lambda: [HEAD + b"transfer-encoding: chunked\r\n\r\n5;"] + [b"x" * 60_000] * 400,
    "an endless trailer": lambda: [HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"] + [b"x: " + b"y" * 60_000 + b"\r\n"] * 400,
    "101": lambda: [b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n" + b"\x81\x05hello"],
    "a hundred interim answers": lambda: [b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 100 + whole(CHAT_WHOLE)],
    "interim answers without end": lambda: [b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000] * 20,
    "status 099": lambda: [b"HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n"],
    "status 999": lambda: [b"HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\n{}"],
    "204": lambda: [b"HTTP/1.1 204 No Content\r\n\r\n"],
    "304": lambda: [b"HTTP/1.1 304 Not Modified\r\n\r\n"],
    "a redirect elsewhere": lambda: [b"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:%d/x\r\ncontent-length: 0\r\n\r\n" % Attacks.trap.port],
    "HTTP/0.9": lambda: [CHAT_WHOLE],
    "HTTP/2": lambda: [b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"],
    "something else": lambda: [b"SSH-2.0-OpenSSH_9.2\r\n"],
    "a page": lambda: [b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 26\r\n\r\n<script>alert(1)</script>\n"],
    "JSON that is too deep": lambda: [whole(DEEP)],
    "half of JSON": lambda: [whole(CHAT_WHOLE[:60])],
    "numbers as text": lambda: [whole(b'{"id":1,"choices":{"0":"x"},"usage":{"prompt_tokens":"many"}}')],
    "bad UTF-8": lambda: [whole(CHAT_WHOLE.replace(b"two", b"\xff\xfe"))],
    "a gzip bomb": lambda: [HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB) + BOMB],
    "a coding that is a lie": lambda: [whole(CHAT_WHOLE, b"content-encoding: br\r\n")],
    "ninety MB": lambda: [HEAD + b"content-length: 90000000\r\n\r\n"] + [b" " * 1_000_000] * 90,
    "one event without end": lambda: [stream_head()] + [chunk(b"data: " + b"x" * 500_000)] * 40,
    "a million comments": lambda: [stream_head()] + [chunk(b": nothing\n\n" * 10_000)] * 100 + [b"0\r\n\r\n"],
    "a line break in the text": lambda: events(word("a\n\ndata: {\"injected\":true}\n\n"), b"[DONE]"),
    "a NUL in an event": lambda: events(b'{"choices":[{"index":0,"delta":{"content":"a\0b"}}]}', b"[DONE]"),
    "ANSI and markup in the text": lambda: events(word("\x1b[2J<img src=x onerror=alert(1)>"), b"[DONE]"),
    "a thousand choices": lambda: events(*(json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": i, "delta": {"content": "x"}}]}).encode() for i in range(1000)), b"[DONE]"),
    "an error that attacks a terminal": lambda: [b"HTTP/1.1 500 \x1b[31mX\r\ncontent-type: application/json\r\ncontent-length: 61\r\n\r\n" + b'{"error":{"message":"\\u001b]0;owned\\u0007\\r\\nfake log line","code":1}}'[:61]],
}


def make_bomb():
    import zlib
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(400)) + packer.flush()


BOMB = make_bomb()
RSS_GROWTH_KB_MAX = 16 * 1024       # of the first round: buffers, and code that is used for the first time
RSS_GROWTH_AGAIN_KB_MAX = 6 * 1024  # of the same attacks once more: what grows here leaks
# Whole replies have up to 64 MB. What the allocator keeps of them for a while says nothing of leaks.
GIVE_BACK_AT_ONCE = {"MIMALLOC_DECOMMIT_DELAY": 0, "MIMALLOC_SEGMENT_DECOMMIT_DELAY": 0}


class Attacks(CleanCase):
    def test_an_upstream_that_attacks_gets_nowhere(self):
        Attacks.trap = BadUpstream({})
        bad = BadUpstream({re.sub(r"[^a-z0-9]+", "-", name.lower()): (lambda d, s, a=answer: a()) for name, answer in ATTACKS.items()})
        gateway = Gateway(settings={"AGT_NETWORK_FIRST_BYTE_TIMEOUT_S": 3, "AGT_NETWORK_IDLE_TIMEOUT_S": 2, "AGT_LOGGING_LEVEL": "debug", **GIVE_BACK_AT_ONCE}).start()
        try:
            self.assertGreaterEqual(len(ATTACKS), 40)
            for name in bad.answers:
                reply = gateway.admin_call("POST", "/api/v1/accounts", {"provider": "openai-compatible", "label": name, "base_url": bad.base(name, CHAT), "key": "key-secret"})
                self.assertEqual(reply.status, 201, reply)
            gateway.call("POST", CHAT.path("demo", False), CHAT.body("demo", "Hi"), CHAT.headers)
            before = gateway.rss_kb()
            sizes = [before]
            for _ in range(3):
                for name in bad.answers:
                    for client, stream in ((CHAT, False), (CHAT, True), (MESSAGES, True)):
                        with self.subTest(f"{name}, {client.name}, stream {stream}"):
                            self.attack(gateway, name, client, stream)
                sizes.append(gateway.rss_kb())
            print(f"{len(ATTACKS)} attacks, three times: resident memory {sizes} kB", flush=True)
            if not SANITIZED:
                self.assertLess(sizes[1] - before, RSS_GROWTH_KB_MAX)
                self.assertLess(sizes[3] - sizes[2], RSS_GROWTH_AGAIN_KB_MAX)
            self.assertEqual(Attacks.trap.seen, [], "a redirect was followed")
            log = gateway.program.stderr()
            self.assertIsNone(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", log), "a control character stands in the log")
            self.assertNotIn("key-secret", log)
            told = gateway.cli("trace", "--failures").stdout
            self.assertIsNone(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", told))
        finally:
            gateway.stop()
            bad.stop()
            Attacks.trap.stop()

    def attack(self, gateway, name, client, stream):
        model = f"{name}/m-{client.name}-{stream}"
        with Raw(gateway.port, timeout=15) as raw:
            raw.send(client.raw(gateway.port, model, "Hi", stream, {"connection": "close"}))
            everything = raw.read_all()
        head, _, body = everything.partition(b"\r\n\r\n")
        self.assertRegex(head, rb"^HTTP/1\.1 \d{3} ")
        lines = head.lower().split(b"\r\n")[1:]
        names = [line.split(b":")[0] for line in lines]
        for bad in (b"set-cookie", b"access-control-allow-origin", b"server", b"location", b"clear-site-data", b"upgrade", b"keep-alive", b"trailer"):
            self.assertNotIn(bad, names, head)
        self.assertLessEqual(names.count(b"x-agt-route"), 1)
        self.assertNotIn(b"evil/evil", head)
        self.assertIsNone(re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", head.replace(b"\r\n", b"")), head)
        self.assertNotIn(b"SMUGGLED", everything)
        if stream and client is MESSAGES:
            for line in body.split(b"\n"):
                self.assertFalse(line.startswith(b'data: {"injected"'), body[-500:])
        self.assertEqual(gateway.call("GET", "/healthz").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
