"""agt connect --write and --undo through the real command line, on files as people have them: comments, other line ends,
a byte order mark, unknown keys, another gateway, no last line end; and on files that cannot be read as what they are."""
import itertools
import subprocess
import unittest

from harness import AGT, CleanCase, Folders, clean_environment

FILES = {"claude-code": ".claude/settings.json", "codex": ".codex/config.toml", "gemini-cli": ".gemini/settings.json",
         "opencode": ".config/opencode/opencode.json"}
JSON = ['{\n  // a comment\n  "unknown": {"x": [1, 2,3]},\n  "env": {"OTHER": "1"},\n  "security": {"auth": {"selectedType": "oauth-personal"}}\n}\n',
        "{}", '{"a":1}', '\ufeff{\n\t"env": {\n\t\t"A": "b" // why\n\t}\n}',
        '{\n  "env": {"ANTHROPIC_BASE_URL": "http://other:1", "ANTHROPIC_AUTH_TOKEN": "x",},\n}\n', "", " \n"]
TOML = ['# a comment\nmodel = "gpt-5.5" # which\n\n[unknown]\nx = 1\n', "", '\ufeffmodel = "x"\n',
        'model_provider = "other"\n[model_providers.other]\nname="o"\nbase_url = "http://other:1"',
        '[model_providers.agt]\nbase_url = "http://old/v1"\nname = "x"\n[z]\na.b = 1\n']
BROKEN_JSON = ['{"a":', "[1]", '{"a":1}}', "not json"]
BROKEN_TOML = ["a = ", "[x", "a = 1\na = 2\n", "model_provider = 3\n[[model_providers]]\n"]


class Connect(CleanCase):
    def setUp(self):
        self.home = Folders.new()
        self.addCleanup(Folders.drop, self.home)

    def agt(self, *arguments):
        return subprocess.run([AGT, "connect", *arguments], env=clean_environment(HOME=self.home), capture_output=True, text=True, timeout=60)

    def samples(self, json, toml):
        """(client, file, bytes) with each kind of line ends."""
        for client, name in FILES.items():
            for text, end in itertools.product(toml if name.endswith("toml") else json, ("\n", "\r\n")):
                if end == "\n" or "\n" in text:
                    yield client, self.home / name, text.replace("\n", end).encode()

    def test_there_and_back_byte_for_byte(self):
        tried = 0
        for client, path, before in self.samples(JSON, TOML):
            for mode in (0o600, 0o644):
                with self.subTest(client=client, before=before, mode=oct(mode)):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(before)
                    path.chmod(mode)
                    done = self.agt(client, "--write", "--model", "demo")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    written = path.read_bytes()
                    self.assertNotEqual(written, before)
                    if before.strip() and b"\r\n" in before:
                        self.assertEqual(written.count(b"\n"), written.count(b"\r\n"), written)
                    for kept in (b"a comment", b"// why", b"# which", b'"unknown": {"x": [1, 2,3]}', b"[unknown]", b'"OTHER": "1"'):
                        self.assertEqual(kept in written, kept in before, kept)
                    self.assertEqual(self.agt(client, "--undo").returncode, 0)
                    self.assertEqual((path.read_bytes(), path.stat().st_mode & 0o777), (before, mode))
                    self.assertEqual(list(path.parent.iterdir()), [path])
                    tried += 1
        self.assertGreater(tried, 60)

    def test_a_file_that_cannot_be_read_is_left_alone(self):
        for client, path, before in self.samples(BROKEN_JSON, BROKEN_TOML):
            with self.subTest(client=client, before=before):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(before)
                done = self.agt(client, "--write", "--model", "demo")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(path.name, done.stderr)
                self.assertEqual(path.read_bytes(), before)
                self.assertEqual(list(path.parent.iterdir()), [path])

    def test_what_is_said_stands_in_the_order_of_its_saying(self):
        command = f"'{AGT}' connect claude-code 2>&1"
        done = subprocess.run(["sh", "-c", command], env=clean_environment(HOME=self.home), capture_output=True, text=True, timeout=60)
        places = [done.stdout.find(mark) for mark in ("export ANTHROPIC_BASE_URL", "would change:", "settings.json (new)")]
        self.assertTrue(-1 < places[0] < places[1] < places[2], done.stdout)

    def test_a_reader_that_has_seen_enough_is_no_failure(self):
        for arguments in ("connect claude-code", "settings list", "help"):
            script = f"{{ '{AGT}' {arguments}; echo $? > {self.home}/code; }} 2>&1 | true"
            subprocess.run(["sh", "-c", script], env=clean_environment(HOME=self.home), timeout=60, check=True)
            self.assertEqual((self.home / "code").read_text(), "0\n", arguments)

    def test_a_client_that_needs_a_model_says_how_to_name_it(self):
        done = self.agt("opencode", "--write")
        self.assertEqual(done.returncode, 2)
        self.assertIn("agt connect opencode --model MODEL --write", done.stderr)
        self.assertFalse((self.home / FILES["opencode"]).exists())


if __name__ == "__main__":
    unittest.main()
