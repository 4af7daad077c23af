"""Who gets in: web pages in every disguise, neighbours, wrong keys, keys with limits; and that the admin API answers nobody
without its token. With auth_mode off, the weakest configuration, unless a test says otherwise."""
import itertools
import json
import re
import socket
import threading
import time
import unittest

from harness import CHAT, GEMINI, MESSAGES, CleanCase, Gateway, Raw, Sim, WithGateway, call, read_reply, wait_until

OWN_HOSTS = ("127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LOCALHOST:{port}")
FOREIGN_HOSTS = (
    "evil.example", "evil.example:{port}", "rebind.test:{port}", "127.0.0.1", "localhost", "127.0.0.1:80", "127.0.0.1:{other}", "localhost:{other}",
    "0.0.0.0:{port}", "0:{port}", "[::]:{port}", "127.1:{port}", "127.0.1:{port}", "2130706433:{port}", "0x7f000001:{port}", "0177.0.0.1:{port}",
    "127.0.0.2:{port}", "localhost.:{port}", "127.0.0.1.:{port}", "localhost:{port}.", "localhost.evil.example:{port}", "evil.localhost:{port}",
    "localhost.localdomain:{port}", "127.0.0.1.nip.io:{port}", "[::ffff:127.0.0.1]:{port}", "[0:0:0:0:0:0:0:1]:{port}", "[::1%25lo]:{port}", "::1:{port}",
    "[::1]", "localhost:{port}@evil.example", "evil.example@localhost:{port}", "user:pass@localhost:{port}", "localhost:0{port}", "localhost:+{port}",
    "localhost:{port}:{port}", "localhost:", ":{port}", "", "localhost:{port},evil.example", "localhost:{port} evil.example", "xn--lcalhost-54a:{port}",
    "http://localhost:{port}", "localhost:{port}/", "localhost:{port}#", "10.0.0.1:{port}", "192.168.1.1:{port}", "169.254.169.254:{port}",
)
FOREIGN_ORIGINS = (
    "null", "http://evil.example", "https://evil.example", "http://evil.example:{port}", "http://rebind.test:{port}", "http://localhost", "http://127.0.0.1",
    "http://localhost:3000", "http://localhost:{other}", "http://127.0.0.1:{other}", "https://localhost:{port}", "https://127.0.0.1:{port}",
    "http://localhost.evil.example", "http://localhost.evil.example:{port}", "http://evil-localhost:{port}", "http://localhost:{port}.evil.example",
    "http://localhost:{port}@evil.example", "http://127.0.0.1:{port}.evil.example", "http://127.0.0.2:{port}", "http://0.0.0.0:{port}", "http://[::]:{port}",
    "http://[::ffff:127.0.0.1]:{port}", "http://localhost:{port}/", "http://localhost:{port}/path", "localhost:{port}", "//localhost:{port}", "file://",
    "chrome-extension://abcdefghijklmnop", "moz-extension://abcdef", "data:text/html,x", "ws://localhost:{port}", "*", "",
)
BODY = json.dumps({"model": "to-chat", "messages": [{"role": "user", "content": "spend"}]}).encode()
POST_FORM, TEXT, JSON = "application/x-www-form-urlencoded", "text/plain", "application/json"


def fetched(mode, dest, site="cross-site", **more):
    return {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest, **more}


