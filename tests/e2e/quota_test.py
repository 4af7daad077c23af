"""Quotas that providers tell, the reserves that their owners keep, and what requests cost."""

import time

from harness import CHAT, GEMINI, WithGateway, main, wait_until

SPENT = "gemini-3-pro-preview"  # the simulator says that 20 % of it are left
FRESH = "gemini-2.5-pro"  # and 75 % of this
ASKED_WITHIN_S = 30


class Quota(WithGateway):
    @classmethod
    def accounts(cls):
        return [("code-assist", "mine", "ya29.mine"), ("code-assist", "spare", "ya29.spare")]

    @classmethod
    def routes(cls):
        return [("spent", f"team/{SPENT}"), ("fresh", f"team/{FRESH}")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for label in ("mine", "spare"):
            cls.gateway.cli("account", "set", label, "--group", "team")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.gateway.cli, "account", "set", "mine", "--reserve", "0", "--reserve-use", "last", "--priority", "0")
        self.addCleanup(self.gateway.cli, "account", "enable", "spare")

    def account(self, label):
        return self.gateway.admin_call("GET", f"/api/v1/accounts/{label}").json()

    def left(self, label):
        return {window["models"]: window["left"] for window in self.account(label)["quota"]}

    def served_by(self, model):
        reply = GEMINI.post(self.gateway, model)
        self.assertEqual(reply.status, 200, reply)
        return self.gateway.trace(reply)["attempts"][-1]["account"]

    def until_told(self):
        wait_until(lambda: self.left("mine") and self.left("spare"), ASKED_WITHIN_S, "the quotas are told by themselves")
        time.sleep(1.5)  # what is told by hand reaches the choice within a second

    def test_01_quotas_are_asked_in_the_background(self):
        self.until_told()
        self.assertEqual(self.left("mine"), {FRESH: 0.75, SPENT: 0.2})
        told = self.account("mine")
        self.assertTrue(told["quota_can_be_asked"])
        self.assertIn("quota_asked_ms", told)
        self.assertNotIn("quota_failure", told)
        self.assertIn("20 (20 %)", self.gateway.cli("account", "show", "mine").stdout)

    def test_02_below_its_reserve_an_account_is_asked_last(self):
        self.until_told()
        self.gateway.cli("account", "set", "mine", "--reserve", "25", "--priority", "5")
        self.assertEqual({self.served_by("fresh") for _ in range(3)}, {"mine"})
        self.assertEqual({self.served_by("spent") for _ in range(3)}, {"spare"})
        shown = self.account("mine")
        self.assertEqual([w["models"] for w in shown["quota"] if w["below_reserve"]], [SPENT])
        self.assertEqual(shown["story"]["code"], "protected_reserve")
        self.gateway.cli("account", "disable", "spare")
        self.assertEqual(self.served_by("spent"), "mine")

    def test_03_a_strict_reserve_is_not_touched(self):
        self.until_told()
        self.gateway.cli("account", "set", "mine", "--reserve", "25", "--reserve-use", "never")
        self.gateway.cli("account", "disable", "spare")
        self.sim.reset()
        refused = GEMINI.post(self.gateway, "spent")
        self.assertGreaterEqual(refused.status, 400, refused)
        self.assertIn("protected reserve", refused.text())
        self.assertEqual(self.sim.log(), [])
        skipped = self.gateway.trace(refused)["attempts"][0]["skipped"]
        self.assertEqual({(skip["account"], skip["reason"]) for skip in skipped}, {("mine", "protected"), ("spare", "off")})
        self.assertEqual(self.served_by("fresh"), "mine")
        shown = self.gateway.cli("account", "show", "mine").stdout
        self.assertIn("It rests for gemini-3-pro-preview (protected_reserve).", shown)

    def test_04_a_quota_is_asked_by_hand_and_a_failure_is_told(self):
        self.sim.script({"status": 503}, key="ya29.mine")
        failed = self.gateway.cli("account", "quota", "mine", check=False)
        self.assertEqual(failed.returncode, 1, failed)
        self.assertIn("quota_failure", self.account("mine"))
        self.assertTrue(self.left("mine"), "what was told before stays")
        self.gateway.cli("account", "quota", "mine")
        self.assertNotIn("quota_failure", self.account("mine"))

    def test_05_a_wrong_field_is_named(self):
        for form, field in (({"reserve_percent": 100}, "reserve_percent"), ({"groups": ["a/b"]}, "groups[0]"), ({"max_concurrency": -1}, "max_concurrency"),
                            ({"reserve_percent": "x"}, "reserve_percent"), ({"tags": "x"}, "tags")):
            refused = self.gateway.admin_call("PATCH", "/api/v1/accounts/mine", form)
            self.assertEqual((refused.status, refused.json()["error"]["field"]), (400, field), refused)

    def test_06_a_pinned_account_is_preferred(self):
        self.gateway.cli("account", "set", "spare", "--pin")
        self.assertTrue(self.account("spare")["pinned"])
        self.assertEqual({self.served_by("fresh") for _ in range(3)}, {"spare"})
        self.gateway.cli("account", "set", "spare", "--unpin")
        self.assertFalse(self.account("spare")["pinned"])


