"""JSON that is right, wrong, or made to hurt; and addresses in a request that lead where a gateway must never go."""
import http.server
import itertools
import json
import random
import threading
import time
import unittest

from harness import CHAT, SANITIZED, CleanCase, Gateway, Sim, call

BS = b"\\"
GOOD = [
    b"null", b"true", b"false", b"0", b"-0", b"1", b"-1", b"10", b"1.5", b"-1.5", b"0.1", b"1e5", b"1E5", b"1e+5", b"1e-5", b"1.5E-3", b"0e0", b"-0.0", b"123456789012345678901234567890", b"1e308", b"0.000000000000000000001",
    b'""', b'"a"', b'" "', '"é"'.encode(), '"€"'.encode(), '"😀"'.encode(), b'"\x7f"', b'"/"', b'"' + BS + b'""', b'"' + BS * 2 + b'"', b'"' + BS + b'/"', b'"' + BS + b'b"', b'"' + BS + b'f"', b'"' + BS + b'n"', b'"' + BS + b'r"', b'"' + BS + b't"',
    b'"' + BS + b'u0041"', b'"' + BS + b'u00e9"', b'"' + BS + b'u00E9"', b'"' + BS + b'uD83D' + BS + b'uDE00"', b'"' + BS + b'u0000"', b'"' + BS + b'u2028"', b'"' + BS + b'uFFFF"', "\"\u2028\"".encode(), "\"\ufeff\"".encode(), "\"\uffff\"".encode(), "\"\U0010ffff\"".encode(),
    b"[]", b"[ ]", b"[1]", b"[1,2]", b"[ 1 , 2 ]", b"[[]]", b"[[],[]]", b"[null]", b'["a",1,null,true,{}]', b"[\t\n\r 1]", b"{}", b"{ }", b'{"a":1}', b'{"a":1,"b":2}', b'{ "a" : 1 }', b'{"":0}', b'{"a":{}}', b'{"a":[]}', b'{"a":1,"a":2}', b'{"' + BS + b'u0061":1}',
    b"[" * 60 + b"]" * 60, b'{"a":' * 60 + b"1" + b"}" * 60, b"[" + b",".join([b"1"] * 5000) + b"]", b'"' + b"a" * 100_000 + b'"', b"[1,\n2]", b"\t1", b"1\r\n", b'{"a b":"c d"}', b'{"\xc3\xa9":1}',
    b"-123", b"1E-2", b"-1e-0", b"0.5e+10", b"-0e1", b"9007199254740993", b"18446744073709551616", b"1.0000000000000000000000001", b'"' + BS + b'uD800' + BS + b'uDC00"', b'"' + BS + b'u000a"', b'"' + BS * 4 + b'"', b'"[,]{:}"', b'"// no comment"', b"[[1,[2,[3]]]]",
    b'{"a":[{"b":[{}]}]}', b'{"a":null,"b":false}', b"[ ]\n", b'{"\xe2\x82\xac":"\xf0\x9f\x98\x80"}', b'["a","",""]', b'{"a":1,"":2}',
]
# What RFC 8259 leaves to the reader: taken or refused, but answered.
EITHER = [
    b"1e400", b"-1e400", b"1e-400", b"123456789e999999", b"1e99999999999999999999", b"0e+99999999", b"-0.0000000000000000000000000000000000000000001", b"1" * 5000, b"0." + b"1" * 5000, b"9" * 400 + b".5",
    b'"' + BS + b'uD800"', b'"' + BS + b'uDC00"', b'"' + BS + b'uD800' + BS + b'uD800"', b'"' + BS + b'uDC00' + BS + b'uD800"', b'"' + BS + b'uD800x"', b'"' + BS + b'uD800' + BS + b'n"', b'"' + BS + b'uDFFF abc"', b'{"' + BS + b'uD800":1}', b'"' + BS + b'uFFFE"', b'"' + BS + b'uFDD0"',
    "\"\ufffe\"".encode(), "\"\ufdd0\"".encode(), b"[" * 127 + b"]" * 127, b"[" * 128 + b"]" * 128, b"[" * 500 + b"]" * 500, b"[" * 1024 + b"]" * 1024, b'{"a":' * 200 + b"1" + b"}" * 200, b'{"a":1,"a":1,"a":{}}', b'{"a":1,"' + BS + b'u0061":2}', b'{"' + b"k" * 70_000 + b'":1}',
    b"[" + b",".join([b"{}"] * 50_000) + b"]", b"{" + b",".join(b'"k%d":%d' % (i, i) for i in range(20_000)) + b"}", b'"' + "é".encode() * 50_000 + b'"', b"[" + b" " * 100_000 + b"]", b"[-0.0e-0]",
]
BAD = [
    b"", b" ", b"nul", b"nulll", b"NULL", b"True", b"tru", b"undefined", b"NaN", b"nan", b"Infinity", b"-Infinity", b"+1", b"01", b"-01", b"00", b"1.", b".5", b"-.5", b"1.e5", b"1e", b"1e+", b"1e-", b"1eE2", b"e5", b"0x10", b"1_000", b"1,5.", b"--1", b"-", b"+", b"1 2", b"1a", b"0b1", b"1/2", b"0.1.2", "１".encode(), b"$1", b"1e1.5",
    b'"', b'"a', b'a"', b"'a'", b"`a`", b'"a" "b"', b'"' + BS + b'"', b'"' + BS + b'x41"', b'"' + BS + b'a"', b'"' + BS + b'0"', b'"' + BS + b'u"', b'"' + BS + b'u12"', b'"' + BS + b'u123"', b'"' + BS + b'u12G4"', b'"' + BS + b'U0041"', b'"' + BS + b'u{41}"', b'"' + BS + b' "', b'"' + BS + b'\n"', b'"' + BS + b"'" + b'"', b'"\n"', b'"\t"', b'"\r"', b'"\x00"', b'"\x1f"', b'"\x01"',
    b'"\xff"', b'"\xfe\xff"', b'"\x80"', b'"\xc3"', b'"\xc3("', b'"\xe2\x82"', b'"\xc0\xaf"', b'"\xe0\x80\xaf"', b'"\xed\xa0\x80"', b'"\xed\xbf\xbf"', b'"\xf0\x80\x80\xaf"', b'"\xf4\x90\x80\x80"', b'"\xf8\x88\x80\x80\x80"', b'"\xe9"', b"\xff", b'"\xc1\x81"',
    b"[", b"]", b"[1", b"1]", b"[,]", b"[1,]", b"[,1]", b"[1,,2]", b"[1 2]", b"[1;2]", b"[1:2]", b"[}", b"[1}", b"[[]", b"[]]", b"[a]", b'["a]', b'["a",', b"[\"a\"\x00]", b"[1,\n", b"[-]", b"[/1]", b"[1//2\n]", b"[/* */1]", b"[#1]", b"(1)", b"<1>", b"[*]", b"[''] ", b"[1\x0b]", b"[\x0c1]", b"[\xc2\xa01]", "[\u20281]".encode(), b"\xef\xbb\xbf[]",
    b"{", b"}", b"{a:1}", b"{'a':1}", b"{1:1}", b"{null:1}", b'{"a"}', b'{"a":}', b'{"a":1', b'{"a" 1}', b'{"a"::1}', b'{"a":1,}', b'{,"a":1}', b'{"a":1,,"b":2}', b'{"a":1 "b":2}', b'{"a":1;"b":2}', b'{"a":1}}', b'{"a":1]', b"{[]:1}", b'{"a":a}', b'{"a":1}x', b'{"a":"b}', b'{"a":1/**/}', b'{"a":1}//', b'{"a"=1}', b'{"a",1}', b'{:1}', b"{}{}", b'{"a":1,"b"}', b'{"a":1,"b":}', b"{...x}", b'{"a":1 , }',
    b"-01.5", b"1.2.3", b"1e5.5", b"1e+-5", b"- 1", b"+-1", b"1e 5", b"1 .5", b"0.", b"-.", b"1__0", b"1n", b"NaN1", b"-NaN", b"inf", b"0o17", b"1d", b"\xd9\xa1", b'"' + BS + b'u00e"', b'"' + BS + b'u-123"', b'"' + BS + b'u 123"', b'"a\x08b"', b'"\x1b[31m"', b"[1,2", b'["a"', b"{]", b"[)",
    b'{"a":[}', b'{"a":{]}', b'{"a":1]}', b'[{"a":1]', b'{"a":1,"b":2', b'{"a":tru}', b'{"a":nulll}', b'{"a":"', b'{"a', b'{"a":01}', b'["\xff"]', b'{"\xff":1}', b"[nul]", b"[true,fals]", b"[1]x", b'"a"b', b"null null", b"[],[]", b"{},", b",", b":", b"[:]", b'{"a":,}', b'{"a":;}', b"[1}{", b"\x00", b"[\x00]", b"1\x00", b"\xef\xbb\xbf1", b"\xff\xfe1\x00",
    b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000, b'[{"a":' * 50_000, b"[" * 1_000_000, b"{" * 1_000_000, b'"' + BS * 1_000_001, b"-" * 100_000,
]
MS_MAX = 100 if not SANITIZED else 3000
RSS_GROWTH_KB_MAX = 64 << 10


