"""Endpoints beside the conversation: embeddings, the older completions, images from a prompt."""
import base64
import json
import struct
import unittest

from harness import ANTHROPIC, Gateway, GOOGLE, OPENAI, TO, WithGateway


class Endpoints(WithGateway):
    def embed(self, model, text, **more):
        return self.gateway.call("POST", "/v1/embeddings", {"model": model, "input": text, **more}, OPENAI)

    def complete(self, model, prompt, **more):
        return self.gateway.call("POST", "/v1/completions", {"model": model, "prompt": prompt, **more}, OPENAI)

    def test_embeddings_of_openai_clients(self):
        for name in ("chat", "gemini"):
            with self.subTest(name):
                reply = self.embed(TO[name], ["one", "two"], dimensions=6)
                self.assertEqual(reply.status, 200, reply)
                body = reply.json()
                self.assertEqual([(d["index"], d["object"], len(d["embedding"])) for d in body["data"]], [(0, "embedding", 6), (1, "embedding", 6)])
                numbers = body["data"][0]["embedding"]
                packed = self.embed(TO[name], "one", dimensions=6, encoding_format="base64").json()["data"][0]["embedding"]
                for a, b in zip(numbers, struct.unpack("<6f", base64.b64decode(packed))):
                    self.assertAlmostEqual(a, b, places=6)
        self.assertTrue(self.sim.last()["path"].endswith(":batchEmbedContents"))

    def test_embeddings_of_gemini_clients(self):
        content = {"content": {"parts": [{"text": "one"}]}, "outputDimensionality": 5}
        for name in ("chat", "gemini"):
            with self.subTest(name):
                path = f"/v1beta/models/{TO[name]}"
                one = self.gateway.call("POST", path + ":embedContent", content, GOOGLE)
                self.assertEqual(one.status, 200, one)
                self.assertEqual(len(one.json()["embedding"]["values"]), 5)
                asked = {"requests": [{"model": "models/" + TO[name], **content}, {"model": "models/" + TO[name], **content}]}
                many = self.gateway.call("POST", path + ":batchEmbedContents", asked, GOOGLE)
                self.assertEqual(many.status, 200, many)
                self.assertEqual(many.json()["embeddings"], [one.json()["embedding"]] * 2)
        lost = self.gateway.call("POST", f"/v1beta/models/{TO['chat']}:embedContent", {**content, "taskType": "CLUSTERING"}, GOOGLE)
        self.assertEqual(lost.headers["x-agt-losses"], "1")

    def test_embeddings_that_cannot_be_had(self):
        for reply in (self.embed(TO["anthropic"], "x"), self.embed("demo", "x")):
            self.assertEqual(reply.status, 404, reply)
            self.assertIn("embeddings", reply.json()["error"]["message"])
        for more, field in (({"input": [[1, 2]]}, "input"), ({"input": 5}, "input"), ({"dimensions": 0}, "dimensions"), ({"encoding_format": "hex"}, "encoding_format")):
            reply = self.gateway.call("POST", "/v1/embeddings", {"model": TO["gemini"], "input": "x", **more}, OPENAI)
            self.assertEqual((reply.status, reply.json()["error"]["param"]), (400, field), reply)

    def test_56_completions(self):
        for model in [*TO.values(), "demo"]:
            with self.subTest(model):
                reply = self.complete(model, "Hello there", max_tokens=500)
                if model == "demo" or reply.status == 200:
                    body = reply.json()
                    self.assertEqual(body["object"], "text_completion")
                    self.assertEqual(body["choices"][0]["finish_reason"], "stop")
                    self.assertIn("Hello there", body["choices"][0]["text"])
                    self.assertGreater(body["usage"]["total_tokens"], 0)
                self.assertEqual(reply.status, 200, reply)
        self.complete(TO["chat"], "x")
        self.assertEqual(self.sim.last()["path"], "/v1/completions")

    def test_56_completions_streamed(self):
        for model in TO.values():
            for usage in (False, True):
                with self.subTest(f"{model} usage={usage}"):
                    reply = self.complete(model, "Hello there", stream=True, max_tokens=500, **({"stream_options": {"include_usage": True}} if usage else {}))
                    self.assertEqual(reply.status, 200, reply)
                    events = [e for _, e in reply.events()]
                    self.assertEqual(events[-1], "[DONE]")
                    text = "".join(e["choices"][0]["text"] for e in events[:-1] if e["choices"])
                    self.assertIn("Hello there", text)
                    self.assertEqual(any(e.get("usage") for e in events[:-1]), usage)
                    self.assertIn("stop", [e["choices"][0]["finish_reason"] for e in events[:-1] if e["choices"]])

    def test_56_completions_keep_the_limit_and_the_stops(self):
        reply = self.complete(TO["anthropic"], "before STOP after", stop=["STOP"], max_tokens=77)
        self.assertEqual(reply.status, 200, reply)
        self.assertTrue(reply.json()["choices"][0]["text"].endswith("before "))
        sent = json.loads(self.sim.last()["body"])
        self.assertEqual((sent["max_tokens"], sent["stop_sequences"]), (77, ["STOP"]))

    def test_55_56_what_completions_cannot_be_elsewhere(self):
        rows = ({"prompt": ["x"] * 17}, "prompt"), ({"prompt": [1, 2]}, "prompt"), ({"prompt": ["a", [1]]}, "prompt"), ({"echo": True}, "echo"), ({"best_of": 3}, "best_of"), ({"suffix": "x"}, "suffix"), ({"logprobs": 2}, "logprobs"), ({"n": 2}, "n")
        for more, field in rows:
            with self.subTest(field):
                self.sim.reset()
                reply = self.gateway.call("POST", "/v1/completions", {"model": TO["anthropic"], "prompt": "x", **more}, OPENAI)
                self.assertEqual((reply.status, reply.json()["error"]["param"]), (400, field), reply)
                self.assertEqual(self.sim.log(), [])
        several = self.complete(TO["chat"], ["one", "two"], n=2)
        self.assertEqual([c["index"] for c in several.json()["choices"]], [0, 1, 2, 3])

    def calls(self):
        return [entry for entry in self.sim.log() if entry["method"] == "POST"]

    def test_56_several_prompts_are_answered_in_their_order(self):
        prompts = ["first one", "second one", "third one"]
        for model in [*TO.values(), "demo"]:
            with self.subTest(model):
                self.sim.reset()
                reply = self.complete(model, prompts, max_tokens=500)
                self.assertEqual(reply.status, 200, reply)
                body = reply.json()
                self.assertEqual([c["index"] for c in body["choices"]], [0, 1, 2])
                for prompt, choice in zip(prompts, body["choices"]):
                    self.assertIn(prompt, choice["text"])
                    self.assertEqual(choice["finish_reason"], "stop")
                usage = body["usage"]
                self.assertEqual(usage["total_tokens"], usage["prompt_tokens"] + usage["completion_tokens"])
                self.assertEqual(len(self.calls()), {"demo": 0, TO["chat"]: 1}.get(model, 3))
                if model not in ("demo", TO["chat"]):
                    told = self.gateway.trace(reply)["usage"]
                    self.assertEqual((told["input"], told["output"]), (usage["prompt_tokens"], usage["completion_tokens"]))

    def test_56_several_prompts_in_one_stream(self):
        prompts = ["first one", "second one", "third one"]
        for model in [*TO.values(), "demo"]:
            with self.subTest(model):
                reply = self.complete(model, prompts, stream=True, max_tokens=500, stream_options={"include_usage": True})
                self.assertEqual(reply.status, 200, reply)
                events = [e for _, e in reply.events()]
                self.assertEqual((events[-1], events.count("[DONE]")), ("[DONE]", 1))
                chunks = [e for e in events[:-1] if e["choices"]]
                self.assertEqual(len({e["id"] for e in chunks}), 1)
                texts = {}
                for chunk in chunks:
                    for choice in chunk["choices"]:
                        texts[choice["index"]] = texts.get(choice["index"], "") + choice["text"]
                for index, prompt in enumerate(prompts):
                    self.assertIn(prompt, texts[index])
                self.assertEqual([c["index"] for e in chunks for c in e["choices"] if c["finish_reason"]], [0, 1, 2])
                self.assertGreater([e for e in events[:-1] if e.get("usage")][-1]["usage"]["completion_tokens"], 0)

    def test_56_an_account_that_fails_in_between_is_replaced(self):
        prompts = ["first one", "second one", "third one"]
        # "times" counts calls: the first is answered, the second is refused, and the other account goes on with it.
        for after in (0, 1, 2):
            with self.subTest(f"after {after}"):
                gateway = Gateway(self.sim, accounts=self.accounts(), routes=self.routes()).start()
                self.sim.reset()
                try:
                    for _ in range(after):
                        self.sim.script({}, model="claude-sonnet-4-5")
                    self.sim.script({"error": "anthropic_529"}, model="claude-sonnet-4-5")
                    reply = gateway.call("POST", "/v1/completions", {"model": TO["anthropic"], "prompt": prompts, "max_tokens": 500}, OPENAI)
                    self.assertEqual(reply.status, 200, reply)
                    for prompt, choice in zip(prompts, reply.json()["choices"]):
                        self.assertIn(prompt, choice["text"])
                    self.assertEqual([entry["status"] for entry in self.calls()].count(200), 3)
                    self.assertEqual(len(gateway.trace(reply)["attempts"]), 2)
                finally:
                    gateway.stop()

    def test_56_a_stream_that_fails_in_between_ends_with_an_error(self):
        for fault in ({"status": 400, "body": {"type": "error", "error": {"type": "invalid_request_error", "message": "no more"}}},
                      {"error_event": {"after": 1, "type": "overloaded_error", "message": "no more"}}):
            with self.subTest(str(fault)):
                self.sim.reset()
                self.sim.script({}, model="claude-sonnet-4-5")
                self.sim.script(fault, model="claude-sonnet-4-5")
                reply = self.complete(TO["anthropic"], ["first one", "second one", "third one"], stream=True, max_tokens=500)
                self.assertEqual(reply.status, 200, reply)
                events = [e for _, e in reply.events()]
                self.assertIn("no more", events[-1]["error"]["message"])
                self.assertNotIn("[DONE]", events)
                self.assertEqual(len(self.calls()), 2)

    def test_images_pass_through_or_are_not_there(self):
        reply = self.gateway.call("POST", "/v1/images/generations", {"model": TO["chat"], "prompt": "a cat"}, OPENAI)
        self.assertEqual(reply.status, 200, reply)
        self.assertTrue(reply.json()["data"][0]["b64_json"].startswith("iVBOR"))
        self.assertEqual(self.sim.last()["path"], "/v1/images/generations")
        for model in (TO["anthropic"], TO["gemini"], "demo"):
            missing = self.gateway.call("POST", "/v1/images/generations", {"model": model, "prompt": "a cat"}, OPENAI)
            self.assertEqual(missing.status, 404, missing)
            self.assertIn("images", missing.json()["error"]["message"])

    def test_a_messages_client_is_told_in_its_own_shape(self):
        reply = self.gateway.call("POST", "/v1/messages/batches", {}, ANTHROPIC)
        self.assertEqual(reply.status, 404, reply)
        self.assertEqual(reply.json()["type"], "error")


if __name__ == "__main__":
    unittest.main(verbosity=2)
