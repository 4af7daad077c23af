"""OpenAI's Responses protocol over HTTP: clients of it with every upstream, upstreams of it with every client, and the
continuing of an answer by its id.
"""
import json
import unittest

from harness import CHAT, DIALECTS, GEMINI, MESSAGES, OPENAI, TO, WithGateway, two_accounts_each, wait_until

PATH = "/v1/responses"
NOT_KEPT = "previous_response_not_found"
ASK_FOR_TOOLS = 'Look [[tool weather {"city":"Rome"}]] [[tool weather {"city":"Oslo"}]]'
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}


class Responses(WithGateway):
    @classmethod
    def accounts(cls):
        return [*two_accounts_each(), ("openai", "native", "key-native"), ("openai-responses", "newer", "key-newer")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway.route("to-native", "openai/gpt-5.5")
        cls.gateway.route("to-responses", "openai-responses/gpt-5.5")

    def setUp(self):
        self.sim.reset()

    def ask(self, model, said, stream=False, headers=None, **more):
        body = {"model": model, "input": said, "stream": stream, **more}
        return self.gateway.call("POST", PATH, body, {**OPENAI, **(headers or {})})

    def text_of(self, response):
        return "".join(c["text"] for item in response["output"] if item["type"] == "message" for c in item["content"])

    def answer(self, reply, stream=False):
        self.assertEqual(reply.status, 200, reply)
        if not stream:
            return reply.json()
        events = [data for _, data in reply.events()]
        self.assertEqual([e["sequence_number"] for e in events], list(range(len(events))))
        self.assertEqual(events[0]["type"], "response.created")
        self.assertEqual(events[-1]["type"], "response.completed")
        return events[-1]["response"]

    def test_every_upstream_answers_whole_and_streamed(self):
        for model in [*TO.values(), "to-native", "to-responses", "demo"]:
            for stream in (False, True):
                with self.subTest(f"{model} stream={stream}"):
                    response = self.answer(self.ask(model, "Hello there", stream), stream)
                    self.assertEqual(response["status"], "completed")
                    self.assertIn("Hello there", self.text_of(response))

    def test_09_an_openai_account_gets_the_bytes_as_they_are(self):
        body = '{"model":"gpt-5.5",  "input":"Hi",\n "metadata" : {"odd":"sp\\u0061cing"} }'
        reply = self.gateway.call("POST", PATH, body.encode(), OPENAI)
        self.assertEqual(reply.status, 200, reply)
        entry = self.sim.last()
        self.assertEqual(entry["path"], PATH)
        self.assertEqual(entry["body"], body)
        self.assertEqual(self.gateway.trace(reply)["attempts"][0]["lane"], "passthrough")

    def test_03_tool_loop_with_every_upstream(self):
        for model in [*TO.values(), "to-native", "to-responses"]:
            with self.subTest(model):
                said = [{"role": "user", "content": ASK_FOR_TOOLS}]
                first = self.answer(self.ask(model, said, tools=[TOOL]))
                calls = [item for item in first["output"] if item["type"] == "function_call"]
                self.assertEqual([json.loads(c["arguments"])["city"] for c in calls], ["Rome", "Oslo"])
                self.assertEqual(len({c["call_id"] for c in calls}), 2)
                said += first["output"]
                said += [{"type": "function_call_output", "call_id": c["call_id"], "output": w} for c, w in zip(calls, ("sun", "snow"))]
                second = self.answer(self.ask(model, said, tools=[TOOL]))
                self.assertIn("Tools said: sun | snow", self.text_of(second))

    def test_60_an_answer_is_continued_by_its_id(self):
        for model in TO.values():
            for stream in (False, True):
                with self.subTest(f"{model} stream={stream}"):
                    first = self.answer(self.ask(model, "My word is plum.", stream), stream)
                    second = self.answer(self.ask(model, "And now?", stream, previous_response_id=first["id"]), stream)
                    self.assertEqual(second["previous_response_id"], first["id"])
                    self.assertIn("My word is plum.", self.sim.last()["body"])
                    third = self.answer(self.ask(model, "Then?", previous_response_id=second["id"]))
                    self.assertIn("And now?", self.sim.last()["body"])
                    self.assertIn("My word is plum.", self.sim.last()["body"])
                    self.assertEqual(third["status"], "completed")

    def test_60_the_dry_run_shows_what_is_continued(self):
        first = self.answer(self.ask("to-anthropic", "My word is plum."))
        self.sim.reset()
        body = {"model": "to-anthropic", "input": "And now?", "previous_response_id": first["id"]}
        told = self.gateway.admin_call("POST", "/api/v1/routes/explain", {"path": PATH, "body": body}).json()
        self.assertIn("My word is plum.", json.dumps(told["would_send"]["body"]))
        body["previous_response_id"] = "resp_never"
        told = self.gateway.admin_call("POST", "/api/v1/routes/explain", {"path": PATH, "body": body}).json()
        self.assertEqual(told["error"]["field"], "previous_response_id")
        self.assertEqual(self.sim.log(), [])

    def test_a_conversation_of_ours_moves_to_an_account_of_the_same_dialect(self):
        first = self.answer(self.ask("to-anthropic", "My word is plum."))
        reply = self.ask("to-native", "And now?", previous_response_id=first["id"])
        self.answer(reply)
        sent = json.loads(self.sim.last()["body"])
        self.assertIn("plum", json.dumps(sent["input"]))
        self.assertNotIn("previous_response_id", sent)
        self.assertEqual(self.gateway.trace(reply)["attempts"][0]["lane"], "translate")

    def test_60_what_is_not_kept_is_told(self):
        first = self.answer(self.ask("to-chat", "Hi", store=False))
        for wrong in (first["id"], "resp_never"):
            reply = self.ask("to-chat", "And now?", previous_response_id=wrong)
            self.assertEqual(reply.status, 400, reply)
            error = reply.json()["error"]
            self.assertEqual(error["param"], "previous_response_id")
            self.assertIn("whole conversation", error["message"])

    def test_60_what_needs_a_store_of_responses_is_a_clean_404(self):
        for method, path in (("POST", PATH + "/compact"), ("GET", PATH + "/resp_1"), ("DELETE", PATH + "/resp_1"), ("POST", PATH + "/resp_1/cancel"), ("GET", PATH + "/resp_1/input_items")):
            with self.subTest(f"{method} {path}"):
                reply = self.gateway.call(method, path, {} if method == "POST" else None, OPENAI)
                self.assertIn(reply.status, (404, 501), reply)
                self.assertTrue(reply.json()["error"]["message"])

    def test_28_an_error_before_the_first_byte_has_a_status_and_an_envelope(self):
        for model in [*TO.values(), "to-native", "to-responses"]:
            with self.subTest(model):
                self.sim.reset()
                self.sim.script({"status": 400})
                reply = self.ask(model, "Hi", True)
                self.assertEqual(reply.status, 400, reply)
                self.assertIn("application/json", reply.headers["content-type"])
                self.assertEqual(reply.json()["error"]["type"], "invalid_request_error")

    def test_09_an_answer_and_a_stream_come_back_byte_for_byte(self):
        whole = ('{ "id":"resp_1",\n "x_new" : {"k":1.00,"k":2} ,"object":"response","status":"completed","output":[{"type":"message","id":"msg_1","role":"assistant",'
                 '"content":[ {"type":"output_text","text":"h\\u00e9","x":[ ]}]}] , "usage":{"input_tokens":3,"output_tokens":1,"total_tokens":4, "x_tokens":9007199254740993}}   \n')
        stream = (': hello\r\n\r\nevent: response.created\r\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","output":[]}, "x":  1.0}\r\n\r\n'
                  'event: response.x_unknown\ndata: {"type":"response.x_unknown","sequence_number":1}\n\n: comment\n\n'
                  f'event: response.completed\ndata: {{"type":"response.completed","sequence_number":2,"response":{whole.strip().replace(chr(10), "")}}}\n\n')
        for split in ("whole", "byte", "random:4"):
            with self.subTest(split):
                self.sim.script({"status": 200, "body": whole, "split": split})
                reply = self.ask("to-native", "Hi")
                self.assertEqual((reply.status, reply.body), (200, whole.encode()))
                self.sim.script({"status": 200, "headers": {"content-type": "text/event-stream"}, "body": stream, "split": split})
                reply = self.ask("to-native", "Hi", True)
                self.assertEqual((reply.status, reply.body), (200, stream.encode()))

    def test_bad_input_names_the_field(self):
        rows = (({"input": 5}, "input"), ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": 7}]}]}, "input[0].content[0].image_url"),
                ({"input": "x", "temperature": "hot"}, "temperature"), ({"input": "x", "prompt": {"id": "pmpt_1"}}, "prompt"),
                ({"input": "x", "conversation": "conv_1"}, "conversation"), ({"input": "x", "background": True}, "background"))
        for body, field in rows:
            with self.subTest(field):
                reply = self.gateway.call("POST", PATH, {"model": "to-anthropic", **body}, OPENAI)
                self.assertEqual(reply.status, 400, reply)
                self.assertEqual(reply.json()["error"]["param"], field, reply)

    def test_21_tokens_are_counted(self):
        for model in [*TO.values(), "to-native"]:
            reply = self.gateway.call("POST", PATH + "/input_tokens", {"model": model, "input": "Count these words."}, OPENAI)
            self.assertEqual(reply.status, 200, reply)
            self.assertGreater(reply.json()["input_tokens"], 0)

    def test_every_client_with_an_upstream_of_this_dialect(self):
        for client in DIALECTS:
            for stream in (False, True):
                with self.subTest(f"{client.name} stream={stream}"):
                    reply = client.post(self.gateway, "to-responses", "Hello there", stream=stream)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertIn("Hello there", client.said(reply, stream))
                    self.assertEqual(self.sim.last()["path"], PATH)


class GoingOn(WithGateway):
    """Three accounts of the client's own protocol: what one of them keeps, the others do not know. The simulator keeps
    nothing, and says so whoever is asked."""
    sim_tls = False

    @classmethod
    def accounts(cls):
        return [("openai", f"owner-{n}", f"key-owner-{n}") for n in range(3)]

    @classmethod
    def routes(cls):
        return ()

    def ask(self, said, stream=False, **more):
        return self.gateway.call("POST", PATH, {"model": "gpt-5.5", "input": said, "stream": stream, **more}, OPENAI)

    def begun(self, stream=False):
        """The id of an answer and the number of the account that gave it."""
        self.sim.reset()
        reply = self.ask("My word is plum.", stream)
        self.assertEqual(reply.status, 200, reply)
        response = [data for _, data in reply.events()][-1]["response"] if stream else reply.json()
        return response["id"], self.served()

    def served(self):
        return self.sim.last()["key_hint"][-1]

    def test_60_who_goes_on_comes_to_the_account_that_has_the_answer(self):
        owners = set()
        for stream in (False, True) * 4:
            answer, owner = self.begun(stream)
            owners.add(owner)
            for _ in range(3):
                reply = self.ask("And now?", stream, previous_response_id=answer)
                self.assertEqual((reply.json()["error"]["code"], self.served()), (NOT_KEPT, owner), reply)
                self.assertIn(answer, self.sim.last()["body"])
                route = self.gateway.trace(reply)["rule"]
                self.assertIn(f"only the account that gave {answer}", route)
        self.assertGreater(len(owners), 1, "one account has served all, which proves nothing")

    def test_60_an_account_that_rests_is_waited_for_and_nobody_else_is_asked(self):
        answer, owner = self.begun()
        self.sim.script({"status": 429, "retry_after": "2"}, key=f"key-owner-{owner}")
        self.assertEqual(self.ask("And now?", previous_response_id=answer).status, 429)
        self.sim.reset()
        reply = self.ask("And now?", previous_response_id=answer)
        self.assertEqual(reply.status, 429, reply)
        self.assertIn(reply.headers["retry-after"], ("1", "2"))
        self.assertIn(f"Only the account that gave {answer} can go on from it: wait, or send the whole conversation instead.", reply.json()["error"]["message"])
        self.assertEqual(self.sim.log(), [])
        other = self.ask("Something else")
        self.assertEqual(other.status, 200, other)
        self.assertNotEqual(self.served(), owner)
        wait_until(lambda: self.ask("And now?", previous_response_id=answer).status != 429, 10, "the account is back")
        self.assertEqual(self.served(), owner)

    def test_60_without_its_account_an_answer_is_the_providers_to_know(self):
        answer, owner = self.begun()
        label = f"owner-{owner}"
        self.gateway.cli("account", "disable", self.gateway.ids[label])
        try:
            reply = self.ask("And now?", previous_response_id=answer)
            self.assertEqual(reply.json()["error"]["code"], NOT_KEPT, reply)
            self.assertNotEqual(self.served(), owner)
        finally:
            self.gateway.cli("account", "enable", self.gateway.ids[label])

    def test_60_what_is_not_to_be_kept_binds_nobody(self):
        self.sim.reset()
        first = self.ask("My word is plum.", store=False)
        reply = self.ask("And now?", previous_response_id=first.json()["id"])
        self.assertEqual(reply.json()["error"]["code"], NOT_KEPT, reply)
        self.assertNotIn("only the account", self.gateway.trace(reply)["rule"])

    def test_60_the_dry_run_knows_it_too(self):
        answer, owner = self.begun()
        self.sim.reset()
        body = {"model": "gpt-5.5", "input": "And now?", "previous_response_id": answer}
        told = self.gateway.admin_call("POST", "/api/v1/routes/explain", {"path": PATH, "body": body}).json()
        self.assertIn(f"only the account that gave {answer}", told["rule"])
        self.assertEqual([one["account"] for one in told["targets"][0]["accounts"]], [f"owner-{owner}"])
        body_gone = {"path": PATH, "body": body, "without": [f"owner-{owner}"]}
        gone = self.gateway.admin_call("POST", "/api/v1/routes/explain", body_gone).json()
        self.assertIn("can go on from it", gone["error"]["message"])
        self.assertEqual(self.sim.log(), [])


class Signed(WithGateway):
    """What one account has signed goes back to it, also where requests are spread."""
    sim_tls = False
    settings = {"AGT_SCHEDULING_MODE": "performance_first"}

    @classmethod
    def accounts(cls):
        return [("anthropic", f"signer-{n}", f"key-signer-{n}") for n in range(3)]

    @classmethod
    def routes(cls):
        return ()

    def ask(self, turns, session):
        body = {"model": "claude-opus-5", "max_tokens": 64, "messages": turns}
        reply = self.gateway.call("POST", "/v1/messages", body, {"anthropic-version": "2023-06-01", "session-id": session})
        self.assertEqual(reply.status, 200, reply)
        return self.sim.last()["key_hint"][-1]

    def test_60_a_signature_comes_back_to_who_made_it(self):
        hello = [{"role": "user", "content": "Hello"}]
        signed = [*hello, {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}, {"type": "text", "text": "Hi"}]}, {"role": "user", "content": "And?"}]
        for session in ("s1", "s2", "s3"):
            owner = self.ask(hello, session)
            self.assertEqual({self.ask(signed, session) for _ in range(5)}, {owner})
        self.assertEqual(len({self.ask(hello, "s1") for _ in range(6)}), 3, "the others are spread")


if __name__ == "__main__":
    unittest.main(verbosity=2)
