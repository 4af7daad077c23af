"""Pictures that a request names by URL, for a provider that wants the data: what is fetched, and what must never be."""
import base64
import http.server
import json
import threading
import unittest

from harness import CHAT, MESSAGES, OPENAI, TO, CleanCase, Gateway, ROUTES, Sim, two_accounts_each

PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Pictures(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):  # noqa: N802
        Pictures.seen.append((self.path, dict(self.headers)))
        answers = {"/a.png?x=1": (200, "image/png; charset=x", PICTURE), "/page": (200, "text/html", b"<html>"),
                   "/moved": (302, "image/png", b""), "/large": (200, "image/png", b"x" * (21 << 20))}
        status, kind, body = answers.get(self.path, (404, "text/plain", b"no"))
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if status == 302:
            self.send_header("location", "http://169.254.169.254/")
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, *_):
        pass


class Media(CleanCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim()
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.base = f"http://127.0.0.1:{cls.server.server_address[1]}"

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        cls.sim.stop()
        super().tearDownClass()

    def with_policy(self, policy):
        self.sim.reset()
        Pictures.seen.clear()
        return Gateway(self.sim, settings={"AGT_NETWORK_MEDIA_URLS": policy}, accounts=two_accounts_each(), routes=ROUTES).start()

    def ask(self, gateway, url, model=TO["gemini"]):
        content = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": url}}]
        return gateway.call("POST", CHAT.path("", False), {"model": model, "messages": [{"role": "user", "content": content}]}, OPENAI)

    def sent_inline(self):
        parts = json.loads(self.sim.last()["body"])["contents"][0]["parts"]
        return [p["inlineData"] for p in parts if "inlineData" in p]

    def test_47_the_provider_gets_the_url_unless_told_otherwise(self):
        gateway = self.with_policy("provider")
        try:
            self.ask(gateway, self.base + "/a.png?x=1")
            self.assertIn("fileUri", self.sim.last()["body"])
            self.assertEqual(Pictures.seen, [])
        finally:
            gateway.stop()

    def test_47_a_provider_that_cannot_open_it_is_explained(self):
        gateway = self.with_policy("provider")
        try:
            self.sim.script({"status": 400, "body": {"error": {"code": 400, "message": "Cannot fetch content from the provided URL.", "status": "INVALID_ARGUMENT"}}})
            reply = self.ask(gateway, "https://example.com/a.png")
            self.assertEqual((reply.status, reply.json()["error"]["param"]), (400, "messages[0].content[1]"), reply)
            for word in ("Cannot fetch content", "messages[0].content[1]", "network.media_urls"):
                self.assertIn(word, reply.json()["error"]["message"])
            self.assertEqual(Pictures.seen, [])
        finally:
            gateway.stop()

    def test_47_a_url_that_is_refused_names_its_field(self):
        gateway = self.with_policy("refuse")
        try:
            reply = self.ask(gateway, "https://example.com/a.png")
            self.assertEqual((reply.status, reply.json()["error"]["param"]), (400, "messages[0].content[1]"), reply)
            self.assertEqual(self.sim.log(), [])
            # who takes URLs is not concerned
            self.assertEqual(self.ask(gateway, "https://example.com/a.png", TO["anthropic"]).status, 200)
        finally:
            gateway.stop()

    def test_47_private_places_are_never_fetched(self):
        gateway = self.with_policy("gateway")
        port = self.base.rsplit(":", 1)[1]
        try:
            for url in (self.base + "/a.png?x=1", f"http://localhost:{port}/a.png?x=1", f"http://[::1]:{port}/x", f"http://[::ffff:127.0.0.1]:{port}/x",
                        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/x", "http://192.168.1.1/x", f"http://0.0.0.0:{port}/x", f"http://2130706433:{port}/x",
                        "http://0x7f.1/x", "file:///etc/passwd", "ftp://example.com/x", "http://user:pw@example.com/", "data:broken"):
                with self.subTest(url):
                    reply = self.ask(gateway, url)
                    self.assertEqual(reply.status, 400, reply)
                    self.assertTrue(reply.json()["error"]["param"].startswith("messages[0].content[1]"), reply)
            self.assertEqual((Pictures.seen, self.sim.log()), ([], []))
        finally:
            gateway.stop()

    def test_47_what_is_fetched_stands_in_the_request(self):
        gateway = self.with_policy("gateway_any")
        try:
            reply = self.ask(gateway, self.base + "/a.png?x=1")
            self.assertEqual(reply.status, 200, reply)
            self.assertEqual(self.sent_inline(), [{"mimeType": "image/png", "data": base64.b64encode(PICTURE).decode()}])
            path, headers = Pictures.seen[0]
            self.assertEqual(path, "/a.png?x=1")
            self.assertNotIn("client-key", json.dumps(headers))
            self.assertIn("antigravity", {name.lower(): value for name, value in headers.items()}["user-agent"].lower())
            # in the result of a tool, too
            image = {"type": "image", "source": {"type": "url", "url": self.base + "/a.png?x=1"}}
            turns = [{"role": "user", "content": "x"}, {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "shot", "input": {}}]},
                     {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [image]}]}]
            asked = {"model": TO["gemini"], "max_tokens": 99, "messages": turns, "tools": [{"name": "shot", "input_schema": {"type": "object"}}]}
            reply = gateway.call("POST", MESSAGES.path("", False), asked, MESSAGES.headers)
            self.assertEqual(reply.status, 200, reply)
            self.assertIn(base64.b64encode(PICTURE).decode(), self.sim.last()["body"])
        finally:
            gateway.stop()

    def test_47_what_cannot_be_used_is_told(self):
        gateway = self.with_policy("gateway_any")
        try:
            for path, word in (("/page", "image"), ("/moved", "302"), ("/gone", "404"), ("/large", "larger")):
                with self.subTest(path):
                    reply = self.ask(gateway, self.base + path)
                    self.assertEqual((reply.status, reply.json()["error"]["param"]), (400, "messages[0].content[1]"), reply)
                    self.assertIn(word, reply.json()["error"]["message"])
            many = [{"type": "image_url", "image_url": {"url": self.base + "/a.png?x=1"}}] * 17
            reply = gateway.call("POST", CHAT.path("", False), {"model": TO["gemini"], "messages": [{"role": "user", "content": many}]}, OPENAI)
            self.assertEqual(reply.status, 400, reply)
            self.assertEqual(self.sim.log(), [])
        finally:
            gateway.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
