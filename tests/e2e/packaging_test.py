"""What packages bring: the manual page and the completions against the table of commands, units, the desktop entry, the
container's entry, and sockets that a service manager opens."""
import os
import re
import shutil
import signal
import socket
import subprocess
import unittest

from harness import AGT, ROOT, SANITIZED, CleanCase, Folders, Program, call, clean_environment, wait_until

PACKAGING = ROOT / "packaging"
CONFIG = 78


def run(*command, env=None, given=None):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60, input=given,
                          env=env or clean_environment(HOME="/nonexistent"))


def needs(*programs):
    missing = [each for each in programs if not shutil.which(each)]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


def system_calls(group):
    """The names in one of systemd's groups and in the groups inside; a plain name stands for itself."""
    if not group.startswith("@"):
        return {group}
    lines = run("systemd-analyze", "syscall-filter", group).stdout.splitlines()[1:]
    return {name for line in map(str.strip, lines) if line and not line.startswith("#") for name in system_calls(line)}


def commands():
    """What `agt help` lists: the names, without words in capitals."""
    lines = re.findall(r"^  agt (.{26}) ", run(AGT, "help").stdout, re.M)
    return [re.sub(r" (\[|[A-Z]).*", "", line).strip() for line in lines]


class Pages(CleanCase):
    def well_said(self, *command, given=None):
        done = run(*command, given=given)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), command)

    def page(self):
        folder = Folders.new()
        self.addCleanup(Folders.drop, folder)
        path = folder / "agt.1"
        path.write_text(run(AGT, "manual").stdout)
        return path

    @needs("mandoc", "man")
    def test_pages_are_clean(self):
        for page in [self.page(), *sorted((PACKAGING / "man").glob("*.1"))]:
            self.well_said("mandoc", "-Tlint", "-Wwarning", page)
            done = run("man", "--warnings", "-l", page, env=clean_environment(HOME="/nonexistent", LC_ALL="C.UTF-8"))
            self.assertEqual(done.stderr, "", page)

    @needs("man")
    def test_the_page_reads_like_the_help(self):
        done = run("man", "-l", self.page(), env=clean_environment(HOME="/nonexistent", LC_ALL="C.UTF-8", MANWIDTH="200"))
        self.assertGreater(len(commands()), 30)
        for name in commands():
            self.assertRegex(done.stdout, rf"(?m)^ +agt {name}\b", name)
        self.assertIn("~/.config/agt/config.toml", done.stdout)
        self.assertIn("AGT_PROXY_PORT", done.stdout)
        self.assertIn("agt account add openai --key-env OPENAI_API_KEY", done.stdout)


class Completions(CleanCase):
    CASES = {  # what is typed: what must be offered, and what must not
        ("",): ({"account", "serve", "completion"}, {"add"}),
        ("account", ""): ({"add", "login"}, {"serve"}),
        ("account", "add", ""): ({"openai", "openrouter"}, {"add"}),
        ("--home", "/x", "account", "add", ""): ({"openai"}, {"account"}),
        ("account", "add", "openai", "--"): ({"--key-env", "--home"}, {"--dry-run"}),
        ("connect", ""): ({"claude-code", "codex"}, set()),
        ("serve", "--log-level", ""): ({"debug", "warn"}, {"--port"}),
        ("settings", "set", ""): ({"proxy.port"}, set()),
        ("completion", ""): ({"bash", "zsh", "fish"}, set()),
        ("status", ""): (set(), {"openai", "serve"}),
    }

    def offered(self, shell, words):
        script = run(AGT, "completion", shell).stdout
        if shell == "bash":
            line = " ".join(f"'{word}'" for word in ("agt", *words))
            after = f"\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _agt; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        elif shell == "zsh":
            line = " ".join(f"'{word}'" for word in ("agt", *words))
            script = ("compdef() {}\ncompadd() { shift; print -l -- \"$@\" }\n_files() { ls }\n_parameters() {}\n"
                      "_describe() { shift 2; local n=$1; local each; for each in ${(P)n}; do print -- ${each%%:*}; done }\n"
                      + script)
            after = f"\nwords=({line}); CURRENT={len(words) + 1}; _agt\n"
        else:
            after = f"\ncomplete -C 'agt {' '.join(words)}'\n"
        folder = Folders.new()
        try:
            path = folder / "script"
            path.write_text(script + after)
            bare = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
            done = run(shell, *bare, path, env=clean_environment(HOME=folder))
        finally:
            Folders.drop(folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), (shell, words))
        return {line.split("\t")[0] for line in done.stdout.splitlines()}

    def check(self, shell):
        done = run(shell, "-n", given=run(AGT, "completion", shell).stdout)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for words, (wanted, unwanted) in self.CASES.items():
            got = self.offered(shell, words)
            self.assertLessEqual(wanted, got, (shell, words))
            self.assertFalse(unwanted & got, (shell, words, got))

    @needs("bash")
    def test_bash(self):
        self.check("bash")

    @needs("zsh")
    def test_zsh(self):
        self.check("zsh")

    @needs("fish")
    def test_fish(self):
        self.check("fish")

    def test_every_command_is_offered(self):
        for shell in ("bash", "zsh", "fish"):
            script = run(AGT, "completion", shell).stdout
            for name in commands():
                self.assertIn(name, script, shell)

    def test_another_shell_is_refused(self):
        done = run(AGT, "completion", "tcsh")
        self.assertEqual(done.returncode, 2)
        self.assertIn("bash zsh fish", done.stderr)


