"""The program as a process: its exit codes, its home, its settings, and how it stops."""
import json
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from harness import AGT, CHAT, CleanCase, Folders, Gateway, Raw, Sim, clean_environment, read_reply, request_bytes

CONFIG = 78


class Starts(CleanCase):
    def setUp(self):
        self.folder = Folders.new()
        self.home = self.folder / "home"
        self.addCleanup(Folders.drop, self.folder)

    def serve(self, *args, env=None, home=None):
        """Runs `agt serve` to its end, which must come soon: (exit code, stderr)."""
        command = [AGT, "serve", "--port", "0", "--admin-port", "0", "--home", str(home or self.home), *args]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL,
                              env=clean_environment(HOME=self.folder, **(env or {})))
        return done.returncode, done.stderr

    def refused(self, code, *words, args=(), env=None, home=None):
        got, err = self.serve(*args, env=env, home=home)
        self.assertEqual(got, code, err)
        for word in words:
            self.assertIn(str(word), err)
        return err

    def test_a_port_in_use_names_the_process(self):
        holder = socket.socket()
        self.addCleanup(holder.close)
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        self.refused(CONFIG, port, f"{os.getpid()}", args=("--port", str(port)))
        self.refused(CONFIG, port, args=("--admin-port", str(port)))

    def test_two_processes_on_one_home(self):
        gateway = Gateway().start()
        self.addCleanup(gateway.stop)
        self.refused(CONFIG, gateway.home, gateway.pid, home=gateway.home)
        self.assertEqual(CHAT.post(gateway, "demo").status, 200)

    def test_a_home_that_cannot_be_written(self):
        blocked = self.folder / "file"
        blocked.write_text("not a folder")
        code, err = self.serve(home=blocked / "home")
        self.assertIn(code, (1, CONFIG), err)
        self.assertIn(str(blocked), err)
        code, err = self.serve(home="/proc/no-such-home")
        self.assertIn(code, (1, CONFIG), err)
        self.assertIn("/proc/no-such-home", err)

    def test_a_corrupt_config_names_the_place(self):
        self.home.mkdir(mode=0o700)
        file = self.home / "config.toml"
        bad = (("[proxy]\nport = \"many\"\n", "2", "65535"), ("[proxy]\n\nport = 99999\n", "3", "65535"), ("[proxy]\nauth_mode = 'sometimes'\n", "2", "strict"),
               ("[proxy\nport = 1\n", "1", ""), ("[proxy]\nprot = 1\n", "2", "port"), ("x = = 1\n", "1", ""), ("[network]\nca_file = 7\n", "2", "ca_file"))
        for text, line, word in bad:
            with self.subTest(text):
                file.write_text(text)
                err = self.refused(CONFIG, "config.toml:" + line, word)
                self.assertNotIn("terminate", err)
        file.write_bytes(b"\xff\xfe\0\0 garbage \x00")
        self.refused(CONFIG, "config.toml")

    def test_bad_settings_in_the_environment_and_in_flags(self):
        self.refused(CONFIG, "AGT_PROXY_PORT", env={"AGT_PROXY_PORT": "many"})
        self.refused(CONFIG, "AGT_PROXY_AUTH_MODE", "strict", env={"AGT_PROXY_AUTH_MODE": "sometimes"})
        self.refused(CONFIG, "--port", args=("--port", "99999"))
        self.refused(2, "--nonsense", args=("--nonsense",))
        self.refused(2, args=("--port",))
        self.refused(CONFIG, "missing.toml", args=("--config", str(self.folder / "missing.toml")))
        self.refused(CONFIG, "missing.pem", env={"AGT_NETWORK_CA_FILE": str(self.folder / "missing.pem")})

    def test_a_bind_beyond_loopback_demands_keys(self):
        err = self.refused(CONFIG, "auth_mode", args=("--host", "0.0.0.0"), env={"AGT_PROXY_AUTH_MODE": "off"})
        self.assertNotIn("sk-", err)

    def test_layers_of_settings(self):
        config = "[proxy]\nstrict_paths = true\nauth_mode = 'strict'\napi_key = 'sk-of-the-config-file'\n"
        gateway = Gateway(settings={"AGT_PROXY_AUTH_MODE": "off"}, config=config).start()
        self.addCleanup(gateway.stop)
        self.assertEqual(CHAT.post(gateway, "demo").status, 200, "the environment wins over the file")
        self.assertEqual(gateway.call("POST", "/v1/v1/chat/completions", CHAT.body("demo", "x")).status, 404, "the file wins over the default")

    def test_files_are_private(self):
        gateway = Gateway().start()
        self.addCleanup(gateway.stop)
        for path in [gateway.home, *gateway.home.rglob("*")]:
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        text = (gateway.home / "admin.json").read_text()
        self.assertEqual(json.loads(text)["pid"], gateway.pid)

    def test_help_and_version(self):
        for arguments in (("help",), ("--help",), ("version",), ("serve", "--help"), ("account", "--help")):
            done = subprocess.run([AGT, *arguments], capture_output=True, text=True, timeout=10, env=clean_environment(HOME=self.folder))
            self.assertEqual(done.returncode, 0, (arguments, done.stderr))
            self.assertTrue(done.stdout.strip(), arguments)
        for arguments in (("nonsense",), ("account", "nonsense"), ("account", "add"), ("route", "add")):
            done = subprocess.run([AGT, *arguments], capture_output=True, text=True, timeout=10, env=clean_environment(HOME=self.folder))
            self.assertEqual(done.returncode, 2, (arguments, done.stdout, done.stderr))


