"""What the end-to-end tests share: the real gateway and the real simulator as processes, HTTP and raw-socket clients,
readers of event streams, waiting with deadlines, and the check that nothing is left behind.

Every process runs in its own group and is ended by its own id; every port is a free one; every folder is thrown away.
"""
import atexit
import collections
import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CLIENTS = ROOT / "tests" / "clients"
AGT = os.path.abspath(os.environ.get("AGT_BINARY") or ROOT / "build" / "release" / "agt")
SIM = os.path.abspath(os.environ.get("AGT_SIM_BINARY") or ROOT / "build" / "release" / "agt-sim")
SANITIZED = "asan" in AGT or "tsan" in AGT  # slower starts, shadow memory
START_S = 20 if SANITIZED else 10

OPENAI = {"authorization": "Bearer client-key"}
ANTHROPIC = {"x-api-key": "client-key", "anthropic-version": "2023-06-01"}
GOOGLE = {"x-goog-api-key": "client-key"}

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def wait_until(condition, seconds, what):
    """The first true value of `condition()`; fails with `what` when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.005)


# ---- processes and folders ----------------------------------------------------------------------------------------

class Program:
    """One process in its own group, with its output collected."""
    running = []

    def __init__(self, command, env, cwd=None, stdin=subprocess.DEVNULL):
        self.name = pathlib.Path(command[0]).name
        self.out, self.err = [], collections.deque(maxlen=2000)
        self.process = subprocess.Popen(command, env=env, cwd=cwd, stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, start_new_session=True,
                                        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        self.pid = self.process.pid
        self.readers = [threading.Thread(target=self._collect, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()
        Program.running.append(self)

    @staticmethod
    def _collect(stream, lines):
        with stream:
            for line in stream:
                lines.append(line.decode(errors="replace").rstrip("\n"))

    def alive(self):
        return self.process.poll() is None

    def stdout(self):
        return "\n".join(self.out)

    def stderr(self):
        return "\n".join(self.err)

    def line_with(self, mark, seconds=START_S):
        def look():
            found = [line for line in list(self.out) if mark in line]
            if not found and not self.alive():
                self.wait(1)
                found = [line for line in list(self.out) if mark in line]
                if not found:
                    raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.stderr()[-3000:]}")
            return found and found[0]
        return wait_until(look, seconds, f"{self.name} prints {mark!r}; stderr: {self.stderr()[-2000:]}")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds):
        code = self.process.wait(timeout=seconds)
        for reader in self.readers:
            reader.join(timeout=2)
        return code

    def stop(self, seconds=10):
        """Asks it to end; kills its group when it does not. Gives the exit code."""
        if self.alive():
            self.signal(signal.SIGTERM)
        try:
            code = self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds} s of SIGTERM; stderr: {self.stderr()[-3000:]}")
        self._forget()
        return code

    def kill(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self._forget()

    def _forget(self):
        if self in Program.running:
            Program.running.remove(self)


class Folders:
    """Throw-away folders; each is deleted at the end, and the check of leftovers sees that it was."""
    made = []

    @classmethod
    def new(cls, prefix="agt-e2e-", where=None):
        path = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=where))
        cls.made.append(path)
        return path

    @classmethod
    def drop(cls, path):
        shutil.rmtree(path, ignore_errors=True)
        if path in cls.made and not path.exists():
            cls.made.remove(path)


def sweep():
    for program in list(Program.running):
        program.kill()
    for path in list(Folders.made):
        Folders.drop(path)


atexit.register(sweep)


def group_members(group):
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.getpgid(int(entry)) == group:
                    members.append(int(entry))
            except (ProcessLookupError, PermissionError):
                pass
    return members


class CleanCase(unittest.TestCase):
    """A suite that must leave no process and no folder behind."""

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        left = [p.name for p in Program.running]
        folders = [str(p) for p in Folders.made]
        sweep()
        assert not left, f"left running: {left}"
        assert not folders, f"left behind: {folders}"


# ---- HTTP -----------------------------------------------------------------------------------------------------------

class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode()

    def events(self):
        return events(self.body)

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:600]!r}>"


def call(port, method, path, body=None, headers=None, context=None, timeout=30):
    if context:
        connection = http.client.HTTPSConnection("localhost", port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    if body is not None and not any(name.lower() == "content-type" for name in headers):
        headers["content-type"] = "application/json"
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        raw = reply.read()
    finally:
        connection.close()
    return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, raw)


def events(raw):
    """[(event name or None, data)] of an SSE body; data is parsed when it is JSON."""
    text = raw.decode().replace("\r\n", "\n")
    assert text == "" or text.endswith("\n\n"), f"an unfinished event: {text[-200:]!r}"
    out = []
    for block in text.split("\n\n"):
        name, data = None, []
        for line in block.split("\n"):
            field, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
        if data:
            joined = "\n".join(data)
            out.append((name, joined if joined == "[DONE]" else json.loads(joined)))
    return out


def request_bytes(method, path, port, headers, body=b""):
    lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body and not any(name.lower() in ("content-length", "transfer-encoding") for name in headers):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Raw:
    """A bare TCP client: what goes out is exactly what was given."""

    def __init__(self, port, timeout=15):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.received = b""

    def send(self, data):
        self.socket.sendall(data)
        return self

    def read_until(self, mark):
        while mark not in self.received:
            got = self.socket.recv(65536)
            if not got:
                raise AssertionError(f"closed before {mark!r}: {self.received[-800:]!r}")
            self.received += got
        return self.received

    def read_all(self):
        """Everything until the peer closes; a reset ends it too."""
        try:
            while got := self.socket.recv(65536):
                self.received += got
        except ConnectionResetError:
            pass
        return self.received

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def exchange(port, data, timeout=15):
    """Sends raw bytes and reads one answer until the peer closes or the body is complete: (status, headers, body)."""
    with Raw(port, timeout) as raw:
        try:
            raw.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # an early refusal; what was said can still be read
        return read_reply(raw)


def read_reply(raw, head_only=False):
    """`head_only`: to a HEAD, whose content-length counts nothing that comes."""
    raw.read_until(b"\r\n\r\n")
    head, _, rest = raw.received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    raw.received = rest
    if head_only:
        return Reply(int(lines[0].split()[1]), headers, b"")
    if "chunked" in headers.get("transfer-encoding", ""):
        body = read_chunked(raw)
    else:
        length = int(headers.get("content-length", 0))
        while len(raw.received) < length:
            got = raw.socket.recv(65536)
            assert got, f"the body was cut: {raw.received[-200:]!r}"
            raw.received += got
        body, raw.received = raw.received[:length], raw.received[length:]
    return Reply(int(lines[0].split()[1]), headers, body)


def read_chunked(raw):
    body = b""
    while True:
        raw.read_until(b"\r\n")
        size, _, raw.received = raw.received.partition(b"\r\n")
        count = int(size.split(b";")[0], 16)
        while len(raw.received) < count + 2:
            got = raw.socket.recv(65536)
            assert got, f"the stream was cut after {body[-200:]!r}"
            raw.received += got
        body += raw.received[:count]
        raw.received = raw.received[count + 2:]
        if count == 0:
            return body


# ---- the simulator --------------------------------------------------------------------------------------------------

def clean_environment(**more):
    """A small environment: none of the machine's proxies, keys or AGT_ settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    return {**kept, **{name: str(value) for name, value in more.items()}}


