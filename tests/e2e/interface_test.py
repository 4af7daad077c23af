"""The interface as a browser meets it: its files, the link that opens it, what happens now, and who is kept out."""
import json
import re
import time
import unittest

from harness import CHAT, CleanCase, Gateway, Raw, WithGateway, call, main, request_bytes, wait_until

BROWSER = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


class Watch:
    """One reader of /api/v1/events."""

    def __init__(self, gateway, headers=None, query=""):
        self.raw = Raw(gateway.admin_port, 20)
        headers = {"authorization": "Bearer " + gateway.admin["token"], **(headers or {})}
        self.raw.send(request_bytes("GET", "/api/v1/events" + query, gateway.admin_port, headers))
        self.raw.read_until(b"event: hello")

    def until(self, kind, test=lambda data: True):
        """The first event of that kind that passes: (id, data)."""
        found = []

        def look():
            for at, name, data in self.seen():
                if name == kind and test(data):
                    found.append((at, data))
            return found
        while not look():
            more = self.raw.socket.recv(65536)
            assert more, f"the stream ended before {kind}: {self.raw.received[-600:]!r}"
            self.raw.received += more
        return found[0]

    def seen(self):
        body = re.sub(rb"\r\n[0-9a-f]+\r\n", b"", self.raw.received.split(b"\r\n\r\n", 1)[1])
        for frame in body.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in frame.split("\n") if ": " in line and not line.startswith(":"))
            if "event" in fields and "data" in fields:
                try:
                    yield fields.get("id"), fields["event"], json.loads(fields["data"])
                except json.JSONDecodeError:
                    pass  # not all of it has come yet

    def close(self):
        self.raw.close()


