"""Compressed bodies, both ways: upstreams that compress although they were asked not to, and clients that compress."""
import gzip
import json
import zlib

from harness import CHAT, DIALECTS, GEMINI, MESSAGES, TO, WithGateway, call, main

ENCODINGS = ("gzip", "deflate", "raw-deflate", "br", "zstd", "gzip, br")


def zstd_stored(data):
    """A zstd frame of one block that is not compressed."""
    assert len(data) < 1 << 17
    return b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little") + (len(data) << 3 | 1).to_bytes(3, "little") + data


def brotli_stored(data):
    """A brotli stream of one meta-block that is not compressed."""
    assert 0 < len(data) <= 1 << 16
    return ((len(data) - 1) << 4 | 1 << 20).to_bytes(3, "little") + data + b"\x03"


CODERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli_stored, "zstd": zstd_stored, "x-gzip": gzip.compress,
          "gzip, zstd": lambda data: zstd_stored(gzip.compress(data))}


class FromUpstream(WithGateway):
    @classmethod
    def accounts(cls):
        return [*super().accounts(), ("code-assist", "assist", "ya29.access-token")]

    @classmethod
    def routes(cls):
        return [*super().routes(), ("to-assist", "assist/gemini-2.5-flash")]

    def test_35_every_coding_from_every_upstream_to_every_client(self):
        for encoding in ENCODINGS:
            self.sim.reset()
            self.sim.script({"encoding": encoding}, times=-1)
            for upstream in (*TO.values(), "to-assist"):
                for client in DIALECTS:
                    for stream in (False, True):
                        with self.subTest(f"{client.name} {upstream} {encoding} stream={stream}"):
                            reply = client.post(self.gateway, upstream, "Hello there", stream=stream)
                            self.assertEqual(reply.status, 200, reply)
                            self.assertIn("Hello there", client.said(reply, stream))
                            self.assertNotIn("content-encoding", reply.headers)
                            self.assertEqual(self.sim.last()["headers"]["accept-encoding"], "identity")
                            if stream:
                                self.assertTrue(client.stream_ended_well(reply), reply)

    def test_35_one_byte_at_a_time(self):
        for encoding in ENCODINGS:
            self.sim.reset()
            self.sim.script({"encoding": encoding, "split": "byte"}, times=-1)
            for client in DIALECTS:
                with self.subTest(f"{client.name} {encoding}"):
                    reply = client.post(self.gateway, "to-chat", "Hello there", stream=True)
                    self.assertIn("Hello there", client.said(reply, True))

    def test_usage_is_read_on_the_pass_through_lane(self):
        for encoding in ENCODINGS:
            for stream in (False, True):
                with self.subTest(f"{encoding} stream={stream}"):
                    self.sim.script({"encoding": encoding, "usage": {"input": 41, "output": 7}})
                    reply = MESSAGES.post(self.gateway, "to-anthropic", stream=stream)
                    trace = self.gateway.trace(reply)
                    self.assertEqual(trace["attempts"][0]["lane"], "passthrough")
                    self.assertEqual((trace["usage"]["input"], trace["usage"]["output"]), (41, 7), trace)

    def test_a_client_that_takes_the_coding_gets_the_bytes_as_they_came(self):
        self.sim.script({"encoding": "gzip", "usage": {"input": 41, "output": 7}})
        reply = CHAT.post(self.gateway, "to-chat", "Hello there", headers={"accept-encoding": "br, gzip"})
        self.assertEqual(reply.headers["content-encoding"], "gzip")
        reply.body = gzip.decompress(reply.body)
        self.assertIn("Hello there", CHAT.said(reply))
        self.assertEqual(self.gateway.trace(reply)["usage"]["input"], 41)
        self.sim.script({"encoding": "gzip"})  # a translated answer is ours, and plain
        self.assertNotIn("content-encoding", CHAT.post(self.gateway, "to-gemini", headers={"accept-encoding": "gzip"}).headers)

    def test_compressed_refusals_are_understood(self):
        for encoding in ENCODINGS:
            for client in DIALECTS:
                with self.subTest(f"{client.name} {encoding}"):
                    self.sim.reset()
                    message = "messages: the field nobody knows is wrong"
                    self.sim.script({"status": 400, "encoding": encoding, "headers": {"content-type": "application/json"},
                                     "body": {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}})
                    reply = client.post(self.gateway, "to-chat")
                    self.assertEqual(reply.status, 400, reply)
                    self.assertIn(message, client.error(reply)[1])

    def test_35_what_cannot_be_read_is_told(self):
        rows = (({"headers": {"content-encoding": "gzip"}, "body": "{}", "status": 200}, "no valid gzip"),
                ({"headers": {"content-encoding": "compress"}, "body": "{}", "status": 200}, "compress"),
                ({"encoding": "br", "truncate_at": 30}, "closed the connection"),
                ({"encoding": "gzip", "reply_bytes": 32 << 20}, "100 times"))
        for script, word in rows:
            for client, model in ((CHAT, "to-gemini"), (CHAT, "to-chat"), (GEMINI, "to-chat")):
                with self.subTest(f"{word} {client.name} {model}"):
                    self.sim.reset()
                    self.sim.script(script, times=-1)
                    before = self.gateway.rss_kb()
                    reply = client.post(self.gateway, model)
                    self.assertEqual(reply.status, 502, reply)
                    self.assertIn(word, client.error(reply)[1])
                    self.assertLess(self.gateway.rss_kb() - before, 24 << 10)

    def test_a_bomb_in_a_stream_ends_it_with_an_error(self):
        self.sim.script({"encoding": "zstd", "chunks": 60, "chunk_bytes": 1 << 20})
        reply = CHAT.post(self.gateway, "to-anthropic", stream=True)
        self.assertLess(len(reply.body), 32 << 20)
        self.assertIn("100 times", CHAT.stream_error(reply.body) if reply.status == 200 else CHAT.error(reply)[1])


