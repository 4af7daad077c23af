"""The requests that are sent: the same every run."""
import json
import random

WORDS = ("the request handler reads a line and returns early when the buffer is empty so callers must check for the "
         "end of input before they parse the next field of the record and report what they found").split()
CODE = ('  if (index >= limit) {\n    return error("index " + index + " is beyond " + limit);\n  }\n'
        '  const entry = table[index];\n\tentry.count += 1;  // "seen" again\n')


def prose(rng, size):
    text = ""
    while len(text) < size:
        text += " ".join(rng.choices(WORDS, k=12)) + ".\n"
    return text[:size]


def code(rng, size):
    text = ""
    while len(text) < size:
        text += f"function step_{rng.randrange(10**6)}(index, limit) {{\n{CODE}}}\n\n"
    return text[:size]


def filled(make, size):
    """make(n) is a request with n bytes of filler; the one that is `size` bytes long."""
    bare = len(make(0))
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(make(middle)) <= size else (low, middle - 1)
    return make(low) if bare <= size else make(0)


def encoded(value):
    return json.dumps(value, separators=(",", ":")).encode()


def chat(model, size=4096, stream=False):
    """An OpenAI chat request: a system prompt and one question."""
    text = prose(random.Random(1), size)

    def make(filler):
        body = {"model": model, "messages": [
            {"role": "system", "content": "You are a careful engineer."},
            {"role": "user", "content": text[:filler]}], "max_tokens": 1024, "temperature": 0.2}
        return encoded(body | {"stream": True} if stream else body)
    return filled(make, size)


def messages(model, size=4096, stream=False):
    """The same as an Anthropic request."""
    text = prose(random.Random(1), size)

    def make(filler):
        body = {"model": model, "max_tokens": 1024, "temperature": 0.2,
                "system": "You are a careful engineer.",
                "messages": [{"role": "user", "content": text[:filler]}]}
        return encoded(body | {"stream": True} if stream else body)
    return filled(make, size)


def responses(model, size=4096):
    """The same as a request of OpenAI's Responses API."""
    text = prose(random.Random(1), size)

    def make(filler):
        return encoded({"model": model, "max_output_tokens": 1024, "temperature": 0.2,
                        "instructions": "You are a careful engineer.", "input": text[:filler]})
    return filled(make, size)


def tool(number):
    return {"type": "function", "function": {
        "name": f"workspace_tool_{number}",
        "description": "Reads or changes files of the workspace. Give absolute paths. Returns what changed.",
        "parameters": {"type": "object", "required": ["path"], "properties": {
            "path": {"type": "string", "description": "The file"},
            "lines": {"type": "array", "items": {"type": "integer", "minimum": 1}},
            "mode": {"type": "string", "enum": ["read", "write", "append"]}}}}}


def agent_chat(model, size=640 * 1024):
    """A coding agent's request late in a session: 20 tools, and turn after turn of calls and file contents."""
    rng = random.Random(2)
    body = {"model": model, "max_tokens": 8192, "tools": [tool(n) for n in range(20)],
            "messages": [{"role": "system", "content": prose(rng, 12_000)},
                         {"role": "user", "content": "Find out why the parser drops the last field, and mend it."}]}
    turn = 0
    while len(encoded(body)) < size - 9000:
        body["messages"] += [
            {"role": "assistant", "content": prose(rng, 300), "tool_calls": [
                {"id": f"call_{turn}", "type": "function", "function": {
                    "name": f"workspace_tool_{turn % 20}",
                    "arguments": encoded({"path": f"/srv/project/module_{turn}.js", "mode": "read"}).decode()}}]},
            {"role": "tool", "tool_call_id": f"call_{turn}", "content": code(rng, 6000)}]
        turn += 1

    def make(filler):
        last = {"role": "user", "content": "Go on. " + "x" * filler}
        return encoded(body | {"messages": body["messages"] + [last]})
    return filled(make, size)


def agent_messages(model, size=640 * 1024):
    """The same session as agent_chat() in the words of Anthropic."""
    rng = random.Random(2)
    tools = [{"name": one["function"]["name"], "description": one["function"]["description"],
              "input_schema": one["function"]["parameters"]} for one in map(tool, range(20))]
    body = {"model": model, "max_tokens": 8192, "tools": tools, "system": prose(rng, 12_000),
            "messages": [{"role": "user", "content": "Find out why the parser drops the last field, and mend it."}]}
    turn = 0
    while len(encoded(body)) < size - 9000:
        body["messages"] += [
            {"role": "assistant", "content": [
                {"type": "text", "text": prose(rng, 300)},
                {"type": "tool_use", "id": f"toolu_{turn}", "name": f"workspace_tool_{turn % 20}",
                 "input": {"path": f"/srv/project/module_{turn}.js", "mode": "read"}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": f"toolu_{turn}", "content": code(rng, 6000)}]}]
        turn += 1

    def make(filler):
        last = {"role": "user", "content": "Go on. " + "x" * filler}
        return encoded(body | {"messages": body["messages"] + [last]})
    return filled(make, size)