class Sim:
    """The scripted upstream, with TLS and its own authority unless told otherwise."""

    def __init__(self, tls=True, port=0, log=True):
        self.folder = Folders.new("agt-sim-")
        options = [*(["--tls-self", str(self.folder)] if tls else []), *([] if log else ["--no-log"])]
        self.program = Program([SIM, "--port", str(port), "--quiet", *options], clean_environment())
        self.url = self.program.line_with("http").split()[-1].replace("127.0.0.1", "localhost" if tls else "127.0.0.1")
        self.port = int(self.url.rsplit(":", 1)[1].rstrip("/"))
        self.ca_file = self.folder / "ca.pem" if tls else None
        self.context = ssl.create_default_context(cafile=str(self.ca_file)) if tls else None

    def call(self, method, path, body=None, headers=None):
        return call(self.port, method, path, body, headers, self.context)

    def script(self, script, key="*", model="*", times=1):
        reply = self.call("POST", "/sim/script", {"key": key, "model": model, "times": times, "script": script})
        assert reply.status == 200, reply

    def reset(self):
        self.call("DELETE", "/sim/script")
        self.call("DELETE", "/sim/log")

    def log(self):
        return self.call("GET", "/sim/log").json()["requests"]

    def last(self):
        return self.log()[-1]

    def last_of(self, path):
        return [entry for entry in self.log() if entry["path"] == path][-1]

    def stats(self):
        return self.call("GET", "/sim/stats").json()

    def stop(self):
        self.program.stop()
        Folders.drop(self.folder)

    # base URLs of the three dialects
    def base(self, provider):
        return {"openai-compatible": self.url + "/v1", "openai": self.url + "/v1", "openai-responses": self.url + "/v1"}.get(provider, self.url)


