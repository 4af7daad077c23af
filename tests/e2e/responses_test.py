"""OpenAI's Responses protocol over HTTP: clients of it with every upstream, upstreams of it with every client, and the
continuing of an answer by its id.
"""
import json
import unittest

from harness import CHAT, DIALECTS, GEMINI, MESSAGES, OPENAI, TO, WithGateway, two_accounts_each

PATH = "/v1/responses"
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
