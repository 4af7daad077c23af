"""`agt backup` and `agt restore`: everything comes back; what was damaged, cut off or made to hurt changes nothing; a
restore that is killed or whose disk fails leaves the old gateway or the new one, never a mixture. AGT_SOAK=1: at each of
its system calls."""
import base64
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import unittest

from harness import AGT, CHAT, SANITIZED, CleanCase, Folders, Gateway, Sim, clean_environment

SOAK = bool(os.environ.get("AGT_SOAK"))
WORDS = "correct horse battery"
CALLS = "write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,unlinkat,mkdir,openat"
POINTS = None if SOAK else 10  # of all calls of a command: as many, evenly spread
FLIPS = 200 if SOAK else 8


class Home:
    """A home without a gateway, for commands."""

    def __init__(self, folder, name):
        self.path = folder / name
        self.folder = folder

    def run(self, *arguments, words=WORDS, stdin="", tracer=(), timeout=60):
        environment = clean_environment(AGT_HOME=self.path, HOME=self.folder, WORDS=words)
        return subprocess.run([*tracer, AGT, *arguments], input=stdin, capture_output=True, text=True, timeout=timeout, env=environment)

    def add(self, label):
        done = self.run("account", "add", "openai-compatible", "--label", label, "--base-url", "https://llm.example/v1", "--key-stdin", stdin=f"key-of-{label}")
        assert done.returncode == 0, done.stderr

    def labels(self):
        done = self.run("account", "list", "--json")
        assert done.returncode == 0, f"{done.returncode} {done.stderr}"
        return sorted(one["label"] for one in json.loads(done.stdout)["accounts"])

    def copy(self, name):
        other = Home(self.folder, name)
        shutil.rmtree(other.path, ignore_errors=True)
        shutil.copytree(self.path, other.path)
        return other


def calls_of(home, *arguments):
    """How many of CALLS a command makes."""
    log = home.folder / "strace.log"
    done = home.run(*arguments, tracer=["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}"])
    assert done.returncode == 0, done.stderr
    by_thread = {}
    for line in log.read_text().splitlines():
        thread = line.split()[0]
        by_thread[thread] = by_thread.get(thread, 0) + 1
    return max(by_thread.values())


