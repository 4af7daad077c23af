"""Checks every dialect of the real agt-sim, whole and streamed, and what each refuses.

Usage: sim_smoke_test.py PATH_TO_AGT_SIM
"""
import json
import unittest

from sim_under_test import ANTHROPIC, GOOGLE, OPENAI, Base, call, events

CHAT_TOOLS = [{"type": "function", "function": {"name": "get", "parameters": {"type": "object", "properties": {}}}}]


class Chat(Base):
    def ask(self, text, **more):
        return {"model": "m", "messages": [{"role": "user", "content": text}], **more}

    def test_whole(self):
        reply = self.json("/v1/chat/completions", self.ask("héllo"), OPENAI)
        self.assertEqual(reply["choices"][0]["message"]["content"], "Echo: héllo")
        self.assertEqual(reply["choices"][0]["finish_reason"], "stop")
        self.assertEqual(reply["usage"]["total_tokens"],
                         reply["usage"]["prompt_tokens"] + reply["usage"]["completion_tokens"])

    def test_stream(self):
        body = self.ask("one two three", stream=True, stream_options={"include_usage": True})
        head, raw = self.post("/v1/chat/completions", body, OPENAI)
        self.assertEqual(head["content-type"], "text/event-stream")
        all_events = events(raw)
        self.assertEqual(all_events[-1][1], "[DONE]")
        chunks = [e for _, e in all_events[:-1]]
        self.assertEqual(chunks[0]["choices"][0]["delta"], {"role": "assistant", "content": "", "refusal": None})
        text = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])
        self.assertEqual(text, "Echo: one two three")
        self.assertEqual(chunks[-1]["choices"], [])
        self.assertTrue(all(c["usage"] is None for c in chunks[:-1]))
        self.assertEqual(chunks[-2]["choices"][0]["finish_reason"], "stop")
        self.assertEqual(len({c["id"] for c in chunks}), 1)

    def test_tool_loop(self):
        prompt = 'x [[tool get {"a":"é\\"q"}]] [[tool get {"b":[1]}]] [[tool unknown {}]]'
        body = self.ask(prompt, tools=CHAT_TOOLS)
        message = self.json("/v1/chat/completions", body, OPENAI)["choices"][0]["message"]
        self.assertEqual([json.loads(c["function"]["arguments"]) for c in message["tool_calls"]],
                         [{"a": 'é"q'}, {"b": [1]}])
        chunks = [e for _, e in events(self.post("/v1/chat/completions", {**body, "stream": True}, OPENAI)[1])[:-1]]
        arguments = {}
        for chunk in chunks:
            for part in chunk["choices"][0]["delta"].get("tool_calls", []):
                arguments[part["index"]] = arguments.get(part["index"], "") + part["function"]["arguments"]
        self.assertEqual([json.loads(arguments[i]) for i in (0, 1)], [{"a": 'é"q'}, {"b": [1]}])
        ids = [c["id"] for c in message["tool_calls"]]
        body["messages"] += [message, {"role": "tool", "tool_call_id": ids[1], "content": "two"},
                             {"role": "tool", "tool_call_id": ids[0], "content": [{"type": "text", "text": "one"}]}]
        del message["annotations"], message["refusal"]
        reply = self.json("/v1/chat/completions", body, OPENAI)
        self.assertEqual(reply["choices"][0]["message"]["content"], "Tools said: two | one")
        body["messages"].pop()
        error = self.json("/v1/chat/completions", body, OPENAI, 400)["error"]
        self.assertIn("did not have response messages: " + ids[0], error["message"])

    def test_refusals(self):
        self.assertEqual(self.json("/v1/chat/completions", self.ask("x"), {}, 401)["error"]["type"],
                         "invalid_request_error")
        self.json("/v1/chat/completions", self.ask("x"), {"authorization": "Bearer bad-key"}, 401)
        self.assertEqual(self.json("/v1/chat/completions", self.ask("x", foo=1), OPENAI, 400)["error"]["param"], "foo")
        self.json("/v1/chat/completions", b"{", OPENAI, 400)

    def test_completions_and_embeddings(self):
        reply = self.json("/v1/completions", {"model": "m", "prompt": ["a", "b"]}, OPENAI)
        self.assertEqual([c["text"] for c in reply["choices"]], ["Echo: a", "Echo: b"])
        stream = events(self.post("/v1/completions", {"model": "m", "prompt": "a b", "stream": True}, OPENAI)[1])
        self.assertEqual("".join(e["choices"][0]["text"] for _, e in stream[:-1]), "Echo: a b")
        reply = self.json("/v1/embeddings", {"model": "m", "input": ["a", "b"]}, OPENAI)
        self.assertEqual([len(d["embedding"]) for d in reply["data"]], [8, 8])