# ---- the gateway ----------------------------------------------------------------------------------------------------

class Gateway:
    """`agt serve` on free ports with a home of its own."""

    def __init__(self, sim=None, settings=None, config=None, accounts=(), routes=(), args=()):
        self.sim = sim
        self.folder = Folders.new("agt-home-")
        self.home = self.folder / "home"
        self.config = config
        self.settings = {"AGT_LOGGING_LEVEL": "debug", "AGT_SCHEDULING_MAX_WAIT_SECONDS": "0", **(settings or {})}
        if sim is not None and sim.ca_file:
            self.settings.setdefault("AGT_NETWORK_CA_FILE", str(sim.ca_file))
        self.args = list(args)
        self.program = None
        self.ids = {}
        if config is not None:
            self.home.mkdir(mode=0o700)
            (self.home / "config.toml").write_text(config)
        for account in accounts:
            self.add_account(*account)
        for match, *targets in routes:
            self.route(match, *targets)

    def environment(self):
        return clean_environment(AGT_HOME=self.home, HOME=self.folder, **self.settings)

    def cli(self, *arguments, stdin="", check=True):
        done = subprocess.run([AGT, *arguments], input=stdin, capture_output=True, text=True, timeout=30,
                              env=clean_environment(AGT_HOME=self.home, HOME=self.folder))
        if check and done.returncode != 0:
            raise AssertionError(f"agt {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}{self.stderr()}")
        return done

    def add_account(self, provider, label, key, base_url=None, *more):
        base = base_url or self.sim.base(provider)
        done = self.cli("account", "add", provider, "--label", label, "--base-url", base, "--key-stdin", *more, stdin=key)
        self.ids[label] = done.stdout.strip().split("\n")[-1].split()[-1]
        return self.ids[label]

    def route(self, match, *targets, strict=False):
        to = [word for target in targets for word in ("--to", target)]
        self.cli("route", "add", "--match", match, *to, *(["--strict"] if strict else []))

    def login(self, provider, label, base_url):
        """Signs in at the simulator by the command line, the pasted way, with the user's own OAuth client."""
        command = [AGT, "account", "login", "custom", "--no-browser", "--provider", provider, "--label", label, "--base-url", base_url,
                   "--client-id", "client-1", "--client-secret-env", "CLIENT_SECRET", "--auth-url", self.sim.url + "/authorize",
                   "--token-url", self.sim.url + "/token", "--userinfo-url", self.sim.url + "/userinfo"]
        asks = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**self.environment(), "CLIENT_SECRET": "secret-1"})
        link = next(line.strip() for line in asks.stderr if line.strip().startswith("http"))
        agreed = self.sim.call("GET", link.removeprefix(self.sim.url))
        out, err = asks.communicate(agreed.headers["location"] + "\n", timeout=20)
        assert asks.returncode == 0, err
        self.ids[label] = out.strip().split("\n")[-1]
        return self.ids[label]

    def start(self):
        command = [AGT, "serve", "--port", "0", "--admin-port", "0", "--home", str(self.home), *self.args]
        self.program = Program(command, self.environment())
        line = self.program.line_with("for clients")
        self.url = line.split()[2]
        self.port = int(self.url.rsplit(":", 1)[1])
        admin_file = self.home / "admin.json"
        wait_until(admin_file.exists, START_S, f"{admin_file} appears")
        self.admin = json.loads(admin_file.read_text())
        self.admin_port = int(self.admin["address"].rsplit(":", 1)[1])
        return self

    @property
    def pid(self):
        return self.program.pid

    def stderr(self):
        return f"\n--- gateway stderr ---\n{self.program.stderr()[-6000:]}" if self.program else ""

    def call(self, method, path, body=None, headers=None, timeout=30):
        return call(self.port, method, path, body, headers, timeout=timeout)

    def admin_call(self, method, path, body=None):
        return call(self.admin_port, method, path, body, {"authorization": "Bearer " + self.admin["token"]})

    def trace(self, reply):
        """The trace of a reply, by the command that users have. The ledger is written a moment after the answer."""
        found = []

        def look():
            done = self.cli("trace", reply.headers["x-agt-trace"], "--json", check=False)
            if done.returncode == 0:
                found.append(json.loads(done.stdout))
            return found
        wait_until(look, 10, f"agt trace knows {reply.headers.get('x-agt-trace')}")
        return found[0]

    def open_files(self):
        """The names behind the descriptors of the process; None when we may not look."""
        try:
            folder = f"/proc/{self.pid}/fd"
            names = []
            for fd in os.listdir(folder):
                try:
                    names.append(os.readlink(f"{folder}/{fd}"))
                except FileNotFoundError:
                    pass
            return names
        except PermissionError:
            return None

    def rss_kb(self, field="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {field}")

    def peak_kb(self):
        """The most resident memory since forget_peak()."""
        return self.rss_kb("VmHWM")

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def stop(self, expected=0):
        code = self.program.stop(40) if self.program and self.program in Program.running else 0
        if expected is not None and code != expected:
            raise AssertionError(f"the gateway ended with {code}, not {expected}{self.stderr()}")
        Folders.drop(self.folder)


