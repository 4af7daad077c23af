"""What becomes of the data: files that were damaged, a disk that is full, schemas of another time, copies that are made
while the gateway writes. It never crashes, and never begins anew in silence. AGT_SOAK=1 damages five hundred files."""
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import time
import unittest

from harness import AGT, CHAT, CleanCase, Folders, Gateway, Program, Sim, call, clean_environment, wait_until

DAMAGED = 500 if os.environ.get("AGT_SOAK") else 40
SEED = int(os.environ.get("AGT_SEED", "7"))


class Damage(CleanCase):
    def test_a_damaged_vault_is_told_and_never_silently_empty(self):
        gateway = Gateway()
        for i in range(12):
            gateway.add_account("openai-compatible", f"acc-{i}", f"key-{i}", "https://llm.example/v1")
        whole = gateway.folder / "whole"
        shutil.copytree(gateway.home, whole)
        chance, seen = random.Random(SEED), {"as before": 0, "restored, and told": 0, "refused": 0}
        for number in range(DAMAGED):
            shutil.rmtree(gateway.home)
            shutil.copytree(whole, gateway.home)
            file = gateway.home / "data" / "vault.db"
            bytes_ = bytearray(file.read_bytes())
            if number % 5 == 4:
                bytes_ = bytes_[:chance.randrange(len(bytes_))]
            else:
                for _ in range(chance.randrange(1, 65)):
                    bytes_[chance.randrange(len(bytes_))] ^= 1 << chance.randrange(8)
            file.write_bytes(bytes_)
            done = subprocess.run([AGT, "account", "list", "--json"], capture_output=True, timeout=30, env=clean_environment(AGT_HOME=gateway.home, HOME=gateway.folder))
            try:  # what was read from a damaged file may be anything, and must not reach a terminal or a JSON reader so
                done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
            except UnicodeDecodeError:
                self.fail(f"damage {number} of seed {SEED}: {done.stdout[:600]!r} {done.stderr[:600]!r}")
            what = f"damage {number} of seed {SEED}: {done.returncode} {done.stdout[:300]} {done.stderr[:300]}"
            self.assertGreaterEqual(done.returncode, 0, what)  # no signal ended it
            listed = sum(f'"acc-{i}"' in done.stdout for i in range(12))
            if "damaged" in done.stderr:
                self.assertTrue(list(file.parent.glob("vault.db.*")), what)
                seen["restored, and told"] += 1
            elif done.returncode != 0:
                self.assertTrue(done.stderr.strip(), what)
                seen["refused"] += 1
            else:
                self.assertEqual(listed, 12, what)
                seen["as before"] += 1
        print(f"{DAMAGED} damaged files: {seen}", flush=True)
        Folders.drop(gateway.folder)

    def test_a_damaged_ledger_keeps_nobody_from_serving(self):
        gateway = Gateway().start()
        gateway.call("POST", CHAT.path("demo", False), CHAT.body("demo", "Hi"))
        gateway.program.stop(20)
        ledger = gateway.home / "data" / "ledger.db"
        ledger.write_bytes(b"SQLite format 3\0" + os.urandom(5000))
        gateway.start()
        self.assertEqual(gateway.call("POST", CHAT.path("demo", False), CHAT.body("demo", "Hi")).status, 200)
        self.assertIn("ledger_damaged", gateway.program.stderr())
        gateway.stop()

    def test_a_newer_schema_is_refused_and_left_as_it_is(self):
        gateway = Gateway()
        gateway.add_account("openai-compatible", "acc", "key", "https://llm.example/v1")
        for name in ("vault.db", "ledger.db"):
            shutil.copytree(gateway.home, gateway.folder / "kept")
            file = gateway.home / "data" / name
            database = sqlite3.connect(file)
            database.execute("PRAGMA user_version = 9999")
            database.commit()
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.close()
            before = file.read_bytes()
            done = subprocess.run([AGT, "serve", "--port", "0", "--admin-port", "0", "--home", str(gateway.home)], env=clean_environment(HOME=gateway.folder), capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 78, f"{name}: {done.stderr}")
            self.assertIn("newer", done.stderr)
            self.assertEqual(file.read_bytes(), before)
            shutil.rmtree(gateway.home)
            (gateway.folder / "kept").rename(gateway.home)
        Folders.drop(gateway.folder)


