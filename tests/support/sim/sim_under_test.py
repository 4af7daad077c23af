"""What the tests of the real agt-sim share: a process on a free port, HTTP calls, a reader of event streams."""
import http.client
import json
import subprocess
import sys
import unittest

BINARY = sys.argv.pop(1) if len(sys.argv) > 1 else "agt-sim"
ANTHROPIC = {"x-api-key": "k-test", "anthropic-version": "2023-06-01"}
OPENAI = {"authorization": "Bearer k-test"}
GOOGLE = {"x-goog-api-key": "k-test"}


class Sim:
    def __init__(self, *options):
        self.process = subprocess.Popen([BINARY, "--port", "0", *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=5)
        self.process.stdout.close()
        return code


def call(port, method, path, body=None, headers=None, context=None):
    connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context) if context else \
        http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    try:
        connection.request(method, path, data, headers or {})
        reply = connection.getresponse()
        raw = reply.read()
    finally:
        connection.close()
    return reply.status, dict((k.lower(), v) for k, v in reply.getheaders()), raw


def events(raw):
    """[(event name or None, data)] of an SSE body; CRLF or LF."""
    out = []
    text = raw.decode().replace("\r\n", "\n")
    assert text.endswith("\n\n"), text[-80:]
    for block in text.split("\n\n")[:-1]:
        name, data = None, None
        for line in block.split("\n"):
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            if field == "data":
                data = value
        out.append((name, data if data == "[DONE]" else json.loads(data)))
    return out


class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim()

    @classmethod
    def tearDownClass(cls):
        assert cls.sim.stop() == 0

    def setUp(self):
        call(self.sim.port, "DELETE", "/sim/script")
        call(self.sim.port, "DELETE", "/sim/log")

    def post(self, path, body, headers, status=200):
        got, head, raw = call(self.sim.port, "POST", path, body, headers)
        self.assertEqual(got, status, raw[:600])
        return head, raw

    def json(self, path, body, headers, status=200):
        return json.loads(self.post(path, body, headers, status)[1])

    def log(self):
        return json.loads(call(self.sim.port, "GET", "/sim/log?since=0")[2])["requests"]
