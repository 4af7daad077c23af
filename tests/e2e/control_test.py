"""What the interface can do to a running gateway: close, open and move the clients' port, test it, change settings and
rules that somebody else may be changing too."""
import json
import socket
import time
import unittest

from harness import CHAT, CleanCase, Gateway, Raw, Sim, WithGateway, call, main, wait_until


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return True
    except ConnectionRefusedError:
        return False


class Proxy(CleanCase):
    def setUp(self):
        self.sim = Sim()
        self.addCleanup(self.sim.stop)
        self.port = free_port()
        self.gateway = Gateway(self.sim, accounts=[("openai-compatible", "chat-a", "key-chat-a")], routes=[("to-chat", "openai-compatible/gpt-5.5")],
                               args=["--workers", "2"])
        self.gateway.cli("settings", "set", "proxy.port", str(self.port))
        self.start()
        self.addCleanup(self.gateway.stop)

    def start(self):
        """Without --port, which would win over what is stored."""
        import harness
        command = [harness.AGT, "serve", "--admin-port", "0", "--home", str(self.gateway.home), *self.gateway.args]
        self.gateway.program = harness.Program(command, self.gateway.environment())
        self.gateway.program.line_with("for clients")
        self.gateway.port = self.port
        self.gateway.admin = json.loads((self.gateway.home / "admin.json").read_text())
        self.gateway.admin_port = int(self.gateway.admin["address"].rsplit(":", 1)[1])

    def api(self, method, path, body=None, expected=200):
        reply = self.gateway.admin_call(method, "/api/v1" + path, body)
        self.assertEqual(reply.status, expected, reply)
        return reply.json()

    def test_stop_closes_the_port_and_start_opens_it_again(self):
        for _ in range(3):
            self.assertEqual(CHAT.post(self.gateway, "demo").status, 200)
            self.assertFalse(self.api("POST", "/proxy/stop")["running"])
            self.assertFalse(listens(self.port))
            self.assertFalse(self.api("GET", "/status")["proxy"]["running"])
            self.assertFalse(self.api("POST", "/proxy/stop")["running"])  # twice is no error
            self.assertEqual(self.api("POST", "/proxy/start")["port"], self.port)
            self.assertTrue(self.api("POST", "/proxy/start")["running"])
        self.assertEqual(CHAT.post(self.gateway, "demo").status, 200)

    def slow_stream(self):
        self.sim.script({"chunk_delay_ms": 150})
        raw = Raw(self.port)
        self.addCleanup(raw.close)
        raw.send(CHAT.raw(self.port, "to-chat", stream=True, headers={"connection": "close"}))
        raw.read_until(b"data:")
        return raw

    def test_a_stream_under_way_is_finished(self):
        raw = self.slow_stream()
        self.assertEqual(self.api("POST", "/proxy/stop")["in_flight"], 1)
        self.assertFalse(listens(self.port))
        self.assertIn(b"[DONE]", raw.read_all())
        wait_until(lambda: self.api("GET", "/status")["proxy"]["in_flight"] == 0, 5, "nothing is in flight")

    def test_or_cut_when_that_is_wanted(self):
        raw = self.slow_stream()
        begun = time.monotonic()
        self.api("POST", "/proxy/stop", {"now": True})
        self.assertNotIn(b"[DONE]", raw.read_all())
        self.assertLess(time.monotonic() - begun, 2)
        wait_until(lambda: self.api("GET", "/status")["proxy"]["in_flight"] == 0, 5, "nothing is in flight")

    def test_the_port_moves_at_once(self):
        other = free_port()
        checked = self.api("POST", "/settings/validate", {"proxy.port": other})
        self.assertEqual((checked["ok"], checked["moves_port"]), (True, True))
        raw = self.slow_stream()
        self.api("PATCH", "/settings", {"proxy.port": other})
        self.assertTrue(listens(other))
        self.assertFalse(listens(self.port))
        self.assertIn(b"[DONE]", raw.read_all())
        self.gateway.port = other
        self.assertEqual(CHAT.post(self.gateway, "demo").status, 200)
        self.assertEqual(self.api("GET", "/proxy")["proxy"]["address"], f"http://127.0.0.1:{other}")

    def test_a_port_that_is_taken_is_refused_and_nothing_changes(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            taken = holder.getsockname()[1]
            checked = self.api("POST", "/settings/validate", {"proxy.port": taken})
            self.assertFalse(checked["ok"])
            self.assertEqual(checked["errors"][0]["field"], "proxy.port")
            refused = self.api("PATCH", "/settings", {"proxy.port": taken}, 409)
            self.assertIn(str(taken), refused["error"]["message"])
        self.assertEqual(self.api("GET", "/settings/proxy.port")["value"], self.port)
        self.assertEqual(CHAT.post(self.gateway, "demo").status, 200)

    def test_the_network_is_let_in_with_keys_only_and_at_once(self):
        self.assertEqual(self.api("PATCH", "/settings", {"proxy.allow_lan_access": True}, 409)["error"]["field"], "proxy.auth_mode")
        self.api("PATCH", "/settings", {"proxy.allow_lan_access": True, "proxy.auth_mode": "auto"})
        shown = self.api("GET", "/proxy")
        self.assertEqual((shown["proxy"]["host"], shown["proxy"]["open_to_lan"], shown["proxy"]["keys_demanded"]), ("0.0.0.0", True, True))
        self.assertTrue(listens(self.port, "127.0.0.2"))
        self.assertEqual(CHAT.post(self.gateway, "demo").status, 401)
        self.assertTrue(self.api("POST", "/proxy/selftest")["ok"])
        self.api("PATCH", "/settings", {"proxy.allow_lan_access": None, "proxy.auth_mode": None})
        self.assertFalse(listens(self.port, "127.0.0.2"))
        self.assertEqual(CHAT.post(self.gateway, "demo").status, 200)

    def test_it_tests_itself(self):
        tested = self.api("POST", "/proxy/selftest")
        self.assertTrue(tested["ok"], tested)
        self.assertEqual([check["name"] for check in tested["checks"]], ["health", "models_without_key", "models_with_key", "foreign_page_refused", "answer"])
        self.api("POST", "/proxy/stop")
        self.api("POST", "/proxy/selftest", expected=409)

    def test_start_says_who_has_the_port(self):
        self.api("POST", "/proxy/stop")
        with socket.socket() as holder:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(("127.0.0.1", self.port))
            holder.listen()
            refused = self.api("POST", "/proxy/start", expected=409)
            self.assertIn("in use", refused["error"]["message"])
        self.assertTrue(self.api("POST", "/proxy/start")["running"])


class Concurrent(WithGateway):
    """Two who change the same thing."""

    def send(self, method, path, body, etag):
        return call(self.gateway.admin_port, method, "/api/v1" + path, body, {"authorization": "Bearer " + self.gateway.admin["token"], "if-match": etag})

    def test_settings(self):
        seen = self.gateway.admin_call("GET", "/api/v1/settings").headers["etag"]
        first = self.send("PATCH", "/settings", {"scheduling.max_attempts": 4}, seen)
        self.assertEqual(first.status, 200)
        self.assertNotEqual(first.headers["etag"], seen)
        self.assertEqual(self.send("PATCH", "/settings", {"scheduling.max_attempts": 5}, seen).status, 409)
        self.assertEqual(self.send("PATCH", "/settings", {"scheduling.max_attempts": 5}, first.headers["etag"]).status, 200)

    def test_rules(self):
        seen = self.gateway.admin_call("GET", "/api/v1/routes").headers["etag"]
        rule = {"match": "mine", "targets": ["demo/demo"]}
        self.assertEqual(self.send("POST", "/routes", rule, seen).status, 201)
        self.assertEqual(self.send("POST", "/routes", rule, seen).status, 409)
        self.assertEqual(self.send("DELETE", "/routes/0", None, seen).status, 409)
        now = self.gateway.admin_call("GET", "/api/v1/routes").headers["etag"]
        self.assertEqual(self.send("DELETE", f"/routes/{len(self.routes())}", None, now).status, 200)
        self.assertEqual(self.gateway.admin_call("GET", "/api/v1/routes").headers["etag"], seen)

    def test_what_config_overrules_is_told(self):
        checked = self.gateway.admin_call("POST", "/api/v1/settings/validate", {"network.ca_file": "/x.pem", "proxy.strict_paths": True, "proxy.prot": 1}).json()
        self.assertEqual(checked["overruled"], ["network.ca_file"])
        self.assertEqual(checked["needs_restart"], ["network.ca_file"])
        self.assertEqual([error["field"] for error in checked["errors"]], ["proxy.prot"])


if __name__ == "__main__":
    main()
