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

    def test_an_openai_account_gets_the_bytes_as_they_are(self):
        body = '{"model":"gpt-5.5",  "input":"Hi",\n "metadata" : {"odd":"sp\\u0061cing"} }'
        reply = self.gateway.call("POST", PATH, body.encode(), OPENAI)
        self.assertEqual(reply.status, 200, reply)
        entry = self.sim.last()
        self.assertEqual(entry["path"], PATH)
        self.assertEqual(entry["body"], body)
        self.assertEqual(self.gateway.trace(reply)["attempts"][0]["lane"], "passthrough")

    def test_tool_loop_with_every_upstream(self):
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

    def test_bad_input_names_the_field(self):
        rows = (({"input": 5}, "input"), ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": 7}]}]}, "input[0].content[0].image_url"),
                ({"input": "x", "temperature": "hot"}, "temperature"), ({"input": "x", "prompt": {"id": "pmpt_1"}}, "prompt"),
                ({"input": "x", "conversation": "conv_1"}, "conversation"), ({"input": "x", "background": True}, "background"))
        for body, field in rows:
            with self.subTest(field):
                reply = self.gateway.call("POST", PATH, {"model": "to-anthropic", **body}, OPENAI)
                self.assertEqual(reply.status, 400, reply)
                self.assertEqual(reply.json()["error"]["param"], field, reply)

    def test_tokens_are_counted(self):
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
