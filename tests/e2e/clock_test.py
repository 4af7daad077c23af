#!/usr/bin/env python3
"""A clock on the wall that is wrong, or leaps: no token is refreshed for it, no rest is longer or shorter.

libfaketime moves the gateway's clock of the day and leaves the monotonic one alone, as a correction by hand or by NTP
does.
"""
import email.utils
import pathlib
import time
import unittest

from harness import main, wait_until
from signed_in import SignedInCase, token_calls

LIBRARY = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
HOURS = (("+2h", 7200), ("-2h", -7200))
REST_S = 20
OFF_MAX_S = 5  # a rest may be wrong by so much


class Clock(SignedInCase):
    def setUp(self):
        super().setUp()
        self.assertTrue(LIBRARY.exists(), "libfaketime is missing: apt-get install libfaketime")
        self.file = self.gateway.folder / "faketime"
        self.gateway.settings |= {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                                  "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set_clock(self, offset):
        self.file.write_text(offset + "\n")

    def restart(self, offset):
        self.set_clock(offset)
        if self.gateway.program.alive():
            self.gateway.program.stop()
        self.gateway.start()

    def clock_says(self):
        """What the gateway takes for the time of the day: it dates its answers."""
        return email.utils.parsedate_to_datetime(self.gateway.call("GET", "/healthz").headers["date"]).timestamp()

    def assert_clock(self, off_s):
        wait_until(lambda: abs(self.clock_says() - time.time() - off_s) < 10, 5, f"the clock is off by {off_s} s")

    def assert_serves(self, context):
        self.assertEqual(self.say().status, 200, context)

    def test_a_wrong_clock_at_the_start_costs_at_most_one_refresh(self):
        account = self.gateway.sign_in()
        for offset, seconds in HOURS:
            with self.subTest(offset=offset):
                self.sim.reset()
                self.restart(offset)
                self.assert_clock(seconds)
                for _ in range(3):
                    self.assert_serves(offset)
                    time.sleep(0.7)
                self.assertLessEqual(len(token_calls(self.sim)), 1)
                self.assertEqual(self.gateway.account(account["id"])["state"], "ready")

    def test_a_leap_refreshes_nothing(self):
        self.restart("+0")
        self.gateway.sign_in()
        self.sim.reset()
        for offset in ("+1h", "+0", "-1h", "+1h"):
            self.set_clock(offset)
            self.assert_clock({"+1h": 3600, "-1h": -3600}.get(offset, 0))
            for _ in range(3):
                self.assert_serves(offset)
                time.sleep(0.5)
        self.assertEqual(token_calls(self.sim), [])

    def rest_left(self, account_id, model):
        rests = [rest for rest in self.gateway.account(account_id)["rests"] if rest["model"] == model]
        return rests[0]["remaining_ms"] / 1000 if rests else 0

    def test_rests_are_as_long_as_told_whatever_the_clock_says(self):
        self.restart("+2h")
        self.assert_clock(7200)
        account = self.gateway.sign_in()["id"]
        date = email.utils.formatdate(time.time() + REST_S, usegmt=True)
        for number, told in enumerate((str(REST_S), date)):
            with self.subTest(told=told):
                model = f"m{number}"
                self.sim.script({"status": 429, "retry_after": told}, model=model)
                begun = time.time()
                self.assertEqual(self.say(model).status, 429)
                self.assertAlmostEqual(self.rest_left(account, model), REST_S, delta=OFF_MAX_S)
                self.set_clock("+1h" if number == 0 else "+3h")
                self.assert_clock(3600 if number == 0 else 10800)
                self.assertAlmostEqual(self.rest_left(account, model), REST_S - (time.time() - begun), delta=OFF_MAX_S)


if __name__ == "__main__":
    main()