def points(count):
    return range(1, count + 1) if POINTS is None else sorted({1 + i * (count - 1) // (POINTS - 1) for i in range(POINTS)})


def injected(what, number):
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", f"inject={CALLS}:{what}:when={number}"]


class Backup(CleanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Folders.new()
        cls.old = Home(cls.folder, "old")
        cls.old.add("old")
        new = Home(cls.folder, "new")
        new.add("one")
        new.add("two")
        cls.file = cls.folder / "backup.agt"
        done = new.run("backup", str(cls.file), "--passphrase-env", "WORDS")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        Folders.drop(cls.folder)
        super().tearDownClass()

    def restore(self, home, file=None, **more):
        return home.run("restore", str(file or self.file), "--passphrase-env", "WORDS", **more)

    def test_everything_comes_back_from_a_backup_made_while_it_serves(self):
        sim = Sim(tls=False)
        gateway = Gateway(sim, accounts=[("openai-compatible", "work", "key-secret", sim.base("openai"))], routes=[("fast", "work/m")], config="[logging]\nlevel = \"warn\"\n",
                          settings={"AGT_LOGGING_LEVEL": "warn"}).start()
        try:
            self.assertEqual(gateway.call("POST", "/v1/chat/completions", CHAT.body("fast", "Hi")).status, 200)
            key = gateway.admin_call("POST", "/api/v1/keys", {"name": "laptop"}).json()["key"]
            gateway.cli("settings", "set", "proxy.auth_mode", "strict")
            file = gateway.folder / "backup.agt"
            environment = clean_environment(AGT_HOME=gateway.home, HOME=gateway.folder, WORDS=WORDS)
            done = subprocess.run([AGT, "backup", str(file), "--passphrase-env", "WORDS"], capture_output=True, text=True, env=environment, timeout=30)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            self.assertNotIn(b"key-secret", file.read_bytes())
            refused = subprocess.run([AGT, "restore", str(file), "--passphrase-env", "WORDS"], capture_output=True, text=True, env=environment, timeout=30)
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn(f"process {gateway.pid}", refused.stderr)
            gateway.program.stop(20)
            there = Home(gateway.folder, "there")
            done = self.restore(there, file)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((there.path / "config.toml").read_text(), "[logging]\nlevel = \"warn\"\n")
            shutil.rmtree(gateway.home)
            there.path.rename(gateway.home)
            gateway.start()
            reply = gateway.call("POST", "/v1/chat/completions", CHAT.body("fast", "Hi"), {"authorization": f"Bearer {key}"})
            self.assertEqual(reply.status, 200, reply)
            before, after = sim.log()
            self.assertEqual(after["key_fingerprint"], before["key_fingerprint"])
            self.assertEqual(gateway.call("POST", "/v1/chat/completions", CHAT.body("fast", "Hi"), {"authorization": "Bearer sk-wrong"}).status, 401)
        finally:
            gateway.stop()
            sim.stop()

    def test_what_was_there_is_kept_and_can_be_put_back(self):
        home = self.old.copy("kept")
        done = self.restore(home)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(home.labels(), ["one", "two"])
        kept = [pathlib.Path(path) for path in re.findall(r"What was there is (.*)", done.stderr)]
        self.assertEqual({path.name.split(".before")[0] for path in kept}, {"vault.db", "vault.key"})
        for path in kept:
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            path.rename(path.with_name(path.name.split(".before")[0]))
        (home.path / "data" / "vault.db.good").unlink()
        self.assertEqual(home.labels(), ["old"])

    def hostile(self):
        text = self.file.read_text()
        title, body = text.split("\n", 1)
        raw = bytearray(base64.b64decode(body.replace("\n", "")))
        lined = lambda data: title + "\n" + base64.encodebytes(bytes(data)).decode()  # noqa: E731
        yield "empty", ""
        yield "of zeros", "\0" * 5000
        yield "without a title", body
        yield "only a title", title + "\n"
        for share in (0.1, 0.5, 0.99):
            yield f"cut at {share}", text[:int(len(text) * share)]
        yield "with more behind it", text + "QUJD\n"
        for passes, mebibytes in ((0xffffffff, 64), (3, 0xffffffff), (0, 64), (3, 0), (11, 64), (3, 1025)):
            yield f"{passes} passes over {mebibytes} MiB", lined(struct.pack("<II", passes, mebibytes) + raw[8:])
        chance = random.Random(11)
        for _ in range(FLIPS):
            flipped, at = bytearray(raw), chance.randrange(8, len(raw))
            flipped[at] ^= 1 << chance.randrange(8)
            yield f"bit of byte {at}", lined(flipped)

    def test_what_is_damaged_or_made_to_hurt_changes_nothing(self):
        home = self.old.copy("unharmed")
        before = {path: path.read_bytes() for path in sorted(home.path.rglob("vault.*"))}
        bad = self.folder / "bad.agt"
        number = 0
        for what, text in self.hostile():
            with self.subTest(what):
                number += 1
                bad.write_text(text)
                done = self.restore(home, bad)
                self.assertEqual(done.returncode, 2, f"{what}: {done.stderr}")
                self.assertIn("agt: ", done.stderr)
        wrong = self.restore(home, words="another passphrase")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("passphrase is wrong", wrong.stderr)
        with open(bad, "wb") as file:
            file.truncate(4 << 30)  # four gigabytes of nothing
        large = self.restore(home, bad)
        self.assertEqual(large.returncode, 2)
        self.assertIn("larger than", large.stderr)
        bad.unlink()
        self.assertEqual(self.restore(home, self.folder / "nowhere").returncode, 2)
        self.assertEqual({path: path.read_bytes() for path in sorted(home.path.rglob("vault.*"))}, before)
        self.assertEqual(home.labels(), ["old"])
        # An export is no backup, a backup is no export, and both say so.
        export = self.folder / "export.agt"
        self.assertEqual(home.run("export", str(export), "--passphrase-env", "WORDS").returncode, 0)
        self.assertIn("agt import", self.restore(home, export).stderr)
        self.assertIn("agt restore", home.run("import", str(self.file), "--passphrase-env", "WORDS").stderr)
        print(f"{number + 4} files that are no backup: refused, nothing changed", flush=True)

    def test_an_export_that_is_damaged_brings_nothing(self):
        home = self.old.copy("importing")
        export = self.folder / "export-of-new.agt"
        new = Home(self.folder, "new")
        self.assertEqual(new.run("export", str(export), "--passphrase-env", "WORDS").returncode, 0)
        text = export.read_text()
        for at in (40, len(text) // 2, len(text) - 30):
            export.write_text(text[:at] + ("B" if text[at] == "A" else "A") + text[at + 1:])
            self.assertEqual(home.run("import", str(export), "--passphrase-env", "WORDS").returncode, 2)
        export.write_text(text[:-90])
        self.assertEqual(home.run("import", str(export), "--passphrase-env", "WORDS").returncode, 2)
        export.write_text(text)
        self.assertEqual(home.run("import", str(export), "--passphrase-env", "WORDS", words="another passphrase").returncode, 2)
        self.assertEqual(home.labels(), ["old"])
        self.assertEqual(home.run("import", str(export), "--passphrase-env", "WORDS").returncode, 0)
        self.assertEqual(home.labels(), ["old", "one", "two"])

    def hit_everywhere(self, arguments, start, allowed, check=None):
        """`arguments` hit at its system calls in a copy of the home `start`; then the home must be one of `allowed`."""
        if SANITIZED:
            self.skipTest("the leak sanitizer does not work under strace")
        total = calls_of(start.copy("counted"), *arguments)

        def hit(one):
            what, number = one
            home = start.copy(f"hit-{what.partition('=')[2]}-{number}")
            done = home.run(*arguments, tracer=injected(what, number))
            labels = home.labels()
            context = f"{what} at {number}: {done.returncode} {done.stderr}"
            if what != "signal=SIGKILL" and done.returncode < 0:
                return labels, f"a signal ended it: {context}"
            if labels not in allowed:
                return labels, f"{labels}: {context}"
            wrong = check(home, context) if check else None
            shutil.rmtree(home.path)
            return labels, wrong
        places = [(what, number) for what in ("signal=SIGKILL", "error=EIO", "error=ENOSPC") for number in points(total)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(hit, places))
        self.assertEqual([wrong for _, wrong in outcomes if wrong], [])
        seen = {first: sum(labels[0] == first for labels, _ in outcomes) for first in {labels[0] for labels, _ in outcomes}}
        print(f"{arguments[0]}: hit at {len(places)} of 3 x {total} system calls; then there was {seen}", flush=True)
        return seen

    def test_a_restore_that_is_hit_leaves_the_old_or_the_new(self):
        seen = self.hit_everywhere(["restore", str(self.file), "--passphrase-env", "WORDS"], self.old, (["old"], ["one", "two"]))
        self.assertGreater(seen.get("old", 0), 0)
        self.assertGreater(seen.get("one", 0), 0)

    def test_a_backup_that_is_hit_harms_nothing(self):
        target = self.folder / "again.agt"
        self.hit_everywhere(["backup", str(target), "--passphrase-env", "WORDS"], self.old, (["old"],))

    def test_a_migration_that_is_hit_loses_nothing(self):
        """The schema of the first version, brought up to date by the first command."""
        first = self.old.copy("first")
        for i in range(3):
            first.add(f"more-{i}")
        for name in ("vault.db.good",):
            (first.path / "data" / name).unlink()
        database = sqlite3.connect(first.path / "data" / "vault.db")
        for column in ("reserve_strict", "reserve_percent", "tags", "groups", "kind"):
            database.execute(f"ALTER TABLE accounts DROP COLUMN {column}")
        database.execute("DROP TABLE oauth_grants")
        database.execute("PRAGMA user_version = 1")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

        def check(home, context):
            for name, version in (("vault.db", 3), ("vault.db.before-2", 1)):
                copy = sqlite3.connect(home.path / "data" / name)
                told = [copy.execute(question).fetchone()[0] for question in ("PRAGMA user_version", "PRAGMA integrity_check", "SELECT count(*) FROM accounts")]
                copy.close()
                if told != [version, "ok", 4]:
                    return f"{name} {told}: {context}"
            return None
        self.hit_everywhere(["account", "list", "--json"], first, (["more-0", "more-1", "more-2", "old"],), check)


if __name__ == "__main__":
    unittest.main(verbosity=2)
