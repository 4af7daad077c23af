"""Real agents, offline, through the gateway to every upstream dialect: two parallel tools each, and their effects.

Everything runs in a namespace of its own that has only a loopback device: simulator, gateway, a DNS server that knows
no name, and the agents. So an agent or a gateway that asks anybody else fails, and the names it asked for are seen.
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import unittest

import harness
from harness import CLIENTS, Folders, Gateway, ROUTES, Sim, TO, two_accounts_each

CLAUDE = CLIENTS / "node_modules" / "@anthropic-ai" / "claude-code-linux-x64" / "claude"
GEMINI = CLIENTS / "node_modules" / "@google" / "gemini-cli" / "bundle" / "gemini.js"
CODEX = CLIENTS / "node_modules" / "@openai" / "codex-linux-x64" / "vendor" / "x86_64-unknown-linux-musl" / "bin" / "codex"
KNOWN = "the known content of a file 4711"
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
AGENT_S = 60
# Codex makes its sandbox only in a home outside of the system's folder for temporary files.
HOMES = "/var/tmp"
MAKE = "printf made-by-the-agent > made.txt && echo bash-was-here"
# Where Gemini CLI and Codex report to their makers: their user's choice, which `agt connect` leaves as it is.
OWN_REPORTS = {"play.googleapis.com", "ab.chatgpt.com"}
UPSTREAMS = {**TO, "responses": "to-responses"}
# What Codex may ask for, at each upstream: it knows these models, and gives one that it does not know fewer tools.
CODEX_TARGETS = {"chat": "openai-compatible/gpt-5.5", "anthropic": "anthropic-compatible/claude-sonnet-4-5",
                 "gemini": "gemini/gemini-2.5-flash", "responses": "openai-responses/gpt-5.5"}
CODEX_SETTINGS = """model = "{model}"
model_provider = "gateway"
approval_policy = "never"
sandbox_mode = "workspace-write"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.gateway]
name = "Gateway"
base_url = "{gateway}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"
"""

GEMINI_SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}},
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "general": {"disableAutoUpdate": True, "enableAutoUpdate": False, "enableAutoUpdateNotification": False},
}


# ---- inside the namespace -------------------------------------------------------------------------------------------

def sink_names(names):
    """Answers every question with "no such name", and remembers it."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def serve():
        while True:
            data, peer = server.recvfrom(4096)
            labels, at = [], 12
            while at < len(data) and data[at]:
                labels.append(data[at + 1:at + 1 + data[at]].decode("latin-1"))
                at += 1 + data[at]
            names.append(".".join(labels))
            server.sendto(data[:2] + b"\x81\x83" + data[4:6] + b"\0\0\0\0\0\0" + data[12:at + 5], peer)
    threading.Thread(target=serve, daemon=True).start()