class RateLimitHeaders(WithGateway):
    def test_what_answers_say_reaches_the_choice(self):
        self.gateway.cli("account", "set", "chat-a", "--reserve", "50", "--priority", "5")
        told = {"x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": "10", "x-ratelimit-reset-requests": "1h0m0s"}
        self.sim.script({"headers": told}, key="key-chat-a", times=100)

        def served_by():
            return self.gateway.trace(CHAT.post(self.gateway, "to-chat"))["attempts"][-1]["account"]
        self.assertEqual(served_by(), "chat-a")
        wait_until(lambda: served_by() == "chat-b", 10, "chat-a is below its reserve")
        window = self.gateway.admin_call("GET", "/api/v1/accounts/chat-a").json()["quota"][0]
        self.assertEqual((window["name"], window["models"], window["left"]), ("requests", "gpt-5.5", 0.1))


class Cost(WithGateway):
    @classmethod
    def routes(cls):
        return [("priced", "chat-a/mine-1"), ("dear", "chat-a/nobody-knows")]

    def stats(self, by="model"):
        return {row["key"]: row for row in self.gateway.admin_call("GET", f"/api/v1/stats?by={by}").json()["stats"]}

    def test_cost_is_summed_and_the_unknown_is_no_zero(self):
        refused = self.gateway.cli("settings", "set", "prices.overrides", "openai-compatible/mine-1=one/2", check=False)
        self.assertIn("is no price", refused.stderr)
        self.gateway.cli("settings", "set", "prices.overrides", "openai-compatible/mine-*=1000/2000")
        priced = CHAT.post(self.gateway, "priced")
        trace = self.gateway.trace(priced)
        usage = trace["usage"]
        expected = (usage["input"] * 1000 + usage["output"] * 2000) / 1e6
        self.assertAlmostEqual(trace["cost_usd"], expected)
        self.assertEqual(trace["price_source"], "prices.overrides")
        unknown = self.gateway.trace(CHAT.post(self.gateway, "dear"))
        self.assertIsNone(unknown["cost_usd"])
        CHAT.post(self.gateway, "demo")
        sums = self.stats()
        self.assertAlmostEqual(sums["mine-1"]["cost_usd"], expected)
        self.assertEqual((sums["mine-1"]["priced"], sums["mine-1"]["unpriced"], sums["mine-1"]["estimated"]), (1, 0, 0))
        self.assertEqual((sums["nobody-knows"]["cost_usd"], sums["nobody-knows"]["unpriced"]), (None, 1))
        self.assertEqual(sums["demo"]["cost_usd"], 0, "the demo costs nothing, and that is known")
        (day,) = self.stats("day").values()
        self.assertEqual((day["requests"], day["priced"], day["unpriced"]), (3, 2, 1))
        shown = self.gateway.cli("stats").stdout
        self.assertIn("COST", shown)
        self.assertRegex(shown, r"nobody-knows .*\?")
        self.assertIn("at list price (prices.overrides)", self.gateway.cli("trace", priced.headers["x-agt-trace"]).stdout)
        rows = self.gateway.admin_call("GET", "/api/v1/requests").json()["requests"]
        self.assertEqual([row["cost_usd"] is None for row in rows], [False, True, False])


if __name__ == "__main__":
    main()
