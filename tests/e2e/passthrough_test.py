"""The same dialect on both sides: bytes go through as they came.

Raw sockets ask, and the simulator's log and scripted bodies are compared byte by byte.
"""
import hashlib
import json
import unittest

from harness import CHAT, DIALECTS, GEMINI, MESSAGES, OPENAI, Raw, WithGateway, exchange, read_reply, request_bytes

ODD_VALUES = (b'"x_unknown" : {"a":[1 ,2.0, 1e400,-0, 9007199254740993],\t"a":"twice",  "\\u00e9\\ud83d\\ude00" : "\\u0041\\/" },\r\n'
              b'   "x_big": 123456789012345678901234567890.10,"x_null":null , "x_empty" : {}')

# Requests that no program would write, in each dialect; MODEL is where the model's name stands.
ODD_REQUESTS = {
    "chat": b' {\n\t"messages" :[ {"content":"h\\u00e9 \xe2\x82\xac \\n","role":"user" , "x_part":1.50}] , ' + ODD_VALUES +
            b',"model"  :  "MODEL" , "temperature":0.70 , "seed":00}'.replace(b"00", b"7") + b"\n\n",
    "anthropic": b'{ "model":"MODEL",' + ODD_VALUES + b',"max_tokens":64 ,"messages":[{"role":"user","content":[{"type":"text","text":"\\u0048i"'
                 b' , "x_block" : [ ] }]}]  ,"thread":{"x":1.0}}',
    "gemini": b'{"contents":[ {"parts" : [{"text":"h\xc3\xa9\\u00e9","x_part":{} } ]}] , ' + ODD_VALUES + b' ,"safetySettings" :[] }',
}

# Whole answers with odd spacing and fields that the gateway has never heard of.
ODD_REPLIES = {
    "chat": '{ "id":"c1",\n "x_new" : {"k":1.00,"k":2} ,"choices":[{"index":0,"message":{"role":"assistant","content":"h\\u00e9","x":[ ]},'
            '"finish_reason":"stop"}] , "usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4, "x_tokens":9007199254740993}}   \n',
    "anthropic": '{"type":"message", "id":"m1","role":"assistant","model":"q" ,"content":[ {"type":"text","text":"h\\u00e9","x_new":0.10}],'
                 '"stop_reason":"end_turn","stop_sequence":null, "usage":{"input_tokens":3,"output_tokens":1,"x":{}}}\n\n',
    "gemini": '{"candidates":[{"content":{"parts":[{"text":"h\\u00e9" ,"x_new":1e2}],"role":"model"},"finishReason":"STOP"} ],\n'
              ' "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":4},"xNew" : [null]}  ',
}

# Streams with CRLF, comments, padding, unknown events and a space too many.
ODD_STREAMS = {
    "chat": ': hello\r\n\r\ndata: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"h\u00e9"}, "x":1}],"obfuscation":"aaaa"}\r\n\r\n'
            'data:{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n: padding\n\ndata:  {"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n'
            "data: [DONE]\r\n\r\n",
    "anthropic": 'event: message_start\r\ndata: {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"q","content":[],"usage":{"input_tokens":3,"output_tokens":1},"x":  1.0}}\r\n\r\n'
                 'event: x_unknown\ndata: {"type":"x_unknown"}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
                 ': comment\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"h\u00e9"}}\n\n'
                 'event: content_block_stop\ndata: {"type":"content_block_stop","index":0 }\n\nevent: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}\n\n'
                 'event: message_stop\ndata: {"type":"message_stop"       }\n\n',
    "gemini": 'data: {"candidates": [{"content": {"parts": [{"text": "h\u00e9"}],"role": "model"},"index": 0}],"xNew": 1.0}\r\n\r\n'
              'data: {"candidates": [{"content": {"parts": [{"text": ""}],"role": "model"},"finishReason": "STOP"}],"usageMetadata": {"promptTokenCount": 3,"candidatesTokenCount":1}}\r\n\r\n',
}


def chunked(body, sizes):
    out, at, i = b"", 0, 0
    while at < len(body):
        piece = body[at:at + sizes[i % len(sizes)]]
        out += b"%x\r\n%s\r\n" % (len(piece), piece)
        at += len(piece)
        i += 1
    return out + b"0\r\n\r\n"


