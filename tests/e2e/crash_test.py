#!/usr/bin/env python3
"""A rotation of tokens that is hit at one of its writes: kill -9, a failing disk, a full disk. No token is ever lost.

strace stops the gateway at the nth write or sync of the vault. AGT_SOAK=1: each of the first two hundred.
"""
import os
import pathlib
import re
import subprocess
import unittest

from harness import main, wait_until
from signed_in import SOAK, SignedInCase

CALLS = "write,pwrite64,pwritev,fsync,fdatasync,ftruncate"
FIRST = range(1, 201) if SOAK else (*range(1, 9), 12, 16, 21, 34)
REFRESHES_MAX = 150 if SOAK else 10  # until the nth write of a thread is reached: a rotation has a handful


class Rotation(SignedInCase):
    def setUp(self):
        super().setUp()
        self.vault = next(self.gateway.home.rglob("vault.db"))
        self.hits = 0

    def refresh(self):
        try:
            return self.gateway.admin_call("POST", f"/api/v1/accounts/{self.account_id}/refresh").status
        except OSError:  # it died meanwhile
            return 0

    def traced(self, what, number):
        """strace beside the gateway, which does `what` to the nth write or sync of the vault."""
        log = self.gateway.folder / "strace.log"
        log.unlink(missing_ok=True)
        paths = [word for name in ("vault.db", "vault.db-wal") for word in ("-P", str(self.vault.with_name(name)))]
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", log, "-p", str(self.gateway.pid), *paths,
                                   "-e", f"trace={CALLS}", "-e", f"inject={CALLS}:{what}:when={number}"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

        def attached():
            if tracer.poll() is not None:
                raise AssertionError(f"strace ended: {tracer.stderr.read()}")
            tasks = pathlib.Path(f"/proc/{self.gateway.pid}/task").iterdir()
            return all(re.search(r"^TracerPid:\t[1-9]", (task / "status").read_text(), re.M) for task in tasks)
        wait_until(attached, 10, "strace has every thread")
        return tracer, log

    def let_go(self, tracer):
        tracer.terminate()
        tracer.wait(10)
        tracer.stderr.close()

    def hit(self, what, number):
        """Refreshes until the nth write is hit, or so often that it is not to be reached. True when it was."""
        tracer, log = self.traced(what, number)
        was_hit = False
        for _ in range(REFRESHES_MAX):
            died = self.refresh() == 0
            was_hit = died or "INJECTED" in log.read_text()
            if was_hit:
                break
        if was_hit and what.startswith("signal"):
            wait_until(lambda: not self.gateway.program.alive(), 5, "the killed gateway is gone")
        self.let_go(tracer)
        self.hits += was_hit
        return was_hit

    def assert_well(self, context):
        self.assertEqual(self.refresh(), 200, f"{context}: {self.gateway.stderr()}")
        self.assertEqual(self.gateway.account(self.account_id)["state"], "ready", context)

    def test_killed_at_any_write_it_goes_on_with_the_newest_token_or_the_one_before(self):
        self.rules(grace_ms=30_000)
        self.account_id = self.gateway.sign_in()["id"]
        for number in FIRST:
            if self.hit("signal=SIGKILL", number):
                self.gateway.program.kill()
                self.gateway.start()
            self.assert_well(f"kill at write {number}")
        self.report("kill -9")

    def test_a_disk_that_fails_or_is_full_loses_no_token_and_no_account(self):
        """The endpoint has no grace: one old token that comes back would revoke the family."""
        self.rules(grace_ms=0)
        self.account_id = self.gateway.sign_in()["id"]
        for error in ("EIO", "ENOSPC"):
            for number in FIRST:
                self.hit(f"error={error}", number)
                wait_until(lambda: self.refresh() == 200, 10, f"well again after {error} at write {number}")
                if number % 7 == 0:  # what it goes on with is on the disk
                    self.gateway.program.kill()
                    self.gateway.start()
                self.assert_well(f"{error} at write {number}")
        self.report("EIO and ENOSPC")

    def report(self, what):
        print(f"\n{what}: {self.hits} writes hit", flush=True)
        self.assertGreaterEqual(self.hits, len(FIRST) // 4, "the vault was hardly written")


if __name__ == "__main__":
    main()