class Responses(Base):
    tools = [{"type": "function", "name": "get", "parameters": {"type": "object"}, "strict": False},
             {"type": "custom", "name": "patch"},
             {"type": "namespace", "name": "ns", "description": "", "tools": [{"type": "function", "name": "inner"}]}]

    def test_whole_and_stream(self):
        reply = self.json("/v1/responses", {"model": "m", "input": "hi", "store": False}, OPENAI)
        self.assertEqual(reply["output"][0]["content"][0]["text"], "Echo: hi")
        self.assertEqual((reply["status"], reply["store"], reply["object"]), ("completed", False, "response"))
        head, raw = self.post("/v1/responses", {"model": "m", "input": "hi there [[think]]", "stream": True}, OPENAI)
        stream = events(raw)
        self.assertEqual([e["sequence_number"] for _, e in stream], list(range(len(stream))))
        self.assertTrue(all(name == e["type"] for name, e in stream))
        names = [name for name, _ in stream]
        self.assertEqual(names[:2], ["response.created", "response.in_progress"])
        self.assertEqual(names[-1], "response.completed")
        final = stream[-1][1]["response"]
        self.assertEqual([i["type"] for i in final["output"]], ["reasoning", "message"])
        done = [e["item"] for n, e in stream if n == "response.output_item.done"]
        self.assertEqual(done, final["output"])
        text = "".join(e["delta"] for n, e in stream if n == "response.output_text.delta")
        self.assertEqual(text, "Echo: hi there [[think]]")

    def test_tool_loop_with_reasoning(self):
        prompt = '[[think]] [[tool get {"a":1}]] [[tool patch {"input":"*** x"}]] [[tool ns__inner {}]]'
        items = [{"role": "user", "content": [{"type": "input_text", "text": prompt}]}]
        output = self.json("/v1/responses", {"model": "m", "input": items, "tools": self.tools}, OPENAI)["output"]
        self.assertEqual([o["type"] for o in output], ["reasoning", "function_call", "custom_tool_call", "function_call"])
        self.assertEqual((output[3]["name"], output[3]["namespace"]), ("inner", "ns"))
        self.assertEqual(output[2]["input"], "*** x")
        results = [{"type": "function_call_output", "call_id": output[1]["call_id"], "output": "r1"},
                   {"type": "custom_tool_call_output", "call_id": output[2]["call_id"], "output": "r2"},
                   {"type": "function_call_output", "call_id": output[3]["call_id"],
                    "output": [{"type": "input_text", "text": "r3"}]}]
        body = {"model": "m", "input": items + output + results, "tools": self.tools}
        reply = self.json("/v1/responses", body, OPENAI)
        self.assertEqual(reply["output"][0]["content"][0]["text"], "Tools said: r1 | r2 | r3")
        output[0]["encrypted_content"] = "AAAA" + output[0]["encrypted_content"][4:]
        error = self.json("/v1/responses", body, OPENAI, 400)["error"]
        self.assertEqual(error["code"], "invalid_encrypted_content")
        body["input"] = items + output[1:2]
        self.assertIn("No tool output found", self.json("/v1/responses", body, OPENAI, 400)["error"]["message"])

    def test_length_and_refusal(self):
        reply = self.json("/v1/responses", {"model": "m", "input": "[[length]]"}, OPENAI)
        self.assertEqual((reply["status"], reply["incomplete_details"]), ("incomplete", {"reason": "max_output_tokens"}))
        stream = events(self.post("/v1/responses", {"model": "m", "input": "[[refuse]]", "stream": True}, OPENAI)[1])
        self.assertIn("response.refusal.done", [n for n, _ in stream])