# ---- the three dialects, said once ----------------------------------------------------------------------------------

class Dialect:
    """How a client of one dialect asks, and how it reads its answers."""

    def __init__(self, name, provider, headers, path, stream_path, ask):
        self.name, self.provider, self.headers = name, provider, headers
        self._path, self._stream_path, self._ask = path, stream_path, ask

    def path(self, model, stream):
        return (self._stream_path if stream else self._path).format(model=model)

    def body(self, model, text, stream=False):
        return self._ask(model, text, stream)

    def post(self, gateway, model, text="Hi", stream=False, headers=None, timeout=30):
        return gateway.call("POST", self.path(model, stream), self.body(model, text, stream), {**self.headers, **(headers or {})}, timeout)

    def raw(self, port, model, text="Hi", stream=False, headers=None):
        body = json.dumps(self.body(model, text, stream)).encode()
        return request_bytes("POST", self.path(model, stream), port, {"content-type": "application/json", **self.headers, **(headers or {})}, body)

    def said(self, reply, stream=False):
        """The text of an answer, from a whole body or from its events."""
        if self.name == "chat":
            if not stream:
                return reply.json()["choices"][0]["message"]["content"]
            return "".join(e["choices"][0]["delta"].get("content") or "" for _, e in reply.events() if e != "[DONE]" and e.get("choices"))
        if self.name == "anthropic":
            if not stream:
                return "".join(b["text"] for b in reply.json()["content"] if b["type"] == "text")
            return "".join(e["delta"]["text"] for n, e in reply.events() if n == "content_block_delta" and e["delta"]["type"] == "text_delta")
        replies = [e for _, e in reply.events()] if stream else [reply.json()]
        return "".join(p.get("text", "") for r in replies for c in r.get("candidates", []) for p in c.get("content", {}).get("parts", []) if not p.get("thought"))

    def error(self, reply):
        """(word, message) of an error answer; fails when it is not in this dialect's shape."""
        body = reply.json()
        if self.name == "anthropic":
            assert body["type"] == "error", body
            return body["error"]["type"], body["error"]["message"]
        error = body["error"]
        if self.name == "gemini":
            assert error["code"] == reply.status, body
            return error["status"], error["message"]
        assert set(error) >= {"message", "type", "param", "code"}, body
        return error["type"], error["message"]

    def stream_ended_well(self, reply):
        text = reply.text() if isinstance(reply, Reply) else reply.decode()
        if self.name == "chat":
            return "[DONE]" in text
        if self.name == "anthropic":
            return "message_stop" in text
        return '"finishReason"' in text

    def stream_error(self, body):
        """The error event at the end of a stream: its message; fails when there is none."""
        name, last = events(body)[-1]
        if self.name == "anthropic":
            assert name == "error" and last["type"] == "error", (name, last)
        assert last != "[DONE]", body[-400:]
        return last["error"]["message"]


