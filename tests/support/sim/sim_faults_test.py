"""Checks the token endpoint, scripted faults, abort detection, the log, TLS and the command line of the real agt-sim.

Usage: sim_faults_test.py PATH_TO_AGT_SIM
"""
import http.client
import json
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from sim_under_test import ANTHROPIC, BINARY, GOOGLE, OPENAI, Base, Sim, call, events


class Tokens(Base):
    def refresh(self, token, status=200, **headers):
        form = urllib.parse.urlencode({"grant_type": "refresh_token", "refresh_token": token, "client_id": "c"})
        return self.json("/token", form.encode(), {"content-type": "application/x-www-form-urlencoded", **headers}, status)

    def test_rotation_revokes_the_family_on_reuse(self):
        first = self.refresh("rt-family")
        second = self.refresh(first["refresh_token"])
        path = "/v1internal:loadCodeAssist"
        self.json(path, {}, {"authorization": "Bearer " + second["access_token"]})
        self.assertEqual(self.refresh(first["refresh_token"], 400)["error"], "invalid_grant")
        self.assertEqual(self.refresh(second["refresh_token"], 400)["error"], "invalid_grant")
        self.json(path, {}, {"authorization": "Bearer " + second["access_token"]}, 401)

    def test_grace_and_no_rotation_by_script(self):
        first = self.refresh("rt-grace")
        self.refresh(first["refresh_token"])
        self.refresh(first["refresh_token"], **{"x-sim": json.dumps({"grace_ms": 60000})})
        self.assertNotIn("refresh_token", self.refresh("rt-still", **{"x-sim": json.dumps({"rotate": False})}))
        self.assertEqual(self.refresh("rt-still", 400, **{"x-sim": '{"error":"invalid_grant"}'})["error"], "invalid_grant")
        self.refresh("rt-still")


