"""Acceptance cases of translation that need HTTP: what the client's side of the gateway says and does, whichever provider
is behind. The numbers are those of tests/acceptance, where the translation itself is tested.
"""
import json
import threading
import time
import unittest

from harness import CHAT, DIALECTS, GEMINI, MESSAGES, Raw, TO, WithGateway, request_bytes

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
ASK_FOR_TOOLS = 'Look [[tool weather {"city":"Rome"}]] [[tool weather {"city":"Oslo"}]]'


class Acceptance(WithGateway):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway.route("to-gemini-3", "gemini/gemini-3.6-flash")

    def pairs(self):
        return [(client, upstream) for client in DIALECTS for upstream in DIALECTS if client is not upstream]

    def upstream_body(self):
        return json.loads(self.sim.last()["body"])

    def test_28_an_error_before_the_first_byte_has_a_status_and_an_envelope(self):
        for client, upstream in self.pairs():
            with self.subTest(f"{client.name} to {upstream.name}"):
                self.sim.reset()
                self.sim.script({"status": 400})
                reply = client.post(self.gateway, TO[upstream.name], stream=True)
                self.assertEqual(reply.status, 400, reply)
                self.assertIn("application/json", reply.headers["content-type"])
                word, message = client.error(reply)
                self.assertEqual(word, {"chat": "invalid_request_error", "anthropic": "invalid_request_error", "gemini": "INVALID_ARGUMENT"}[client.name])
                self.assertTrue(message)
                self.assertEqual(len(self.sim.log()), 1, "a refused request was tried again")

    def test_21_tokens_are_counted_for_every_upstream(self):
        asks = ((MESSAGES, "/v1/messages/count_tokens", "input_tokens"), (GEMINI, "/v1beta/models/{model}:countTokens", "totalTokens"))
        for client, path, field in asks:
            for upstream in DIALECTS:
                with self.subTest(f"{client.name} to {upstream.name}"):
                    model = TO[upstream.name]
                    body = client.body(model, "Count these words, please.")
                    body.pop("max_tokens", None)
                    reply = self.gateway.call("POST", path.format(model=model), body, client.headers)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertGreater(reply.json()[field], 0)
                    native = client is upstream or (client.name, upstream.name) == ("gemini", "gemini")
                    self.assertEqual("x-agt-losses" in reply.headers, not native, "an estimate is marked as one")
                    more = {**body, **({"system": "Be brief. " * 50} if client is MESSAGES else {"systemInstruction": {"parts": [{"text": "Be brief. " * 50}]}})}
                    longer = self.gateway.call("POST", path.format(model=model), more, client.headers)
                    self.assertGreater(longer.json()[field], reply.json()[field], "the system prompt counts")
            body = {key: value for key, value in client.body("no-such", "x").items() if key != "max_tokens"}
            unknown = self.gateway.call("POST", path.format(model="no-such"), body, client.headers)
            self.assertEqual(unknown.status, 404, unknown)
            client.error(unknown)

    def test_29_a_waiting_client_gets_signs_of_life(self):
        self.sim.script({"stall": "mid", "stall_ms": 17000, "chunks": 4}, times=-1)
        answers = {}

        def ask(client, upstream):
            reply = client.post(self.gateway, TO[upstream.name], stream=True, timeout=60)
            answers[client.name, upstream.name] = (reply.status, reply.text(), client.stream_ended_well(reply))
        pairs = self.pairs()  # where the bytes pass through, nothing may be added to them
        threads = [threading.Thread(target=ask, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for client, upstream in pairs:
            with self.subTest(f"{client.name} to {upstream.name}"):
                status, text, ended = answers[client.name, upstream.name]
                self.assertEqual((status, ended), (200, True), text)
                self.assertIn("event: ping" if client is MESSAGES else ": keep-alive", text)

    def test_33_an_event_of_ten_megabytes_and_a_hundred_thousand_small_ones(self):
        chunk = lambda delta, finish: "data: " + json.dumps({"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}) + "\n\n"  # noqa: E731
        end = chunk({}, "stop") + "data: [DONE]\n\n"
        long = "0123456789" * (1 << 20)
        streams = {"one": ([long], 16), "many": ([f"{number} " for number in range(100_000)], 4)}
        for name, (words, times) in streams.items():
            for client in (MESSAGES, CHAT):
                with self.subTest(f"{name} to {client.name}"):
                    self.sim.script({"headers": {"content-type": "text/event-stream"}, "body": "".join(chunk({"content": word}, None) for word in words) + end})
                    before = self.gateway.rss_kb()
                    reply = client.post(self.gateway, TO["chat"], stream=True, timeout=60)
                    self.assertEqual(reply.status, 200)
                    self.assertTrue(client.said(reply, True) == "".join(words), "not the same words")
                    self.assertTrue(client.stream_ended_well(reply))
                    self.assertLess(self.gateway.rss_kb() - before, times * len(long) >> 10)

    def test_34_a_slow_reader_holds_the_upstream_back(self):
        size = 400 << 10  # of text; as events it is some fifty times as much
        for upstream in ("chat", "anthropic"):  # bytes that pass, and bytes that are translated
            with self.subTest(upstream):
                self.sim.script({"reply_bytes": size, "chunk_bytes": 16384})
                before = self.gateway.rss_kb()
                body = json.dumps(CHAT.body(TO[upstream], "Hi", True)).encode()
                with Raw(self.gateway.port, 60) as raw:
                    raw.send(request_bytes("POST", CHAT.path("", True), self.gateway.port, {"content-type": "application/json", "connection": "close", **CHAT.headers}, body))
                    raw.read_until(b"\r\n\r\n")
                    time.sleep(1.5)
                    grown = self.gateway.rss_kb() - before
                    raw.received = b""
                    got, tail = 0, b""
                    while piece := raw.socket.recv(1 << 20):
                        got, tail = got + len(piece), (tail + piece)[-200:]
                self.assertGreater(got, 12 << 20)
                self.assertIn(b"[DONE]", tail)
                self.assertLess(grown, 8 << 10, f"{grown} KiB for a stream of {got >> 10} that nobody reads")

    def test_55_the_header_counts_what_was_lost(self):
        rows = (({"seed": 7}, 1), ({"metadata": {"a": "b"}, "prompt_cache_key": "k", "store": False, "user": "u"}, 0),
                ({"seed": 7, "presence_penalty": 1, "logit_bias": {"5": 1}}, 3))
        for extra, count in rows:
            with self.subTest(str(extra)):
                reply = self.gateway.call("POST", CHAT.path("", False), {**CHAT.body("to-anthropic", "Hi"), **extra}, CHAT.headers)
                self.assertEqual(reply.status, 200, reply)
                self.assertEqual(int(reply.headers.get("x-agt-losses", "0")), count, reply)

    def test_55_what_a_whole_answer_loses_is_in_its_head_and_in_the_trace(self):
        answer = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "stop_reason": "end_turn", "stop_sequence": None,
                  "content": [{"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}, {"type": "text", "text": "Found."}],
                  "usage": {"input_tokens": 3, "output_tokens": 4}}
        for path, body in ((CHAT.path("", False), CHAT.body("to-anthropic", "Hi")), ("/v1/completions", {"model": "to-anthropic", "prompt": "Hi"}),
                           ("/v1/responses", {"model": "to-anthropic", "input": "Hi", "store": False}), (GEMINI.path("to-anthropic", False), GEMINI.body("", "Hi"))):
            # An upstream that does not stream answers a client that does: its answer is whole before the head goes out.
            for stream in (False, True):
                with self.subTest(f"{path} stream={stream}"):
                    self.sim.script({"status": 200, "headers": {"content-type": "application/json"}, "body": answer})
                    place = path.replace(":generateContent", ":streamGenerateContent?alt=sse") if stream else path
                    asked = {**body, "stream": True} if stream and place == path else body
                    reply = self.gateway.call("POST", place, asked, CHAT.headers if place == path and "beta" not in path else GEMINI.headers)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertIn("Found.", reply.text())
                    self.assertGreaterEqual(int(reply.headers.get("x-agt-losses", "0")), 1, reply)
                    self.assertIn("dropped:", reply.headers["x-agt-warnings"])
                    self.assertTrue([loss for loss in self.gateway.trace(reply)["losses"] if loss["weight"] == "dropped"])

    def test_55_a_strict_rule_refuses_what_would_be_lost(self):
        self.gateway.route("strict", "anthropic-compatible/claude-sonnet-4-5", strict=True)
        self.assertIn('"strict":true', self.gateway.cli("route", "list", "--json").stdout)
        for extra, field in (({"seed": 7}, "seed"), ({"logit_bias": {"5": 1}}, "logit_bias"), ({"presence_penalty": 1}, "presence_penalty")):
            with self.subTest(field):
                self.sim.reset()
                reply = self.gateway.call("POST", CHAT.path("", False), {**CHAT.body("strict", "Hi"), **extra}, CHAT.headers)
                self.assertEqual(reply.status, 400, reply)
                self.assertEqual(reply.json()["error"]["param"], field)
                self.assertEqual(self.sim.log(), [], "it was sent all the same")
        kept = {"metadata": {"a": "b"}, "user": "u", "temperature": 0.5}
        self.assertEqual(self.gateway.call("POST", CHAT.path("", False), {**CHAT.body("strict", "Hi"), **kept}, CHAT.headers).status, 200)

    def test_55_what_cannot_be_had_is_a_400_that_names_the_field(self):
        rows = ((CHAT, {"n": 2}, "n"), (CHAT, {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}, "modalities"),
                (GEMINI, {"cachedContent": "cachedContents/1"}, "cachedContent"))
        for client, extra, field in rows:
            with self.subTest(field):
                self.sim.reset()
                reply = self.gateway.call("POST", client.path("to-anthropic", False), {**client.body("to-anthropic", "Hi"), **extra}, client.headers)
                self.assertEqual(reply.status, 400, reply)
                client.error(reply)
                self.assertIn(field, reply.text())
                self.assertEqual(self.sim.log(), [], "it was sent all the same")

    def loop(self, first, second):
        """Both requests of a tool loop; the second is made of the first answer. What the upstream got at last."""
        self.sim.reset()
        reply = self.gateway.call("POST", *first)
        self.assertEqual(reply.status, 200, reply)
        path, body, headers = second(reply.json())
        reply = self.gateway.call("POST", path, body, headers)
        self.assertEqual(reply.status, 200, reply)
        return self.upstream_body()

    def test_10_the_signature_of_gemini_comes_back_through_an_anthropic_client(self):
        ask = {"model": "to-gemini-3", "max_tokens": 4000, "thinking": {"type": "adaptive"}, "messages": [{"role": "user", "content": ASK_FOR_TOOLS}],
               "tools": [{"name": "weather", "input_schema": SCHEMA}]}

        def answer(message):
            calls = [block for block in message["content"] if block["type"] == "tool_use"]
            self.assertEqual(len({call["id"] for call in calls}), 2)
            results = [{"type": "tool_result", "tool_use_id": call["id"], "content": call["input"]["city"]} for call in calls]
            turns = [*ask["messages"], {"role": "assistant", "content": message["content"]}, {"role": "user", "content": results}]
            return MESSAGES.path("", False), {**ask, "messages": turns}, MESSAGES.headers

        sent = self.loop((MESSAGES.path("", False), ask, MESSAGES.headers), answer)
        calls = [part for part in sent["contents"][1]["parts"] if "functionCall" in part]
        self.assertNotIn("skip_thought_signature_validator", json.dumps(sent))
        self.assertTrue(calls[0]["thoughtSignature"])
        told = [part["functionResponse"]["response"]["output"] for part in sent["contents"][2]["parts"]]
        self.assertEqual(told, ["Rome", "Oslo"])

    def test_10_what_a_client_forgets_is_kept_for_it(self):
        ask = {"model": "to-gemini-3", "messages": [{"role": "user", "content": ASK_FOR_TOOLS}],
               "tools": [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]}

        def answer(reply):
            message = reply["choices"][0]["message"]
            calls = [{key: call[key] for key in ("id", "type", "function")} for call in message["tool_calls"]]
            results = [{"role": "tool", "tool_call_id": call["id"], "content": "warm"} for call in reversed(calls)]
            turns = [*ask["messages"], {"role": "assistant", "content": None, "tool_calls": calls}, *results]
            return CHAT.path("", False), {**ask, "messages": turns}, CHAT.headers

        def unknown(reply):  # as after a restart, or in a conversation from elsewhere
            path, body, headers = answer(reply)
            return path, json.loads(json.dumps(body).replace(reply["choices"][0]["message"]["tool_calls"][0]["id"], "call_of_somebody_else")), headers

        sent = self.loop((CHAT.path("", False), ask, CHAT.headers), answer)
        self.assertNotIn("skip_thought_signature_validator", json.dumps(sent))
        self.assertTrue(sent["contents"][1]["parts"][0]["thoughtSignature"])
        self.assertEqual(len(sent["contents"][2]["parts"]), 2)
        streamed = {**ask, "stream": True}
        self.assertTrue(self.gateway.call("POST", CHAT.path("", True), streamed, CHAT.headers).text())
        sent = self.loop((CHAT.path("", False), ask, CHAT.headers), unknown)
        self.assertEqual(sent["contents"][1]["parts"][0]["thoughtSignature"], "skip_thought_signature_validator")

    def test_11_thinking_is_kept_for_a_client_that_streams_and_forgets(self):
        self.sim.reset()
        ask = {"model": "to-anthropic", "stream": True, "reasoning_effort": "low", "messages": [{"role": "user", "content": "[[think]] " + ASK_FOR_TOOLS}],
               "tools": [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]}
        reply = self.gateway.call("POST", CHAT.path("", True), ask, CHAT.headers)
        calls = {}
        for _, event in reply.events():
            for delta in (event["choices"][0]["delta"].get("tool_calls") or []) if event != "[DONE]" and event["choices"] else []:
                call = calls.setdefault(delta["index"], {"type": "function", "function": {"name": "", "arguments": ""}})
                call["id"] = delta.get("id", call.get("id"))
                call["function"]["name"] += delta["function"].get("name", "")
                call["function"]["arguments"] += delta["function"].get("arguments", "")
        self.assertEqual(len(calls), 2, reply)
        turns = [*ask["messages"], {"role": "assistant", "content": None, "tool_calls": list(calls.values())},
                 *({"role": "tool", "tool_call_id": call["id"], "content": "warm"} for call in calls.values())]
        self.assertEqual(self.gateway.call("POST", CHAT.path("", False), {**ask, "stream": False, "messages": turns}, CHAT.headers).status, 200)
        sent = self.upstream_body()
        self.assertEqual(sent["messages"][1]["content"][0]["type"], "thinking")
        self.assertTrue(sent["messages"][1]["content"][0]["signature"])
        self.assertNotEqual(sent["thinking"]["type"], "disabled")

    def test_62_the_same_prefix_reaches_the_upstream_byte_by_byte(self):
        turns = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}, {"role": "user", "content": "three"}]
        for upstream, path in (("chat", "messages"), ("gemini", "contents")):
            with self.subTest(upstream):
                bodies = []
                for count in (1, 3):
                    ask = {"model": TO[upstream], "max_tokens": 500, "system": "Be brief.", "messages": turns[:count]}
                    self.assertEqual(self.gateway.call("POST", MESSAGES.path("", False), ask, MESSAGES.headers).status, 200)
                    bodies.append(self.sim.last()["body"])
                opening = bodies[0].split(f'"{path}":[')[1].split("]")[0]
                self.assertIn(opening, bodies[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
