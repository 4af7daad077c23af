"""The official SDKs, two versions of each, through the gateway to every upstream dialect.

The scripts in tests/clients make the calls and check the answers; here they get a gateway, and what arrived upstream is
checked.
"""
import json
import os
import shutil
import subprocess
import time
import unittest

import harness
from harness import CLIENTS, DIALECTS, ROUTES, TO, WithGateway, two_accounts_each

SCRIPTS = (("openai.mjs", "openai", "openai-7"), ("openai.mjs", "openai-6", "openai-6"),
           ("anthropic.mjs", "@anthropic-ai/sdk", "anthropic-1"), ("anthropic.mjs", "anthropic-sdk-0", "anthropic-0"),
           ("genai.mjs", "@google/genai", "genai-3"), ("genai.mjs", "genai-2", "genai-2"))
SECONDS_MAX = 60 * (4 if harness.SANITIZED else 1)
CASES_MIN = 15  # per SDK and upstream: a script that runs nothing must not pass
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"
UPSTREAMS = {**TO, "responses": "to-responses"}
PROVIDERS = {**{d.name: d.provider for d in DIALECTS}, "responses": "openai-responses"}
FAILURES = {400: {"status": 400}, 429: {"status": 429, "retry_after": "9"}}


class Sdks(WithGateway):
    @classmethod
    def accounts(cls):
        return [*two_accounts_each(), *(("openai-responses", f"responses-{letter}", f"key-responses-{letter}") for letter in "ab")]

    @classmethod
    def routes(cls):
        failing = [(f"{UPSTREAMS[name]}-{status}", f"{provider}/fails-{status}") for name, provider in PROVIDERS.items() for status in FAILURES]
        return (*ROUTES, ("to-responses", "openai-responses/gpt-5.5"), *failing)

    def setUp(self):
        super().setUp()
        for status, script in FAILURES.items():
            self.sim.script(script, model=f"fails-{status}", times=-1)

    def run_script(self, script, package, label):
        node = shutil.which("node")
        self.assertIsNotNone(node, "these tests need Node")
        command = [node, script, self.gateway.url, package, label, *UPSTREAMS.values()]
        home = harness.Folders.new("agt-sdk-")
        try:
            return subprocess.Popen(command, cwd=CLIENTS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    env=harness.clean_environment(HOME=home, NODE_NO_WARNINGS="1"))
        finally:
            harness.Folders.drop(home)

    def finish(self, process, label):
        out, err = process.communicate(timeout=SECONDS_MAX * 2)
        results = [json.loads(line) for line in out.splitlines() if line.startswith('{"case"')]
        self.assertEqual(process.returncode, 0, f"{label}: {err[-3000:]}")
        self.assertGreaterEqual(len(results), CASES_MIN * len(UPSTREAMS), f"{label} ran too few cases: {err[-3000:]}")
        for result in results:
            with self.subTest(result["case"]):
                self.assertTrue(result["ok"], result.get("error"))
        return len(results)

    def test_05_06_07_08_every_sdk_with_every_upstream(self):
        begun = time.monotonic()
        count = 0
        for pair in (SCRIPTS[0:2], SCRIPTS[2:4], SCRIPTS[4:6]):  # two at a time: one for each core
            running = [(self.run_script(*one), one[2]) for one in pair]
            try:
                for process, label in running:
                    count += self.finish(process, label)
            finally:
                for process, _ in running:
                    if process.poll() is None:
                        process.kill()
                        process.communicate()
        taken = time.monotonic() - begun
        print(f"{count} SDK cases in {taken:.1f} s", flush=True)
        self.assertLess(taken, SECONDS_MAX)
        self.check_upstream()

    def check_upstream(self):
        log = self.sim.log()
        pictures = [e["body"] for e in log if "image" in e["body"].split("[[")[0] and PICTURE in e["body"] and e["status"] == 200]
        # one from each script for each upstream, and one more by Responses from each version of OpenAI's
        self.assertEqual(len(pictures), (len(SCRIPTS) + 2) * len(UPSTREAMS), "a picture did not arrive")
        for body in pictures:
            self.assertIn(PICTURE, body)
        for entry in log:
            self.assertIn(entry["key_hint"], {"ic-a", "ic-b", "at-a", "at-b", "ni-a", "ni-b", "es-a", "es-b"}, entry["path"])
            self.assertNotIn("client-key", json.dumps(entry))
        used = {entry["key_fingerprint"] for entry in log}
        self.assertEqual(len(used), 2 * len(UPSTREAMS), "every account served")


if __name__ == "__main__":
    unittest.main(verbosity=2)
