"""Accounts that heal themselves: waiting for an account, sessions that stay, rests that outlive a restart, and the dry
run that sends nothing."""
import json
import time
import unittest

from harness import ANTHROPIC, CHAT, OPENAI, ROOT, TO, CleanCase, Gateway, Raw, Sim, WithGateway, request_bytes, wait_until


class Healing(CleanCase):
    def setUp(self):
        self.sim = Sim(tls=False)
        self.gateway = None

    def tearDown(self):
        if self.gateway:
            self.gateway.stop()
        self.sim.stop()

    def start(self, accounts=1, **settings):
        self.gateway = Gateway(self.sim, settings=settings, accounts=[("openai-compatible", f"acc-{i}", f"sk-secret-key-{i}") for i in range(accounts)])
        if "AGT_SCHEDULING_MAX_WAIT_SECONDS" not in settings:
            del self.gateway.settings["AGT_SCHEDULING_MAX_WAIT_SECONDS"]
        return self.gateway.start()

    def keys(self):
        return [entry["key_hint"][-1] for entry in self.sim.log()]

    def test_a_request_waits_for_a_reset_that_is_near_and_the_limit_changes_live(self):
        self.start()
        self.sim.script({"status": 429, "retry_after": "2"}, model="m")
        begun = time.monotonic()
        reply = CHAT.post(self.gateway, "m")
        taken = time.monotonic() - begun
        self.assertEqual((reply.status, CHAT.said(reply)), (200, "Echo: Hi"))
        self.assertTrue(1.9 <= taken <= 4, f"{taken:.2f} s")
        last = self.gateway.trace(reply)["attempts"][-1]
        self.assertTrue(1500 <= last["waited_ms"] <= 3000, last)
        self.assertIn("waited", self.gateway.cli("trace", reply.headers["x-agt-trace"]).stdout)

        self.gateway.cli("settings", "set", "scheduling.max_wait_seconds", "0")
        self.sim.script({"status": 429, "retry_after": "2"}, model="m")
        begun = time.monotonic()
        reply = CHAT.post(self.gateway, "m")
        self.assertEqual(reply.status, 429)
        self.assertLess(time.monotonic() - begun, 1)
        self.assertIn(reply.headers["retry-after"], ("1", "2"))

    def test_a_busy_account_is_waited_for_in_turn_and_a_client_that_leaves_gives_up_its_place(self):
        self.gateway = Gateway(self.sim, accounts=[("openai-compatible", "narrow", "sk-secret-key-0", None, "--max-concurrency", "1")])
        del self.gateway.settings["AGT_SCHEDULING_MAX_WAIT_SECONDS"]
        self.gateway.start()
        self.sim.script({"delay_ms": 1500}, model="slow")
        with Raw(self.gateway.port) as first, Raw(self.gateway.port) as leaves, Raw(self.gateway.port) as stays:
            def ask(raw, model):
                body = json.dumps(CHAT.body(model, "Hi")).encode()
                raw.send(request_bytes("POST", "/v1/chat/completions", self.gateway.port, {"content-type": "application/json", **OPENAI}, body))
            ask(first, "slow")
            wait_until(lambda: len(self.sim.log()) == 1, 5, "the slow request is under way")
            ask(leaves, "gone")
            time.sleep(0.2)
            ask(stays, "m")
            time.sleep(0.2)
            leaves.reset()
            self.assertIn(b" 200 ", stays.read_until(b"\r\n\r\n"))
            self.assertIn(b" 200 ", first.read_until(b"\r\n\r\n"))
        self.assertEqual(len(self.sim.log()), 2, "the request of the client that left was sent")

    def test_a_session_stays_with_its_account_and_modes_change_live(self):
        self.start(accounts=3)
        for session in ("s1", "s2", "s3", "s4"):
            self.sim.reset()
            for _ in range(4):
                self.assertEqual(CHAT.post(self.gateway, "m", headers={"session-id": session}).status, 200)
            self.assertEqual(len(set(self.keys())), 1, self.keys())
        self.gateway.cli("settings", "set", "scheduling.mode", "performance_first")
        self.sim.reset()
        for _ in range(6):
            CHAT.post(self.gateway, "m", headers={"session-id": "s1"})
        self.assertEqual(len(set(self.keys())), 3, self.keys())

    def test_a_long_rest_outlives_a_restart_and_ends_by_hand(self):
        self.start(AGT_SCHEDULING_MAX_WAIT_SECONDS="0")
        self.sim.script({"status": 429, "retry_after": "7200"}, model="m")
        self.assertEqual(CHAT.post(self.gateway, "m").status, 429)
        self.gateway.program.stop(40)
        self.gateway.start()
        self.sim.reset()
        reply = CHAT.post(self.gateway, "m")
        self.assertEqual(reply.status, 429)
        self.assertRegex(reply.json()["error"]["message"], "back in (2 h 0 min|1 h 59 min)")
        self.assertIn("rate limited", reply.json()["error"]["message"])
        self.assertEqual(self.sim.log(), [])
        self.assertIn("resting", self.gateway.cli("account", "list").stdout)
        self.gateway.cli("account", "reset", "acc-0")
        self.assertEqual(CHAT.post(self.gateway, "m").status, 200)

    def test_a_dry_run_shows_everything_and_sends_nothing(self):
        self.start(accounts=2)
        request = json.dumps({"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]})
        done = self.gateway.cli("explain", "-", "--path", "/v1/messages", "--model", "m", "--json", stdin=request)
        told = json.loads(done.stdout)
        self.assertIs(told["sent"], False)
        self.assertEqual(len(told["targets"][0]["accounts"]), 2)
        self.assertTrue(told["would_send"]["url"].startswith(self.sim.url), told)
        self.assertEqual(told["would_send"]["headers"]["authorization"], "Bearer ***")
        self.assertEqual(told["would_send"]["body"]["messages"], [{"role": "user", "content": "Hi"}])
        self.assertNotIn("sk-secret", done.stdout)
        self.assertEqual(self.sim.log(), [], "the dry run sent something")


class DryRun(WithGateway):
    """What `agt explain` says is what is sent, for a request as Claude Code makes it."""
    CAPTURED = (ROOT / "tests" / "golden" / "anthropic" / "claude_code.request.json").read_text()

    def explain(self, *arguments):
        done = self.gateway.cli("explain", "-", "--path", "/v1/messages?beta=true", "--json", *arguments, stdin=self.CAPTURED, check=False)
        for name in TO:
            self.assertNotIn(f"key-{name}-", done.stdout, "a key was shown")
        told = json.loads(done.stdout)
        self.assertIs(told["sent"], False)
        self.assertEqual(self.sim.log(), [], "the dry run sent something")
        return told

    def setUp(self):
        self.sim.reset()

    def test_it_is_exactly_what_is_sent_later(self):
        for dialect, model in TO.items():
            with self.subTest(dialect):
                self.sim.reset()
                told = self.explain("--model", model)
                would = told["would_send"]
                named = self.CAPTURED.replace('"claude-opus-5"', json.dumps(model), 1)
                reply = self.gateway.call("POST", "/v1/messages?beta=true", named, ANTHROPIC)
                self.assertEqual(reply.status, 200, reply)
                sent = self.sim.log()[0]
                self.assertEqual(json.loads(sent["body"]), would["body"])
                self.assertTrue(would["url"].split("?")[0].endswith(sent["path"]), (would["url"], sent["path"]))
                self.assertIn("***", [v.removeprefix("Bearer ") for v in would["headers"].values()])

    def test_it_names_the_rule_and_every_account_with_its_reason(self):
        told = self.explain("--model", "to-gemini")
        self.assertIn("to-gemini", told["rule"])
        accounts = told["targets"][0]["accounts"]
        self.assertEqual(sorted(a["account"] for a in accounts), ["gemini-a", "gemini-b"])
        self.assertEqual([a["may_serve"] for a in accounts], [True, True])
        shown = self.gateway.cli("explain", "-", "--path", "/v1/messages", "--model", "to-gemini", stdin=self.CAPTURED).stdout
        for word in ("rule ", "target     gemini/", "gemini-a: may serve", "gemini-b: may serve", "Nothing was sent."):
            self.assertIn(word, shown)
        self.assertEqual(self.sim.log(), [])

    def test_what_if_an_account_or_a_provider_had_nothing_left(self):
        first = self.explain("--model", "to-gemini")["would_send"]["account"]
        other = self.explain("--model", "to-gemini", "--without", first)
        self.assertNotEqual(other["would_send"]["account"], first)
        assumed = [a for a in other["targets"][0]["accounts"] if a.get("assumed")]
        self.assertEqual([(a["account"], a["may_serve"], a["reason"]) for a in assumed], [(first, False, "quota")])
        nobody = self.explain("--model", "to-gemini", "--without", "gemini")
        self.assertNotIn("would_send", nobody)
        self.assertEqual(nobody["error"]["class"], "quota_exhausted")
        wrong = self.gateway.admin_call("POST", "/api/v1/routes/explain", {"model": "to-gemini", "without": ["nobody"]})
        self.assertEqual(wrong.json()["error"]["field"], "without[0]", wrong)


if __name__ == "__main__":
    unittest.main(verbosity=2)