class Stops(CleanCase):
    def setUp(self):
        self.sim = Sim()
        self.gateway = Gateway(self.sim, accounts=[("openai-compatible", "one", "key-one")], routes=[("m", "one/m")]).start()

    def tearDown(self):
        self.gateway.stop(expected=None)
        self.sim.stop()

    def begin_stream(self, **script):
        self.sim.script({"chunks": 10, "chunk_bytes": 10, "chunk_delay_ms": 150, **script})
        raw = Raw(self.gateway.port).send(CHAT.raw(self.gateway.port, "m", stream=True))
        raw.read_until(b"data: ")
        return raw

    def test_sigterm_lets_a_stream_finish(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(str(number)):
                if not self.gateway.program.alive():
                    self.gateway.program._forget()
                    self.gateway.start()
                with self.begin_stream() as raw:
                    self.gateway.program.signal(number)
                    time.sleep(0.1)
                    refused = False
                    try:
                        with Raw(self.gateway.port, timeout=2) as late:
                            late.send(request_bytes("GET", "/healthz", self.gateway.port, {}))
                            refused = not late.read_all().startswith(b"HTTP/1.1 200")
                    except OSError:
                        refused = True
                    self.assertTrue(refused, "a new connection was served while draining")
                    reply = read_reply(raw)
                    self.assertTrue(CHAT.stream_ended_well(reply), reply)
                    self.assertEqual(len(CHAT.said(reply, True)), 100)
                self.assertEqual(self.gateway.program.wait(5), 0, self.gateway.stderr())
                self.assertFalse((self.gateway.home / "admin.json").exists())

    def test_an_idle_gateway_stops_at_once(self):
        with Raw(self.gateway.port) as idle:
            idle.send(request_bytes("GET", "/healthz", self.gateway.port, {}))
            read_reply(idle)
            begun = time.monotonic()
            self.gateway.program.signal(signal.SIGTERM)
            self.assertEqual(self.gateway.program.wait(5), 0)
            self.assertLess(time.monotonic() - begun, 2)

    def test_a_second_signal_stops_at_once(self):
        with self.begin_stream(chunk_delay_ms=5000) as raw:
            self.gateway.program.signal(signal.SIGTERM)
            time.sleep(0.2)
            self.assertTrue(self.gateway.program.alive())
            begun = time.monotonic()
            self.gateway.program.signal(signal.SIGTERM)
            self.gateway.program.wait(8)
            self.assertLess(time.monotonic() - begun, 7)
            self.assertFalse(CHAT.stream_ended_well(raw.read_all()), "a fake end")

    def test_a_killed_gateway_starts_again_with_its_accounts(self):
        self.assertEqual(CHAT.post(self.gateway, "m").status, 200)
        self.gateway.program.kill()
        self.gateway.start()
        self.assertEqual(CHAT.post(self.gateway, "m").status, 200)

    def test_the_command_line_reaches_the_running_gateway_and_the_files(self):
        self.gateway.add_account("openai-compatible", "two", "key-two")
        self.gateway.route("late", "two/late")
        self.assertEqual(CHAT.post(self.gateway, "late").status, 200, "an added account serves at once")
        while_running = json.loads(self.gateway.cli("account", "list", "--json").stdout)
        self.gateway.program.stop()
        from_files = json.loads(self.gateway.cli("account", "list", "--json").stdout)
        labels = lambda rows: sorted(r["label"] for r in (rows if isinstance(rows, list) else rows["accounts"]))  # noqa: E731
        self.assertEqual(labels(while_running), labels(from_files))
        self.assertEqual([label for label in labels(from_files) if label != "demo"], ["one", "two"])
        self.assertNotIn("key-two", self.gateway.cli("account", "show", self.gateway.ids["two"], "--json").stdout)

    def test_changes_while_requests_are_under_way(self):
        with self.begin_stream() as raw:
            self.gateway.cli("account", "disable", self.gateway.ids["one"])
            refused = CHAT.post(self.gateway, "m")
            self.assertEqual(refused.status, 503, refused)
            self.gateway.cli("account", "remove", self.gateway.ids["one"])
            self.assertTrue(CHAT.stream_ended_well(read_reply(raw)), "a running stream keeps its account")
        self.assertIn(CHAT.post(self.gateway, "m").status, (404, 503))

    def test_many_clients_at_once(self):
        failures = []

        def client(number):
            try:
                for i in range(20):
                    reply = CHAT.post(self.gateway, "m", f"{number}-{i}", stream=i % 2 == 0)
                    if CHAT.said(reply, i % 2 == 0) != f"Echo: {number}-{i}":
                        failures.append(reply)
            except Exception as error:  # noqa: BLE001 - told below
                failures.append(error)
        threads = [threading.Thread(target=client, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
