"""Row P8: gateways from npm, in the same rounds: CPU per request, and resident memory after the same load."""
import dataclasses
import json
import shutil

from lab import CHAT, KEYS, chat_load, messages_load
from load import Contestant, median, ratio
from processes import HERE, BenchError, Gateway, Process, add_account, free_port, rss_mb
from table import Line

MODULES = HERE / "peers/node_modules"
START_S = 60
CPU_GOAL, MEMORY_GOAL = 40, 15


class NodePeer(Process):
    """A program from bench/peers with a home that is thrown away."""
    title = package = script = ""

    def __init__(self, folder, upstream, core=None):
        about, node = MODULES / self.package / "package.json", shutil.which("node")
        if node is None or not about.exists():
            raise BenchError("node is missing" if node is None else f"{self.package} is not installed; ./do bench P8 does it")
        self.version, self.port = json.loads(about.read_text())["version"], free_port()
        self.configure(folder, upstream)
        super().__init__([node, str(about.parent / self.script), *self.options()], folder,
                         env={"HOME": str(folder), "NODE_ENV": "production"}, core=core)
        try:
            self.wait_for(self.port, START_S)
        except BenchError:
            self.stop()
            raise

    def configure(self, folder, upstream):
        pass

    def options(self):
        return []


class Portkey(NodePeer):
    """Passes the OpenAI form on; the request's headers name the upstream."""
    title, package, script = "portkey", "@portkey-ai/gateway", "build/start-server.js"

    def options(self):
        return [f"--port={self.port}", "--headless"]

    @staticmethod
    def load(upstream):
        return chat_load(more_headers=(("x-portkey-provider", "openai"),
                                       ("x-portkey-custom-host", f"http://127.0.0.1:{upstream}/v1")))


class Router(NodePeer):
    """Translates from the form of Anthropic to that of OpenAI; its configuration names the upstream."""
    title, package, script = "claude-code-router", "@musistudio/claude-code-router", "dist/cli.js"

    def configure(self, folder, upstream):
        settings = folder / ".claude-code-router"
        settings.mkdir()
        (settings / "config.json").write_text(json.dumps({
            "PORT": self.port, "HOST": "127.0.0.1", "LOG": False, "NON_INTERACTIVE_MODE": True,
            "Providers": [{"name": "sim", "api_base_url": f"http://127.0.0.1:{upstream}{CHAT}", "api_key": KEYS["bench"],
                           "models": ["bench"]}],
            "Router": {"default": "sim,bench"}}))

    def options(self):
        return ["start"]

    @staticmethod
    def load(upstream):
        return messages_load()


# What each does, and the load that makes the gateway do the same.
PEERS = ((Portkey, "pass-through", chat_load), (Router, "translated", messages_load))


def fresh_gateway(lab, name):
    """One that has served nothing yet: its memory is compared."""
    home = lab.folder(f"home-beside-{name}")
    add_account(lab.agt, home, "bench", f"http://127.0.0.1:{lab.sim.port}/v1", KEYS["bench"])
    gateway = lab.keep(Gateway(lab.agt, home, core=lab.served_core))
    gateway.wait_for(gateway.port)
    return gateway


def against(lab, effort, kind, work, our_load):
    name = kind.title
    peer = lab.keep(kind(lab.folder(name), lab.sim.port, core=lab.served_core))
    gateway = fresh_gateway(lab, name)
    who = f"{name} {peer.version}, {work}"
    try:
        idle = rss_mb(gateway.pid), rss_mb(peer.pid)
        results = lab.bench.race([Contestant("agt", gateway.port, gateway.pid, our_load()),
                                  Contestant(name, peer.port, peer.pid, kind.load(lab.sim.port))], effort)
        loaded = rss_mb(gateway.pid), rss_mb(peer.pid)
    finally:
        peer.stop()
        gateway.stop()
    ours, theirs = results["agt"], results[name]
    details = {key: [dataclasses.asdict(one) for one in rounds] for key, rounds in results.items()}
    lines = [Line("P8", f"{who}: CPU per request", median(ours, "cpu_us"), "µs", median(theirs, "cpu_us"),
                  ratio(theirs, ours, "cpu_us"), CPU_GOAL, details, at_least=True)]
    for when, (mine, other), goal in (("before", idle, None), ("after the load", loaded, MEMORY_GOAL)):
        lines.append(Line("P8", f"{who}: memory {when}", mine, "MB", other, (other / mine,) * 3, goal, at_least=True))
    return lines


def npm_peers(lab, effort):
    """A peer that does not start is a line that says so."""
    lines = []
    for kind, work, our_load in PEERS:
        try:
            lines += against(lab, effort, kind, work, our_load)
        except BenchError as error:
            lines.append(Line("P8", kind.package, failure=str(error)))
    return lines