class Agent:
    """One run of one agent in a home and a working folder of its own."""

    def __init__(self, kind, model, gateway, upstream):
        self.kind, self.model, self.gateway, self.upstream = kind, model, gateway, upstream
        self.folder = Folders.new("agt-agent-", HOMES)
        self.work, self.home, self.temp = (self.folder / name for name in ("work", "home", "tmp"))
        for path in (self.work, self.home, self.temp):
            path.mkdir()
        (self.work / "known.txt").write_text(KNOWN + "\n")

    def claude(self):
        calls = (f'[[tool Bash {json.dumps({"command": MAKE, "description": "make a file"})}]] '
                 f'[[tool Read {json.dumps({"file_path": str(self.work / "known.txt")})}]]')
        command = [str(CLAUDE), "-p", f"[[think]] Please do both. {calls}", "--output-format", "json", "--allowedTools", "Bash,Read", "--model", self.model]
        if self.kind == "claude --bare":
            command += ["--bare"]
        env = {"ANTHROPIC_BASE_URL": self.gateway, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1"}
        env["ANTHROPIC_API_KEY" if self.kind == "claude --bare" else "ANTHROPIC_AUTH_TOKEN"] = "client-key"
        return command, env

    def gemini(self):
        settings = self.home / ".gemini" / "settings.json"
        settings.parent.mkdir()
        settings.write_text(json.dumps(GEMINI_SETTINGS))
        calls = (f'[[tool run_shell_command {json.dumps({"command": MAKE})}]] '
                 f'[[tool read_file {json.dumps({"file_path": "known.txt"})}]]')
        command = [shutil.which("node"), str(GEMINI), "-m", self.model, "-p", f"[[think]] Please do both. {calls}", "--output-format", "json", "--approval-mode", "yolo"]
        return command, {"GEMINI_API_KEY": "client-key", "GOOGLE_GEMINI_BASE_URL": self.gateway}

    def codex(self):
        settings = self.home / ".codex" / "config.toml"
        settings.parent.mkdir()
        settings.write_text(CODEX_SETTINGS.format(model=self.model, gateway=self.gateway))
        if self.model == "gpt-5.5":  # functions, and one custom tool whose argument is plain text
            patch = "*** Begin Patch\n*** Add File: patched.txt\n+patched-by-the-agent\n*** End Patch"
            calls = [("exec_command", {"cmd": MAKE}), ("exec_command", {"cmd": "cat known.txt"}), ("apply_patch", {"input": patch})]
        else:  # its tools stand in an item of the input, in name spaces, and one of them takes a program
            name = "exec" if self.upstream == "responses" else "functions__exec"
            program = ("const a = tools.exec_command({cmd: %s}); const b = tools.exec_command({cmd: 'cat known.txt'}); "
                       "for (const r of await Promise.all([a, b])) text(r.output);" % json.dumps(MAKE))
            calls = [(name, {"input": program}), (name, {"input": "text('the second ' + 'call')"})]
        prompt = "[[think]] Please do all. " + " ".join(f"[[tool {name} {json.dumps(given)}]]" for name, given in calls)
        command = [str(CODEX), "exec", "--json", "--skip-git-repo-check", "--disable", "plugins", "--disable", "apps", prompt]
        return command, {"GATEWAY_KEY": "client-key"}

    @staticmethod
    def codex_said(out):
        """(what Codex said at last, whether it failed) from its lines of JSON."""
        lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        said = [line["item"]["text"] for line in lines if line["type"] == "item.completed" and line["item"]["type"] == "agent_message"]
        failed = any(line["type"] in ("error", "turn.failed") for line in lines) or not any(line["type"] == "turn.completed" for line in lines)
        return said[-1] if said else "", failed

    def run(self):
        command, env = {"gemini": self.gemini, "codex": self.codex}.get(self.kind, self.claude)()
        env = harness.clean_environment(HOME=self.home, TMPDIR=self.temp, **env)
        try:
            done = subprocess.run(command, cwd=self.work, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=AGENT_S)
            code, out, err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as late:
            code, out, err = -1, str(late.stdout), str(late.stderr)
        made = self.work / "made.txt"
        patched = self.work / "patched.txt"
        result = {"agent": self.kind, "model": self.model, "upstream": self.upstream, "code": code, "said": "",
                  "out": out[-2000:], "err": err[-2000:], "made": made.read_text() if made.exists() else None,
                  "patched": patched.read_text() if patched.exists() else None}
        if self.kind == "codex":
            result["said"], result["failed"] = self.codex_said(out)
            Folders.drop(self.folder)
            return result
        try:
            answer = json.loads(out[out.index("{"):])
            result["said"] = answer.get("result", answer.get("response", ""))
            result["failed"] = bool(answer.get("is_error") or answer.get("error"))
        except ValueError:
            result["failed"] = True
        Folders.drop(self.folder)
        return result


class ConnectedAgent(Agent):
    """An agent whose only setup is `agt connect … --write`."""

    def __init__(self, kind, model, gateway, upstream):
        super().__init__(kind, model, gateway.url, upstream)
        client = {"claude": "claude-code", "gemini": "gemini-cli"}.get(kind, kind)
        done = subprocess.run([harness.AGT, "connect", client, "--write"], env=harness.clean_environment(AGT_HOME=gateway.home, HOME=self.home), capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr

    def claude(self):
        command, env = super().claude()
        return command, {name: value for name, value in env.items() if not name.startswith("ANTHROPIC_")}

    def gemini(self):
        folder = self.home / ".gemini"
        written = {path.name: path.read_bytes() for path in folder.iterdir()}
        shutil.rmtree(folder)
        command, _ = super().gemini()
        for name, content in written.items():
            (folder / name).write_bytes(content)
        return [*command, "--skip-trust"], {}

    def codex(self):
        settings = self.home / ".codex" / "config.toml"
        written = settings.read_bytes()
        shutil.rmtree(settings.parent)
        command, _ = super().codex()
        settings.write_bytes(written)
        return [*command[:-1], "-m", self.model, "-c", 'approval_policy="never"', "-s", "workspace-write", command[-1]], {}


codex_gateways = {}


def add_codex_gateway(sim, accounts, target):
    """A gateway that sends every model of Codex to one upstream."""
    if target not in codex_gateways:
        codex_gateways[target] = Gateway(sim, accounts=accounts, routes=[("gpt-*", target)]).start()
    return codex_gateways[target]


def inside(work):
    """Runs every agent with every upstream; prints one JSON document."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    resolv = pathlib.Path(work) / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", str(resolv), os.path.realpath("/etc/resolv.conf")], check=True)
    names = []
    sink_names(names)
    sim = Sim()
    accounts = [*two_accounts_each(), ("openai-responses", "newer", "key-newer")]
    gateway = Gateway(sim, accounts=accounts, routes=[*ROUTES, ("to-responses", "openai-responses/gpt-5.5")]).start()
    agents = [Agent(kind, model, gateway.url, upstream) for kind in ("claude", "claude --bare", "gemini") for upstream, model in UPSTREAMS.items()]
    for upstream, target in CODEX_TARGETS.items():
        agents += [Agent("codex", model, add_codex_gateway(sim, accounts, target).url, upstream) for model in ("gpt-5.5", "gpt-6.1-sol")]
    agents += [ConnectedAgent(kind, UPSTREAMS["chat"], gateway, "chat, set up by agt connect") for kind in ("claude", "gemini")]
    agents.append(ConnectedAgent("codex", "gpt-5.5", add_codex_gateway(sim, accounts, CODEX_TARGETS["chat"]), "chat, set up by agt connect"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(Agent.run, agents))
    told = gateway.stderr()
    log = [{key: entry[key] for key in ("path", "status", "body_bytes", "key_hint")} for entry in sim.log()]
    for one in (gateway, *codex_gateways.values()):
        one.stop()
    sim.stop()
    print(json.dumps({"results": results, "names": names, "log": log, "gateway": told}))


# ---- outside --------------------------------------------------------------------------------------------------------

def may_unshare():
    return shutil.which("unshare") and subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0


class Agents(harness.CleanCase):
    def test_01_02_03_04_two_tools_with_every_agent_and_every_upstream(self):
        if not may_unshare():
            print("SKIP: this user may not make network namespaces, so no agent can be shown to work offline", flush=True)
            self.skipTest("unshare is not permitted")
        folder = Folders.new("agt-inside-")
        try:
            done = subprocess.run([*UNSHARE, sys.executable, "-B", __file__, "--inside", str(folder)], capture_output=True, text=True, timeout=300)
        finally:
            Folders.drop(folder)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-6000:])
        seen = json.loads(done.stdout.strip().splitlines()[-1])
        for result in seen["results"]:
            with self.subTest(f"{result['agent']} asking for {result['model']} at {result['upstream']}"):
                why = f"{result['out']}\n{result['err']}\n{seen['log']}\n{seen['gateway'][-3000:]}"
                self.assertEqual(result["code"], 0, why)
                self.assertFalse(result["failed"], why)
                self.assertEqual(result["made"], "made-by-the-agent", why)
                self.assertIn("Tools said:", result["said"], why)
                self.assertIn("bash-was-here", result["said"], why)
                self.assertIn(KNOWN, result["said"], why)
                if result["agent"] == "codex":
                    patched, second = ("patched-by-the-agent\n", "Success") if result["model"] == "gpt-5.5" else (None, "the second call")
                    self.assertEqual(result["patched"], patched, why)
                    self.assertIn(second, result["said"], why)
        outside = [name for name in seen["names"] if name not in OWN_REPORTS]
        self.assertEqual(outside, [], "somebody asked for names outside")
        self.assertTrue(all(entry["status"] == 200 for entry in seen["log"] if entry["path"] != "/"), seen["log"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        unittest.main(verbosity=2)
