"""Accounts that heal themselves, and one honest sentence for every failure: the table of failures against its golden
file, waiting for an account, sessions that stay, rests that outlive a restart, and the dry run that sends nothing.

AGT_UPDATE_GOLDEN=1 writes tests/golden/failures.json anew; read the difference before you commit it."""
import json
import os
import re
import socket
import time
import unittest

from harness import (CHAT, DIALECTS, GEMINI, MESSAGES, OPENAI, ROOT, CleanCase, Gateway, Raw, Sim, WithGateway, request_bytes,
                     wait_until)

GOLDEN = ROOT / "tests" / "golden" / "failures.json"


def verification(dialect):
    """A 403 that names the page where the account is verified."""
    if dialect is GEMINI:
        return {"error": {"code": 403, "message": "Verify your account to continue: https://accounts.example/verify", "status": "PERMISSION_DENIED",
                          "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "VALIDATION_REQUIRED", "domain": "x.googleapis.com"}]}}
    if dialect is MESSAGES:
        return {"type": "error", "error": {"type": "permission_error", "message": "Please verify your account: https://accounts.example/verify"}}
    return {"error": {"message": "Your organization must be verified to use the model. Please go to: https://accounts.example/verify",
                      "type": "invalid_request_error", "param": None, "code": None}}


# What the upstream does. A function makes the script for the upstream's dialect; the second says whether the client streams.
CASES = {
    "429 short": (lambda d: {"status": 429, "retry_after": "7"}, False),
    "429 long": (lambda d: {"status": 429, "retry_after": "7200"}, False),
    "429 no hint": (lambda d: {"status": 429}, False),
    "503": (lambda d: {"status": 503}, False),
    "529": (lambda d: {"status": 529}, False),
    "200 and an error event": (lambda d: {"error_event": {"after": 0, "message": "Overloaded"}}, True),
    "401": (lambda d: {"error": "401"}, False),
    "403 with a link": (lambda d: {"status": 403, "body": json.dumps(verification(d))}, False),
    "stall": (lambda d: {"stall": "head", "stall_ms": 20000}, False),
    "cut": (lambda d: {"chunks": 40, "truncate_at": 900}, True),
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def normal(text):
    text = re.sub(r"port \d+", "port PORT", text)
    text = re.sub(r"\b\d+(\.\d+)? ms\b", "T ms", text)
    return re.sub(r"after \d+(\.\d+)? s\b", "after T s", text)


class FailureTable(WithGateway):
    settings = {"AGT_NETWORK_FIRST_BYTE_TIMEOUT_S": "1", "AGT_NETWORK_CONNECT_TIMEOUT_S": "1"}

    @classmethod
    def accounts(cls):
        cls.strangers = [Sim() for _ in DIALECTS]  # their authority is not trusted
        odd = []
        for dialect, stranger in zip(DIALECTS, cls.strangers):
            odd += [("openai-compatible", f"dns-{dialect.name}", "k", f"https://no-such-{dialect.name}.invalid/v1"),
                    ("openai-compatible", f"refused-{dialect.name}", "k", f"http://127.0.0.1:{free_port()}/v1"),
                    ("openai-compatible", f"tls-{dialect.name}", "k", stranger.base("openai-compatible"))]
        return odd + [(d.provider, f"at-{d.name}", f"key-{d.name}") for d in DIALECTS]

    @classmethod
    def routes(cls):
        return [(f"at-{d.name}-*", f"at-{d.name}/*") for d in DIALECTS] + \
               [(f"{case}-{d.name}", f"{case}-{d.name}/m") for case in ("dns", "refused", "tls") for d in DIALECTS]

    @classmethod
    def tearDownClass(cls):
        for stranger in cls.strangers:
            stranger.stop()
        super().tearDownClass()

    def row(self, client, reply, hint=True):
        trace = self.gateway.trace(reply)
        error = trace["error"]
        if reply.status == 200:
            told = client.stream_error(reply.body)
        else:
            told = client.error(reply)[1]
        self.assertTrue(told)
        self.assertTrue(error["remedy"], "a failure without a remedy")
        row = {"status": reply.status, "class": error["class"], "code": error["code"], "told": normal(told),
               "sentence": normal(trace["sentence"]), "remedy": error["remedy"]}
        for header in ("retry-after", "x-should-retry"):
            if header in reply.headers:
                row[header] = reply.headers[header] if hint or header != "retry-after" else "soon"
        self.assertLessEqual(int(reply.headers.get("retry-after", 0)), 60)
        return row

    def test_every_failure_has_its_class_code_sentence_and_remedy_in_every_dialect(self):
        table = {}
        number = 0
        for case, (script, stream) in CASES.items():
            for upstream in DIALECTS:
                for client in DIALECTS:
                    number += 1
                    model = f"at-{upstream.name}-{number}"
                    self.sim.reset()
                    self.sim.script(script(upstream), model=model, times=-1)
                    reply = client.post(self.gateway, model, "one two three four five six seven", stream=stream)
                    row = self.row(client, reply, hint=case in ("429 short", "429 long"))
                    row = {key: value.replace(model, "MODEL") if isinstance(value, str) else value for key, value in row.items()}
                    table[f"{case}: {upstream.name} to {client.name}"] = row
                    self.gateway.admin_call("POST", f"/api/v1/accounts/at-{upstream.name}/reset")
        for case in ("dns", "refused", "tls"):
            for client in DIALECTS:
                table[f"{case}: to {client.name}"] = self.row(client, client.post(self.gateway, f"{case}-{client.name}"), hint=False)
        self.assertEqual([s.log() for s in self.strangers], [[], [], []], "a key went to a server that could not prove its name")
        if os.environ.get("AGT_UPDATE_GOLDEN"):
            GOLDEN.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")
        golden = json.loads(GOLDEN.read_text())
        self.assertEqual(sorted(golden), sorted(table))
        for name, row in table.items():
            with self.subTest(name):
                self.assertEqual(row, golden[name])


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
