"""The laboratory: one simulator plain, one with TLS; nginx, haproxy and the gateway in front of them."""
import pathlib
import shutil
import tempfile

import bodies
from load import Bench, Contestant, Load
from processes import Gateway, Haproxy, Nginx, Simulator, add_account

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"
CHUNK_BYTES = 24
CHUNK_DELAY_MS = 3

# Each model has an account of its own, whose key tells the simulator what to answer.
KEYS = {
    "bench": Simulator.key(reply_bytes=2048),
    "burst": Simulator.key(chunks=200, chunk_bytes=CHUNK_BYTES),
    "paced": Simulator.key(chunks=200, chunk_bytes=CHUNK_BYTES, chunk_delay_ms=CHUNK_DELAY_MS),
    "secure": Simulator.key(reply_bytes=2048),
    "gemini-whole": Simulator.key(reply_bytes=2048),
    "gemini-burst": Simulator.key(chunks=200, chunk_bytes=CHUNK_BYTES),
    "claude-whole": Simulator.key(reply_bytes=2048),
    "claude-burst": Simulator.key(chunks=200, chunk_bytes=CHUNK_BYTES),
}
# What the others speak, and where, by the first part of their models' names.
PROVIDERS = {"gemini": ("gemini", ""), "claude": ("anthropic-compatible", "")}


class Lab:
    """Starts everything, ends everything."""

    def __init__(self, agt, sim, pin=False):
        # The measured process has one core, load and upstream share the other.
        self.served_core, self.load_core = (0, 1) if pin else (None, None)
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="agt-bench-"))
        self.built = agt.parent
        # Copies: a build meanwhile changes nothing.
        self.agt, self.sim_program = shutil.copy(agt, self.root / "agt"), shutil.copy(sim, self.root / "agt-sim")
        self.started = []
        self.bench = Bench(self.folder("wrk"), core=self.load_core)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        for process in reversed(self.started):
            process.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def folder(self, name):
        path = self.root / name
        path.mkdir(mode=0o700)
        return path

    def keep(self, process):
        self.started.append(process)
        return process

    def start(self):
        self.sim = self.keep(Simulator(self.sim_program, self.folder("sim"), core=self.load_core))
        self.sim_tls = self.keep(Simulator(self.sim_program, self.folder("sim-tls"), tls=True, core=self.load_core))
        self.nginx = self.keep(Nginx(self.folder("nginx"), self.sim.port, self.sim_tls.port, self.sim_tls.ca,
                                     core=self.served_core))
        self.haproxy = self.keep(Haproxy(self.folder("haproxy"), self.sim.port, core=self.served_core))
        home = self.folder("home")
        for model, key in KEYS.items():
            site = f"https://127.0.0.1:{self.sim_tls.port}" if model == "secure" else f"http://127.0.0.1:{self.sim.port}"
            provider, base = PROVIDERS.get(model.split("-")[0], ("openai-compatible", "/v1"))
            add_account(self.agt, home, model, site + base, key, provider)
        self.gateway = self.keep(Gateway(self.agt, home, ca=self.sim_tls.ca, core=self.served_core))
        self.gateway.wait_for(self.gateway.port)

    def ours(self, load):
        return Contestant("agt", self.gateway.port, self.gateway.pid, load)

    def peer(self, load, server="whole"):
        return Contestant("nginx", getattr(self.nginx, server), self.nginx.worker, load)

    def second_peer(self, load):
        return Contestant("haproxy", self.haproxy.port, self.haproxy.pid, load)

    def direct(self, load):
        return Contestant("direct", self.sim.port, self.sim.pid, load)


def chat_load(model="bench", stream=False, **more):
    return Load(CHAT, bodies.chat(model, stream=stream), KEYS[model], **more)


def agent_load(model="bench", **more):
    return Load(CHAT, bodies.agent_chat(model), KEYS[model], **more)


def messages_load(model="bench", stream=False, **more):
    return Load(MESSAGES, bodies.messages(model, stream=stream), KEYS[model], **more)


def responses_load(model, **more):
    return Load("/v1/responses", bodies.responses(model), KEYS[model], **more)


def agent_messages_load(model, **more):
    return Load(MESSAGES, bodies.agent_messages(model), KEYS[model], **more)