class Faults(Base):
    chat = {"model": "m", "messages": [{"role": "user", "content": "a b c d e f"}]}

    def scripted(self, script, body=None, path="/v1/chat/completions", headers=None):
        return call(self.sim.port, "POST", path, body or self.chat, {**(headers or OPENAI), "x-sim": json.dumps(script)})

    def test_status_by_key_and_queue(self):
        status, head, raw = call(self.sim.port, "POST", "/v1/chat/completions", self.chat,
                                 {"authorization": "Bearer k-sim:status=429,retry_after=7"})
        self.assertEqual((status, head["retry-after"]), (429, "7"))
        self.assertIn("error", json.loads(raw))
        for entry in ({"key": "other", "script": {"status": 500}}, {"key": "k-test", "times": 2, "script": {"error": "anthropic_529"}},
                      {"model": "m", "script": {"status": 418, "body": {"a": 1}}}):
            self.json("/sim/script", entry, {})
        statuses = [call(self.sim.port, "POST", "/v1/chat/completions", self.chat, OPENAI)[0] for _ in range(4)]
        self.assertEqual(statuses, [529, 529, 418, 200])
        self.assertEqual(self.scripted({"typo": 1})[0], 400)

    def test_named_errors(self):
        for name, status in (("anthropic_429", 429), ("anthropic_529", 529), ("openai_429_rate", 429),
                             ("openai_429_quota", 429), ("gemini_429_retryinfo", 429), ("gemini_429_daily", 429),
                             ("gemini_503", 503), ("gemini_capacity", 429), ("invalid_grant", 400), ("401", 401),
                             ("403", 403), ("404_model", 404), ("context_length", 400), ("signature", 400)):
            got, _, raw = self.scripted({"error": name})
            self.assertEqual(got, status, name)
            self.assertIn("error", json.loads(raw))

    def test_cut_streams(self):
        stream = {**self.chat, "stream": True}
        whole = self.scripted({}, stream)[2]
        for split in ("byte", "random:7"):
            raw = self.scripted({"split": split}, stream)[2]
            self.assertEqual(len(events(raw)), len(events(whole)))
        self.assertNotIn(b"DONE", self.scripted({"no_done": True}, stream)[2])
        self.assertNotIn(b'"finish_reason":"stop"', self.scripted({"no_finish": True}, stream)[2])
        self.assertIn(b"!!\x01", self.scripted({"garbage": "!!\x01"}, stream)[2])
        raw = self.scripted({"error_event": {"after": 2, "message": "boom"}}, stream)[2]
        self.assertEqual(events(raw)[-1][1]["error"]["message"], "boom")
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            self.scripted({"truncate_at": 100}, stream)
        with self.assertRaises(ConnectionResetError):
            self.scripted({"reset_at": 0}, stream)
        with self.assertRaises(http.client.IncompleteRead):
            self.scripted({"content_length_lie": 5})
        self.assertEqual(self.scripted({"raw": "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"})[2], b"hi")

    def test_benches_get_the_size_they_ask_for(self):
        raw = self.scripted({"reply_bytes": 2048})[2]
        self.assertTrue(2000 < len(raw) < 2100, len(raw))
        chunks = events(self.scripted({"chunks": 200, "chunk_bytes": 20}, {**self.chat, "stream": True})[2])
        sizes = [len(e["choices"][0]["delta"].get("content", "")) for _, e in chunks[1:-2]]
        self.assertEqual(sizes, [20] * 200)

    def test_error_events_of_every_dialect(self):
        script = {"error_event": True}
        ask = {"model": "m", "max_tokens": 9, "stream": True, "messages": self.chat["messages"]}
        self.assertEqual(events(self.scripted(script, ask, "/v1/messages", ANTHROPIC)[2])[-1][0], "error")
        ask = {"model": "m", "input": "a b", "stream": True}
        self.assertEqual(events(self.scripted(script, ask, "/v1/responses", OPENAI)[2])[-1][0], "response.failed")
        ask = {"contents": [{"parts": [{"text": "a b"}]}]}
        path = "/v1beta/models/m:streamGenerateContent"
        self.assertEqual(events(self.scripted(script, ask, path + "?alt=sse", GOOGLE)[2])[-1][1]["error"]["code"], 503)
        self.assertIn("error", json.loads(self.scripted(script, ask, path, GOOGLE)[2])[-1])

    def abort(self, script, stream):
        peer = socket.create_connection(("127.0.0.1", self.sim.port))
        body = json.dumps({**self.chat, "stream": stream})
        peer.sendall((f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k-test\r\nx-sim: {json.dumps(script)}\r\n"
                      f"content-length: {len(body)}\r\n\r\n{body}").encode())
        time.sleep(0.25)
        left_ms = time.time() * 1000
        peer.close()
        for _ in range(100):
            entry = self.log()[-1]
            if entry["done"]:
                break
            time.sleep(0.01)
        self.assertTrue(entry["aborted"], entry)
        return entry["abort_ms"] - left_ms

    def test_notices_that_the_peer_left(self):
        for script, stream in (({"delay_ms": 9000}, False), ({"stall": "accept"}, False), ({"stall": "head"}, True),
                               ({"stall": "body"}, True), ({"stall": "mid"}, True), ({"stall": "mid"}, False),
                               ({"first_byte_delay_ms": 9000}, True), ({"chunk_delay_ms": 5000}, True)):
            late_ms = self.abort(script, stream)
            self.assertLess(late_ms, 100, script)  # 20 on an idle machine

    def test_log_and_stats(self):
        body = json.dumps(self.chat)
        call(self.sim.port, "POST", "/v1/chat/completions?key=secret-in-query", body.encode(),
             {"authorization": "Bearer sk-secret-1234"})
        entry = self.log()[-1]
        self.assertNotIn("secret", json.dumps({**entry, "body": ""}))
        self.assertEqual((entry["key_hint"], entry["body"], entry["status"]), ("1234", body, 200))
        self.assertEqual(entry["headers"]["authorization"], "Bearer ***")
        stats = json.loads(call(self.sim.port, "GET", "/sim/stats")[2])
        self.assertGreaterEqual(stats["connections_open"], 1)


class Process(unittest.TestCase):
    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            sim = Sim("--tls-self", folder)
            self.assertTrue(sim.url.startswith("https://"))
            context = ssl.create_default_context(cafile=folder + "/ca.pem")
            status, _, raw = call(sim.port, "POST", "/v1/chat/completions", {**Faults.chat, "stream": True}, OPENAI, context)
            self.assertEqual((status, events(raw)[-1][1]), (200, "[DONE]"))
            self.assertEqual(sim.stop(), 0)

    def test_exit_codes(self):
        def run(*options):
            return subprocess.run([BINARY, *options], capture_output=True, timeout=10)
        self.assertEqual(run("--help").returncode, 0)
        self.assertEqual(run("--nonsense").returncode, 2)
        sim = Sim("--quiet", "--no-log")
        taken = run("--port", str(sim.port))
        self.assertEqual(taken.returncode, 78)
        self.assertIn(b"Address already in use", taken.stderr)
        self.assertEqual(sim.stop(), 0)

    def test_repeated_requests_without_a_log(self):
        sim = Sim("--no-log")
        connection = http.client.HTTPConnection("127.0.0.1", sim.port)
        for text in ("a", "a", "b", "a"):
            connection.request("POST", "/v1/chat/completions",
                               json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}), OPENAI)
            reply = json.loads(connection.getresponse().read())
            self.assertEqual(reply["choices"][0]["message"]["content"], "Echo: " + text)
        connection.close()
        self.assertEqual(sim.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