class Files(CleanCase):
    def units(self, manager):
        """A copy that starts the program under test."""
        folder = Folders.new()
        self.addCleanup(Folders.drop, folder)
        for unit in (PACKAGING / "systemd" / manager).iterdir():
            (folder / unit.name).write_text(unit.read_text().replace("/usr/bin/agt", AGT))
        return folder

    @needs("systemd-analyze")
    def test_units_are_in_order(self):
        for manager in ("system", "user"):
            folder = self.units(manager)
            env = clean_environment(HOME=folder, XDG_RUNTIME_DIR=folder)
            done = run("systemd-analyze", "verify", f"--{manager}", "--man=no", folder / "agt.service",
                       folder / "agt.socket", env=env)
            self.assertEqual((done.returncode, done.stderr), (0, ""), manager)

    @needs("systemd-analyze")
    def test_the_system_unit_is_hardened(self):
        done = run("systemd-analyze", "security", "--offline=yes", "--threshold=25",
                   self.units("system") / "agt.service")
        self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)
        self.assertRegex(done.stdout, r"Overall exposure level for agt.service: [012]\.")

    @unittest.skipIf(SANITIZED, "a sanitizer makes calls of its own")
    @needs("systemd-analyze", "strace")
    def test_the_system_unit_allows_what_the_gateway_does(self):
        allowed = set()
        for line in re.findall(r"^SystemCallFilter=(.*)$", (PACKAGING / "systemd/system/agt.service").read_text(), re.M):
            named = {name for group in line.lstrip("~").split() for name in system_calls(group)}
            allowed = allowed - named if line.startswith("~") else allowed | named
        self.assertIn("openat", allowed)
        self.assertNotIn("mount", allowed)
        folder = Folders.new()
        self.addCleanup(Folders.drop, folder)
        command = ["strace", "-f", "-qq", "-o", folder / "calls", AGT, "serve", "--port", "0", "--admin-port", "0", "--home", folder / "home"]
        program = Program([str(part) for part in command], clean_environment(HOME=folder))
        try:
            address = wait_until(lambda: re.search(r"for clients +http://127.0.0.1:(\d+)", program.stdout()), 30, "it listens")
            question = {"model": "demo", "messages": [{"role": "user", "content": "Hello!"}]}
            self.assertEqual(call(int(address[1]), "POST", "/v1/chat/completions", question).status, 200)
        finally:
            os.kill(int((folder / "home/lock").read_text()), signal.SIGTERM)  # strace itself does not listen to it
            program.stop()
        made = set(re.findall(r"^\d+ +(\w+)\(", (folder / "calls").read_text(), re.M)) - {"execve"}
        self.assertIn("listen", made)
        if os.geteuid() == 0:
            made.discard("fchown")  # SQLite does this as root only
        self.assertEqual(made - allowed, set())

    def test_the_log_goes_to_the_journal(self):
        for manager in ("system", "user"):
            self.assertIn("\nStandardError=journal\n", (PACKAGING / "systemd" / manager / "agt.service").read_text())

    @needs("desktop-file-validate", "appstreamcli")
    def test_the_desktop_entry_and_its_page(self):
        done = run("desktop-file-validate", PACKAGING / "agt-desktop.desktop")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        done = run("appstreamcli", "validate", "--no-net", PACKAGING / "agt-desktop.metainfo.xml")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_maintainer_scripts_are_shell(self):
        for script in ("postinst", "prerm", "postrm"):
            done = run("sh", "-n", PACKAGING / "debian" / f"antigravity-tools.{script}")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_versions_agree(self):
        version = run(AGT, "version").stdout.split()[1]
        self.assertIn(f"({version})", (PACKAGING / "debian/changelog").read_text().splitlines()[0])
        self.assertIn(f'version="{version}"', (PACKAGING / "agt-desktop.metainfo.xml").read_text())