class FullDisk(CleanCase):
    def test_a_full_disk_stops_the_records_and_not_the_requests(self):
        if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
            self.skipTest("needs a mount namespace")
        sim, folder = Sim(tls=False), Folders.new()
        home, ready = folder / "home", folder / "ready"
        home.mkdir(mode=0o700)
        script = f'mount -t tmpfs -o size=16m,mode=700 none "{home}" && touch "{ready}" && exec "$0" "$@"'
        environment = clean_environment(HOME=folder, AGT_HOME=home, AGT_LOGGING_LEVEL="warn", AGT_LOGGING_BODIES="all")
        program = Program(["unshare", "-m", "sh", "-c", script, AGT, "serve", "--port", "0", "--admin-port", "0", "--home", str(home)], environment)
        port = int(program.line_with("for clients", 20).split()[2].rsplit(":", 1)[1])
        inside = pathlib.Path(f"/proc/{program.pid}/root") / str(home).lstrip("/")

        def ask(text="Hi"):
            return call(port, "POST", CHAT.path("demo", False), CHAT.body("demo", text)).status
        self.assertEqual(ask(), 200)
        filler = inside / "filler"
        full = os.open(filler, os.O_WRONLY | os.O_CREAT, 0o600)
        for size in (1 << 20, 4096, 1):
            try:
                while os.write(full, b"x" * size):
                    pass
            except OSError:
                pass  # no room for so much
        os.close(full)
        served = sum(ask("x" * 5000) == 200 for _ in range(200))
        self.assertEqual(served, 200)
        admin = json.loads((inside / "admin.json").read_text())

        def told():
            status = call(int(admin["address"].rsplit(":", 1)[1]), "GET", "/api/v1/status", headers={"authorization": "Bearer " + admin["token"]}).json()
            return status["ledger"]["lost"]
        lost = wait_until(told, 10, "the status counts what could not be kept")
        lines = len(program.err)
        self.assertLess(lines, 60, "one line for many rows")
        filler.unlink()
        rows = lambda: self.rows_of(inside / "data" / "ledger.db")  # noqa: E731
        before = rows()
        self.assertEqual(ask(), 200)
        wait_until(lambda: ask() == 200 and rows() > before, 15, "it records again without a new start")
        program.stop(20)
        sim.stop()
        Folders.drop(folder)
        print(f"{served} requests served on a full disk, {lost} of their records lost and counted, {lines} log lines", flush=True)

    @staticmethod
    def rows_of(file):
        copy = Folders.new()
        try:
            for one in file.parent.glob("ledger.db*"):
                shutil.copy(one, copy / one.name)
            database = sqlite3.connect(copy / "ledger.db")
            try:
                return sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall())
            finally:
                database.close()
        except sqlite3.DatabaseError:
            return -1
        finally:
            Folders.drop(copy)


class Copies(CleanCase):
    def test_a_copy_made_while_it_writes_is_whole(self):
        gateway = Gateway().start()
        for i in range(5):
            gateway.admin_call("POST", "/api/v1/keys", {"name": f"before-{i}"})
        deadline, number = time.monotonic() + 3, 0
        copies = []
        while time.monotonic() < deadline or len(copies) < 3:
            number += 1
            self.assertEqual(gateway.admin_call("POST", "/api/v1/keys", {"name": f"key-{number}"}).status, 201)
            gateway.admin_call("DELETE", f"/api/v1/keys/key-{number}")
            if number % 20 == 0 or time.monotonic() > deadline:
                source = sqlite3.connect(f"file:{gateway.home}/data/vault.db?mode=ro", uri=True)
                copy = gateway.folder / f"copy-{number}.db"
                target = sqlite3.connect(copy)
                source.backup(target)
                target.close()
                source.close()
                copies.append(copy)
        gateway.program.kill()
        for copy in copies:
            database = sqlite3.connect(copy)
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            self.assertGreaterEqual(database.execute("SELECT count(*) FROM client_keys WHERE name LIKE 'before-%'").fetchone()[0], 5)
            database.close()
        self.assertGreater(len(copies), 1)
        shutil.copy(copies[-1], gateway.home / "data" / "vault.db")
        for more in ("vault.db-wal", "vault.db-shm"):
            (gateway.home / "data" / more).unlink(missing_ok=True)
        (gateway.home / "data" / "vault.db").chmod(0o600)
        gateway.start()
        names = [key["name"] for key in gateway.admin_call("GET", "/api/v1/keys").json()["keys"]]
        self.assertIn("before-4", names)
        gateway.stop()
        print(f"{number} changes, {len(copies)} copies, all whole", flush=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
