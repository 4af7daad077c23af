"""Where secrets are not: seeded everywhere, looked for in every file, answer, log and process that the gateway made. What
other users can read, which is nothing; and whom the gateway calls by itself, which is nobody."""
import base64
import json
import os
import pathlib
import re
import secrets
import shutil
import stat
import subprocess
import time
import unittest

from harness import AGT, CHAT, DIALECTS, SANITIZED, CleanCase, Folders, Gateway, Program, Sim, call, clean_environment, wait_until


def canary(name):
    return f"{name}-canary-{secrets.token_hex(12)}"


def forms(secret):
    raw = secret.encode()
    return {raw, base64.b64encode(raw).rstrip(b"=")[:-2], raw.hex().encode(), raw[::-1], "".join(f"%{byte:02x}" for byte in raw).encode(), raw.decode().encode("utf-16-le")}


class Leaks(CleanCase):
    def test_no_secret_is_found_anywhere(self):
        sim = Sim(tls=True)
        gateway = Gateway(sim, settings={"AGT_LOGGING_LEVEL": "debug", "AGT_PROXY_AUTH_MODE": "strict"})
        planted, answers = {}, []

        def plant(name, value=None):
            planted[name] = value or canary("k" + str(len(planted)))
            return planted[name]
        for dialect in DIALECTS:
            for i in range(8):
                gateway.add_account(dialect.provider, f"{dialect.name}-{i}", plant(f"the key of {dialect.name} {i}"))
        gateway.add_account("openai-compatible", "refused", plant("a key that is refused", canary("bad-key") + "-sim:status=401"))
        gateway.add_account("openai-compatible", "unreachable", plant("a key of a server that is down"), "https://localhost:1/v1")
        gateway.start()
        plant("the admin token", gateway.admin["token"])
        primary = plant("the primary key", gateway.cli("settings", "get", "proxy.api_key", "--reveal").stdout.strip())
        named = [plant(f"the named key {i}", gateway.cli("key", "add", f"key-{i}").stdout.strip()) for i in range(4)]
        gateway.cli("key", "revoke", "key-3")
        gateway.cli("settings", "set", "oauth.google_client_id", "an-id")
        gateway.cli("settings", "set", "oauth.google_client_secret", "--value-stdin", stdin=plant("the OAuth secret"))
        gateway.login("gemini", "signed-in", sim.base("gemini"))
        link = gateway.admin_call("POST", "/api/v1/login/link").json()
        code = plant("the code of a link", re.search(r"login=([^&\"]+)", json.dumps(link))[1])
        page = call(gateway.admin_port, "POST", "/api/v1/login", {"code": code}).json()
        plant("the token of a page", page["token"])
        self.use(gateway, plant, primary, named, answers)
        passphrase = plant("the passphrase")
        exported = gateway.folder / "saved.agt"
        subprocess.run([AGT, "export", str(exported), "--passphrase-env", "WORDS"], env={**gateway.environment(), "WORDS": passphrase}, check=True, capture_output=True)
        answers += self.read_everything(gateway, page["token"])
        answers.append(self.process_of(gateway.pid))
        gateway.program.kill()  # what lies in the write-ahead files stays there
        texts = {"stdout": gateway.program.stdout().encode(), "stderr": gateway.program.stderr().encode(), **{f"answer {i}": body for i, body in enumerate(answers)}}
        for file in gateway.folder.rglob("*"):
            if file.is_file():
                texts[str(file.relative_to(gateway.folder))] = file.read_bytes()
        self.assertGreaterEqual(len(planted), 40)
        allowed = {("the admin token", "home/admin.json")}
        hits = [(name, where) for name, secret in planted.items() for where, text in texts.items() if any(form in text for form in forms(secret))]
        # A new start prints a link; the one that was used is worth nothing any more.
        self.assertEqual([hit for hit in hits if hit not in allowed], [], hits)
        self.assertIn(("the admin token", "home/admin.json"), hits, "the search finds what is there")
        print(f"{len(planted)} secrets in {len(forms('x'))} forms, {len(texts)} texts with {sum(map(len, texts.values())) >> 10} KB: 0 found", flush=True)
        data = gateway.folder / "copy"
        shutil.copytree(gateway.home / "data", data / "data")
        done = subprocess.run([AGT, "account", "list", "--home", str(data)], env=clean_environment(HOME=gateway.folder), capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0, "the data folder is useless without its key")
        Folders.drop(gateway.folder)
        sim.stop()

    def use(self, gateway, plant, primary, named, answers):
        """Requests that go well and badly, with secrets in every place where clients put them."""
        for key in (primary, *named, plant("a wrong key", canary("sk-wrong"))):
            for dialect in DIALECTS:
                header = {"chat": {"authorization": "Bearer " + key}, "anthropic": {"x-api-key": key, "anthropic-version": "2023-06-01"}, "gemini": {"x-goog-api-key": key}}[dialect.name]
                for model in (f"{dialect.name}-0/m", "no-such-model", "refused/m", "unreachable/m"):
                    for stream in (False, True):
                        answers.append(gateway.call("POST", dialect.path(model, stream), dialect.body(model, plant_once(plant, "a prompt"), stream), header).body.replace(plant_once(plant, "a prompt").encode(), b""))
        for path in (f"/v1/models?key={primary}", f"/v1/models?key={plant('a wrong key in a query', canary('sk-query'))}", f"/nowhere?key={primary}", f"/v1beta/models/x:generateContent?key={primary}"):
            answers.append(gateway.call("GET", path).body)
        answers.append(gateway.call("POST", CHAT.path("m", False), "{\"model\": ", {"authorization": "Bearer " + primary, "cookie": plant("a cookie")}).body)

    def read_everything(self, gateway, token):
        """Every answer of the admin API that can be had by GET, and of the command line."""
        answers = []
        document = gateway.admin_call("GET", "/api/v1/openapi.json").json()
        rows = gateway.admin_call("GET", "/api/v1/requests?limit=100").json()["requests"]
        words = {"account": list(gateway.ids), "id": [row["id"] for row in rows[:30]], "name": ["proxy.api_key", "oauth.google_client_secret"], "kind": ["client", "reply"]}
        for path, methods in document["paths"].items():
            if "get" not in methods or path.endswith("/events"):
                continue
            for i in range(30 if "{" in path else 1):
                filled = re.sub(r"\{(\w+)\}", lambda match, i=i: str(words.get(match[1], ["0"])[i % len(words.get(match[1], ["0"]))]), path)
                answers.append(call(gateway.admin_port, "GET", "/api/v1" + filled.removeprefix("/api/v1"), headers={"authorization": "Bearer " + token}).body)
        for command in (("account", "list"), ("account", "show", "chat-0"), ("account", "test", "chat-0"), ("account", "test", "refused"), ("key", "list"), ("settings", "list"), ("trace",), ("trace", "--failures"), ("stats",), ("status",), ("route", "list")):
            done = gateway.cli(*command, check=False)
            answers.append((done.stdout + done.stderr).encode())
        return answers

    @staticmethod
    def process_of(pid):
        return b"".join(pathlib.Path(f"/proc/{pid}/{name}").read_bytes() for name in ("environ", "cmdline", "status"))


