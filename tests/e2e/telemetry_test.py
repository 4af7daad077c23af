"""What monitoring gets: numbers for Prometheus, traces for OpenTelemetry, a log for programs, the dashboard over them."""
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading

from harness import AGT, CHAT, DIALECTS, GEMINI, MESSAGES, OPENAI, ROOT, TO, Gateway, Raw, WithGateway, call, main, wait_until

SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def samples(text):
    """{(name, frozenset of label pairs): value}"""
    out = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            key = (name, frozenset(LABEL.findall(labels or "")))
            assert key not in out, f"twice: {line}"
            out[key] = float(value)
    return out


class Collector:
    """A receiver of OTLP/HTTP that keeps what comes, and answers as it is told."""

    def __init__(self):
        self.bodies, self.headers, self.status, self.reply_headers = [], [], 200, {}
        self.path = None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.path = self.path
                outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                if outer.status == 200:
                    outer.bodies.append(json.loads(body))
                self.send_response(outer.status)
                for name, value in outer.reply_headers.items():
                    self.send_header(name, value)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spans(self):
        return [span for body in self.bodies for resource in body["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def attributes(span):
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


class Telemetry(WithGateway):
    settings = {"AGT_METRICS_TOKEN": "a-token-for-the-scraper", "AGT_LOGGING_FORMAT": "json"}

    def scrape(self, port=None, token=None, method="GET", headers=None):
        shown = {"authorization": f"Bearer {self.gateway.admin['token'] if token is None else token}"} if token != "" else {}
        return call(port or self.gateway.admin_port, method, "/metrics", headers={**shown, **(headers or {})})

    def text(self):
        reply = self.scrape()
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"), reply)
        return reply.text()

    def value(self, name, **labels):
        """The sum of the samples that have these labels."""
        return sum(v for (n, pairs), v in samples(self.text()).items() if n == name and set(labels.items()) <= pairs)

    def wait_for(self, wanted, name, **labels):
        wait_until(lambda: self.value(name, **labels) >= wanted, 10, f"{name} {labels} is {wanted}; it is {self.value(name, **labels)}")
        self.assertEqual(self.value(name, **labels), wanted)

    def set(self, **settings):
        changes = {name.replace("__", "."): value for name, value in settings.items()}
        self.assertEqual(self.gateway.admin_call("PATCH", "/api/v1/settings", changes).status, 200)

    # ---- who may read the numbers

    def test_the_numbers_want_a_token_on_both_ports(self):
        for port in (self.gateway.admin_port, self.gateway.port):
            with self.subTest(port=port):
                self.assertEqual(self.scrape(port, token="").status, 401)
                self.assertEqual(self.scrape(port, token="not-the-token-of-it").status, 401)
                self.assertEqual(self.scrape(port).status, 200)
                self.assertEqual(self.scrape(port, token="a-token-for-the-scraper").status, 200)
                refused = self.scrape(port, method="POST")
                self.assertEqual((refused.status, refused.headers.get("allow")), (405, "GET, HEAD"))
                for headers in ({"host": "evil.example"}, {"origin": "http://evil.example"}):
                    self.assertEqual(self.scrape(port, headers=headers).status, 403, headers)

    def test_the_scrapers_token_opens_nothing_else(self):
        reply = call(self.gateway.admin_port, "GET", "/api/v1/status", headers={"authorization": "Bearer a-token-for-the-scraper"})
        self.assertEqual(reply.status, 401)

    def test_every_program_of_this_computer_may_read_them_where_the_user_says_so(self):
        self.set(metrics__access="loopback")
        self.assertEqual(self.scrape(token="").status, 200)
        self.assertEqual(self.scrape(token="", headers={"origin": "http://evil.example"}).status, 403)
        self.set(metrics__access="token")
        self.assertEqual(self.scrape(token="").status, 401)

    # ---- what they say

    def test_promtool_finds_nothing_to_complain_about(self):
        for dialect in DIALECTS:
            dialect.post(self.gateway, TO[dialect.name])
            dialect.post(self.gateway, TO[dialect.name], stream=True)
        for stream in (False, True):
            question = {"model": "to-chat", "input": "Hello!", "stream": stream}
            self.assertEqual(self.gateway.call("POST", "/v1/responses", question, headers=OPENAI).status, 200)
        CHAT.post(self.gateway, "to-gemini")
        CHAT.post(self.gateway, "nobody-has-this")
        promtool = shutil.which("promtool")
        self.assertIsNotNone(promtool, "promtool (Debian's package prometheus) is not installed")
        wait_until(lambda: self.value("agt_requests_total", code="ok") >= 9, 10, "nine requests are counted")
        asked = {dict(pairs)["dialect"] for (name, pairs) in samples(self.text()) if name == "agt_requests_total"}
        self.assertLessEqual({"openai-chat", "openai-responses", "anthropic", "gemini"}, asked)
        checked = subprocess.run([promtool, "check", "metrics"], input=self.text(), capture_output=True, text=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_requests_are_counted_by_who_asked_and_who_served(self):
        labels = {"dialect": "anthropic", "provider": "openai-compatible", "lane": "translate", "class": "ok"}
        before = self.value("agt_requests_total", **labels)
        times = self.value("agt_time_to_first_byte_seconds_count", dialect="anthropic", provider="openai-compatible")
        tokens = self.value("agt_tokens_total", provider="openai-compatible", kind="output")
        for _ in range(3):
            self.assertEqual(MESSAGES.post(self.gateway, "to-chat").status, 200)
        self.wait_for(before + 3, "agt_requests_total", **labels)
        self.wait_for(times + 3, "agt_time_to_first_byte_seconds_count", dialect="anthropic", provider="openai-compatible")
        self.assertGreater(self.value("agt_tokens_total", provider="openai-compatible", kind="output"), tokens)
        overheads = self.value("agt_gateway_overhead_seconds_count", lane="translate")
        self.assertGreaterEqual(overheads, 3)
        # The gateway's own part of a request to a neighbour is far from a second, and not nothing.
        mean = self.value("agt_gateway_overhead_seconds_sum", lane="translate") / overheads
        self.assertTrue(0 < mean < 1, mean)

    def test_failures_are_counted_by_class_and_code_and_rests_with_them(self):
        limited = {"class": "rate_limited"}

        def counts():
            return {name: self.value(name, provider="gemini", **limited) for name in ("agt_attempts_failed_total", "agt_cooldowns_total")}
        before, recovered = counts(), self.value("agt_requests_recovered_total", dialect="gemini")
        self.sim.script({"status": 429, "retry_after": "30"}, key="key-gemini-a")
        self.sim.script({"status": 429, "retry_after": "30"}, key="key-gemini-b")
        self.assertEqual(GEMINI.post(self.gateway, "to-gemini").status, 429)
        self.wait_for(before["agt_cooldowns_total"] + 2, "agt_cooldowns_total", provider="gemini", **limited)
        self.assertEqual(self.value("agt_attempts_failed_total", provider="gemini", **limited), before["agt_attempts_failed_total"] + 2)
        self.assertEqual(self.value("agt_accounts", provider="gemini", state="resting"), 2)
        self.assertEqual(self.value("agt_account_rests"), 2)
        wait_until(lambda: self.value("agt_requests_total", dialect="gemini", **{"class": "rate_limited"}) >= 1, 10, "the refusal is counted")
        for label in ("gemini-a", "gemini-b"):
            self.gateway.cli("account", "reset", label)
        self.assertEqual(self.value("agt_accounts", provider="gemini", state="ready"), 2)
        self.assertEqual(self.value("agt_requests_recovered_total", dialect="gemini"), recovered)

    def test_streams_and_requests_in_flight_come_and_go(self):
        self.sim.script({"stall": "mid", "stall_ms": 60000})
        with Raw(self.gateway.port) as client:
            client.send(CHAT.raw(self.gateway.port, "to-chat", text="[[long 40]]", stream=True))
            client.read_until(b"data:")
            wait_until(lambda: self.value("agt_streams_open") == 1, 10, "one stream is open")
            self.assertEqual(self.value("agt_requests_in_flight"), 1)
        wait_until(lambda: self.value("agt_streams_open") == 0, 10, "no stream is open")
        self.assertEqual(self.value("agt_requests_in_flight"), 0)

    def test_no_text_of_a_client_is_in_them(self):
        marks = ("label-of-a-client", "prompt-of-a-client", "agent-of-a-client")
        agent = {"user-agent": marks[2]}
        CHAT.post(self.gateway, f'{marks[0]}/"x', text=marks[1], headers=agent)
        CHAT.post(self.gateway, marks[0], text=marks[1], headers=agent)
        self.gateway.call("GET", f"/{marks[0]}")
        wait_until(lambda: self.value("agt_requests_total", provider="none") >= 2, 10, "the refusals are counted")
        text = self.text()
        for mark in (*marks, "key-chat-a", "chat-a", "client-key"):
            self.assertNotIn(mark, text)

    def test_the_process_and_the_build_are_described(self):
        found = samples(self.text())
        self.assertEqual([dict(pairs)["version"] for (name, pairs) in found if name == "agt_build_info"], ["0.1.0"])
        for name in ("process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_cpu_seconds_total", "process_threads"):
            self.assertGreater(found[(name, frozenset())], 0, name)
        self.assertLess(abs(found[("process_resident_memory_bytes", frozenset())] / 1024 - self.gateway.rss_kb()), 50_000)
        started = pathlib.Path(f"/proc/{self.gateway.pid}").stat().st_mtime
        self.assertLess(abs(found[("process_start_time_seconds", frozenset())] - started), 60)

    def test_the_dashboard_asks_for_what_there_is(self):
        CHAT.post(self.gateway, "to-chat")
        self.sim.script({"status": 400, "body": '{"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}}'})
        CHAT.post(self.gateway, "to-chat")
        text = self.text()
        families = set(re.findall(r"^# TYPE (\S+)", text, re.M))
        known = families | {f + suffix for f in families for suffix in ("_bucket", "_sum", "_count")}
        labels = {name for labels in re.findall(r"\{(.*?)\} ", text) for name, _ in LABEL.findall(labels)}
        dashboard = json.loads((ROOT / "packaging/grafana/antigravity-tools.json").read_text())
        asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
        asked += [v["query"] for v in dashboard["templating"]["list"] if v["type"] == "query"]
        self.assertGreater(len(asked), 15)
        for expression in asked:
            for name in re.findall(r"\b(?:agt|process)_[a-z_]+", expression):
                self.assertIn(name, known, expression)
            for selector in re.findall(r"\{([^}]*)\}", expression):
                for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector):
                    self.assertIn(label, labels | {"le", "job", "instance"}, expression)  # two are Prometheus' own
            for group in re.findall(r"by \(([^)]*)\)", expression):
                for label in group.replace(" ", "").split(","):
                    self.assertIn(label, labels | {"le", "code", "class"}, expression)

    def test_the_dashboard_is_written_in_the_language_of_prometheus(self):
        promtool = shutil.which("promtool")
        self.assertIsNotNone(promtool, "promtool (Debian's package prometheus) is not installed")
        dashboard = json.loads((ROOT / "packaging/grafana/antigravity-tools.json").read_text())
        rules = [{"record": f"panel:{panel['id']}:{i}", "expr": re.sub(r"\$__\w+", "5m", target["expr"]).replace("$job", "agt")}
                 for panel in dashboard["panels"] for i, target in enumerate(panel.get("targets", []))]
        written = pathlib.Path(self.gateway.folder) / "rules.yml"
        written.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))  # JSON is YAML
        checked = subprocess.run([promtool, "check", "rules", str(written)], capture_output=True, text=True, timeout=60)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn(f"{len(rules)} rules found", checked.stdout)

    # ---- the log

    def test_every_line_of_the_log_is_a_json_object(self):
        CHAT.post(self.gateway, "to-chat")
        lines = [line for line in self.gateway.program.stderr().splitlines() if line]
        self.assertTrue(lines)
        for line in lines:
            entry = json.loads(line)
            self.assertTrue({"time", "level", "event"} <= set(entry), line)
        listening = next(json.loads(line) for line in lines if '"listening"' in line)
        self.assertEqual((listening["level"], listening["port"]), ("info", self.gateway.port))

    def test_the_journal_learns_the_priority(self):
        gateway = Gateway(self.sim, settings={"AGT_LOGGING_FORMAT": "json"})
        with open(gateway.folder / "journal", "w") as journal:
            facts = os.fstat(journal.fileno())
            command = [AGT, "serve", "--port", "0", "--admin-port", "0", "--home", str(gateway.home)]
            process = subprocess.Popen(command, env={**gateway.environment(), "JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino}"},
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=journal)
            try:
                written = gateway.folder / "journal"
                wait_until(lambda: "listening" in written.read_text(), 20, "it listens")
            finally:
                process.terminate()
                process.wait(20)
        for line in (gateway.folder / "journal").read_text().splitlines():
            self.assertRegex(line, r"^<[3467]>\{")
            json.loads(line[3:])
        gateway.stop()


