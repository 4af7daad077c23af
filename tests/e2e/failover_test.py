"""Accounts that fail and accounts that take over: what is retried, who rests and for how long, and what the client sees."""
import socket
import time
import unittest

from harness import CHAT, DIALECTS, GEMINI, MESSAGES, Sim, WithGateway, exchange, wait_until

CAP_S = 60  # no client is told to wait longer than this


class Limits(WithGateway):
    """Each test uses a model name of its own, because accounts rest for one model."""

    @classmethod
    def routes(cls):
        return ()

    counter = 0
    probes = set()

    def setUp(self):
        super().setUp()
        self.fresh()

    def fresh(self):
        """A new model name and an empty log."""
        self.sim.reset()
        Limits.counter += 1
        self.model_number = Limits.counter

    def route_to(self, dialect, upstream=None):
        """A fresh model name for this test that goes to the accounts of one dialect."""
        upstream = upstream or dialect
        name = f"{dialect.name}-to-{upstream.name}-{self.model_number}"
        self.gateway.route(name, f"{upstream.provider}/{self.upstream_model(upstream)}")
        return name

    def upstream_model(self, upstream):
        return f"up{self.model_number}-{upstream.name}"

    def script(self, script, upstream, account="?", times=1):
        self.sim.script(script, key=f"key-{upstream.name}-{account}" if account != "?" else "*", model=self.upstream_model(upstream), times=times)

    def keys_seen(self):
        return [entry["key_hint"][-1] for entry in self.sim.log()]

    def other(self, letter):
        return "b" if letter == "a" else "a"

    def first_account(self, dialect):
        """Which account would be asked now: asks with a model of no concern, then it is the other one's turn."""
        self.assertEqual(dialect.post(self.gateway, self.probe(dialect)).status, 200)
        return self.other(self.sim.last()["key_hint"][-1])

    def probe(self, dialect):
        name = f"probe-{dialect.name}"
        if name not in Limits.probes:
            self.gateway.route(name, f"{dialect.provider}/probe")
            Limits.probes.add(name)
        return name

    def pairs(self):
        return [(client, upstream) for client in DIALECTS for upstream in DIALECTS]

    # ---- 429 --------------------------------------------------------------------------------------------------------

    def test_a_limited_account_rests_for_exactly_as_long_as_it_said(self):
        model = self.route_to(CHAT)
        limited = self.first_account(CHAT)
        self.script({"status": 429, "retry_after": "7"}, CHAT, limited)
        reply = CHAT.post(self.gateway, model)
        begun = time.monotonic()
        self.assertEqual((reply.status, CHAT.said(reply)), (200, "Echo: Hi"))
        self.assertEqual(self.keys_seen()[-2:], [limited, self.other(limited)])

        trace = self.gateway.trace(reply)
        first, second = trace["attempts"]
        self.assertEqual((first["status"], first["error"]["class"], first["rest_ms"], first["next"]), (429, "rate_limited", 7000, "next_account"))
        self.assertEqual(first["retry_hint"], "header")
        self.assertNotIn("error", second)
        self.assertIn("Recovered", trace["sentence"])
        told = self.gateway.cli("trace", reply.headers["x-agt-trace"]).stdout
        self.assertIn(f"chat-{limited}", told)
        self.assertIn("429", told)

        def asks_limited(count):
            self.sim.call("DELETE", "/sim/log")
            for _ in range(count):
                self.assertEqual(CHAT.post(self.gateway, model).status, 200)
            return limited in self.keys_seen()
        self.assertFalse(asks_limited(4))
        resting = CHAT.post(self.gateway, model)
        skip = [s for s in self.gateway.trace(resting)["attempts"][0]["skipped"] if s["account"] == f"chat-{limited}"][0]
        self.assertEqual((skip["reason"], skip["set_by"]), ("cooling", reply.headers["x-agt-trace"]))
        self.assertTrue(0 < skip["remaining_ms"] <= 7000, skip)
        # Another model of the same account is not affected.
        self.first_account(CHAT)
        self.first_account(CHAT)
        time.sleep(max(0.0, 6.5 - (time.monotonic() - begun)))
        self.assertFalse(asks_limited(4), "asked before 7 s were over")
        time.sleep(max(0.0, 7.4 - (time.monotonic() - begun)))
        self.assertTrue(asks_limited(4), "not asked again after 7 s")

    def test_40_when_everybody_is_limited_each_dialect_says_so(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"status": 429, "retry_after": "20"}, upstream, times=2)
                for attempt in range(2):  # from the upstream, then from the resting pool alone
                    reply = client.post(self.gateway, model, stream=attempt == 1)
                    word, message = client.error(reply)
                    self.assertEqual(reply.status, 429, reply)
                    if attempt == 1 or client is not upstream:  # else they are the upstream's own words
                        self.assertEqual(word, {"chat": "rate_limit_error", "anthropic": "rate_limit_error", "gemini": "RESOURCE_EXHAUSTED"}[client.name])
                    self.assertTrue(message)
                    self.assertTrue(1 <= int(reply.headers["retry-after"]) <= 20, reply)
                    self.assertIn("application/json", reply.headers["content-type"])
                self.assertEqual(len(self.sim.log()), 2, "the resting accounts were asked")

    def test_39_a_long_wait_is_not_told_to_clients(self):
        for client in DIALECTS:
            with self.subTest(client.name):
                self.fresh()
                model = self.route_to(client)
                self.script({"status": 429, "retry_after": "7200"}, client, times=2)
                for _ in range(2):
                    reply = client.post(self.gateway, model)
                    self.assertEqual(reply.status, 429, reply)
                    self.assertNotIn("7200", reply.headers.get("retry-after", ""))
                    if "retry-after" in reply.headers:
                        self.assertLessEqual(int(reply.headers["retry-after"]), CAP_S)
                    else:
                        self.assertEqual(reply.headers.get("x-should-retry"), "false")

    def test_39_gemini_says_its_delay_in_the_body(self):
        for client in (CHAT, MESSAGES):
            with self.subTest(client.name):
                self.fresh()
                model = self.route_to(client, GEMINI)
                self.script({"error": "gemini_429_retryinfo"}, GEMINI, times=2)
                reply = client.post(self.gateway, model)
                self.assertEqual(reply.status, 429, reply)
                self.assertEqual(reply.headers["retry-after"], "35")
                self.assertTrue(34000 <= int(reply.headers["retry-after-ms"]) <= 34400, reply)

    def test_39_a_quota_of_a_day_is_not_worth_a_retry(self):
        for client in (CHAT, MESSAGES):
            with self.subTest(client.name):
                self.fresh()
                model = self.route_to(client, GEMINI)
                self.script({"error": "gemini_429_daily"}, GEMINI, times=-1)
                reply = client.post(self.gateway, model)
                self.assertEqual(reply.status, 429, reply)
                self.assertEqual(reply.headers.get("x-should-retry"), "false")
                self.assertNotIn("retry-after", reply.headers)

    def test_40_anthropics_limits_are_told_to_gemini_clients_in_the_body(self):
        for error, status, word in (("anthropic_429", 429, "RESOURCE_EXHAUSTED"), ("anthropic_529", 503, "UNAVAILABLE")):
            with self.subTest(error):
                self.fresh()
                model = self.route_to(GEMINI, MESSAGES)
                self.script({"error": error, "retry_after": "9"}, MESSAGES, times=-1)
                reply = GEMINI.post(self.gateway, model)
                self.assertEqual((reply.status, GEMINI.error(reply)[0]), (status, word), reply)
                delays = [d["retryDelay"] for d in reply.json()["error"]["details"] if d["@type"].endswith("RetryInfo")]
                self.assertEqual(len(delays), 1, reply)
                self.assertTrue(0 < float(delays[0].rstrip("s")) <= 9, delays)

    def test_40_limits_of_the_same_dialect_pass_as_they_are(self):
        for client, headers in ((CHAT, {"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-tokens": "12", "x-ratelimit-reset-requests": "1m30s", "openai-processing-ms": "7"}),
                                (MESSAGES, {"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-tokens-reset": "2031-01-01T00:00:00Z", "request-id": "req_1"})):
            with self.subTest(client.name):
                self.fresh()
                model = self.route_to(client)
                self.script({"headers": headers}, client)
                reply = client.post(self.gateway, model)
                self.assertEqual(reply.status, 200, reply)
                self.assertEqual({name: reply.headers.get(name) for name in headers}, headers)

    # ---- other refusals ---------------------------------------------------------------------------------------------

    def test_44_a_refused_key_makes_its_account_rest(self):
        for client, upstream in ((CHAT, CHAT), (MESSAGES, MESSAGES), (GEMINI, GEMINI), (CHAT, GEMINI)):
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                self.forgive(upstream)  # other tests may have left one ejected
                model = self.route_to(client, upstream)
                refused = self.first_account(upstream)
                self.script({"error": "401"}, upstream, refused)
                reply = client.post(self.gateway, model)
                self.assertEqual((reply.status, client.said(reply)), (200, "Echo: Hi"))
                trace = self.gateway.trace(reply)
                self.assertEqual(trace["attempts"][0]["error"]["class"], "account_invalid")
                self.sim.call("DELETE", "/sim/log")
                for _ in range(3):
                    self.assertEqual(client.post(self.gateway, model).status, 200)
                self.assertEqual(set(self.keys_seen()), {self.other(refused)})
                self.forgive(upstream)

    def forgive(self, dialect):
        """An account that was disabled and enabled again has a clean slate."""
        for letter in "ab":
            label = f"{dialect.name}-{letter}"
            self.gateway.cli("account", "disable", self.gateway.ids[label])
            self.gateway.cli("account", "enable", self.gateway.ids[label])

    def test_44_all_keys_refused_is_not_the_clients_401(self):
        for client in DIALECTS:
            with self.subTest(client.name):
                self.fresh()
                model = self.route_to(client)
                self.script({"error": "401"}, client, times=2)
                for _ in range(2):
                    reply = client.post(self.gateway, model)
                    self.assertIn(reply.status, (502, 503), reply)
                    client.error(reply)
                self.forgive(client)

    def test_42_a_bad_request_is_not_tried_again(self):
        for client, upstream in self.pairs():
            for stream in (False, True):
                with self.subTest(f"{client.name} to {upstream.name}, stream {stream}"):
                    self.fresh()
                    model = self.route_to(client, upstream)
                    self.script({"status": 400}, upstream, times=-1)
                    reply = client.post(self.gateway, model, stream=stream)
                    self.assertEqual(reply.status, 400, reply)
                    self.assertIn("Simulated 400", client.error(reply)[1])
                    self.assertEqual(len(self.sim.log()), 1)

    def test_a_model_that_the_upstream_does_not_know(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"error": "404_model"}, upstream, times=-1)
                reply = client.post(self.gateway, model)
                self.assertEqual(reply.status, 404, reply)
                client.error(reply)
                self.assertEqual(len(self.sim.log()), 1)

    def test_43_a_conversation_that_is_too_long(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"error": "context_length"}, upstream, times=-1)
                reply = client.post(self.gateway, model)
                self.assertEqual(reply.status, 400, reply)
                if client is CHAT:
                    self.assertEqual(reply.json()["error"]["code"], "context_length_exceeded")
                if client is MESSAGES:
                    self.assertIn("prompt is too long", client.error(reply)[1])

    def test_46_a_busy_upstream_is_tried_with_the_other_account(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"status": 503}, upstream)
                reply = client.post(self.gateway, model)
                self.assertEqual((reply.status, client.said(reply)), (200, "Echo: Hi"))
                keys = self.keys_seen()
                self.assertEqual(sorted(keys), ["a", "b"], keys)
                # Nobody is to blame: both are asked again at once.
                client.post(self.gateway, model)
                client.post(self.gateway, model)
                self.assertEqual(len(set(self.keys_seen()[-2:])), 2)

    def test_46_an_error_event_before_the_first_word_is_tried_again(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"error_event": {"after": 0}}, upstream)
                reply = client.post(self.gateway, model, stream=True)
                self.assertEqual((reply.status, client.said(reply, True)), (200, "Echo: Hi"))
                self.assertTrue(client.stream_ended_well(reply))
                self.assertEqual(len(self.sim.log()), 2)

    def test_27_46_an_error_event_in_the_middle_is_told(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"error_event": {"after": 3, "message": "Overloaded midway"}}, upstream)
                reply = client.post(self.gateway, model, "one two three four five six", stream=True)
                self.assertEqual(reply.status, 200, reply)
                self.assertFalse(client.stream_ended_well(reply), reply)
                self.assertIn("Overloaded midway", client.stream_error(reply.body))
                self.assertEqual(len(self.sim.log()), 1)

    def test_26_a_stream_cut_in_the_middle_is_told(self):
        for client, upstream in self.pairs():
            for how in ({"reset_at": 900}, {"truncate_at": 900}, {"no_finish": True, "no_done": True}):
                with self.subTest(f"{client.name} to {upstream.name} {how}"):
                    self.fresh()
                    model = self.route_to(client, upstream)
                    self.script({"chunks": 40, **how}, upstream)
                    data = client.raw(self.gateway.port, model, stream=True)
                    reply = exchange(self.gateway.port, data)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertFalse(client.stream_ended_well(reply), "a fake end")
                    self.assertTrue(client.stream_error(reply.body))
                    self.assertEqual(len(self.sim.log()), 1, "tried again after the first byte")

    def test_46_a_stream_cut_before_the_first_word_is_tried_again(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"truncate_at": 0}, upstream)
                reply = client.post(self.gateway, model, stream=True)
                self.assertEqual((reply.status, client.said(reply, True)), (200, "Echo: Hi"))

    def test_a_whole_answer_that_is_cut_is_tried_again(self):
        for client, upstream in self.pairs():
            for how in ({"reset_at": 40}, {"content_length_lie": 9}):
                with self.subTest(f"{client.name} to {upstream.name} {how}"):
                    self.fresh()
                    model = self.route_to(client, upstream)
                    self.script(how, upstream)
                    reply = client.post(self.gateway, model)
                    self.assertEqual((reply.status, client.said(reply)), (200, "Echo: Hi"))

    def test_a_page_instead_of_json(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.fresh()
                model = self.route_to(client, upstream)
                self.script({"status": 502, "body": "<html>Bad gateway</html>"}, upstream, times=-1)
                reply = client.post(self.gateway, model)
                self.assertTrue(500 <= reply.status < 600, reply)
                if client is not upstream:
                    client.error(reply)


class OddUpstreams(WithGateway):
    """Upstreams that cannot be reached, cannot be trusted, or do not answer; short timeouts."""
    settings = {"AGT_NETWORK_FIRST_BYTE_TIMEOUT_S": "1", "AGT_NETWORK_IDLE_TIMEOUT_S": "1", "AGT_NETWORK_CONNECT_TIMEOUT_S": "1"}

    @classmethod
    def accounts(cls):
        cls.stranger = Sim()  # its authority is not in network.ca_file
        free = socket.socket()
        free.bind(("127.0.0.1", 0))
        closed_port = free.getsockname()[1]
        free.close()
        good = cls.sim.base("openai-compatible")
        return [("openai-compatible", "closed", "k1", f"https://127.0.0.1:{closed_port}/v1"),
                ("openai-compatible", "stranger", "k2", cls.stranger.base("openai-compatible")),
                ("openai-compatible", "no-name", "k3", "https://no-such-name.invalid/v1"),
                ("openai-compatible", "wrong-name", "k4", good.replace("localhost", "127.0.0.2")),
                ("openai-compatible", "plain", "k5", good.replace("https", "http")),
                ("openai-compatible", "good", "k6", good)]

    @classmethod
    def routes(cls):
        first = [(f"{label}-first", f"{label}/m", "good/m") for label in ("closed", "stranger", "no-name", "wrong-name", "plain")]
        return (*first, ("good", "good/m"))

    @classmethod
    def tearDownClass(cls):
        cls.stranger.stop()
        super().tearDownClass()

    def test_the_next_target_serves_when_one_cannot_be_reached(self):
        wanted = {"closed": {"refused"}, "stranger": {"tls"}, "no-name": {"dns"}, "wrong-name": {"tls", "refused"}, "plain": {"stream_cut", "refused", "bad_http", "translate_reply"}}
        for label, codes in wanted.items():
            with self.subTest(label):
                reply = CHAT.post(self.gateway, f"{label}-first")
                self.assertEqual((reply.status, CHAT.said(reply)), (200, "Echo: Hi"))
                first = self.gateway.trace(reply)["attempts"][0]
                self.assertIn(first["error"]["code"], codes, first)
                self.assertNotIn(first["scope"], ("account", "account_model"), "an account is blamed for the network")

    def test_a_failure_of_the_network_is_told_in_each_dialect(self):
        for label in ("closed", "stranger", "no-name"):
            for dialect in DIALECTS:
                with self.subTest(f"{label} {dialect.name}"):
                    name = f"only-{label}"
                    if dialect is CHAT:
                        self.gateway.route(name, f"{label}/m")
                    reply = dialect.post(self.gateway, name)
                    self.assertIn(reply.status, (502, 503, 504), reply)
                    dialect.error(reply)
        self.assertEqual(self.stranger.log(), [], "a key went to an upstream that could not prove its name")

    def test_an_upstream_that_says_nothing(self):
        for stall in ("accept", "head"):
            for dialect in DIALECTS:
                with self.subTest(f"{stall} {dialect.name}"):
                    self.sim.script({"stall": stall, "stall_ms": 20000}, model="m")
                    begun = time.monotonic()
                    reply = dialect.post(self.gateway, "good")
                    taken = time.monotonic() - begun
                    self.assertEqual(reply.status, 504, reply)
                    dialect.error(reply)
                    self.assertTrue(0.8 <= taken <= 2.0, f"{taken:.2f} s")

    def test_an_upstream_that_stops_in_the_middle(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                self.sim.script({"chunks": 40, "stall": "mid", "stall_ms": 20000}, model="m")
                begun = time.monotonic()
                reply = dialect.post(self.gateway, "good", stream=True)
                taken = time.monotonic() - begun
                self.assertEqual(reply.status, 200, reply)
                self.assertTrue(dialect.stream_error(reply.body))
                self.assertFalse(dialect.stream_ended_well(reply), "a fake end")
                self.assertTrue(0.8 <= taken <= 2.2, f"{taken:.2f} s")
                wait_until(lambda: self.sim.last()["aborted"], 1, "the upstream connection is closed")

    def test_a_slow_stream_is_no_silent_one(self):
        self.sim.script({"chunks": 6, "chunk_bytes": 5, "chunk_delay_ms": 400}, model="m")
        reply = CHAT.post(self.gateway, "good", stream=True)
        self.assertTrue(CHAT.stream_ended_well(reply))
        self.assertEqual(len(CHAT.said(reply, True)), 30)


if __name__ == "__main__":
    unittest.main(verbosity=2)