def _ask_chat(model, text, stream):
    return {"model": model, "messages": [{"role": "user", "content": text}], **({"stream": True} if stream else {})}


def _ask_anthropic(model, text, stream):
    return {"model": model, "max_tokens": 256, "messages": [{"role": "user", "content": text}], **({"stream": True} if stream else {})}


def _ask_gemini(_model, text, _stream):
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]}


CHAT = Dialect("chat", "openai-compatible", OPENAI, "/v1/chat/completions", "/v1/chat/completions", _ask_chat)
MESSAGES = Dialect("anthropic", "anthropic-compatible", ANTHROPIC, "/v1/messages", "/v1/messages", _ask_anthropic)
GEMINI = Dialect("gemini", "gemini", GOOGLE, "/v1beta/models/{model}:generateContent", "/v1beta/models/{model}:streamGenerateContent?alt=sse", _ask_gemini)
DIALECTS = (CHAT, MESSAGES, GEMINI)

# The names that clients ask for, one for each upstream dialect; routes send them there. The upstream's names are ones
# that the catalogue knows, so that reasoning and limits are those of a real model.
ROUTES = (("to-chat", "openai-compatible/gpt-5.5"), ("to-anthropic", "anthropic-compatible/claude-sonnet-4-5"),
          ("to-gemini", "gemini/gemini-2.5-flash"))
TO = {"chat": "to-chat", "anthropic": "to-anthropic", "gemini": "to-gemini"}


def two_accounts_each():
    return [(dialect.provider, f"{dialect.name}-{letter}", f"key-{dialect.name}-{letter}") for dialect in DIALECTS for letter in "ab"]


class WithGateway(CleanCase):
    """One TLS simulator and one gateway with two accounts of each dialect, for all tests of the class."""
    settings = {}
    sim_tls = True

    @classmethod
    def setUpClass(cls):
        cls.sim = Sim(tls=cls.sim_tls)
        cls.gateway = Gateway(cls.sim, settings=cls.settings, accounts=cls.accounts(), routes=cls.routes()).start()

    @classmethod
    def accounts(cls):
        return two_accounts_each()

    @classmethod
    def routes(cls):
        return ROUTES

    @classmethod
    def tearDownClass(cls):
        try:
            cls.gateway.stop()
            cls.sim.stop()
        finally:
            super().tearDownClass()

    def setUp(self):
        self.sim.reset()

    def run(self, result=None):
        bad = lambda: len(result.failures) + len(result.errors) if result else 0  # noqa: E731
        before = bad()
        out = super().run(result)
        if bad() > before and getattr(self, "gateway", None):
            print(f"{self.id()} failed; the gateway's last words:{self.gateway.stderr()}", flush=True)
        return out


def main():
    unittest.main(verbosity=2)