class Traces(WithGateway):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = Collector()

    @classmethod
    def tearDownClass(cls):
        cls.collector.close()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.collector.bodies.clear()
        self.collector.headers.clear()
        self.collector.status, self.collector.reply_headers = 200, {}
        self.send_to(self.collector.url, "x-team=seven")

    def send_to(self, endpoint, headers=""):
        changes = {"telemetry.otlp_endpoint": endpoint}
        if headers:
            changes["telemetry.otlp_headers"] = headers
        reply = self.gateway.admin_call("PATCH", "/api/v1/settings", changes)
        self.assertEqual(reply.status, 200, reply)

    def spans(self, count):
        return wait_until(lambda: len(self.collector.spans()) >= count and self.collector.spans(), 15,
                          f"{count} spans come; there are {len(self.collector.spans())}")

    def metric(self, name):
        text = self.gateway.admin_call("GET", "/metrics").text()
        return samples(text)[(name, frozenset())]

    def test_a_request_becomes_a_span_with_its_calls_below_the_clients_own(self):
        self.sim.script({"status": 429, "retry_after": "30"})
        parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        reply = MESSAGES.post(self.gateway, "to-chat", text="prompt-of-a-client", headers={"traceparent": parent})
        self.assertEqual(reply.status, 200)
        server, failed, served = sorted(self.spans(3), key=lambda span: (span["kind"] != 2, int(span["startTimeUnixNano"])))
        self.assertEqual({span["traceId"] for span in (server, failed, served)}, {"4bf92f3577b34da6a3ce929d0e0e4736"})
        self.assertEqual(server["parentSpanId"], "00f067aa0ba902b7")
        self.assertEqual({failed["parentSpanId"], served["parentSpanId"]}, {server["spanId"]})
        self.assertEqual((server["name"], server["kind"]), ("POST /v1/messages", 2))
        told = attributes(server)
        self.assertEqual(told["agt.trace"], reply.headers["x-agt-trace"])
        self.assertEqual((told["http.request.method"], told["url.path"], told["http.response.status_code"]), ("POST", "/v1/messages", "200"))
        self.assertEqual((failed["status"]["code"], attributes(failed)["error.type"]), (2, self.gateway.trace(reply)["attempts"][0]["error"]["code"]))
        call_of = attributes(served)
        self.assertEqual(served["name"], "chat gpt-5.5")
        self.assertEqual((call_of["gen_ai.operation.name"], call_of["gen_ai.provider.name"], call_of["gen_ai.request.model"]),
                         ("chat", "openai-compatible", "gpt-5.5"))
        usage = reply.json()["usage"]
        self.assertEqual((int(call_of["gen_ai.usage.input_tokens"]), int(call_of["gen_ai.usage.output_tokens"])),
                         (usage["input_tokens"], usage["output_tokens"]))
        for span in (failed, served):
            self.assertLessEqual(int(server["startTimeUnixNano"]), int(span["startTimeUnixNano"]))
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))
            self.assertLessEqual(int(span["endTimeUnixNano"]), int(server["endTimeUnixNano"]) + 1_000_000)
        everything = json.dumps(self.collector.bodies)
        for secret in ("prompt-of-a-client", "Echo", "client-key", "key-chat", "chat-a", "chat-b"):
            self.assertNotIn(secret, everything)
        self.assertEqual((self.collector.path, self.collector.headers[0]["x-team"], self.collector.headers[0]["content-type"]),
                         ("/v1/traces", "seven", "application/json"))
        resource = attributes(self.collector.bodies[0]["resourceSpans"][0]["resource"])
        self.assertEqual(resource["service.name"], "antigravity-tools")
        for label in ("chat-a", "chat-b"):
            self.gateway.cli("account", "reset", label)

    def test_a_client_that_does_not_record_is_not_recorded(self):
        CHAT.post(self.gateway, "to-gemini", headers={"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"})
        CHAT.post(self.gateway, "to-anthropic")
        spans = self.spans(2)
        self.assertNotIn("4bf92f3577b34da6a3ce929d0e0e4736", {span["traceId"] for span in spans})
        self.assertEqual(len({span["traceId"] for span in spans}), 1)

    def test_a_collector_that_is_busy_gets_the_same_spans_again(self):
        self.collector.status, self.collector.reply_headers = 503, {"retry-after": "1"}
        exported = self.metric("agt_spans_exported_total")
        CHAT.post(self.gateway, "to-chat")
        wait_until(lambda: self.collector.headers, 10, "an export is tried")
        self.collector.status = 200
        self.spans(2)
        wait_until(lambda: self.metric("agt_spans_exported_total") >= exported + 2, 10, "they are counted")

    def test_what_the_collector_refuses_is_counted_and_not_sent_again(self):
        self.collector.status = 400
        refused = self.metric("agt_spans_refused_total")
        CHAT.post(self.gateway, "to-chat")
        wait_until(lambda: self.metric("agt_spans_refused_total") == refused + 2, 10, "they are counted")
        self.assertEqual(len(self.collector.headers), 1)

    def test_switched_off_nothing_is_sent(self):
        self.send_to("")
        self.gateway.trace(CHAT.post(self.gateway, "to-chat"))  # until it is in the ledger
        self.send_to(self.collector.url)
        CHAT.post(self.gateway, "to-chat")
        spans = self.spans(2)
        self.assertEqual(len(spans), 2)

    def test_a_wrong_address_is_refused_with_the_name_of_the_setting(self):
        for endpoint in ("localhost:4318", "ftp://x"):
            reply = self.gateway.admin_call("PATCH", "/api/v1/settings", {"telemetry.otlp_endpoint": endpoint})
            self.assertEqual((reply.status, reply.json()["error"]["field"]), (400, "telemetry.otlp_endpoint"), reply)


if __name__ == "__main__":
    main()