class Anthropic(Base):
    tools = [{"name": "Bash", "input_schema": {"type": "object"}}]

    def ask(self, text, **more):
        return {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": text}], **more}

    def test_whole(self):
        reply = self.json("/v1/messages?beta=true", self.ask("hi"), ANTHROPIC)
        self.assertEqual(reply["content"][0]["text"], "Echo: hi")
        self.assertEqual(reply["stop_reason"], "end_turn")
        self.assertEqual(self.json("/v1/messages/count_tokens", {"model": "m", "messages": [
            {"role": "user", "content": "hi"}]}, ANTHROPIC).keys(), {"input_tokens"})

    def test_stream_with_thinking_and_tools(self):
        body = self.ask('[[think]] [[tool Bash {"command":"ls é"}]] [[tool Bash {}]]', tools=self.tools, stream=True)
        stream = events(self.post("/v1/messages", body, ANTHROPIC)[1])
        self.assertTrue(all(name == e["type"] for name, e in stream))
        blocks, open_index = [], None
        for name, event in stream:
            if name == "content_block_start":
                self.assertIsNone(open_index)
                open_index = event["index"]
                self.assertEqual(open_index, len(blocks))
                blocks.append(event["content_block"])
                blocks[-1]["json"] = ""
            elif name == "content_block_delta":
                self.assertEqual(event["index"], open_index)
                delta = event["delta"]
                if delta["type"] == "thinking_delta":
                    blocks[-1]["thinking"] += delta["thinking"]
                if delta["type"] == "signature_delta":
                    blocks[-1]["signature"] = delta["signature"]
                if delta["type"] == "input_json_delta":
                    blocks[-1]["json"] += delta["partial_json"]
            elif name == "content_block_stop":
                open_index = None
        self.assertEqual([b["type"] for b in blocks], ["thinking", "tool_use", "tool_use"])
        self.assertEqual(json.loads(blocks[1]["json"]), {"command": "ls é"})
        self.assertEqual([n for n, _ in stream[-2:]], ["message_delta", "message_stop"])
        self.assertEqual(stream[-2][1]["delta"]["stop_reason"], "tool_use")
        for block in blocks:
            text = block.pop("json")
            if block["type"] == "tool_use":
                block["input"] = json.loads(text)
        results = [{"type": "tool_result", "tool_use_id": b["id"], "content": b["id"][-2:]} for b in blocks[1:]]
        reminder = {"type": "text", "text": "<system-reminder>x</system-reminder>"}
        body = self.ask("", tools=self.tools)
        body["messages"] = [{"role": "user", "content": "[[tool Bash {}]]"}, {"role": "assistant", "content": blocks},
                            {"role": "user", "content": results + [reminder]}]
        said = " | ".join(r["content"] for r in results)
        self.assertEqual(self.json("/v1/messages", body, ANTHROPIC)["content"][0]["text"], "Tools said: " + said)
        body["messages"][2]["content"] = [reminder] + results
        message = self.json("/v1/messages", body, ANTHROPIC, 400)["error"]["message"]
        self.assertIn("`tool_use` ids were found without `tool_result` blocks immediately after", message)
        body["messages"][2]["content"] = results
        blocks[0]["signature"] = "AAAA" + blocks[0]["signature"][4:]
        message = self.json("/v1/messages", body, ANTHROPIC, 400)["error"]["message"]
        self.assertEqual(message, "messages.1.content.0: Invalid `signature` in `thinking` block")

    def test_refusals(self):
        self.json("/v1/messages", self.ask("x"), {"x-api-key": "k"}, 400)
        self.assertEqual(self.json("/v1/messages", self.ask("x"), {**ANTHROPIC, "x-api-key": "bad-key"}, 401)["error"]["type"],
                         "authentication_error")
        self.json("/v1/messages", self.ask("x"), {"authorization": "Bearer k", "anthropic-version": "2026-10-21"})
        body = self.ask("x", foo=1)
        self.assertEqual(self.json("/v1/messages", body, ANTHROPIC, 400)["error"]["message"],
                         "foo: Extra inputs are not permitted")
        del body["foo"], body["max_tokens"]
        self.assertEqual(self.json("/v1/messages", body, ANTHROPIC, 400)["error"]["message"], "max_tokens: Field required")


class Gemini(Base):
    path = "/v1beta/models/gemini-3-pro-preview"
    tools = [{"functionDeclarations": [{"name": "get", "parametersJsonSchema": {"type": "object"}}]}]

    def ask(self, text, **more):
        return {"contents": [{"role": "user", "parts": [{"text": text}]}], **more}

    def test_whole_stream_and_array(self):
        reply = self.json(self.path + ":generateContent", self.ask("hi"), GOOGLE)
        self.assertEqual(reply["candidates"][0]["content"]["parts"][0]["text"], "Echo: hi")
        head, raw = self.post(self.path + ":streamGenerateContent?alt=sse", self.ask("hi there"), GOOGLE)
        self.assertIn(b"\r\n\r\n", raw)
        self.assertNotIn(b"DONE", raw)
        chunks = [e for _, e in events(raw)]
        text = "".join(p.get("text", "") for c in chunks for p in c["candidates"][0]["content"]["parts"])
        self.assertEqual(text, "Echo: hi there")
        self.assertEqual([c["candidates"][0].get("finishReason") for c in chunks][-2:], [None, "STOP"])
        self.assertTrue(all("usageMetadata" in c and "responseId" in c for c in chunks))
        array = self.json(self.path + ":streamGenerateContent", self.ask("hi there"), GOOGLE)
        self.assertEqual(len(array), len(chunks))
        vertex = "/v1/projects/p/locations/global/publishers/google/models/gemini-2.5-pro:generateContent"
        self.json(vertex, self.ask("x"), {"authorization": "Bearer t"})

    def test_tool_loop_with_signature(self):
        body = self.ask('[[tool get {"a":1}]] [[tool get {}]]', tools=self.tools)
        content = self.json(self.path + ":generateContent", body, GOOGLE)["candidates"][0]["content"]
        self.assertEqual(["thoughtSignature" in p for p in content["parts"]], [True, False])
        self.assertEqual(content["parts"][1]["functionCall"], {"name": "get"})
        responses = [{"functionResponse": {"name": "get", "response": {"output": str(i)}}} for i in (1, 2)]
        body["contents"] += [content, {"role": "user", "parts": responses}]
        reply = self.json(self.path + ":generateContent", body, GOOGLE)
        self.assertEqual(reply["candidates"][0]["content"]["parts"][0]["text"], "Tools said: 1 | 2")
        signature = content["parts"][0].pop("thoughtSignature")
        error = self.json(self.path + ":generateContent", body, GOOGLE, 400)["error"]
        self.assertTrue(error["message"].startswith("Function call is missing a thought_signature"))
        content["parts"][0]["thoughtSignature"] = "skip_thought_signature_validator"
        self.json(self.path + ":generateContent", body, GOOGLE)
        content["parts"][0]["thoughtSignature"] = signature
        responses.pop()
        self.assertIn("number of function response parts",
                      self.json(self.path + ":generateContent", body, GOOGLE, 400)["error"]["message"])

    def test_refusals(self):
        error = self.json(self.path + ":generateContent", self.ask("x", foo=1), GOOGLE, 400)["error"]
        self.assertEqual(error["message"], 'Invalid JSON payload received. Unknown name "foo": Cannot find field.')
        error = self.json(self.path + ":generateContent", self.ask("x"), {"x-goog-api-key": "bad-key"}, 400)["error"]
        self.assertEqual(error["details"][0]["reason"], "API_KEY_INVALID")
        schema = {"type": "object", "properties": {"a": {"type": "string", "additionalProperties": False}}}
        tools = [{"functionDeclarations": [{"name": "g", "parameters": schema}]}]
        error = self.json(self.path + ":generateContent", self.ask("x", tools=tools), GOOGLE, 400)["error"]
        self.assertIn("Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters.properties[0].value'",
                      error["message"])

    def test_code_assist(self):
        body = {"model": "gemini-2.5-pro", "project": "p", "request": self.ask("hi", session_id="s")}
        token = {"authorization": "Bearer t"}
        reply = self.json("/v1internal:generateContent", body, token)
        self.assertEqual(reply["response"]["candidates"][0]["content"]["parts"][0]["text"], "Echo: hi")
        stream = events(self.post("/v1internal:streamGenerateContent?alt=sse", body, token)[1])
        self.assertTrue(all("traceId" in e for _, e in stream))
        self.assertIn("cloudaicompanionProject", self.json("/v1internal:loadCodeAssist", {}, token))
        self.assertTrue(self.json("/v1internal:onboardUser", {}, token)["done"])
        self.assertEqual(self.json("/v1internal:countTokens", {"request": {"model": "models/x", **self.ask("hi")}},
                                   token).keys(), {"totalTokens"})
        self.assertEqual(len(self.json("/v1internal:retrieveUserQuota", {}, token)["buckets"]), 2)

    def test_model_lists(self):
        for headers, path, key in ((OPENAI, "/v1/models", "object"), (ANTHROPIC, "/v1/models", "has_more"),
                                   (GOOGLE, "/v1/models", "models"), (GOOGLE, "/v1beta/models", "models")):
            self.assertIn(key, json.loads(call(self.sim.port, "GET", path, headers=headers)[2]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