class FromClients(WithGateway):
    def post(self, client, encoding, body, model="to-chat"):
        return self.gateway.call("POST", client.path(model, False), body, {**client.headers, "content-type": "application/json", "content-encoding": encoding})

    def body(self, client, model="to-chat", text="Hello there"):
        return json.dumps(client.body(model, text)).encode()

    def test_every_coding_from_every_client(self):
        for encoding, code in CODERS.items():
            for client in DIALECTS:
                for model in ("to-chat", "to-anthropic"):
                    with self.subTest(f"{client.name} {encoding} {model}"):
                        reply = self.post(client, encoding, code(self.body(client, model)), model)
                        self.assertEqual(reply.status, 200, reply)
                        self.assertIn("Hello there", client.said(reply))

    def test_the_upstream_gets_the_plain_bytes(self):
        body = self.body(CHAT).replace(b"to-chat", b"openai-compatible/m1").replace(b", ", b" ,\n")
        self.assertEqual(self.post(CHAT, "gzip", gzip.compress(body)).status, 200)
        sent = self.sim.last()
        self.assertEqual(sent["body"].encode(), body.replace(b"openai-compatible/m1", b"m1"))
        self.assertNotIn("content-encoding", sent["headers"])

    def test_one_that_is_unknown_damaged_or_cut_is_refused_in_the_clients_words(self):
        for client in DIALECTS:
            good = gzip.compress(self.body(client))
            for encoding, body, word in (("compress", good, "compress"), ("gzip", self.body(client), "gzip"), ("gzip", good[:-4], "middle"),
                                         ("zstd", good, "zstd"), ("gzip, gzip, gzip, gzip", good, "more than 3")):
                with self.subTest(f"{client.name} {encoding} {word}"):
                    reply = self.post(client, encoding, body)
                    self.assertEqual(reply.status, 415, reply)
                    self.assertIn(word, client.error(reply)[1])
        self.assertEqual(self.sim.log(), [])

    def test_a_bomb_is_refused_and_costs_no_memory(self):
        bomb = gzip.compress(json.dumps(CHAT.body("to-chat", "0" * (30 << 20))).encode())
        before = self.gateway.rss_kb()
        for _ in range(5):
            reply = self.post(CHAT, "gzip", bomb)
            self.assertEqual(reply.status, 413, reply)
        self.assertLess(self.gateway.rss_kb() - before, 16 << 10)
        self.assertEqual(self.sim.log(), [])

    def test_the_limit_of_a_body_counts_decoded_bytes(self):
        self.gateway.admin_call("PATCH", "/api/v1/settings", {"proxy.body_limit_mb": 1})
        try:
            text = "".join(f"{n} " for n in range(250_000))
            reply = self.post(CHAT, "gzip", gzip.compress(self.body(CHAT, text=text)))
            self.assertEqual(reply.status, 413, reply)
        finally:
            self.gateway.admin_call("PATCH", "/api/v1/settings", {"proxy.body_limit_mb": None})

    def test_a_kept_request_can_be_sent_again(self):
        self.gateway.admin_call("PATCH", "/api/v1/settings", {"logging.bodies": "all"})
        reply = self.post(CHAT, "gzip", gzip.compress(self.body(CHAT)))
        again = self.gateway.admin_call("POST", f"/api/v1/requests/{reply.headers['x-agt-trace']}/replay", {})
        self.assertEqual(again.json()["status"], 200, again)

    def test_the_admin_listener_takes_plain_bodies_only(self):
        reply = call(self.gateway.admin_port, "POST", "/api/v1/proxy/selftest", gzip.compress(b"{}"),
                     {"authorization": "Bearer " + self.gateway.admin["token"], "content-type": "application/json", "content-encoding": "gzip"})
        self.assertEqual(reply.status, 415, reply)


if __name__ == "__main__":
    main()
