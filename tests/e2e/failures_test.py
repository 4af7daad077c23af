"""One honest sentence for every failure: what each upstream script becomes for a client of each dialect, whole and
streamed, against a golden table: status, class, code, sentence, remedy, and the hints when to come back.

AGT_UPDATE_GOLDEN=1 writes tests/golden/failures.json anew; read the difference before you commit it."""
import concurrent.futures
import json
import os
import re
import socket
import time
import unittest

from harness import CHAT, DIALECTS, GEMINI, MESSAGES, OPENAI, ROOT, Dialect, Sim, WithGateway, events
from signed_in import SignedInCase

GOLDEN = ROOT / "tests" / "golden" / "failures.json"
SAID = "one two three four five six seven"


class OldCompletions(Dialect):
    """OpenAI's older completions: a prompt instead of messages."""
    def __init__(self):
        super().__init__("completions", "openai-compatible", OPENAI, "/v1/completions", "/v1/completions",
                         lambda model, text, stream: {"model": model, "prompt": text, "stream": stream})


class Responses(Dialect):
    def __init__(self):
        super().__init__("responses", "openai-responses", OPENAI, "/v1/responses", "/v1/responses",
                         lambda model, text, stream: {"model": model, "input": text, "stream": stream})

    def stream_error(self, body):
        name, last = events(body)[-1]
        assert name == last["type"], (name, last)
        if name == "error":
            return last["message"]
        assert name == "response.failed", (name, last)
        return last["response"]["error"]["message"]


RESPONSES = Responses()
CLIENTS = (CHAT, OldCompletions(), RESPONSES, MESSAGES, GEMINI)
UPSTREAMS = (*DIALECTS, RESPONSES)