class Container(CleanCase):
    """The entry script itself, with the program under test where the image has it."""

    def setUp(self):
        self.folder = Folders.new()
        self.addCleanup(Folders.drop, self.folder)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/agt").symlink_to(AGT)

    def environment(self, **more):
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return clean_environment(PATH=path, HOME=self.folder, AGT_HOME=self.folder / "home", **more)

    def entry(self, *arguments, **env):
        return run(PACKAGING / "docker/entrypoint.sh", *arguments, env=self.environment(**env))

    def test_it_does_not_start_without_a_key(self):
        (self.folder / "empty").write_text("\n")
        for env in ({}, {"AGT_PROXY_API_KEY": ""}, {"AGT_PROXY_API_KEY": "too-short"},
                    {"AGT_PROXY_API_KEY_FILE": self.folder / "none"}, {"AGT_PROXY_API_KEY_FILE": self.folder / "empty"},
                    {"AGT_PROXY_API_KEY": "sk-0123456789abcdef", "AGT_PROXY_AUTH_MODE": "off"}):
            for arguments in ((), ("serve",), ("serve", "--port", "0")):
                done = self.entry(*arguments, **env)
                self.assertEqual(done.returncode, CONFIG, (env, done.stderr))
                self.assertIn("needs a key for its clients", done.stderr)
        self.assertFalse((self.folder / "home").exists())

    def test_with_a_key_it_serves_those_who_show_it(self):
        key = "sk-0123456789abcdef"
        (self.folder / "key").write_text(key + "\n")
        env = self.environment(AGT_PROXY_API_KEY_FILE=self.folder / "key", AGT_PROXY_ALLOW_LAN_ACCESS="true")
        program = Program([str(PACKAGING / "docker/entrypoint.sh"), "serve", "--port", "0", "--admin-port", "0"], env)
        self.addCleanup(program.stop)
        port = int(re.search(r":(\d+)", program.line_with("for clients").replace("http:", "")).group(1))
        asked = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
        self.assertEqual(call(port, "GET", "/healthz").status, 200)
        self.assertEqual(call(port, "POST", "/v1/chat/completions", asked).status, 401)
        shown = {"authorization": f"Bearer {key}"}
        self.assertEqual(call(port, "POST", "/v1/chat/completions", asked, shown).status, 200)
        self.assertEqual(self.entry("status", "--running").returncode, 0)

    def test_everything_else_is_the_command_line(self):
        self.assertIn("agt ", self.entry("version").stdout)
        self.assertEqual(self.entry("status", "--running").returncode, 1)

    def test_the_compose_file_wants_the_key_too(self):
        text = (PACKAGING / "docker/compose.yaml").read_text()
        self.assertIn("AGT_PROXY_API_KEY: ${AGT_PROXY_API_KEY:?", text)
        self.assertEqual(re.findall(r'- "([\d.]+):\d+:', text), ["127.0.0.1", "127.0.0.1"])


class ServiceManager(CleanCase):
    """As systemd does it: sockets are descriptors from 3 on, READY=1 goes to NOTIFY_SOCKET."""

    def setUp(self):
        self.folder = Folders.new()
        self.addCleanup(Folders.drop, self.folder)

    def start(self, held, port, env=None):
        """`held` becomes descriptor 3; LISTEN_PID must be the pid of the program itself."""
        os.set_inheritable(held.fileno(), True)
        script = f'exec 3<&{held.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
        command = [AGT, "serve", "--home", str(self.folder / "home"), "--port", str(port), "--admin-port", "0",
                   "--workers", "3"]
        full = clean_environment(HOME=self.folder, **(env or {}))
        process = subprocess.Popen(["bash", "-c", script, "bash", *command], env=full, pass_fds=[held.fileno()],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=15)

    @staticmethod
    def listening():
        held = socket.socket()
        held.bind(("127.0.0.1", 0))
        held.listen(64)
        return held, held.getsockname()[1]

    def test_a_socket_that_is_handed_over_serves_and_readiness_is_told(self):
        held, port = self.listening()
        self.addCleanup(held.close)
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(told.close)
        told.bind(str(self.folder / "notify"))
        told.settimeout(15)
        # Who comes before the gateway runs waits for it.
        early = socket.create_connection(("127.0.0.1", port), timeout=15)
        self.addCleanup(early.close)
        early.sendall(f"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n".encode())
        process = self.start(held, port, {"NOTIFY_SOCKET": self.folder / "notify"})
        self.assertEqual(told.recv(100), b"READY=1")
        self.assertTrue(early.recv(100).startswith(b"HTTP/1.1 200"))
        for _ in range(20):
            self.assertEqual(call(port, "GET", "/healthz").status, 200)
        process.terminate()
        self.assertEqual(process.wait(timeout=15), 0)
        # The socket is the service manager's: it lives on, and the next connection waits for the next start.
        socket.create_connection(("127.0.0.1", port), timeout=5).close()

    def test_a_socket_of_another_address_is_named(self):
        held, port = self.listening()
        self.addCleanup(held.close)
        process = self.start(held, 0)
        wait_until(lambda: "inherited_socket_unused" in process.stderr.readline(), 15, "the unused socket is told")

    def test_a_descriptor_that_is_no_socket_is_refused(self):
        with open("/dev/null", "rb") as held:
            process = self.start(held, 0)
            _, err = process.communicate(timeout=15)
        self.assertEqual(process.returncode, CONFIG, err)
        self.assertIn("no listening TCP socket", err)


if __name__ == "__main__":
    unittest.main()
