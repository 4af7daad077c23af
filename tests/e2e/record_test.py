"""Recording for a while, a request as a file without secrets, the simulator that says it again, and `agt selftest`."""
import json
import re
import shutil
import subprocess

from harness import (AGT, CHAT, GEMINI, MESSAGES, SIM, Folders, Gateway, CleanCase, Program, WithGateway, clean_environment, main)


class Recording(WithGateway):
    def api(self, method, path, body=None, expected=200):
        reply = self.gateway.admin_call(method, "/api/v1" + path, body)
        self.assertEqual(reply.status, expected, reply)
        return reply.json()

    def tearDown(self):
        self.api("DELETE", "/recording")

    def kinds(self, reply):
        return self.api("GET", "/requests/" + reply.headers["x-agt-trace"])["bodies"]

    def bundle(self, reply):
        """By the command that users have."""
        file = self.gateway.folder / f"{reply.headers['x-agt-trace']}.json"
        said = self.gateway.cli("trace", reply.headers["x-agt-trace"], "--bundle", str(file))
        self.assertIn("read it before you hand it on", said.stderr)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        return file, json.loads(file.read_text())

    def test_it_is_switched_on_for_a_while_and_off(self):
        self.assertEqual(self.kinds(CHAT.post(self.gateway, "to-chat")), [])
        self.assertIn("kept until", self.gateway.cli("record", "on", "--minutes", "5").stdout)
        self.assertEqual(len(self.kinds(CHAT.post(self.gateway, "to-chat"))), 4)
        self.assertTrue(json.loads(self.gateway.cli("record", "--json").stdout)["on"])
        self.assertIn("Not recording", self.gateway.cli("record", "off").stdout)
        self.assertEqual(self.kinds(CHAT.post(self.gateway, "to-chat")), [])
        for words in (("record", "maybe"), ("record", "off", "--minutes", "5"), ("record", "on", "--minutes", "0")):
            self.assertNotEqual(self.gateway.cli(*words, check=False).returncode, 0, words)

    def test_a_bundle_needs_something_that_was_kept(self):
        reply = CHAT.post(self.gateway, "to-chat")
        refused = self.gateway.cli("trace", reply.headers["x-agt-trace"], "--bundle", "-", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("agt record on", refused.stderr)

    def test_a_bundle_holds_no_secret(self):
        self.gateway.cli("record", "on")
        key = "sk-proj-0123456789abcdefghij"
        self.sim.script({"status": 400, "headers": {"x-organization": "jane@example.com"}, "body": json.dumps({"error": {
            "message": f"key-chat-a or key-chat-b of jane@example.com: {key}", "type": "invalid_request_error", "param": None, "code": None}})})
        reply = CHAT.post(self.gateway, "to-chat", text=f"write to bob.smith@example.org with {key}", headers={"cookie": "session=1"})
        self.assertEqual(reply.status, 400)
        file, bundle = self.bundle(reply)
        text = file.read_text()
        for secret in ("key-chat-a", "key-chat-b", "client-key", "jane", "bob.smith", "example.org", key, "session=1"):
            self.assertNotIn(secret, text)
        self.assertNotRegex(text, r'"chat-[ab]"')  # names of accounts
        self.assertEqual((bundle["request"]["status"], bundle["request"]["class"], bundle["upstream_end"]), (400, "client_error", "whole"))
        self.assertEqual(sorted(bundle["messages"]), ["client", "reply", "upstream", "upstream_reply"])
        self.assertIn("write to … with …", bundle["messages"]["client"]["body"])

    def replayed(self, dialect, base, file, stream=False):
        """What a gateway of its own makes of the recorded upstream: its trace."""
        sim = Program([SIM, "--port", "0", "--quiet", "--replay", str(file)], clean_environment())
        gateway = Gateway(settings={"AGT_NETWORK_IDLE_TIMEOUT_S": "1", "AGT_NETWORK_FIRST_BYTE_TIMEOUT_S": "1"})
        try:
            url = sim.line_with("http").split()[-1]
            gateway.add_account(dialect.provider, "again", "any-key", url + base)
            gateway.route("replayed", "again/some-model")
            gateway.start()
            reply = dialect.post(gateway, "replayed", stream=stream)
            return reply, gateway.trace(reply)
        finally:
            gateway.stop()
            sim.stop()

    def test_a_recorded_failure_is_the_same_failure_again(self):
        self.gateway.cli("record", "on")
        cases = (
            (CHAT, "to-chat", "/v1", {"status": 429, "retry_after": "7"}, False),
            (CHAT, "to-chat", "/v1", {"status": 503}, False),
            (MESSAGES, "to-anthropic", "", {"status": 529}, False),
            (GEMINI, "to-gemini", "", {"status": 403}, False),
            (CHAT, "to-chat", "/v1", {"chunks": 40, "truncate_at": 1100}, True),
        )
        for dialect, model, base, script, stream in cases:
            with self.subTest(str(script)):
                self.sim.script(script, times=-1)
                reply = dialect.post(self.gateway, model, text="[[long 60]]" if stream else "Hi", stream=stream)
                self.sim.reset()
                for label in self.gateway.ids:
                    self.gateway.cli("account", "reset", label)
                first = self.gateway.trace(reply)
                self.assertIn("error", first, first)
                file, bundle = self.bundle(reply)
                again, second = self.replayed(dialect, base, file, stream)
                self.assertEqual(again.status, reply.status)
                self.assertEqual((second["error"]["class"], second["error"]["code"]), (first["error"]["class"], first["error"]["code"]))
                self.assertEqual(bundle["request"]["code"], first["error"]["code"])

    def test_a_recorded_answer_is_the_same_answer_again(self):
        self.gateway.cli("record", "on")
        for stream in (False, True):
            with self.subTest(stream=stream):
                reply = MESSAGES.post(self.gateway, "to-anthropic", text="hello", stream=stream)
                file, _ = self.bundle(reply)
                again, trace = self.replayed(MESSAGES, "", file, stream)
                self.assertNotIn("error", trace)
                self.assertEqual(MESSAGES.said(again, stream), MESSAGES.said(reply, stream))

    def test_the_simulator_refuses_a_file_that_it_cannot_say_again(self):
        folder = Folders.new()
        for text in ("", "{}", '{"format":"agt-bundle/1","upstream_end":"none","messages":{}}'):
            (folder / "x.json").write_text(text)
            done = subprocess.run([SIM, "--port", "0", "--replay", str(folder / "x.json")], capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 78, done)
            self.assertIn("x.json", done.stderr)
        Folders.drop(folder)


class Selftest(CleanCase):
    def test_every_protocol_reaches_every_other(self):
        folder = Folders.new()
        done = subprocess.run([AGT, "selftest"], capture_output=True, text=True, timeout=110, env=clean_environment(HOME=folder, TMPDIR=folder))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = [line.split() for line in done.stdout.splitlines() if re.match(r"(chat|responses|anthropic|gemini) ", line)]
        self.assertEqual(rows, [[client, "ok", "ok", "ok", "ok"] for client in ("chat", "responses", "anthropic", "gemini")])
        self.assertIn("80 of 80 right", done.stdout)
        self.assertEqual(sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")), [], "something is left behind")
        Folders.drop(folder)

    def test_without_the_simulator_it_says_where_that_belongs(self):
        folder = Folders.new()
        lone = folder / "agt"
        shutil.copy(AGT, lone)
        done = subprocess.run([lone, "selftest"], capture_output=True, text=True, timeout=60, env=clean_environment(HOME=folder, TMPDIR=folder))
        self.assertEqual(done.returncode, 78, done)
        self.assertIn(str(folder / "agt-sim"), done.stderr)
        Folders.drop(folder)


if __name__ == "__main__":
    main()