class Interface(WithGateway):
    def page(self, path="/", headers=None, method="GET", host=None):
        headers = {**BROWSER, **(headers or {}), **({"host": host} if host else {})}
        return call(self.gateway.admin_port, method, path, None, headers)

    def watch(self, **more):
        watch = Watch(self.gateway, **more)
        self.addCleanup(watch.close)
        return watch

    def test_a_browser_gets_the_page_with_a_policy_and_its_files_for_good(self):
        page = self.page()
        self.assertEqual(page.status, 200, page)
        self.assertEqual(page.headers["cache-control"], "no-store")
        policy = page.headers["content-security-policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([A-Za-z0-9]+)'", policy)[1]
        self.assertNotIn("__AGT_NONCE__", page.text())
        for inline in re.findall(r"<style[^>]*>|<script(?![^>]*src=)[^>]*>", page.text()):
            self.assertIn(f'nonce="{nonce}"', inline)
        self.assertNotIn(nonce, self.page().headers["content-security-policy"])
        self.assertIn("frame-ancestors 'none'", policy)
        for path in re.findall(r'(?:src|href)="(/[^"]+)"', page.text()):
            file = self.page(path, {"sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", "accept-encoding": "gzip"})
            self.assertEqual(file.status, 200, path)
            self.assertEqual(file.headers["x-content-type-options"], "nosniff")
            if path.startswith("/assets/"):
                self.assertIn("immutable", file.headers["cache-control"])
        self.assertEqual(self.page("/accounts/acc_1").body[:15], page.body[:15])
        self.assertEqual(self.page("/assets/none.js").status, 401)

    def test_the_clients_port_sends_a_browser_to_the_interface_and_nobody_else(self):
        sent = self.gateway.call("GET", "/", headers=BROWSER)
        self.assertEqual((sent.status, sent.headers["location"]), (302, self.gateway.admin["address"] + "/"))
        self.assertEqual(self.gateway.call("HEAD", "/").status, 200)
        self.assertEqual(self.gateway.call("GET", "/").status, 404)
        self.assertEqual(self.gateway.call("GET", "/api/v1/status", headers=BROWSER).status, 404)
        self.assertEqual(self.gateway.call("GET", "/", headers={**BROWSER, "host": "evil.example"}).status, 403)

    def test_a_link_opens_it_once(self):
        link = self.gateway.cli("open", "--print").stdout.strip()
        address, _, code = link.partition("/#login=")
        self.assertEqual(address, self.gateway.admin["address"])
        enter = lambda: call(self.gateway.admin_port, "POST", "/api/v1/login", {"code": code}, {"origin": address, "sec-fetch-site": "same-origin"})  # noqa: E731
        token = enter().json()["token"]
        self.assertEqual(enter().status, 401)
        status = call(self.gateway.admin_port, "GET", "/api/v1/status", None, {"authorization": "Bearer " + token})
        self.assertEqual(status.status, 200)

    def test_the_link_that_is_printed_at_the_start_opens_it(self):
        line = self.gateway.program.line_with("#login=")
        code = line.split("#login=")[1].split()[0]
        self.assertEqual(call(self.gateway.admin_port, "POST", "/api/v1/login", {"code": code}).status, 200)

    def test_foreign_pages_get_nothing(self):
        hosts = ["evil.example", f"evil.example:{self.gateway.admin_port}", f"localhost.:{self.gateway.admin_port}", "127.0.0.1", f"127.1:{self.gateway.admin_port}",
                 f"0.0.0.0:{self.gateway.admin_port}", f"127.0.0.1:{self.gateway.port}", f"localhost:{self.gateway.admin_port}@evil.example"]
        token = {"authorization": "Bearer " + self.gateway.admin["token"]}
        for host in hosts:
            for path in ("/", "/api/v1/status", "/api/v1/login"):
                with self.subTest(host=host, path=path):
                    reply = call(self.gateway.admin_port, "GET", path, None, {**BROWSER, **token, "host": host})
                    self.assertIn(reply.status, (400, 403, 421))
        own = self.gateway.admin["address"]
        for headers in ({"origin": "http://localhost:3000"}, {"origin": "null"}, {"origin": own + ".evil.example"}, {"sec-fetch-site": "cross-site"},
                        {"sec-fetch-site": "same-site"}, {"origin": f"http://127.0.0.1:{self.gateway.port}"}):
            with self.subTest(headers):
                reply = call(self.gateway.admin_port, "GET", "/api/v1/status", None, {**token, **headers})
                self.assertEqual(reply.status, 403)
                self.assertFalse([name for name in reply.headers if name.startswith("access-control-")])
        form = call(self.gateway.admin_port, "POST", "/api/v1/login", "code=x", {"content-type": "application/x-www-form-urlencoded"})
        self.assertEqual(form.status, 415)
        self.assertEqual(self.page("/", {"sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe"}).status, 403)

    def test_requests_are_seen_live_from_beginning_to_end(self):
        watch = self.watch()
        reply = CHAT.post(self.gateway, "to-chat")
        trace = reply.headers["x-agt-trace"]
        _, started = watch.until("request.started", lambda data: data["id"] == trace)
        _, finished = watch.until("request.finished", lambda data: data["id"] == trace)
        self.assertEqual(started["model"], "to-chat")
        self.assertEqual((finished["status"], finished["account"][:5], finished["provider"]), (200, "chat-", "openai-compatible"))
        row = self.gateway.admin_call("GET", "/api/v1/requests/" + trace).json()
        row.pop("sequence")
        self.assertEqual({name: row[name] for name in finished}, finished)

    def test_a_listener_that_comes_back_misses_nothing_and_a_stranger_is_told(self):
        watch = self.watch()
        CHAT.post(self.gateway, "to-chat")
        place, _ = watch.until("request.finished")
        watch.close()
        later = CHAT.post(self.gateway, "to-chat").headers["x-agt-trace"]
        again = self.watch(headers={"last-event-id": place})
        again.until("request.finished", lambda data: data["id"] == later)
        self.assertNotIn("resync", [kind for _, kind, _ in again.seen()])
        asked = self.watch(query="?after=" + place)
        asked.until("request.finished", lambda data: data["id"] == later)
        stranger = self.watch(headers={"last-event-id": "000000000-1"})
        self.assertEqual(stranger.until("resync")[1], {"missed": None})

    def test_accounts_that_rest_and_changes_are_told(self):
        watch = self.watch()
        self.sim.script({"status": 429, "headers": {"retry-after": "1"}}, key="key-chat-a")
        self.sim.script({"status": 429, "headers": {"retry-after": "1"}}, key="key-chat-b")
        CHAT.post(self.gateway, "to-chat")
        _, rest = watch.until("account")
        self.assertEqual((rest["why"], rest["account"][:5]), ("rests", "chat-"))
        self.gateway.admin_call("PATCH", "/api/v1/settings", {"proxy.strict_paths": None})
        self.assertEqual(watch.until("changed")[1], {"what": "settings"})
        time.sleep(1)  # until the accounts are back for the tests after this one


class Stops(CleanCase):
    def test_a_gateway_with_listeners_stops_at_once(self):
        gateway = Gateway().start()
        self.addCleanup(gateway.stop)
        watch = Watch(gateway)
        self.addCleanup(watch.close)
        begun = time.monotonic()
        gateway.program.stop(10)
        self.assertLess(time.monotonic() - begun, 5)
        wait_until(lambda: watch.raw.socket.recv(65536) == b"", 5, "the stream ends")


if __name__ == "__main__":
    main()
