"""Every row of http_vectors.py against the real gateway: the answers that are right, and never more of them than requests.
Then the same bytes in small pieces, a thousand requests at once, and bodies that are refused unread."""
import random
import re
import time
import unittest

from harness import Raw, WithGateway, exchange, request_bytes
from http_vectors import BODY, GET, LAST, LENGTH, POST, VECTORS, chunked

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Vectors(WithGateway):
    settings = {"AGT_LOGGING_LEVEL": "off"}
    sim_tls = False

    @classmethod
    def accounts(cls):
        return []

    @classmethod
    def routes(cls):
        return []

    def filled(self, data):
        return data.replace(b"HOST", b"127.0.0.1:%d" % self.gateway.port)

    def answers(self, pieces, expected):
        """The statuses of all answers; ends when the gateway closes, or a moment after nothing is to be expected."""
        with Raw(self.gateway.port, timeout=10) as raw:
            try:
                for piece in pieces:
                    raw.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                pass
            if not expected:
                raw.socket.settimeout(0.3)
            try:
                everything = raw.read_all()
            except TimeoutError:
                self.assertEqual(expected, 0, f"an answer is missing: {raw.received!r}")
                everything = raw.received
        statuses = [int(status) for status in STATUS.findall(everything)]
        return [status for status in statuses if status != 100], everything

    def check(self, name, pieces, expected):
        statuses, everything = self.answers(pieces, len(expected))
        if len(pieces) > 1 and statuses and statuses[-1] >= 400 and b"\r\nconnection: close\r\n" in everything:
            expected = expected[:len(statuses)]  # refused before its body was here: not read on, and said so
        self.assertEqual(len(statuses), len(expected), f"{name}: {everything[:2000]!r}")
        for status, right in zip(statuses, expected):
            self.assertIn(status, right, f"{name}: {everything[:2000]!r}")

    def test_every_vector(self):
        names = [name for name, _, _ in VECTORS]
        self.assertEqual(len(set(names)), len(names))
        for name, data, expected in VECTORS:
            with self.subTest(name):
                self.check(name, [self.filled(data)], expected)
        print(f"{len(VECTORS)} vectors", flush=True)

    def test_every_vector_in_pieces(self):
        chance = random.Random(1)
        for name, data, expected in VECTORS:
            data = self.filled(data)
            if len(data) > 5000 or not expected:
                continue
            cuts = sorted(chance.sample(range(1, len(data)), min(7, len(data) - 1)))
            pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)])]
            with self.subTest(f"{name}, cut at {cuts}"):
                self.check(name, pieces, expected)

    def test_a_thousand_requests_at_once_are_answered_in_their_order(self):
        chance = random.Random(2)
        requests, wanted = [], []
        for i in range(1000):
            said = f"number {i}"
            body = BODY.replace(b"Hi", said.encode())
            requests.append(POST + (b"content-length: %d\r\n\r\n" % len(body) + body if i % 2 else b"transfer-encoding: chunked\r\n\r\n" + chunked(body[:9], body[9:])))
            wanted.append(said)
        data = self.filled(b"".join(requests) + LAST)
        cuts = sorted(chance.sample(range(1, len(data)), 400))
        for pieces in ([data], [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)])]):
            _, everything = self.answers(pieces, 1001)
            self.assertEqual([said.decode() for said in re.findall(rb"You said: (number \d+)", everything)], wanted)

    def test_a_refused_body_is_not_read(self):
        for headers, status in (({"content-type": "text/plain"}, 415), ({"content-type": "application/json", "origin": "http://evil.example"}, 403), ({"content-type": "application/json", "authorization": "Bearer a", "x-api-key": "b"}, 400),
                                ({"content-type": "application/json", "content-length": str(1 << 30)}, 413)):
            headers = {"content-length": str(20 << 20), "expect": "100-continue", **headers}
            reply = exchange(self.gateway.port, request_bytes("POST", "/v1/chat/completions", self.gateway.port, headers))
            self.assertEqual(reply.status, status, reply)  # and no 100 before it

    def test_the_right_answer_has_the_right_framing(self):
        with Raw(self.gateway.port) as raw:
            raw.send(self.filled(b"HEAD /healthz HTTP/1.1\r\nhost: HOST\r\n\r\n" + POST + LENGTH + b"\r\n" + BODY + LAST))
            everything = raw.read_all()
        for head in re.split(rb"(?=HTTP/1\.1 \d)", everything)[1:]:
            fields = head.split(b"\r\n\r\n")[0].lower()
            self.assertEqual(fields.count(b"content-length:") + fields.count(b"transfer-encoding:"), 1, head)
            self.assertNotIn(b"\n", head.split(b"\r\n\r\n")[0].replace(b"\r\n", b""))
            self.assertNotIn(b"server:", fields)

    def tearDown(self):
        begun = time.monotonic()
        self.assertEqual(exchange(self.gateway.port, self.filled(GET + b"\r\n")).status, 200, "the gateway lives on")
        self.assertLess(time.monotonic() - begun, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