def plant_once(plant, name, kept={}):  # noqa: B006 - one prompt for all
    if name not in kept:
        kept[name] = plant(name)
    return kept[name]


class Modes(CleanCase):
    def setUp(self):
        self.folder = Folders.new()
        self.home = self.folder / "home"

    def tearDown(self):
        Folders.drop(self.folder)

    def serve(self, *, umask=0o022):
        """Starts it; gives the program when it runs, else what it said."""
        program = Program(["sh", "-c", f"umask {umask:o}; exec \"$0\" \"$@\"", AGT, "serve", "--port", "0", "--admin-port", "0", "--home", str(self.home)], clean_environment(HOME=self.folder))
        try:
            program.line_with("for clients")
        except AssertionError:
            said = program.stderr()
            code = program.wait(10)
            program._forget()
            return None, (code, said)
        return program, None

    def test_nothing_is_open_to_others_whatever_the_umask(self):
        program, _ = self.serve(umask=0)
        wait_until((self.home / "admin.json").exists, 5, "it is published")
        call(json.loads((self.home / "admin.json").read_text())["address"].rsplit(":", 1)[1], "GET", "/api/v1/health")
        found = [self.home, *self.home.rglob("*")]
        open_ones = [str(path) for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077]
        self.assertGreater(len(found), 5)
        self.assertEqual(open_ones, [])
        if os.geteuid() == 0 and shutil.which("setpriv"):
            os.chmod(self.folder, 0o755)
            others = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "find", str(self.home), "-readable"], capture_output=True, text=True)
            self.assertEqual(others.stdout, "")
        program.stop(20)

    def test_what_others_prepared_is_refused_or_closed(self):
        program, _ = self.serve()
        program.stop(20)
        target = self.folder / "target"
        for name, what in (("vault.key", "open"), ("data/vault.db", "link"), ("vault.key", "link"), ("data/ledger.db", "link"), ("lock", "link"), (".", "open")):
            with self.subTest(f"{name}: {what}"):
                shutil.copytree(self.home, self.folder / "kept")
                target.write_bytes(b"untouched")
                path = self.home / name
                if what == "link":
                    path.unlink()
                    path.symlink_to(target)
                else:
                    os.chmod(path, 0o777 if name == "." else 0o644)
                program, refused = self.serve()
                if program is not None:
                    self.assertEqual(what, "open", "a link was followed")
                    self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, "it was left open")
                    program.stop(20)
                else:
                    self.assertIn(refused[0], (1, 78), refused)
                    self.assertIn(path.name if name != "." else "home", refused[1])
                self.assertEqual(target.read_bytes(), b"untouched")
                shutil.rmtree(self.home)
                (self.folder / "kept").rename(self.home)

    def test_a_link_in_place_of_the_published_address_is_not_followed(self):
        program, _ = self.serve()
        program.stop(20)
        target = self.folder / "target"
        target.write_bytes(b"untouched")
        (self.home / "admin.json").symlink_to(target)
        program, refused = self.serve()
        self.assertEqual(target.read_bytes(), b"untouched")
        if program is not None:
            self.assertFalse((self.home / "admin.json").is_symlink())
            program.stop(20)
        else:
            self.assertIn("admin.json", refused[1])


