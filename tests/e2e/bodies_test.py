"""What the ledger keeps of requests word by word, and sending one of them again."""
import unittest

from harness import CHAT, GEMINI, MESSAGES, WithGateway, main

KINDS = ["client", "upstream", "upstream_reply", "reply"]


class Kept(WithGateway):
    def setUp(self):
        super().setUp()
        self.capture("all")

    def capture(self, level):
        self.assertEqual(self.gateway.admin_call("PATCH", "/api/v1/settings", {"logging.bodies": level}).status, 200)

    def api(self, method, path, body=None, expected=200):
        reply = self.gateway.admin_call(method, "/api/v1" + path, body)
        self.assertEqual(reply.status, expected, reply)
        return reply.json()

    def body(self, reply, kind, expected=200):
        return self.api("GET", f"/requests/{reply.headers['x-agt-trace']}/body/{kind}", expected=expected)

    def kinds(self, reply):
        return sorted(self.api("GET", "/requests/" + reply.headers["x-agt-trace"])["bodies"])

    def test_all_four_messages_of_a_translated_request(self):
        reply = MESSAGES.post(self.gateway, "to-chat", text="Привет")
        self.assertEqual(self.kinds(reply), sorted(KINDS))
        client = self.body(reply, "client")
        self.assertEqual(client["first_line"], "POST /v1/messages")
        self.assertIn("\\u041f", client["body"])  # as the client spelled it
        self.assertIn({"name": "x-api-key", "value": "…"}, client["headers"])
        upstream = self.body(reply, "upstream")
        self.assertTrue(upstream["first_line"].startswith(f"POST {self.sim.url}/v1/chat/completions"), upstream["first_line"])
        self.assertIn('"messages"', upstream["body"])
        self.assertIn("choices", self.body(reply, "upstream_reply")["body"])
        answer = self.body(reply, "reply")
        self.assertEqual((answer["first_line"], answer["body"]), ("200", reply.text()))
        everything = str([self.body(reply, kind) for kind in KINDS])
        for secret in ("client-key", "key-chat-a", "key-chat-b"):
            self.assertNotIn(secret, everything)

    def test_a_stream_is_kept_as_it_passed(self):
        for stream_of in (CHAT, GEMINI):
            with self.subTest(stream_of.name):
                reply = stream_of.post(self.gateway, "to-" + stream_of.name, stream=True)
                self.assertEqual(self.body(reply, "reply")["body"], reply.text())
                self.assertEqual(self.body(reply, "upstream_reply")["body"], reply.text())

    def test_failures_only(self):
        self.capture("failures")
        self.assertEqual(self.kinds(CHAT.post(self.gateway, "to-chat")), [])
        self.sim.script({"status": 400, "body": '{"error":{"message":"no such thing","type":"invalid_request_error","param":null,"code":null}}'})
        failed = CHAT.post(self.gateway, "to-chat")
        self.assertEqual(failed.status, 400)
        self.assertEqual(self.kinds(failed), sorted(KINDS))
        self.assertIn("no such thing", self.body(failed, "upstream_reply")["body"])

    def test_nothing_is_kept_unless_it_is_wanted(self):
        self.capture("none")
        reply = CHAT.post(self.gateway, "to-chat")
        self.assertEqual(self.kinds(reply), [])
        self.assertIn("logging.bodies", self.body(reply, "client", 404)["error"]["message"])
        self.assertEqual(self.body(reply, "clinet", 404)["error"]["code"], "path_unknown")

    def test_a_long_body_is_cut_and_says_so(self):
        reply = CHAT.post(self.gateway, "to-chat", text="x" * 600_000)
        kept = self.body(reply, "client")
        self.assertEqual((kept["truncated"], kept["bytes"]), (True, 256 * 1024))
        self.api("POST", f"/requests/{reply.headers['x-agt-trace']}/replay", {}, expected=409)

    def test_a_request_is_sent_again_as_it_was_or_changed(self):
        reply = CHAT.post(self.gateway, "to-chat", text="once more")
        path = f"/requests/{reply.headers['x-agt-trace']}/replay"
        again = self.api("POST", path, {})
        self.assertEqual(again["status"], 200)
        self.assertNotEqual(again["id"], reply.headers["x-agt-trace"])
        self.assertEqual(self.api("GET", "/requests/" + again["id"])["model"], "to-chat")
        self.assertIn("once more", str(self.sim.last()))
        streamed = self.api("POST", path, {"model": "to-anthropic", "stream": True})
        self.assertIn("[DONE]", streamed["body"])
        self.assertEqual(self.api("GET", "/requests/" + streamed["id"])["provider"], "anthropic-compatible")
        edited = self.api("POST", path, {"body": {"model": "demo", "messages": [{"role": "user", "content": "new"}]}})
        self.assertEqual(self.api("GET", "/requests/" + edited["id"])["model"], "demo")
        self.assertEqual(self.api("POST", path, {"modle": "x"}, expected=400)["error"]["field"], "modle")

    def test_a_replay_needs_the_port_and_a_key_where_one_is_demanded(self):
        reply = GEMINI.post(self.gateway, "to-gemini")
        path = f"/requests/{reply.headers['x-agt-trace']}/replay"
        self.api("PATCH", "/settings", {"proxy.auth_mode": "strict"})
        try:
            again = self.api("POST", path, {})
            self.assertEqual(again["status"], 200, again)
            self.assertEqual(self.api("POST", path, {"model": "x"}, expected=400)["error"]["field"], "model")
            self.api("POST", "/proxy/stop")
            self.api("POST", path, {}, expected=409)
        finally:
            self.api("POST", "/proxy/start")
            self.api("PATCH", "/settings", {"proxy.auth_mode": None})

    def test_everything_can_be_forgotten(self):
        CHAT.post(self.gateway, "to-chat")
        self.assertGreater(self.api("DELETE", "/requests")["forgotten"], 0)
        self.assertEqual(self.api("GET", "/requests")["requests"], [])


if __name__ == "__main__":
    main()