def verification(dialect):
    """A 403 that names the page where the account is verified."""
    if dialect is GEMINI:
        return {"error": {"code": 403, "message": "Verify your account to continue: https://accounts.example/verify", "status": "PERMISSION_DENIED",
                          "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "VALIDATION_REQUIRED", "domain": "x.googleapis.com"}]}}
    if dialect is MESSAGES:
        return {"type": "error", "error": {"type": "permission_error", "message": "Please verify your account: https://accounts.example/verify"}}
    return {"error": {"message": "Your organization must be verified to use the model. Please go to: https://accounts.example/verify",
                      "type": "invalid_request_error", "param": None, "code": None}}


def overloaded(dialect):
    """A body that says so although the status is 200."""
    if dialect is GEMINI:
        return {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
    if dialect is MESSAGES:
        return {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    return {"error": {"message": "The server is overloaded.", "type": "server_error", "param": None, "code": "server_overloaded"}}


PROJECT = {"error": {"code": 403, "message": "Generative Language API has not been used in project 123 before or it is disabled.", "status": "PERMISSION_DENIED",
                     "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com"}]}}


# What the upstream does: the script for its dialect, whole or streamed.
CASES = {
    "429 short": lambda d, stream: {"status": 429, "retry_after": "7"},
    "429 long": lambda d, stream: {"status": 429, "retry_after": "7200"},
    "429 no hint": lambda d, stream: {"status": 429},
    "503": lambda d, stream: {"status": 503},
    "529": lambda d, stream: {"status": 529},
    "200 and an error": lambda d, stream: {"error_event": {"after": 0, "message": "Overloaded"}} if stream else {"body": overloaded(d)},
    "401": lambda d, stream: {"error": "401"},
    "403 with a link": lambda d, stream: {"status": 403, "body": json.dumps(verification(d))},
    "cut": lambda d, stream: {"chunks": 40, "truncate_at": 1100} if stream else {"truncate_at": 40},
}
HAS_OWN_HINT = ("429 short", "429 long")
STALLS = {"stall": "head", "stall_ms": 20000}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def normal(text):
    text = re.sub(r"port \d+", "port PORT", text)
    text = re.sub(r"\b\d+(\.\d+)? ms\b", "T ms", text)
    text = re.sub(r"\bback in \d+ s\b", "back in T s", text)
    return re.sub(r"after \d+(\.\d+)? s\b", "after T s", text)


def row_name(case, upstream, client, stream):
    to = f"{upstream.name} to {client.name}" if upstream else f"to {client.name}"
    return f"{case}: {to}{', streamed' if stream else ''}"


def golden():
    return json.loads(GOLDEN.read_text())


def lines_of(table):
    """One row a line: what a change does to the table can be read in a difference."""
    return "{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in table.items()) + "\n}\n"


def compare(case, table):
    if os.environ.get("AGT_UPDATE_GOLDEN"):
        GOLDEN.write_text(lines_of({**golden(), **table}))
    expected = golden()
    for name, row in table.items():
        with case.subTest(name):
            case.assertEqual(row, expected.get(name))


def told_row(gateway, client, reply, names, hint):
    trace = gateway.trace(reply)
    error = trace["error"]
    told = client.stream_error(reply.body) if reply.status == 200 else client.error(reply)[1]
    assert told, reply
    assert error["remedy"], f"a failure without a remedy: {trace}"
    assert int(reply.headers.get("retry-after", 0)) <= 60, reply
    row = {"status": reply.status, "class": error["class"], "code": error["code"], "told": normal(told),
           "sentence": normal(trace["sentence"]), "remedy": error["remedy"]}
    for name, stands_for in names.items():
        row = {key: value.replace(name, stands_for) if isinstance(value, str) else value for key, value in row.items()}
    for header in ("retry-after", "x-should-retry"):
        if header in reply.headers:
            row[header] = reply.headers[header] if hint or header != "retry-after" else "soon"
    return row


class FailureTable(WithGateway):
    settings = {"AGT_NETWORK_FIRST_BYTE_TIMEOUT_S": "1", "AGT_NETWORK_CONNECT_TIMEOUT_S": "1"}

    @classmethod
    def accounts(cls):
        cls.stranger = Sim()  # its authority is not trusted
        # A name that begins with "-" is refused by the resolver itself: no name server is asked, or waited for.
        return [("openai-compatible", "dns", "k", "https://-no-such-host.invalid/v1"),
                ("openai-compatible", "refused", "k", f"http://127.0.0.1:{free_port()}/v1"),
                ("openai-compatible", "tls", "k", cls.stranger.base("openai-compatible")),
                ("gemini", "project", "key-project"),
                *[(d.provider, f"at-{d.name}", f"key-{d.name}") for d in UPSTREAMS]]

    @classmethod
    def routes(cls):
        return []  # a model is asked of an account by its name

    @classmethod
    def tearDownClass(cls):
        cls.stranger.stop()
        super().tearDownClass()

    def add(self, provider, label, key):
        account = {"provider": provider, "label": label, "key": key, "base_url": self.sim.base(provider)}
        made = self.gateway.admin_call("POST", "/api/v1/accounts", account)
        self.assertEqual(made.status, 201, made)

    def ask(self, account, client, stream, number, hint=False):
        """A row of its own: the account is healthy before and after, and the model is one that nobody asked for."""
        model = f"m{number}"
        reply = client.post(self.gateway, f"{account}/{model}", SAID, stream=stream)
        row = told_row(self.gateway, client, reply, {model: "MODEL"}, hint)
        self.gateway.admin_call("POST", f"/api/v1/accounts/{account}/reset")
        return row

    def refill(self, upstream):
        """Answers that came give back the tokens for retries that the rows before have spent."""
        for _ in range(2):
            self.assertEqual(CHAT.post(self.gateway, f"at-{upstream.name}/healthy").status, 200)

    def test_every_refusal_of_every_upstream(self):
        table = {}
        number = 0
        for case, script in CASES.items():
            for upstream in UPSTREAMS:
                for client in CLIENTS:
                    for stream in (False, True):
                        number += 1
                        self.refill(upstream)
                        self.sim.script(script(upstream, stream), model=f"m{number}", times=-1)
                        table[row_name(case, upstream, client, stream)] = self.ask(f"at-{upstream.name}", client, stream, number, case in HAS_OWN_HINT)
        compare(self, table)

    def test_an_upstream_that_says_nothing(self):
        """Every row has an account of its own, so that all of them can wait at the same time."""
        rows = [(u, c, s) for u in UPSTREAMS for c in CLIENTS for s in (False, True)]
        for number, (upstream, _, _) in enumerate(rows):
            self.add(upstream.provider, f"mute-{number}", f"key-mute-{number}")
            self.sim.script(STALLS, model=f"mute-m{number}", times=-1)

        def ask(number):
            upstream, client, stream = rows[number]
            reply = client.post(self.gateway, f"mute-{number}/mute-m{number}", SAID, stream=stream)
            names = {f"mute-m{number}": "MODEL", f"mute-{number}": "ACCOUNT"}
            return row_name("stall", upstream, client, stream), told_row(self.gateway, client, reply, names, False)
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            compare(self, dict(pool.map(ask, range(len(rows)))))

    def test_networks_and_projects_that_are_missing(self):
        table = {}
        number = 1000
        self.sim.script({"status": 403, "body": PROJECT}, key="key-project", times=-1)
        self.sim.script({"body": {"allowedTiers": []}}, key="ya29.no-project", times=-1)
        self.add("code-assist", "no-project", "ya29.no-project")
        for case in ("dns", "refused", "tls", "project", "no-project"):
            for client in CLIENTS:
                for stream in (False, True):
                    number += 1
                    table[row_name(case, None, client, stream)] = self.ask(case, client, stream, number)
        self.assertEqual(self.stranger.log(), [], "a key went to a server that could not prove its name")
        compare(self, table)


class DeadGrants(SignedInCase):
    """invalid_grant: an account whose token has just expired, and whose refresh is refused; then the same account again."""

    def test_the_first_request_and_those_after_it_are_told(self):
        account = self.expired()["id"]
        table = {}
        for client in CLIENTS:
            for stream in (False, True):
                self.sim.script({"error": "invalid_grant"}, model="token", times=1)
                for case in ("invalid_grant", "after invalid_grant"):
                    reply = client.post(self.gateway, "openai-compatible/gpt-5.5", SAID, stream=stream)
                    table[row_name(case, None, client, stream)] = told_row(self.gateway, client, reply, {}, False)
                self.rules(expires_in=1)
                self.gateway.cli("account", "refresh", account)
                time.sleep(1.2)
        compare(self, table)


class Table(unittest.TestCase):
    def test_it_has_every_script_for_every_client(self):
        rows = {row_name(case, u, c, s) for case in [*CASES, "stall"] for u in UPSTREAMS for c in CLIENTS for s in (False, True)}
        rows |= {row_name(case, None, c, s) for case in ("dns", "refused", "tls", "project", "no-project", "invalid_grant", "after invalid_grant")
                 for c in CLIENTS for s in (False, True)}
        self.assertEqual(sorted(golden()), sorted(rows))


if __name__ == "__main__":
    unittest.main(verbosity=2)
