"""Real agents, offline, through the gateway to every kind of upstream: a thought, two parallel tools, and their effects.

Everything runs in a namespace of its own that has only a loopback device: simulator, gateway, a DNS server that knows
no name, and the agents. So an agent or a gateway that asks anybody else fails, and the names it asked for are seen.
"""
import concurrent.futures
import itertools
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
UPSTREAMS = {**TO, "responses": "to-responses", "vertex": "to-vertex", "code assist": "to-assist"}
# What Codex may ask for, at each upstream: it knows these models, and gives one that it does not know fewer tools.
CODEX_TARGETS = {"chat": "openai-compatible/gpt-5.5", "anthropic": "anthropic-compatible/claude-sonnet-4-5",
                 "gemini": "gemini/gemini-2.5-flash", "responses": "openai-responses/gpt-5.5",
                 "vertex": "vertex/gemini-2.5-flash", "code assist": "code-assist/gemini-2.5-flash"}
# What an agent sends back in its second turn of what the model thought in the first.
RETURNED = {"claude": '"type":"thinking"', "claude --bare": '"type":"thinking"', "gemini": '"thoughtSignature"', "codex": '"type":"reasoning"'}
CALLS = {"claude": [["tool_use", "Bash", ""], ["tool_use", "Read", ""]],
         "claude --bare": [["tool_use", "Bash", ""], ["tool_use", "Read", ""]],
         "gemini": [["functionCall", "run_shell_command", ""], ["functionCall", "read_file", ""]],
         "gpt-5.5": [["function_call", "exec_command", ""], ["function_call", "exec_command", ""], ["custom_tool_call", "apply_patch", ""]],
         "gpt-6.1-sol": [["custom_tool_call", "exec", "functions"], ["custom_tool_call", "exec", "functions"]]}
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
    numbers = itertools.count(1)

    def __init__(self, kind, model, gateway, upstream):
        self.kind, self.model, self.gateway, self.upstream = kind, model, gateway, upstream
        self.word = f"run-{next(Agent.numbers)}-of-this-test"  # by which its requests are found
        self.folder = Folders.new("agt-agent-", HOMES)
        self.work, self.home, self.temp = (self.folder / name for name in ("work", "home", "tmp"))
        for path in (self.work, self.home, self.temp):
            path.mkdir()
        (self.work / "known.txt").write_text(KNOWN + "\n")

    def claude(self):
        calls = (f'[[tool Bash {json.dumps({"command": MAKE, "description": "make a file"})}]] '
                 f'[[tool Read {json.dumps({"file_path": str(self.work / "known.txt")})}]]')
        command = [str(CLAUDE), "-p", f"[[think]] Please do both. {self.word} {calls}", "--output-format", "json", "--allowedTools", "Bash,Read", "--model", self.model]
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
        command = [shutil.which("node"), str(GEMINI), "-m", self.model, "-p", f"[[think]] Please do both. {self.word} {calls}", "--output-format", "json", "--approval-mode", "yolo"]
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
        prompt = f"[[think]] Please do all. {self.word} " + " ".join(f"[[tool {name} {json.dumps(given)}]]" for name, given in calls)
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
        result = {"agent": self.kind, "model": self.model, "upstream": self.upstream, "word": self.word, "code": code, "said": "",
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


def new_gateway(sim, routes):
    """With an account of every kind of upstream: keys, a service account, and one that signs in with its own client."""
    accounts = [*two_accounts_each(), ("openai-responses", "newer", "key-newer")]
    gateway = Gateway(sim, {"AGT_LOGGING_BODIES": "all"}, accounts=accounts)
    gateway.add_account("vertex", "cloud", sim.call("GET", "/sim/service-account").text())
    gateway.start()
    gateway.login("code-assist", "assist", sim.url)
    for match, target in routes:
        gateway.route(match, target)
    return gateway


def add_codex_gateway(sim, target):
    """A gateway that sends every model of Codex to one upstream."""
    if target not in codex_gateways:
        codex_gateways[target] = new_gateway(sim, [("gpt-*", target)])
    return codex_gateways[target]


def kept(gateway):
    """[(what a client asked, what it was answered)] of all generations, oldest first."""
    def ask(path):
        reply = gateway.admin_call("GET", "/api/v1/requests" + path)
        assert reply.status == 200, reply
        return reply.json()
    rows = reversed(ask("?limit=500")["requests"])
    return [tuple(ask(f"/{row['id']}/body/{kind}")["body"] for kind in ("client", "reply")) for row in rows if row["lane"]]


def told(answer):
    """({kind, name and name space of every call}, tokens spent on thoughts) of one streamed answer, in any dialect."""
    calls, thought = [], 0
    for _, event in harness.events(answer.encode()):
        block, item = event.get("content_block", {}), event.get("item", {})
        usage = event.get("usage") or event.get("response", {}).get("usage") or event.get("usageMetadata") or {}
        details = usage.get("output_tokens_details") or {}
        thought = max(thought, details.get("thinking_tokens", 0), details.get("reasoning_tokens", 0), usage.get("thoughtsTokenCount", 0))
        if event.get("type") == "content_block_start" and block["type"] == "tool_use":
            calls.append(["tool_use", block["name"], ""])
        if event.get("type") == "response.output_item.done" and item["type"].endswith("_call"):
            calls.append([item["type"], item["name"], item.get("namespace", "")])
        parts = [part for one in event.get("candidates", []) for part in one.get("content", {}).get("parts", [])]
        calls += [["functionCall", part["functionCall"]["name"], ""] for part in parts if "functionCall" in part]
    return calls, thought


def evidence(kind, word, messages):
    """What passed between one agent and the gateway in its two turns, as far as the tests want to know it."""
    own = [(asked, answered) for asked, answered in messages if word in asked]
    calls, thought = told(own[0][1]) if own else ([], 0)
    return {"turns": len(own), "calls": calls, "thought": thought, "thought_returned": bool(own) and RETURNED[kind] in own[-1][0]}


def inside(work):
    """Runs every agent with every upstream; prints one JSON document."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    resolv = pathlib.Path(work) / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", str(resolv), os.path.realpath("/etc/resolv.conf")], check=True)
    names = []
    sink_names(names)
    sim = Sim()
    more = [("to-responses", "openai-responses/gpt-5.5"), ("to-vertex", "vertex/gemini-2.5-flash"), ("to-assist", "code-assist/gemini-2.5-flash")]
    gateway = new_gateway(sim, [*ROUTES, *more])
    agents = [Agent(kind, model, gateway.url, upstream) for kind in ("claude", "claude --bare", "gemini") for upstream, model in UPSTREAMS.items()]
    for upstream, target in CODEX_TARGETS.items():
        agents += [Agent("codex", model, add_codex_gateway(sim, target).url, upstream) for model in ("gpt-5.5", "gpt-6.1-sol")]
    agents += [ConnectedAgent(kind, UPSTREAMS["chat"], gateway, "chat, set up by agt connect") for kind in ("claude", "gemini")]
    agents.append(ConnectedAgent("codex", "gpt-5.5", add_codex_gateway(sim, CODEX_TARGETS["chat"]), "chat, set up by agt connect"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(Agent.run, agents))
    told = gateway.stderr()
    messages = [pair for one in (gateway, *codex_gateways.values()) for pair in kept(one)]
    for result in results:
        result.update(evidence(result["agent"], result["word"], messages))
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
            done = subprocess.run([*UNSHARE, sys.executable, "-B", __file__, "--inside", str(folder)], capture_output=True, text=True, timeout=400)
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
                self.assertEqual(result["turns"], 2, why)
                self.assertEqual(result["calls"], CALLS.get(result["model"], CALLS.get(result["agent"])), why)  # all in one turn
                self.assertGreater(result["thought"], 0, why)
                # Chat has no form in which a thought could be sent back.
                self.assertEqual(result["thought_returned"], result["agent"] == "gemini" or not result["upstream"].startswith("chat"), why)
                if result["agent"] == "codex":
                    patched, second = ("patched-by-the-agent\n", "Success") if result["model"] == "gpt-5.5" else (None, "the second call")
                    self.assertEqual(result["patched"], patched, why)
                    self.assertIn(second, result["said"], why)
        outside = [name for name in seen["names"] if name not in OWN_REPORTS]
        self.assertEqual(outside, [], "somebody asked for names outside")
        self.assertTrue(all(entry["status"] == 200 for entry in seen["log"] if entry["path"] not in ("/", "/authorize")), seen["log"])
        # The account of Code Assist was signed in, and its tokens came from the user's own client.
        self.assertIn("/token", [entry["path"] for entry in seen["log"]])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        unittest.main(verbosity=2)
