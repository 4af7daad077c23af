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
KNOWN = "the known content of a file 4711"
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
AGENT_S = 60

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

    def __init__(self, kind, model, gateway):
        self.kind, self.model, self.gateway = kind, model, gateway
        self.folder = Folders.new("agt-agent-")
        self.work, self.home, self.temp = (self.folder / name for name in ("work", "home", "tmp"))
        for path in (self.work, self.home, self.temp):
            path.mkdir()
        (self.work / "known.txt").write_text(KNOWN + "\n")

    def claude(self):
        calls = (f'[[tool Bash {json.dumps({"command": "printf made-by-the-agent > made.txt && echo bash-was-here", "description": "make a file"})}]] '
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
        calls = (f'[[tool run_shell_command {json.dumps({"command": "printf made-by-the-agent > made.txt && echo bash-was-here"})}]] '
                 f'[[tool read_file {json.dumps({"file_path": "known.txt"})}]]')
        command = [shutil.which("node"), str(GEMINI), "-m", self.model, "-p", f"[[think]] Please do both. {calls}", "--output-format", "json", "--approval-mode", "yolo"]
        return command, {"GEMINI_API_KEY": "client-key", "GOOGLE_GEMINI_BASE_URL": self.gateway}

    def run(self):
        command, env = self.gemini() if self.kind == "gemini" else self.claude()
        env = harness.clean_environment(HOME=self.home, TMPDIR=self.temp, **env)
        try:
            done = subprocess.run(command, cwd=self.work, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=AGENT_S)
            code, out, err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as late:
            code, out, err = -1, str(late.stdout), str(late.stderr)
        made = self.work / "made.txt"
        result = {"agent": self.kind, "model": self.model, "code": code, "said": "", "out": out[-2000:], "err": err[-2000:],
                  "made": made.read_text() if made.exists() else None}
        try:
            answer = json.loads(out[out.index("{"):])
            result["said"] = answer.get("result", answer.get("response", ""))
            result["failed"] = bool(answer.get("is_error") or answer.get("error"))
        except ValueError:
            result["failed"] = True
        Folders.drop(self.folder)
        return result


def inside(work):
    """Runs every agent with every upstream; prints one JSON document."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    resolv = pathlib.Path(work) / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", str(resolv), os.path.realpath("/etc/resolv.conf")], check=True)
    names = []
    sink_names(names)
    sim = Sim()
    gateway = Gateway(sim, accounts=two_accounts_each(), routes=ROUTES).start()
    agents = [Agent(kind, model, gateway.url) for kind in ("claude", "claude --bare", "gemini") for model in TO.values()]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(Agent.run, agents))
    told = gateway.stderr()
    log = [{key: entry[key] for key in ("path", "status", "body_bytes", "key_hint")} for entry in sim.log()]
    gateway.stop()
    sim.stop()
    print(json.dumps({"results": results, "names": names, "log": log, "gateway": told}))


# ---- outside --------------------------------------------------------------------------------------------------------

def may_unshare():
    return shutil.which("unshare") and subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0


class Agents(harness.CleanCase):
    def test_two_tools_with_every_agent_and_every_upstream(self):
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
            with self.subTest(f"{result['agent']} with {result['model']}"):
                why = f"{result['out']}\n{result['err']}\n{seen['log']}\n{seen['gateway'][-3000:]}"
                self.assertEqual(result["code"], 0, why)
                self.assertFalse(result["failed"], why)
                self.assertEqual(result["made"], "made-by-the-agent", why)
                self.assertIn("Tools said:", result["said"], why)
                self.assertIn("bash-was-here", result["said"], why)
                self.assertIn(KNOWN, result["said"], why)
        self.assertEqual(seen["names"], [], "somebody asked for names outside")
        self.assertTrue(all(entry["status"] == 200 for entry in seen["log"] if entry["path"] != "/"), seen["log"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        unittest.main(verbosity=2)
