"""What clients get wrong: malformed HTTP, bad bodies, wrong paths, hosts and origins, keys; and what needs no account."""
import json
import time
import unittest

from harness import (ANTHROPIC, CHAT, DIALECTS, GEMINI, GOOGLE, MESSAGES, OPENAI, TO, Gateway, CleanCase, Raw, WithGateway,
                     call, exchange, read_reply, request_bytes, wait_until)

BODY = json.dumps(CHAT.body("demo", "Hi")).encode()
JSON = {"content-type": "application/json"}


def smuggled(extra, body=BODY):
    return b"POST /v1/chat/completions HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\n" + extra + b"\r\n\r\n" + body


# name: (bytes with %s where the host stands, statuses that are right)
MALFORMED = {
    "no HTTP at all": (b"hello %s\r\n\r\n", {400}),
    "no version": (b"GET /healthz\r\nhost: %s\r\n\r\n", {400, 505}),
    "HTTP/3.7": (b"GET /healthz HTTP/3.7\r\nhost: %s\r\n\r\n", {400, 505}),
    "a NUL in a header": (b"GET /healthz HTTP/1.1\r\nhost: %s\r\nx: a\0b\r\n\r\n", {400}),
    "a space before the colon": (b"GET /healthz HTTP/1.1\r\nhost: %s\r\nx : b\r\n\r\n", {400}),
    "a folded header": (b"GET /healthz HTTP/1.1\r\nhost: %s\r\nx: a\r\n b\r\n\r\n", {400}),
    "a bare LF": (b"GET /healthz HTTP/1.1\nhost: %s\n\n", {400}),
    "two hosts": (b"GET /healthz HTTP/1.1\r\nhost: %s\r\nhost: other\r\n\r\n", {400}),
    "two lengths": (smuggled(b"content-length: 5\r\ncontent-length: 6"), {400}),
    "a negative length": (smuggled(b"content-length: -1"), {400}),
    "a length that is no number": (smuggled(b"content-length: 0x10"), {400}),
    "a length and chunks": (smuggled(b"content-length: 5\r\ntransfer-encoding: chunked", b"0\r\n\r\n"), {400}),
    "chunked twice": (smuggled(b"transfer-encoding: chunked, chunked", b"0\r\n\r\n"), {400, 501}),
    "an unknown transfer coding": (smuggled(b"transfer-encoding: gzip, chunked", b"0\r\n\r\n"), {400, 501}),
    "a chunk size that is no number": (smuggled(b"transfer-encoding: chunked", b"zz\r\n"), {400}),
    "a huge chunk size": (smuggled(b"transfer-encoding: chunked", b"fffffffffffffffff\r\n"), {400, 413}),
    "an absolute target of another host": (b"GET http://evil.example/healthz HTTP/1.1\r\nhost: %s\r\n\r\n", {400, 403, 421}),
    "CONNECT": (b"CONNECT example.com:443 HTTP/1.1\r\nhost: %s\r\n\r\n", {400, 405, 501, 403}),
    "an unmeetable expectation": (smuggled(b"content-length: 2\r\nexpect: the-impossible", b"{}"), {417}),
}