# What a page can make a browser send: name → (method, path, headers, body).
CHAT_PATH = "/v1/chat/completions"
VECTORS = {
    "a form": ("POST", CHAT_PATH, fetched("navigate", "document", **{"content-type": POST_FORM}), BODY),
    "a form with files": ("POST", CHAT_PATH, fetched("navigate", "document", **{"content-type": "multipart/form-data; boundary=x"}), BODY),
    "a form of plain text": ("POST", CHAT_PATH, fetched("navigate", "document", **{"content-type": TEXT}), BODY),
    "a form in a frame": ("POST", CHAT_PATH, fetched("navigate", "iframe", **{"content-type": TEXT}), BODY),
    "no-cors": ("POST", CHAT_PATH, fetched("no-cors", "empty", **{"content-type": TEXT}), BODY),
    "no-cors without a type": ("POST", CHAT_PATH, fetched("no-cors", "empty"), BODY),
    "cors with JSON": ("POST", CHAT_PATH, fetched("cors", "empty", **{"content-type": JSON}), BODY),
    "cors with JSON and a key": ("POST", CHAT_PATH, fetched("cors", "empty", **{"content-type": JSON, "authorization": "Bearer sk-any"}), BODY),
    "from another port of localhost": ("POST", CHAT_PATH, fetched("cors", "empty", "same-site", **{"content-type": JSON}), BODY),
    "rebound, so of the same origin": ("POST", CHAT_PATH, fetched("cors", "empty", "same-origin", **{"content-type": JSON}), BODY),
    "a browser without fetch metadata": ("POST", CHAT_PATH, {"content-type": JSON}, BODY),
    "a preflight": ("OPTIONS", CHAT_PATH, fetched("cors", "empty", **{"access-control-request-method": "POST", "access-control-request-headers": "content-type"}), b""),
    "a preflight for a private network": ("OPTIONS", CHAT_PATH, fetched("cors", "empty", **{"access-control-request-method": "POST", "access-control-request-private-network": "true"}), b""),
    "sendBeacon": ("POST", CHAT_PATH, fetched("no-cors", "empty", **{"content-type": "text/plain;charset=UTF-8"}), BODY),
    "sendBeacon with a JSON blob": ("POST", CHAT_PATH, fetched("no-cors", "empty", **{"content-type": JSON}), BODY),
    "an image": ("GET", "/v1/models", fetched("no-cors", "image"), b""),
    "a script": ("GET", "/v1/models?key=sk-any", fetched("no-cors", "script"), b""),
    "a navigation": ("GET", "/v1/models", fetched("navigate", "document", **{"sec-fetch-user": "?1", "accept": "text/html"}), b""),
    "a prefetch": ("GET", "/v1/models", fetched("no-cors", "empty", **{"sec-purpose": "prefetch"}), b""),
    "an EventSource": ("GET", "/v1/models", fetched("cors", "empty", **{"accept": "text/event-stream"}), b""),
    "a WebSocket": ("GET", "/v1/responses", fetched("websocket", "websocket", **{"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}), b""),
    "a ping of a link": ("POST", CHAT_PATH, fetched("no-cors", "empty", **{"content-type": "text/ping", "ping-from": "http://evil.example/"}), b"PING"),
    "a worker's HEAD": ("HEAD", "/v1/models", fetched("cors", "worker"), b""),
    "a DELETE": ("DELETE", "/v1/models", fetched("cors", "empty"), b""),
}


class Line:
    """Requests one after the other on one connection; a new one where the gateway closed it."""

    def __init__(self, port):
        self.port, self.raw = port, None

    def ask(self, method, path, fields, body=b""):
        head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
        if body:
            head.append(f"content-length: {len(body)}")
        data = "\r\n".join(head).encode() + b"\r\n\r\n" + body
        for _ in range(2):
            if self.raw is None:
                self.raw = Raw(self.port, timeout=10)
            try:
                reply = read_reply(self.raw.send(data), head_only=method == "HEAD")
            except (AssertionError, ConnectionError):
                self.drop()
                continue
            if reply.headers.get("connection") == "close":
                self.drop()
            return reply
        raise AssertionError(f"no answer to {data[:200]!r}")

    def drop(self):
        if self.raw is not None:
            self.raw.socket.close()
        self.raw = None


class WebPages(WithGateway):
    sim_tls = False
    settings = {"AGT_LOGGING_LEVEL": "off"}

    def filled(self, words):
        return [word.format(port=self.gateway.port, other=self.gateway.port + 1) for word in words]

    def state(self):
        """All that a page could have changed."""
        return [self.gateway.admin_call("GET", "/api/v1/" + noun).json() for noun in ("keys", "routes", "settings")]

    def attack(self, combinations):
        """Sends every vector in every disguise; gives how many were sent."""
        line, sent, before = Line(self.gateway.port), 0, self.state()
        for (host, origin), (name, (method, path, headers, body)) in itertools.product(combinations, VECTORS.items()):
            fields = [("host", host), *([("origin", origin)] if origin is not None else []), *headers.items()]
            reply = line.ask(method, path, fields, body)
            sent += 1
            self.assertGreaterEqual(reply.status, 400, f"{name} from {origin!r} to {host!r}: {reply}")
            for field in reply.headers:
                self.assertFalse(field.startswith("access-control-"), f"{name} from {origin!r}: {reply}")
            self.assertNotIn("location", reply.headers)
        line.drop()
        asked = [entry for entry in self.sim.log() if entry["method"] == "POST"]
        self.assertEqual(asked, [], "a web page made the gateway ask an upstream")
        self.assertEqual(self.state(), before)
        return sent

    def test_no_page_gets_anything_in_any_disguise(self):
        hosts = self.filled(OWN_HOSTS + FOREIGN_HOSTS)
        origins = self.filled(FOREIGN_ORIGINS)
        self.assertGreaterEqual(len(hosts), 40)
        self.assertGreaterEqual(len(origins), 30)
        self.assertGreaterEqual(len(VECTORS), 20)
        sent = self.attack(list(itertools.product(hosts, origins)))
        print(f"{len(hosts)} hosts x {len(origins)} origins x {len(VECTORS)} vectors: {sent} requests, 0 answered, 0 upstream", flush=True)

    def test_a_foreign_host_gets_nothing_without_an_origin_either(self):
        # A rebound page's GET has no origin, and a browser over plain http to a foreign name sends no metadata.
        line = Line(self.gateway.port)
        for host in self.filled(FOREIGN_HOSTS):
            for method, path, body in (("GET", "/v1/models", b""), ("GET", "/healthz", b""), ("GET", "/", b""), ("POST", CHAT_PATH, BODY), ("OPTIONS", "/v1/models", b"")):
                reply = line.ask(method, path, [("host", host), ("accept", "text/html"), *([("content-type", JSON)] if body else [])], body)
                self.assertIn(reply.status, (400, 403), f"{method} {path} to {host!r}: {reply}")
        line.drop()
        self.assertEqual([entry for entry in self.sim.log() if entry["method"] == "POST"], [])

    def test_an_own_host_without_an_origin_is_served(self):  # or the tests above would prove nothing
        line = Line(self.gateway.port)
        for host in self.filled(OWN_HOSTS):
            for more in ([], [("sec-fetch-site", "none")], [("origin", f"http://127.0.0.1:{self.gateway.port}"), ("sec-fetch-site", "same-origin")]):
                reply = line.ask("POST", CHAT_PATH, [("host", host), ("content-type", JSON), *more], BODY)
                self.assertEqual(reply.status, 200, f"{host} {more} {reply}")
        line.drop()

    def test_the_admin_listener_keeps_pages_out_even_with_its_token(self):
        port, token = self.gateway.admin_port, self.gateway.admin["token"]
        line, before = Line(port), self.state()
        hosts = [word.format(port=port, other=port + 1) for word in OWN_HOSTS + FOREIGN_HOSTS]
        origins = [word.format(port=port, other=port + 1) for word in FOREIGN_ORIGINS]
        for host, origin in itertools.product(hosts, origins):
            reply = line.ask("POST", "/api/v1/keys", [("host", host), ("origin", origin), ("authorization", "Bearer " + token), ("content-type", JSON)], b'{"name":"stolen"}')
            self.assertIn(reply.status, (400, 403), f"{origin!r} to {host!r}: {reply}")
        for type_ in (TEXT, POST_FORM, "multipart/form-data; boundary=x", ""):
            reply = line.ask("POST", "/api/v1/keys", [("host", f"127.0.0.1:{port}"), ("authorization", "Bearer " + token), ("content-type", type_)], b'{"name":"stolen"}')
            self.assertEqual(reply.status, 415, reply)
        line.drop()
        self.assertEqual(self.state(), before)


def written(path):
    """One path in the ways in which it might slip by a check."""
    first = path.split("/")[1]
    return (path, "/" + path, path.upper(), path + "/", path + "?x=1", path.replace("/", "//"), "/." + path, "/x/.." + path, path.replace(first, "%" + format(ord(first[0]), "02x") + first[1:], 1),
            path.replace("/api/", "/api%2f"), path.replace("/", "\\", 1), path + ";x", path + "%00", path + "#x", "/v1" + path)


class Routes(WithGateway):
    sim_tls = False
    settings = {"AGT_LOGGING_LEVEL": "off"}

    def test_no_route_of_the_admin_api_answers_without_its_token(self):
        token = self.gateway.admin["token"]
        document = self.gateway.admin_call("GET", "/api/v1/openapi.json").json()
        client_key = self.gateway.cli("settings", "get", "proxy.api_key", "--reveal").stdout.strip()
        named = self.gateway.admin_call("POST", "/api/v1/keys", {"name": "matrix"}).json()["key"]
        shown = ({}, {"authorization": "Bearer " + client_key}, {"authorization": "Bearer " + named}, {"x-api-key": client_key}, {"x-api-key": token}, {"authorization": "Basic " + token},
                 {"authorization": token}, {"authorization": "Bearer " + token[:-1]}, {"authorization": "Bearer"}, {"cookie": "token=" + token}, {"x-forwarded-for": "127.0.0.1"})
        open_ones = {("GET", "/health"), ("POST", "/login")}
        base = document["servers"][0]["url"] if document.get("servers") else "/api/v1"
        routes = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
        self.assertGreater(len(routes), 40)
        line, asked = Line(self.gateway.admin_port), 0
        before = [self.gateway.admin_call("GET", "/api/v1/" + noun).json() for noun in ("keys", "routes", "settings", "accounts")]
        for method, path in routes:
            below = path.removeprefix("/api/v1")
            if (method, below) in open_ones:
                continue
            target = "/api/v1" + re.sub(r"\{[^}]*\}", "x", below)
            variants = written(target) if method == "GET" else (target,)
            for variant, headers in itertools.product(variants, shown):
                fields = [("host", f"127.0.0.1:{self.gateway.admin_port}"), *headers.items()]
                body = b"{}" if method in ("POST", "PUT", "PATCH") else b""
                reply = line.ask(method, variant, fields + ([("content-type", JSON)] if body else []), body)
                asked += 1
                self.assertFalse(reply.status < 400 and "json" in reply.headers.get("content-type", ""), f"{method} {variant} with {list(headers)}: {reply}")
                if variant == target:
                    self.assertIn(reply.status, (401, 429), f"{method} {variant} with {list(headers)}: {reply}")
        line.drop()
        self.assertEqual([self.gateway.admin_call("GET", "/api/v1/" + noun).json() for noun in ("keys", "routes", "settings", "accounts")], before)
        print(f"{len(routes)} routes of {base}: {asked} requests without the token, 0 answered", flush=True)

    def test_the_clients_port_has_none_of_them(self):
        document = self.gateway.admin_call("GET", "/api/v1/openapi.json").json()
        line = Line(self.gateway.port)
        for path, methods in document["paths"].items():
            for method in methods:
                target = "/api/v1" + re.sub(r"\{[^}]*\}", "x", path.removeprefix("/api/v1"))
                fields = [("host", f"127.0.0.1:{self.gateway.port}"), ("authorization", "Bearer " + self.gateway.admin["token"])]
                reply = line.ask(method.upper(), target, fields)
                self.assertIn(reply.status, (404, 405), f"{method} {target}: {reply}")
        line.drop()

    def test_what_is_open_tells_nothing(self):
        health = call(self.gateway.admin_port, "GET", "/api/v1/health")
        self.assertEqual((health.status, health.json()), (200, {"status": "ok"}))
        self.assertEqual(set(self.gateway.call("GET", "/healthz").json()), {"status", "version"})


class Keys(CleanCase):
    """Keys are demanded here."""

    @classmethod
    def setUpClass(cls):
        cls.sim = Sim(tls=False)
        cls.gateway = Gateway(cls.sim, settings={"AGT_PROXY_AUTH_MODE": "strict", "AGT_LOGGING_LEVEL": "off"}, accounts=[("openai-compatible", "up", "key-up")]).start()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.stop()
        cls.sim.stop()
        super().tearDownClass()

    def setUp(self):
        self.sim.reset()

    def key(self, name, *limits):
        return self.gateway.cli("key", "add", name, *limits).stdout.strip()

    def ask(self, key, model="up/m", dialect=CHAT, headers=None, **more):
        shown = {} if key is None else {"authorization": "Bearer " + key}
        return self.gateway.call("POST", dialect.path(model, False), dialect.body(model, "Hi", **more), {**shown, **(headers or {})})

    def refused(self, reply, status, code):
        self.assertEqual(reply.status, status, reply)
        trace = self.gateway.trace(reply)
        self.assertEqual(trace["error"]["code"], code)
        self.assertNotIn("x-agt-route", reply.headers)

    def test_models(self):
        key = self.key("models", "--model", "demo", "--model", "up/a*")
        self.assertEqual(self.ask(key, "demo").status, 200)
        self.assertEqual(self.ask(key, "up/abc").status, 200)
        self.refused(self.ask(key, "up/b"), 403, "key_not_allowed_model")
        listed = self.gateway.call("GET", "/v1/models", headers={"authorization": "Bearer " + key}).json()
        self.assertEqual([model["id"] for model in listed["data"]], ["demo"])
        for dialect, field in ((MESSAGES, "x-api-key"), (GEMINI, "x-goog-api-key")):
            reply = self.ask(None, "other", dialect, {field: key})
            self.assertEqual(reply.status, 403, reply)
            self.assertIn("models", dialect.error(reply)[1])

    def test_requests_in_a_minute(self):
        key = self.key("rate", "--rate", "3")
        replies = [self.ask(key, "demo") for _ in range(5)]
        self.assertEqual([reply.status for reply in replies], [200, 200, 200, 429, 429])
        self.assertTrue(0 < int(replies[3].headers["retry-after"]) <= 60, replies[3])
        self.refused(replies[3], 429, "key_rate")
        self.gateway.cli("key", "set", "rate", "--rate", "0")
        self.assertEqual(self.ask(key, "demo").status, 200)

    def test_requests_at_a_time(self):
        key = self.key("together", "--concurrency", "2")
        self.sim.script({"first_byte_delay_ms": 1500}, model="slow", times=2)
        replies = []
        threads = [threading.Thread(target=lambda: replies.append(self.ask(key, "up/slow"))) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len([e for e in self.sim.log() if e["method"] == "POST"]) >= 2, 5, "both are under way")
        self.refused(self.ask(key, "demo"), 429, "key_concurrency")
        for thread in threads:
            thread.join()
        self.assertEqual([reply.status for reply in replies], [200, 200])
        self.assertEqual(self.ask(key, "demo").status, 200)

    def test_tokens_in_a_day_also_after_a_new_start(self):
        sim = Sim(tls=False)
        gateway = Gateway(sim, settings={"AGT_PROXY_AUTH_MODE": "strict"}, accounts=[("openai-compatible", "up", "key-up")]).start()
        key = gateway.cli("key", "add", "budget", "--tokens-per-day", "1000").stdout.strip()

        def ask():
            return gateway.call("POST", CHAT.path("up/m", False), CHAT.body("up/m", '[[usage {"input":500,"output":100}]]'), {"authorization": "Bearer " + key})
        self.assertEqual([ask().status for _ in range(3)], [200, 200, 429])
        listed = json.loads(gateway.cli("key", "list", "--json").stdout)["keys"][0]
        self.assertEqual((listed["tokens_today"], listed["tokens_per_day"]), (1200, 1000))
        wait_until(lambda: gateway.admin_call("GET", "/api/v1/stats?by=client").json()["stats"][0]["input_tokens"] == 1000, 5, "the ledger has them")
        gateway.program.stop(20)
        gateway.start()
        self.assertEqual(ask().status, 429)
        gateway.stop()
        sim.stop()

    def test_time(self):
        made = self.gateway.admin_call("POST", "/api/v1/keys", {"name": "short", "expires_ms": int(time.time() * 1000) + 1500}).json()
        self.assertEqual(self.ask(made["key"], "demo").status, 200)
        time.sleep(1.6)
        self.refused(self.ask(made["key"], "demo"), 401, "key_expired")
        self.gateway.cli("key", "set", "short", "--expires", "never")
        self.assertEqual(self.ask(made["key"], "demo").status, 200)

    def test_networks(self):
        key = self.key("elsewhere", "--network", "10.0.0.0/8", "--network", "fd00::/8")
        self.refused(self.ask(key, "demo"), 403, "key_elsewhere")
        for header in ("x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip"):
            reply = self.ask(key, "demo", headers={header: "10.1.2.3"})
            self.assertEqual(reply.status, 403, f"{header} was believed: {reply}")
        self.gateway.cli("key", "set", "elsewhere", "--network", "127.0.0.0/8")
        self.assertEqual(self.ask(key, "demo").status, 200)

    def test_a_revoked_key_is_worth_nothing_from_the_next_request_on(self):
        for i in range(20):
            key = self.key(f"revoked-{i}")
            with Raw(self.gateway.port) as raw:  # also on a connection that it has opened
                body = json.dumps(CHAT.body("demo", "Hi")).encode()
                data = b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nauthorization: Bearer %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
                    self.gateway.port, key.encode(), len(body), body)
                self.assertEqual(read_reply(raw.send(data)).status, 200)
                self.assertEqual(self.gateway.admin_call("DELETE", f"/api/v1/keys/revoked-{i}").status, 200)
                self.assertEqual(read_reply(raw.send(data)).status, 401)

    def test_limits_are_read_strictly(self):
        for body, field in (({"name": "x", "requests_per_minute": -1}, "requests_per_minute"), ({"name": "x", "networks": ["10.0.0.1/8"]}, "networks"), ({"name": "x", "models": "m"}, "models"),
                            ({"name": "x", "tokens_per_day": "many"}, "tokens_per_day"), ({"name": "x", "expires_ms": 1.5}, "expires_ms"), ({"name": "x", "rate": 1}, "rate")):
            reply = self.gateway.admin_call("POST", "/api/v1/keys", body)
            self.assertEqual((reply.status, reply.json()["error"]["field"]), (400, field), reply)
        self.assertEqual(self.gateway.cli("key", "set", "nobody", "--rate", "1", check=False).returncode, 1)
        self.assertEqual(self.gateway.cli("key", "add", "x", "--expires", "soon", check=False).returncode, 2)


class WrongKeys(CleanCase):
    def test_a_thousand_of_them_open_nothing_and_lock_no_neighbour_out(self):
        gateway = Gateway(settings={"AGT_PROXY_AUTH_MODE": "strict"}).start()
        key = gateway.cli("key", "add", "mine").stdout.strip()
        line, seen = Line(gateway.port), {}
        for i in range(1000):
            wrong = key[:20] + format(i, "0" + str(len(key) - 20) + "d")
            reply = line.ask("GET", "/v1/models", [("host", f"127.0.0.1:{gateway.port}"), ("authorization", "Bearer " + wrong), ("x-forwarded-for", f"10.0.{i // 256}.{i % 256}")])
            seen[reply.status] = seen.get(reply.status, 0) + 1
            if reply.status == 429:
                self.assertIn("retry-after", reply.headers)
        self.assertEqual(set(seen), {401, 429})
        self.assertLess(seen[401], 60, "x-forwarded-for did not make a new address of each")
        reply = line.ask("GET", "/v1/models", [("host", f"127.0.0.1:{gateway.port}"), ("authorization", "Bearer " + key)])
        self.assertEqual(reply.status, 200, "the right key still works on this computer")
        line.drop()
        tokens = [call(gateway.admin_port, "GET", "/api/v1/status", headers={"authorization": f"Bearer adm_{i}"}).status for i in range(60)]
        self.assertEqual(set(tokens), {401, 429})
        self.assertEqual(gateway.admin_call("GET", "/api/v1/status").status, 200)
        gateway.stop()

    def test_another_computer_is_locked_out_for_a_while(self):
        address = own_address()
        if address is None:
            self.skipTest("this computer has no address but loopback")
        gateway = Gateway(settings={"AGT_PROXY_AUTH_MODE": "strict", "AGT_PROXY_ALLOW_LAN_ACCESS": "true"}).start()
        key = gateway.cli("key", "add", "mine").stdout.strip()

        def ask(shown):
            with socket.create_connection((address, gateway.port), timeout=5) as link:
                link.sendall(f"GET /v1/models HTTP/1.1\r\nhost: {address}:{gateway.port}\r\nauthorization: Bearer {shown}\r\nconnection: close\r\n\r\n".encode())
                return int(link.makefile("rb").readline().split()[1])
        self.assertEqual(ask(key), 200)
        self.assertEqual([ask("sk-wrong") for _ in range(25)][-1], 429)
        self.assertEqual(ask(key), 429, "it is not told whether a key was right")
        self.assertEqual(gateway.call("GET", "/v1/models", headers={"authorization": "Bearer " + key}).status, 200)
        wait_until(lambda: ask(key) == 200, 10, "it is forgiven")
        gateway.admin_call("PATCH", "/api/v1/settings", {"proxy.allowed_networks": "203.0.113.7"})
        self.assertEqual(ask(key), 403)
        refused = gateway.admin_call("PATCH", "/api/v1/settings", {"proxy.allowed_networks": "everybody"})
        self.assertEqual(refused.status, 400, refused)
        gateway.stop()


def own_address():
    """An address of this computer that is not loopback; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") or address == "0.0.0.0" else address


if __name__ == "__main__":
    unittest.main(verbosity=2)
