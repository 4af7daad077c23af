"""The processes of a run: the simulator, nginx, haproxy, the gateway. Each lives in a folder of its own, ends with it."""
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
READY_S = 10


class BenchError(Exception):
    """A measurement that must not be quoted."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    """User and system time of all threads, ended ones too: what /proc/PID/stat sums up, in nanoseconds instead of ticks."""
    return time.clock_gettime((~pid << 3) | 2)


def rss_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def more_files():
    """As many descriptors as the machine lets this process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def program_of(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        raise BenchError(f"{name} is missing")
    return found


def filled_in(name, folder, words):
    """A copy of the configuration `name` with its @WORDS@ replaced."""
    text = re.sub(r"@([A-Z_]+)@", lambda word: str(words.get(word[1], word[0])), (HERE / name).read_text())
    copy = pathlib.Path(folder) / name
    copy.write_text(text)
    return copy


class Process:
    """A child that ends with the run, if asked to kept on one core."""

    def __init__(self, command, folder, env=None, core=None, stdout=subprocess.DEVNULL):
        self.name = pathlib.Path(command[0]).name
        self.stderr_path = pathlib.Path(folder) / f"{self.name}.stderr"
        with open(self.stderr_path, "ab") as stderr:
            self.child = subprocess.Popen(
                command, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, env=os.environ | (env or {}),
                preexec_fn=lambda: self.prepare(core))
        self.pid = self.child.pid

    @staticmethod
    def prepare(core):
        more_files()
        if core is not None:
            os.sched_setaffinity(0, {core})

    def failed(self, what):
        tail = self.stderr_path.read_text(errors="replace")[-800:]
        return BenchError(f"{self.name} {what}\n{tail}".rstrip())

    def wait_for(self, port, seconds=READY_S):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                raise self.failed(f"ended with {self.child.returncode}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.001)
        raise self.failed(f"does not listen on {port}")

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Simulator(Process):
    """The scripted upstream. A script travels in the API key, so that repeated requests get prepared replies."""

    def __init__(self, program, folder, tls=False, core=None):
        self.ca = pathlib.Path(folder) / "ca.pem"
        command = [program, "--port", "0", "--no-log", "--quiet"] + (["--tls-self", str(folder)] if tls else [])
        super().__init__(command, folder, core=core, stdout=subprocess.PIPE)
        first = self.child.stdout.readline().decode()
        if not first.strip():
            raise self.failed("did not start")
        self.port = int(first.rsplit(":", 1)[1])

    @staticmethod
    def key(**script):
        return "bench-sim:" + ",".join(f"{name}={value}" for name, value in script.items())


class Nginx(Process):
    """nginx from nginx.conf: `whole`, `stream` and `secure` are its ports; its one worker does the work."""

    def __init__(self, folder, upstream, upstream_tls, ca, core=None):
        self.whole, self.stream, self.secure = free_port(), free_port(), free_port()
        words = {"DIR": folder, "USER": "user root;" if os.geteuid() == 0 else "", "UPSTREAM": upstream, "CA": ca,
                 "UPSTREAM_TLS": upstream_tls, "WHOLE": self.whole, "STREAM": self.stream, "SECURE": self.secure}
        conf = filled_in("nginx.conf", folder, words)
        super().__init__([program_of("nginx"), "-p", str(folder), "-c", str(conf), "-g", "daemon off;"], folder, core=core)
        self.wait_for(self.secure)

    @property
    def worker(self):
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            if len(children) == 1:
                return int(children[0])
            time.sleep(0.01)
        raise self.failed("has no worker")


class Haproxy(Process):
    """haproxy from haproxy.cfg: one process, one thread."""

    def __init__(self, folder, upstream, core=None):
        self.port = free_port()
        conf = filled_in("haproxy.cfg", folder, {"PORT": self.port, "UPSTREAM": upstream})
        super().__init__([program_of("haproxy"), "-db", "-f", str(conf)], folder, core=core)
        self.wait_for(self.port)


class Gateway(Process):
    """The gateway with one worker, the ledger on and a home of its own."""

    def __init__(self, program, home, ca=None, core=None):
        self.home, self.port = pathlib.Path(home), free_port()
        command = [program, "serve", "--home", str(home), "--port", str(self.port), "--admin-port", str(free_port()),
                   "--workers", "1", "--log-level", "warn"]
        super().__init__(command, home, env={"AGT_NETWORK_CA_FILE": str(ca)} if ca else None, core=core)

    def dropped_rows(self):
        """Requests that found the ledger's queue full: nobody paid for recording them."""
        return self.admin("GET", "/status")["ledger"]["dropped"]

    def admin(self, method, path, body=None):
        deadline = time.monotonic() + READY_S
        while not (self.home / "admin.json").exists():  # it comes a moment after the first answer
            if time.monotonic() > deadline:
                raise self.failed("does not say where its admin API is")
            time.sleep(0.01)
        about = json.loads((self.home / "admin.json").read_text())
        connection = http.client.HTTPConnection(about["address"].split("://")[1].rstrip("/"), timeout=30)
        connection.request(method, "/api/v1" + path, json.dumps(body) if body else None,
                           {"authorization": "Bearer " + about["token"], "content-type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        if reply.status >= 300:
            raise BenchError(f"admin API, {method} {path}: {reply.status} {text[:300]}")
        return json.loads(text)


def add_account(program, home, model, base_url, key, provider="openai-compatible"):
    command = [program, "account", "add", provider, "--home", str(home), "--label", model,
               "--base-url", base_url, "--key-stdin", "--model", model]
    done = subprocess.run(command, input=key.encode(), capture_output=True, timeout=30)
    if done.returncode != 0:
        raise BenchError(f"agt account add: {done.stderr.decode()[-400:]}")