class Json(CleanCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = Gateway(settings={"AGT_LOGGING_LEVEL": "off"}).start()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.stop()
        super().tearDownClass()

    def ask(self, text):
        """With the text as a member that nobody knows, so that it only has to be JSON."""
        body = b'{"model":"demo","messages":[{"role":"user","content":"Hi"}],"x":' + text + b"}"
        return call(self.gateway.port, "POST", "/v1/chat/completions", body)

    def test_what_is_json_is_taken(self):
        self.assertEqual(len(set(GOOD)), len(GOOD))
        self.assertTrue(len(GOOD) >= 95 and len(set(BAD)) >= 188 and len(EITHER) >= 35)
        for text in GOOD:
            json.loads(text.decode())  # by another reader's judgement too
            with self.subTest(text[:60]):
                self.assertEqual(self.ask(text).status, 200)
        print(f"{len(GOOD)} accepted", flush=True)

    def test_what_is_not_is_refused_and_soon(self):
        slowest, before = 0.0, self.gateway.rss_kb()
        for text in BAD:
            with self.subTest(text[:60]):
                begun = time.monotonic()
                reply = self.ask(text)
                slowest = max(slowest, time.monotonic() - begun)
                self.assertEqual(reply.status, 400, reply)
                CHAT.error(reply)
        grown = self.gateway.rss_kb() - before
        print(f"{len(BAD)} refused, the slowest after {slowest * 1000:.0f} ms; memory grew by {grown} kB", flush=True)
        self.assertLess(slowest * 1000, MS_MAX * 3)  # with Python's own share of sending a megabyte
        self.assertLess(grown, RSS_GROWTH_KB_MAX)

    def test_what_is_left_open_is_answered(self):
        seen = {}
        for text in EITHER:
            with self.subTest(text[:60]):
                status = self.ask(text).status
                self.assertIn(status, (200, 400))
                seen[status] = seen.get(status, 0) + 1
        print(f"{len(EITHER)} that may be taken or refused: {seen}", flush=True)

    def test_thirty_megabytes_are_refused_soon_and_cost_little(self):
        for name, text, status in (("brackets", b"[" * (30 << 20), 413), ("a string", b'"' + b"a" * (30 << 20), 400), ("numbers", b"[" + b"1," * (15 << 20), 413), ("quotes", b'"' * (30 << 20), 413), ("commas", b"," * (30 << 20), 413),
                                   ("escapes", b'"' + BS * (30 << 20), 400)):
            with self.subTest(name):
                self.gateway.forget_peak()
                begun, before = time.monotonic(), self.gateway.rss_kb()
                self.assertEqual(self.ask(text).status, status)
                took, grown, most = time.monotonic() - begun, self.gateway.rss_kb() - before, self.gateway.peak_kb() - before
                print(f"30 MB of {name}: refused after {took * 1000:.0f} ms with its way here; memory {grown:+} kB, at most {most:+} kB", flush=True)
                self.assertLess(took, 2 if not SANITIZED else 20)
                if not SANITIZED:
                    self.assertLess(most, RSS_GROWTH_KB_MAX)
        self.assertEqual(self.ask(b"1").status, 200)

    def test_flipped_bytes_never_end_it(self):
        chance = random.Random(3)
        whole = json.dumps({"model": "demo", "messages": [{"role": "user", "content": [{"type": "text", "text": "é€😀"}]}], "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "number"}}}}}], "stop": ["x"], "temperature": 0.5}).encode()
        seen = set()
        for _ in range(1500):
            text = bytearray(whole)
            for _ in range(chance.randrange(1, 4)):
                text[chance.randrange(len(text))] = chance.randrange(256)
            seen.add(call(self.gateway.port, "POST", "/v1/chat/completions", bytes(text)).status)
        self.assertLessEqual(seen, {200, 400, 404}, seen)


class Trap(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):  # noqa: N802
        Trap.seen.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Addresses(CleanCase):
    """With media_urls = gateway, a prompt names what is fetched. A listener on this computer must never hear of it."""

    def test_no_spelling_of_a_private_address_is_fetched(self):
        trap = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap)
        threading.Thread(target=trap.serve_forever, daemon=True).start()
        port = trap.server_address[1]
        hosts = ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0", "127.0.0.2", "127.255.255.254", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]",
                 "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "１２７.0.0.1", "127。0。0。1", "127.0.0.1%00.example.com",
                 "user:pass@127.0.0.1", "example.com@127.0.0.1", "127.0.0.1#@example.com", "127.0.0.1\\@example.com", "localhost%2eexample.com"]
        urls = [f"http://{host}:{port}/x.png" for host in hosts] + [f"file:///etc/passwd", f"gopher://127.0.0.1:{port}/x", f"dict://127.0.0.1:{port}/", f"http:127.0.0.1:{port}", f"//127.0.0.1:{port}/", f"http:///127.0.0.1:{port}/", f"HTTP://127.0.0.1:{port}/", f" http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}\r\nx: y/"]
        self.assertGreaterEqual(len(urls), 45)
        sim = Sim(tls=False)
        gateway = Gateway(sim, settings={"AGT_NETWORK_MEDIA_URLS": "gateway", "AGT_NETWORK_CONNECT_TIMEOUT_S": "1"}, accounts=[("gemini", "g", "key-secret")]).start()
        try:
            for url in urls:
                with self.subTest(url):
                    body = {"model": "g/m", "messages": [{"role": "user", "content": [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": url}}]}]}
                    reply = gateway.call("POST", "/v1/chat/completions", body)
                    self.assertEqual(reply.status, 400, reply)
                    self.assertNotIn("key-secret", reply.text())
            self.assertEqual(Trap.seen, [])
            self.assertEqual([entry for entry in sim.log() if entry["method"] == "POST"], [])
            # What clients say of another server changes nothing either.
            for field, value in itertools.product(("api_base", "base_url", "url", "host", "endpoint", "proxy", "callback_url", "webhook"), (f"http://127.0.0.1:{port}/", )):
                gateway.call("POST", "/v1/chat/completions", {"model": "g/m", "messages": [{"role": "user", "content": "Hi"}], field: value, "metadata": {field: value}}, {"x-" + field.replace("_", "-"): value})
            self.assertEqual(Trap.seen, [])
            print(f"{len(urls)} addresses and 8 fields: 0 connections", flush=True)
        finally:
            gateway.stop()
            sim.stop()
            trap.shutdown()
            trap.server_close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