class Http(WithGateway):
    @classmethod
    def accounts(cls):
        return []

    @classmethod
    def routes(cls):
        return []

    def setUp(self):
        super().setUp()
        self.port = self.gateway.port
        self.host = f"127.0.0.1:{self.port}".encode()

    def tearDown(self):
        self.assertEqual(self.gateway.call("GET", "/healthz").status, 200, "the gateway lives on")

    def test_malformed_requests_are_refused_and_the_connection_closed(self):
        for name, (data, statuses) in MALFORMED.items():
            with self.subTest(name):
                with Raw(self.port, timeout=5) as raw:
                    raw.send(data.replace(b"%s", self.host))
                    everything = raw.read_all()
                    self.assertRegex(everything, rb"^HTTP/1\.1 \d{3} ")
                    self.assertIn(int(everything.split()[1]), statuses, everything)
                    self.assertEqual(everything.count(b"HTTP/1.1 "), 1, f"answered more than once: {everything}")

    def test_a_smuggled_request_is_not_served(self):
        inner = b"GET /healthz HTTP/1.1\r\nhost: " + self.host + b"\r\n\r\n"
        for extra in (b"content-length: 4\r\ntransfer-encoding: chunked", b"transfer-encoding: xchunked", b"transfer-encoding : chunked"):
            with self.subTest(extra):
                with Raw(self.port, timeout=5) as raw:
                    raw.send(smuggled(extra, b"0\r\n\r\n" + inner).replace(b"%s", self.host))
                    self.assertNotIn(b'"status":"ok"', raw.read_all())

    def test_an_oversized_head_is_431(self):
        for data in (request_bytes("GET", "/healthz", self.port, {"x-big": "a" * 40_000}),
                     request_bytes("GET", "/healthz", self.port, {f"x-{i}": "v" for i in range(150)})):
            self.assertEqual(exchange(self.port, data).status, 431)
        self.assertIn(exchange(self.port, request_bytes("GET", "/" + "a" * 20_000, self.port, {})).status, (414, 431))

    def test_45_an_oversized_body_is_413(self):
        for headers, body in (({**JSON, "content-length": str(1 << 30)}, b"{"), ({**JSON, "transfer-encoding": "chunked"}, None)):
            with self.subTest(str(headers)):
                data = request_bytes("POST", "/v1/messages", self.port, {**ANTHROPIC, **headers})
                data += body if body else (b"%x\r\n" % (33 << 20)) + b" " * (33 << 20) + b"\r\n0\r\n\r\n"
                reply = exchange(self.port, data)
                self.assertEqual(reply.status, 413, reply)
                self.assertEqual(reply.json()["error"]["type"], "request_too_large")

    def test_45_bodies_that_are_no_json(self):
        bad = {"not JSON": b"hello", "cut": b'{"model":"demo"', "empty": b"", "bad UTF-8": b'{"model":"demo\xff"}', "a lone surrogate byte": b'{"model":"\xed\xa0\x80"}',
               "an array": b"[]", "two values": b"{} {}", "too deep": b'{"model":"demo","x":' + b"[" * 100_000, "a trailing comma": b'{"model":"demo",}'}
        for dialect in DIALECTS:
            for name, body in bad.items():
                with self.subTest(f"{dialect.name}: {name}"):
                    data = request_bytes("POST", dialect.path("demo", False), self.port, {**JSON, **dialect.headers, "content-length": str(len(body))}, body)
                    reply = exchange(self.port, data)
                    self.assertEqual(reply.status, 400, reply)
                    dialect.error(reply)

    def test_45_wrong_types_name_the_field(self):
        bad = ((CHAT, {"model": 7, "messages": []}, "model"), (CHAT, {"messages": []}, "model"), (CHAT, {"model": "demo", "messages": "x"}, "messages"),
               (MESSAGES, {"model": "demo", "max_tokens": "many", "messages": [{"role": "user", "content": "x"}]}, "max_tokens"),
               (MESSAGES, {"model": "demo", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "text"}]}]}, "text"),
               (GEMINI, {"contents": "x"}, "contents"), (CHAT, {"model": "demo", "messages": [], "stream": "yes"}, "stream"))
        for dialect, body, field in bad:
            with self.subTest(f"{dialect.name} {body}"):
                reply = self.gateway.call("POST", dialect.path("demo", False), body, dialect.headers)
                self.assertEqual(reply.status, 400, reply)
                self.assertIn(field, dialect.error(reply)[1])

    def test_45_content_types_and_encodings(self):
        for headers in ({"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "multipart/form-data; boundary=x"},
                        {"content-type": "application/json", "content-encoding": "gzip"}, {"content-type": "application/json", "content-encoding": "br"}):
            with self.subTest(str(headers)):
                reply = self.gateway.call("POST", "/v1/chat/completions", BODY, headers)
                self.assertEqual(reply.status, 415, reply)
        reply = self.gateway.call("POST", "/v1/chat/completions", BODY, {"content-type": "Application/JSON; charset=utf-8"})
        self.assertEqual(reply.status, 200, reply)

    def test_a_model_that_nobody_serves(self):
        for dialect in DIALECTS:
            for stream in (False, True):
                with self.subTest(f"{dialect.name} {stream}"):
                    reply = dialect.post(self.gateway, "some-real-model", stream=stream)
                    self.assertEqual(reply.status, 404, reply)
                    message = dialect.error(reply)[1]
                    self.assertIn("agt account add", message)
                    self.assertIn("some-real-model", message)
                    self.assertNotIn("text/event-stream", reply.headers["content-type"])

    def test_unknown_paths_and_methods(self):
        for path, headers in (("/v1/nothing", OPENAI), ("/v1/messages/nothing", ANTHROPIC), ("/v1beta/nothing", GOOGLE), ("/", {}), ("/api/v1/status", {}), ("/favicon.ico", {})):
            with self.subTest(path):
                reply = self.gateway.call("POST", path, {}, headers)
                self.assertEqual(reply.status, 404, reply)
                self.assertIn("error", reply.json())
        for method, path in (("GET", "/v1/chat/completions"), ("PUT", "/v1/messages"), ("DELETE", "/v1/models"), ("GET", "/v1beta/models/demo:generateContent"), ("POST", "/healthz")):
            with self.subTest(f"{method} {path}"):
                reply = self.gateway.call(method, path)
                self.assertEqual(reply.status, 405, reply)
                self.assertIn(reply.headers["allow"], ("POST", "GET", "GET, HEAD"))

    def test_the_admin_api_is_not_on_the_clients_port(self):
        token = {"authorization": "Bearer " + self.gateway.admin["token"]}
        self.assertEqual(self.gateway.call("GET", "/api/v1/accounts", headers=token).status, 404)

    def test_wrong_base_urls_are_served_and_marked(self):
        wrong = (("/v1/v1/chat/completions", CHAT), ("/chat/completions", CHAT), ("/v1/chat/completions/chat/completions", CHAT), ("/v1/chat/completions/v1/chat/completions", CHAT),
                 ("/v1/v1/messages", MESSAGES), ("/messages", MESSAGES), ("/v1/messages/v1/messages", MESSAGES), ("/v1beta/v1beta/models/demo:generateContent", GEMINI),
                 ("/v1/v1beta/models/demo:generateContent", GEMINI), ("/models/demo:generateContent", GEMINI))
        for path, dialect in wrong:
            with self.subTest(path):
                reply = self.gateway.call("POST", path, dialect.body("demo", "Hi"), dialect.headers)
                self.assertEqual(reply.status, 200, reply)
                self.assertIn("Hello from the demo", dialect.said(reply))
                self.assertIn("path_corrected", reply.headers["x-agt-warnings"])
        reply = CHAT.post(self.gateway, "demo")
        self.assertNotIn("path_corrected", reply.headers.get("x-agt-warnings", ""))
        reply = self.gateway.call("GET", "/v1/v1/models")
        self.assertEqual(reply.status, 200, reply)

    def test_the_demo_answers_in_every_dialect(self):
        for dialect in DIALECTS:
            whole = dialect.post(self.gateway, "demo", "Good morning")
            self.assertEqual(whole.status, 200, whole)
            wanted = "Hello from the demo model of Antigravity Tools. You said: Good morning"
            self.assertEqual(dialect.said(whole), wanted)
            streamed = dialect.post(self.gateway, "demo", "Good morning", stream=True)
            self.assertEqual((streamed.status, dialect.said(streamed, True)), (200, wanted))
            self.assertTrue(dialect.stream_ended_well(streamed))
            self.assertGreater(len(streamed.events()), 3)

    def test_the_demo_calls_tools(self):
        tools = {"chat": {"tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]},
                 "anthropic": {"tools": [{"name": "look", "input_schema": {"type": "object"}}]},
                 "gemini": {"tools": [{"functionDeclarations": [{"name": "look", "parameters": {"type": "OBJECT"}}]}]}}
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                body = {**dialect.body("demo", 'call look {"at":"it"}'), **tools[dialect.name]}
                reply = self.gateway.call("POST", dialect.path("demo", False), body, dialect.headers)
                self.assertEqual(reply.status, 200, reply)
                text = reply.text().replace("\\", "").replace(" ", "")
                self.assertIn('"look"', text)
                self.assertIn('"at":"it"', text)

    def test_01_probes(self):
        health = self.gateway.call("GET", "/healthz")
        self.assertEqual((health.status, health.json()["status"]), (200, "ok"))
        self.assertIn("version", health.json())
        for path in ("/", "/api/hello"):
            reply = self.gateway.call("HEAD", path)
            self.assertEqual((reply.status, reply.body), (200, b""), reply)
        self.assertEqual(self.gateway.call("POST", "/v1/messages?beta=true", MESSAGES.body("demo", "Hi"), ANTHROPIC).status, 200)
        for path in ("/v1/chat/completions", "/v1/messages"):
            upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-key": "x", "sec-websocket-version": "13"}
            self.assertEqual(exchange(self.port, request_bytes("GET", path, self.port, upgrade)).status, 426)

    def test_responses_by_websocket_is_426(self):
        upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-key": "x", "sec-websocket-version": "13"}
        self.assertEqual(exchange(self.port, request_bytes("GET", "/v1/responses", self.port, upgrade)).status, 426)

    def test_22_models_in_three_shapes(self):
        chat = self.gateway.call("GET", "/v1/models", headers=OPENAI).json()
        self.assertEqual((chat["object"], [m["id"] for m in chat["data"]]), ("list", ["demo"]))
        self.assertEqual(chat["data"][0]["object"], "model")
        messages = self.gateway.call("GET", "/v1/models?limit=1000", headers=ANTHROPIC).json()
        self.assertEqual([(m["type"], m["id"]) for m in messages["data"]], [("model", "demo")])
        self.assertIn("has_more", messages)
        for path in ("/v1beta/models", "/v1/models", "/v1beta/models?pageSize=50"):
            google = self.gateway.call("GET", path, headers=GOOGLE).json()
            self.assertEqual([m["name"] for m in google["models"]], ["models/demo"], path)
            self.assertIn("generateContent", google["models"][0]["supportedGenerationMethods"])
        self.assertEqual(self.gateway.call("GET", "/v1/models/demo", headers=OPENAI).json()["id"], "demo")
        self.assertEqual(self.gateway.call("GET", "/v1/models/demo", headers=ANTHROPIC).json()["type"], "model")
        self.assertEqual(self.gateway.call("GET", "/v1beta/models/demo", headers=GOOGLE).json()["name"], "models/demo")
        for path in ("/v1/models?limit=1&after_id=demo", "/v1/models?before_id=demo"):  # nothing stands behind or before the only one
            page = self.gateway.call("GET", path, headers=ANTHROPIC).json()
            self.assertEqual((page["data"], page["has_more"]), ([], False), path)
        self.assertEqual(self.gateway.call("GET", "/v1/models", headers={"user-agent": "claude-cli/2.1"}).json()["data"][0]["type"], "model")
        self.assertIn("models", self.gateway.call("GET", "/v1/models?key=any").json())
        for path, headers, dialect in (("/v1/models/none", OPENAI, CHAT), ("/v1/models/none", ANTHROPIC, MESSAGES), ("/v1beta/models/none", GOOGLE, GEMINI)):
            reply = self.gateway.call("GET", path, headers=headers)
            self.assertEqual(reply.status, 404)
            dialect.error(reply)

    def test_foreign_hosts_and_origins_are_refused(self):
        def status(headers, host=None):
            data = request_bytes("POST", "/v1/chat/completions", self.port, {**JSON, **headers}, BODY)
            if host is not None:
                data = data.replace(b"host: " + self.host, b"host: " + host if host else b"x-no-host: 1")
            return exchange(self.port, data).status
        port = str(self.port).encode()
        for good in (b"127.0.0.1:" + port, b"localhost:" + port, b"LOCALHOST:" + port, b"[::1]:" + port):
            self.assertEqual(status({}, good), 200, good)
        for bad in (b"evil.example", b"evil.example:" + port, b"127.0.0.1", b"127.0.0.1:1", b"localhost.evil.example:" + port, b"a.localhost:" + port,
                    b"127.0.0.1.nip.io:" + port, b"0.0.0.0:" + port, b"127.0.0.1:" + port + b"@evil.example"):
            self.assertIn(status({}, bad), (400, 403, 421), bad)
        self.assertEqual(status({}, b""), 400)
        own = f"http://127.0.0.1:{self.port}"
        self.assertEqual(status({"origin": own}), 200)
        for origin in ("null", "https://evil.example", "http://localhost:3000", own + "0", "http://127.0.0.1", own.replace("http", "https")):
            self.assertEqual(status({"origin": origin}), 403, origin)
        for site, wanted in (("none", 200), ("same-origin", 200), ("same-site", 403), ("cross-site", 403)):
            self.assertEqual(status({"sec-fetch-site": site}), wanted, site)
        preflight = exchange(self.port, request_bytes("OPTIONS", "/v1/chat/completions", self.port, {"origin": "https://evil.example", "access-control-request-method": "POST"}))
        self.assertGreaterEqual(preflight.status, 400)
        self.assertNotIn("access-control-allow-origin", preflight.headers)

    def test_two_different_keys_are_refused(self):
        reply = self.gateway.call("POST", "/v1/chat/completions", BODY, {"authorization": "Bearer one", "x-api-key": "two"})
        self.assertEqual(reply.status, 400, reply)

    def test_expect_100_continue(self):
        with Raw(self.port) as raw:
            raw.send(request_bytes("POST", "/v1/chat/completions", self.port, {**JSON, "expect": "100-continue", "content-length": str(len(BODY))}))
            raw.read_until(b"100 Continue\r\n\r\n")
            raw.received = b""
            raw.send(BODY)
            self.assertEqual(read_reply(raw).status, 200)

    def test_a_head_that_never_ends_is_cut(self):
        with Raw(self.port, timeout=20) as raw:
            raw.send(b"GET /healthz HTTP/1.1\r\nhost: ")
            begun = time.monotonic()
            raw.read_all()
            self.assertTrue(5 < time.monotonic() - begun < 15)

    def test_a_header_that_is_no_utf8_does_not_spoil_the_lists(self):
        body = b'{"model":"demo","messages":[{"role":"user","content":"Hi"}]}'
        agent = b"user-agent: caf\xe9/1\r\n"
        head = request_bytes("POST", "/v1/chat/completions", self.port, {"content-type": "application/json", "connection": "close"}, body)
        reply = exchange(self.port, head.replace(b"\r\n", b"\r\n" + agent, 1))
        self.assertEqual(reply.status, 200, reply)
        trace = reply.headers["x-agt-trace"]
        wait_until(lambda: self.gateway.admin_call("GET", f"/api/v1/requests/{trace}").status == 200, 5, "the request is recorded")
        for path in (f"/api/v1/requests/{trace}", f"/api/v1/requests/{trace}/trace", "/api/v1/requests"):
            self.assertIn("caf\ufffd/1", self.gateway.admin_call("GET", path).text(), path)

    def test_errors_show_a_trace_and_no_secret(self):
        reply = CHAT.post(self.gateway, "nothing")
        self.assertRegex(reply.headers["x-agt-trace"], "^tr_[0-9a-z]+$")
        told = self.gateway.cli("trace", reply.headers["x-agt-trace"])
        self.assertIn("model_unknown", told.stdout + self.gateway.cli("trace", reply.headers["x-agt-trace"], "--json").stdout)


class Keys(CleanCase):
    """Who must show a key, and every way in which a client may show it."""

    def serve(self, mode):
        gateway = Gateway(settings={"AGT_PROXY_AUTH_MODE": mode, "AGT_PROXY_API_KEY": "sk-primary-key-of-the-tests"}).start()
        self.addCleanup(gateway.stop)
        return gateway

    def statuses(self, gateway, key):
        forms = [{"authorization": f"Bearer {key}"}, {"authorization": f"bearer {key}"}, {"x-api-key": key}, {"x-goog-api-key": key}]
        out = set()
        for dialect in DIALECTS:
            for form in forms:
                headers = {**form, **({"anthropic-version": "2023-06-01"} if dialect is MESSAGES else {})}
                reply = gateway.call("POST", dialect.path("demo", False), dialect.body("demo", "Hi"), headers)
                out.add(reply.status)
                if reply.status != 200:
                    dialect.error(reply)
            separator = "&" if "?" in dialect.path("demo", False) else "?"
            more = {"anthropic-version": "2023-06-01"} if dialect is MESSAGES else {}
            out.add(gateway.call("POST", dialect.path("demo", False) + separator + f"key={key}", dialect.body("demo", "Hi"), more).status)
        return out

    def without_key(self, gateway):
        more = {"anthropic-version": "2023-06-01"}
        return {gateway.call("POST", d.path("demo", False), d.body("demo", "Hi"), more if d is MESSAGES else {}).status for d in DIALECTS}

    def test_off(self):
        gateway = self.serve("off")
        self.assertEqual(self.without_key(gateway), {200})
        self.assertEqual(self.statuses(gateway, "anything"), {200})

    def test_auto_on_loopback_is_off(self):
        self.assertEqual(self.without_key(self.serve("auto")), {200})

    def test_23_every_way_to_show_a_key(self):
        gateway = self.serve("strict")
        self.assertEqual(self.without_key(gateway), {401})
        self.assertEqual(self.statuses(gateway, "sk-primary-key-of-the-tests"), {200})
        for wrong in ("sk-wrong-key", "sk-primary-key-of-the-test", "sk-primary-key-of-the-tests-and-more"):
            # A gateway of its own: so many wrong keys in a second are 429 (admission_test).
            self.assertEqual(self.statuses(self.serve("strict"), wrong), {401})
        self.assertEqual(gateway.call("GET", "/v1/models").status, 401)
        self.assertEqual(gateway.call("GET", "/healthz").status, 200, "the contract: always open")

    def test_all_except_health(self):
        gateway = self.serve("all_except_health")
        self.assertEqual(self.without_key(gateway), {401})
        self.assertEqual(gateway.call("GET", "/healthz").status, 200)
        self.assertEqual(gateway.call("GET", "/v1/models").status, 401)
        self.assertEqual(self.statuses(gateway, "sk-primary-key-of-the-tests"), {200})

    def test_issued_keys_work_until_they_are_revoked(self):
        gateway = self.serve("strict")
        key = gateway.cli("key", "add", "laptop").stdout.strip()
        self.assertEqual(self.statuses(gateway, key), {200})
        listed = gateway.cli("key", "list", "--json").stdout
        self.assertNotIn(key, listed)
        made = [one for one in json.loads(listed)["keys"] if one["name"] == "laptop"][0]
        gateway.cli("key", "revoke", made["id"])
        self.assertEqual(self.statuses(gateway, key), {401})

    def test_the_admin_api_needs_its_own_token(self):
        gateway = self.serve("off")
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer sk-primary-key-of-the-tests"}, {"x-api-key": gateway.admin["token"]}):
            self.assertIn(call(gateway.admin_port, "GET", "/api/v1/status", headers=headers).status, (401, 403), headers)
        self.assertEqual(gateway.admin_call("GET", "/api/v1/status").status, 200)
        evil = {"authorization": "Bearer " + gateway.admin["token"], "origin": "https://evil.example"}
        self.assertEqual(call(gateway.admin_port, "GET", "/api/v1/status", headers=evil).status, 403)


class StrictPaths(CleanCase):
    def test_a_wrong_base_url_is_404_with_the_hint(self):
        gateway = Gateway(settings={"AGT_PROXY_STRICT_PATHS": "true"}).start()
        self.addCleanup(gateway.stop)
        for path, dialect in (("/v1/v1/chat/completions", CHAT), ("/v1/v1/messages", MESSAGES)):
            reply = gateway.call("POST", path, dialect.body("demo", "Hi"), dialect.headers)
            self.assertEqual(reply.status, 404, reply)
            self.assertIn("base URL", dialect.error(reply)[1])
        self.assertEqual(CHAT.post(gateway, "demo").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
