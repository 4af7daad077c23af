"""An upstream that misbehaves at the level of bytes: what it does stands in the path of the base URL of an account."""
import asyncio
import json
import socket
import struct
import threading

STALL_S = 30

FIRST_EVENTS = {
    "chat": [b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"one "},"finish_reason":null}]}\n\n'],
    "anthropic": [b'event: message_start\ndata: {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\n',
                  b'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
                  b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one "}}\n\n'],
    "gemini": [b'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"one "}]},"index":0}],"modelVersion":"m"}\n\n'],
}
ERROR_EVENT = {
    "chat": b'data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":"overloaded"}}\n\n',
    "anthropic": b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    "gemini": b'data: {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}\n\n',
}
WHOLE = {
    "chat": b'{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"one two"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}',
    "anthropic": b'{"id":"m1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"one two"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}',
    "gemini": b'{"candidates":[{"content":{"role":"model","parts":[{"text":"one two"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3},"modelVersion":"m"}',
}


WORDS = {400: ("invalid_request_error", "INVALID_ARGUMENT"), 401: ("authentication_error", "UNAUTHENTICATED"), 403: ("permission_error", "PERMISSION_DENIED"), 404: ("not_found_error", "NOT_FOUND"),
         429: ("rate_limit_error", "RESOURCE_EXHAUSTED"), 500: ("api_error", "INTERNAL"), 529: ("overloaded_error", "UNAVAILABLE")}


def refusal(dialect, status, headers=b""):
    word, google = WORDS[status]
    error = {"chat": {"error": {"message": f"Refused with {status}.", "type": word, "param": None, "code": None}},
             "anthropic": {"type": "error", "error": {"type": word, "message": f"Refused with {status}."}},
             "gemini": {"error": {"code": status, "message": f"Refused with {status}.", "status": google}}}[dialect]
    body = json.dumps(error).encode()
    return b"HTTP/1.1 %d No\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%s\r\n%s" % (status, len(body), headers, body)


def stream_head(more=b""):
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n" + more + b"\r\n"


def whole(body, more=b""):
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%s\r\n%s" % (len(body), more, body)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


class BadUpstream:
    """`answers`: name → function(dialect, stream) that gives what is done: bytes to send, seconds to wait,
    "pause", "stall", "reset", or a coroutine function that takes the writer."""

    def __init__(self, answers, tls=None):
        """`tls`: an ssl.SSLContext with a certificate for localhost."""
        self.answers, self.tls, self.seen = answers, tls, []
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait(5)

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024, ssl=self.tls))
        self.port = self.server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()
        self.server.close()

    def base(self, name, dialect):
        return f"{'https://localhost' if self.tls else 'http://127.0.0.1'}:{self.port}/{name}/{dialect.name}" + ("/v1" if dialect.name == "chat" else "")

    async def _serve(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            body = await reader.readexactly(length)
            _, name, dialect = head.split(b" ")[1].decode().split("/")[:3]
            self.seen.append(name)
            stream = b'"stream":true' in body.replace(b" ", b"") or b"streamGenerateContent" in head
            for step in self.answers[name](dialect, stream):
                if step == "stall":
                    await asyncio.sleep(STALL_S)
                elif step == "reset":
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                elif step == "pause":
                    await asyncio.sleep(0.05)
                elif isinstance(step, float):
                    await asyncio.sleep(step)
                elif callable(step):
                    await step(writer)
                else:
                    writer.write(step)
                    await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def stop(self):
        def end():
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.call_later(0.1, self.loop.stop)
        self.loop.call_soon_threadsafe(end)
        self.thread.join(5)


class FullPort:
    """A port whose queue is full: connections to it are never accepted, nor refused."""

    def __init__(self):
        self.server = socket.socket()
        self.server.bind(("127.0.0.1", 0))
        self.server.listen(0)
        self.port = self.server.getsockname()[1]
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self.fillers.append(filler)

    def close(self):
        for one in (*self.fillers, self.server):
            one.close()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