class Calls(CleanCase):
    @unittest.skipIf(shutil.which("strace") is None or SANITIZED, "needs strace")
    def test_nobody_is_called_and_nothing_is_started_by_itself(self):
        folder = Folders.new()
        trace = folder / "trace"
        program = Program(["strace", "-f", "-qq", "-o", str(trace), "-e", "trace=connect,sendto,sendmsg,execve,fork,vfork", AGT, "serve", "--port", "0", "--admin-port", "0", "--home", str(folder / "home")], clean_environment(HOME=folder))
        line = program.line_with("for clients", 30)
        port = int(line.split()[2].rsplit(":", 1)[1])
        self.assertEqual(call(port, "POST", CHAT.path("demo", False), CHAT.body("demo", "Hi")).status, 200)
        time.sleep(3)
        # strace hands no signal on: its child is told.
        child = int(subprocess.run(["pgrep", "-P", str(program.pid)], capture_output=True, text=True).stdout.split()[0])
        os.kill(child, 15)
        self.assertEqual(program.wait(20), 0)
        program._forget()
        seen = trace.read_text()
        outside = [line for line in seen.splitlines() if "AF_INET" in line and not re.search(r'"127\.|"::1"', line)]
        self.assertEqual(outside, [])
        self.assertEqual(seen.count("execve("), 1, seen)
        Folders.drop(folder)


if __name__ == "__main__":
    unittest.main(verbosity=2)