class PassThrough(WithGateway):
    @classmethod
    def routes(cls):
        return [("same", "openai-compatible/same"), ("renamed-chat", "openai-compatible/up/stream\"é"),
                ("renamed-messages", "anthropic-compatible/up-model"), ("renamed-gemini", "gemini/up-model")]

    def ask(self, dialect, model, body, headers=None, stream=False):
        path = dialect.path(model, stream)
        data = request_bytes("POST", path, self.gateway.port, {"content-type": "application/json", **dialect.headers, **(headers or {})}, body)
        return exchange(self.gateway.port, data)

    def assert_arrived(self, body):
        entry = self.sim.last()
        self.assertEqual(entry["body_sha256"], hashlib.sha256(body).hexdigest(), f"upstream saw {entry['body']!r}")
        self.assertEqual(entry["body_bytes"], len(body))
        return entry

    def test_09_a_request_arrives_byte_for_byte(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                self.sim.script({"status": 200, "body": ODD_REPLIES[dialect.name]})
                model = f"{dialect.provider}-any"
                # A model that nobody lists goes to the servers that may have any; the client's own dialect is first.
                body = ODD_REQUESTS[dialect.name].replace(b"MODEL", model.encode())
                reply = self.ask(dialect, model, body)
                self.assertEqual(reply.status, 200, reply)
                self.assert_arrived(body)

    def test_a_renamed_model_changes_nothing_else(self):
        for dialect, alias, real in ((CHAT, "renamed-chat", 'up/stream"é'), (MESSAGES, "renamed-messages", "up-model")):
            with self.subTest(dialect.name):
                self.sim.script({"status": 200, "body": ODD_REPLIES[dialect.name]})
                body = ODD_REQUESTS[dialect.name].replace(b"MODEL", alias.encode())
                reply = self.ask(dialect, alias, body)
                self.assertEqual(reply.status, 200, reply)
                entry = self.sim.last()
                before, after = body.split(f'"{alias}"'.encode())
                seen = entry["body"].encode()
                self.assertTrue(seen.startswith(before), seen)
                self.assertTrue(seen.endswith(after), seen)
                self.assertEqual(json.loads(seen[len(before):len(seen) - len(after)]), real)
        with self.subTest("gemini"):
            self.sim.script({"status": 200, "body": ODD_REPLIES["gemini"]})
            self.ask(GEMINI, "renamed-gemini", ODD_REQUESTS["gemini"])
            self.assertEqual(self.assert_arrived(ODD_REQUESTS["gemini"])["path"], "/v1beta/models/up-model:generateContent")

    def test_only_the_top_level_model_is_renamed(self):
        self.sim.script({"status": 200, "body": ODD_REPLIES["chat"]})
        body = (b'{"metadata":{"model":"renamed-chat"},"messages":[{"role":"user","content":"\\"model\\":\\"renamed-chat\\""}],'
                b'"\\u006dodel":"renamed-chat"}')
        reply = self.ask(CHAT, "", body)
        self.assertEqual(reply.status, 200, reply)
        seen = self.sim.last()["body"]
        self.assertEqual(seen.count("renamed-chat"), 2, seen)
        self.assertEqual(json.loads(seen)["model"], 'up/stream"é')

    def test_a_large_body_arrives_byte_for_byte(self):
        self.sim.script({"status": 200, "body": ODD_REPLIES["chat"]})
        text = b"\\u00e9\\n \xe2\x82\xac" * 200_000
        body = b'{"model":"openai-compatible/same" ,"messages":[{"role":"user","content":"' + text + b'"}]}'
        self.assertEqual(self.ask(CHAT, "", body).status, 200)
        seen = self.sim.last()
        wanted = body.replace(b"openai-compatible/same", b"same")
        self.assertEqual(seen["body_sha256"], hashlib.sha256(wanted).hexdigest())

    def test_a_chunked_request_arrives_whole(self):
        self.sim.script({"status": 200, "body": ODD_REPLIES["chat"]})
        body = ODD_REQUESTS["chat"].replace(b"MODEL", b"same")
        head = request_bytes("POST", "/v1/chat/completions", self.gateway.port,
                             {"content-type": "application/json", "transfer-encoding": "chunked", **OPENAI})
        reply = exchange(self.gateway.port, head + chunked(body, (1, 7, 300)))
        self.assertEqual(reply.status, 200, reply)
        self.assert_arrived(body)

    def test_09_headers_go_through_and_credentials_do_not(self):
        sent = {"anthropic-beta": "x-unknown-2031-01-01,context-1m-2025-08-07", "anthropic-version": "2023-06-01", "x-custom-thing": "Ünï ok".encode().decode("latin-1"),
                "x-stainless-retry-count": "0", "anthropic-dangerous-direct-browser-access": "true", "openai-beta": "something=v9",
                "cookie": "session=secret-cookie", "x-forwarded-for": "10.1.2.3", "te": "trailers"}
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                self.sim.script({"status": 200, "body": ODD_REPLIES[dialect.name]})
                model = f"{dialect.provider}/m"
                reply = self.ask(dialect, "renamed-gemini" if dialect is GEMINI else model,
                                 json.dumps(dialect.body(model, "x")).encode(), {**sent, **dialect.headers})
                self.assertEqual(reply.status, 200, reply)
                entry = self.sim.last()
                seen = entry["headers"]
                for name in ("anthropic-beta", "anthropic-version", "x-stainless-retry-count", "anthropic-dangerous-direct-browser-access", "openai-beta"):
                    self.assertEqual(seen.get(name), sent[name], name)
                self.assertIn("x-custom-thing", seen)
                for name in ("cookie", "x-forwarded-for", "te"):
                    self.assertNotIn(name, seen)
                self.assertEqual(seen["host"], f"localhost:{self.sim.port}")
                self.assertNotIn("client-key", json.dumps(entry))
                self.assertIn(entry["key_hint"], (f"{dialect.name}-a"[-4:], f"{dialect.name}-b"[-4:]))
                credentials = [name for name in ("authorization", "x-api-key", "x-goog-api-key") if name in seen]
                self.assertEqual(credentials, {"chat": ["authorization"], "anthropic": ["x-api-key"], "gemini": ["x-goog-api-key"]}[dialect.name])

    def test_23_the_clients_key_never_goes_upstream(self):
        forms = ({"authorization": "Bearer sk-client-secret"}, {"x-api-key": "sk-client-secret"}, {"x-goog-api-key": "sk-client-secret"}, {"api-key": "sk-client-secret"})
        for form in forms:
            for dialect, model in ((CHAT, "same"), (MESSAGES, "renamed-messages"), (GEMINI, "renamed-gemini")):
                self.sim.script({"status": 200, "body": ODD_REPLIES[dialect.name]})
                body = json.dumps(dialect.body(model, "x")).encode()
                more = {"anthropic-version": "2023-06-01"} if dialect is MESSAGES else {}
                path = dialect.path(model, False) + "?key=sk-client-secret&x=1"
                data = request_bytes("POST", path, self.gateway.port, {"content-type": "application/json", **form, **more}, body)
                reply = exchange(self.gateway.port, data)
                self.assertEqual(reply.status, 200, reply)
                entry = self.sim.last()
                self.assertNotIn("sk-client-secret", json.dumps(entry))
                self.assertNotIn("key=", entry["query"])
                self.assertIn("x=1", entry["query"])
        self.assertNotIn("sk-client-secret", self.gateway.program.stderr())

    def test_09_a_whole_answer_comes_back_byte_for_byte(self):
        for dialect, model in ((CHAT, "same"), (MESSAGES, "renamed-messages"), (GEMINI, "renamed-gemini")):
            wanted = ODD_REPLIES[dialect.name].encode()
            for name, script in (("whole", {}), ("byte by byte", {"split": "byte"}), ("random", {"split": "random:3"})):
                with self.subTest(f"{dialect.name} {name}"):
                    self.sim.script({"status": 200, "body": wanted.decode(), "headers": {"x-request-id": "req_up", "set-cookie": "a=b", "server": "up", "access-control-allow-origin": "*"}, **script})
                    reply = self.ask(dialect, model, json.dumps(dialect.body(model, "x")).encode())
                    self.assertEqual(reply.status, 200, reply)
                    self.assertEqual(reply.body, wanted)
                    self.assertEqual(reply.headers["x-request-id"], "req_up")
                    for private in ("set-cookie", "server", "access-control-allow-origin"):
                        self.assertNotIn(private, reply.headers)
                    self.assertRegex(reply.headers["x-agt-trace"], "^tr_")
                    self.assertEqual(reply.headers["x-agt-route"].split("/")[0], dialect.provider)

    def test_09_a_stream_comes_back_byte_for_byte(self):
        for dialect, model in ((CHAT, "same"), (MESSAGES, "renamed-messages"), (GEMINI, "renamed-gemini")):
            for name, sizes, split in (("whole", (100_000,), "whole"), ("bytes of one chunk", (100_000,), "byte"), ("one-byte chunks", (1,), "byte"), ("odd chunks", (3, 50, 1, 211), "random:9")):
                with self.subTest(f"{dialect.name} {name}"):
                    # A script is UTF-8, so no chunk of it may end inside a character; the split may.
                    stream = ODD_STREAMS[dialect.name]
                    wanted = (stream if sizes[0] > 1000 else stream.replace("\u00e9", "?")).encode()
                    raw = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(wanted, sizes)
                    self.sim.script({"raw": raw.decode(), "split": split})
                    reply = self.ask(dialect, model, json.dumps(dialect.body(model, "x", True)).encode(), stream=True)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertEqual(reply.body, wanted)
                    self.assertTrue(reply.headers["content-type"].startswith("text/event-stream"))

    def test_a_stream_that_ends_with_its_connection_comes_back_byte_for_byte(self):
        wanted = ODD_STREAMS["chat"].encode()
        self.sim.script({"raw": (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + wanted).decode()})
        reply = self.ask(CHAT, "same", json.dumps(CHAT.body("same", "x", True)).encode())
        self.assertEqual((reply.status, reply.body), (200, wanted))

    def test_an_error_comes_back_byte_for_byte(self):
        wanted = '{ "error" : {"message":"no \\u00e9","type":"invalid_request_error","x_new":[1.0] ,"param":"messages[0]","code":"odd"}}\n'
        self.sim.script({"status": 422, "body": wanted})
        reply = self.ask(CHAT, "same", json.dumps(CHAT.body("same", "x")).encode())
        self.assertEqual((reply.status, reply.body), (422, wanted.encode()))
        self.assertRegex(reply.headers["x-agt-trace"], "^tr_")

    def test_gemini_keeps_version_and_framing(self):
        for version in ("v1", "v1beta"):
            for query, content_type in (("?alt=sse", "text/event-stream"), ("", "application/json")):
                with self.subTest(f"{version} {query}"):
                    path = f"/{version}/models/renamed-gemini:streamGenerateContent{query}"
                    reply = self.gateway.call("POST", path, GEMINI.body("", "one two"), GEMINI.headers)
                    self.assertEqual(reply.status, 200, reply)
                    entry = self.sim.last()
                    self.assertEqual(entry["path"], f"/{version}/models/up-model:streamGenerateContent")
                    self.assertEqual("?" + entry["query"] if entry["query"] else "", query)
                    self.assertTrue(reply.headers["content-type"].startswith(content_type), reply)
                    chunks = json.loads(reply.body) if not query else [e for _, e in reply.events()]
                    text = "".join(p.get("text", "") for c in chunks for p in c["candidates"][0]["content"]["parts"])
                    self.assertEqual(text, "Echo: one two")

    def test_requests_on_one_connection_are_answered_in_order(self):
        with Raw(self.gateway.port) as raw:
            bodies = [json.dumps(CHAT.body("same", f"number {i}")).encode() for i in range(3)]
            head = {"content-type": "application/json", **OPENAI}
            raw.send(b"".join(request_bytes("POST", "/v1/chat/completions", self.gateway.port, head, b) for b in bodies))
            for i in range(3):
                reply = read_reply(raw)
                self.assertEqual(CHAT.said(reply), f"Echo: number {i}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
