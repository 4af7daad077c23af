#!/usr/bin/env python3
"""Twelve planted problems, each named by `agt doctor` with its reason and its remedy; and an installation without any.

Nothing leaves this computer: upstreams are the simulator, and names that must not be found end in .invalid.
"""
import email.utils
import json
import os
import pathlib
import socket
import subprocess
import unittest

from harness import AGT, SANITIZED, CleanCase, Folders, Sim, clean_environment, main
from signed_in import OAuthGateway

FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


class Doctor(CleanCase):
    def setUp(self):
        self.sim = Sim(tls=False)
        self.gateway = OAuthGateway(self.sim)

    def tearDown(self):
        if self.gateway.program and self.gateway.program.alive():
            self.gateway.stop()
        else:
            Folders.drop(self.gateway.folder)
        self.sim.stop()

    def doctor(self, *options, prefix=(), **environment):
        """The findings; the exit code must say whether there is a problem among them."""
        done = subprocess.run([*prefix, AGT, "doctor", "--json", *options], capture_output=True, text=True, timeout=60,
                              env=clean_environment(AGT_HOME=self.gateway.home, HOME=self.gateway.folder, **environment))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["ok"], done.returncode == 0, report)
        self.assertEqual(report["ok"], not [one for one in report["findings"] if one["level"] == "problem"])
        for one in report["findings"]:
            if one["level"] != "fine":
                self.assertTrue(one["why"] and one["remedy"], one)
        self.assertNotIn("sk-doctor", done.stdout + done.stderr)
        return report

    def problem(self, check, *options, **more):
        """The only problem there is, which that check has found."""
        problems = [one for one in self.doctor(*options, **more)["findings"] if one["level"] == "problem"]
        self.assertEqual([one["check"] for one in problems], [check], problems)
        return problems[0]

    def assert_told(self, finding, code=None, what="", why="", remedy=""):
        self.assertEqual(finding.get("code"), code, finding)
        for name, words in (("what", what), ("why", why), ("remedy", remedy)):
            self.assertIn(words, finding[name])

    def port_setting(self, port):
        return {"AGT_PROXY_PORT": str(port)}

    def client_file(self, text, path=".claude/settings.json"):
        file = self.gateway.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    # ---- nothing planted

    def test_nothing_is_wrong_with_and_without_a_gateway(self):
        self.gateway.add_account("openai", "work", "sk-doctor")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            free = probe.getsockname()[1]
        self.assertTrue(self.doctor(**self.port_setting(free))["ok"])
        self.gateway.start()
        report = self.doctor()
        self.assertTrue(report["ok"] and report["gateway_runs"], report)
        self.assertIn("Nothing is wrong.", self.gateway.cli("doctor").stdout)

    def test_quick_asks_no_upstream(self):
        self.gateway.add_account("openai", "work", "sk-doctor")
        self.gateway.start()
        before = len(self.sim.log())
        self.assertTrue(self.doctor("--quick")["ok"])
        self.assertEqual(len(self.sim.log()), before)

    # ---- the twelve

    def test_1_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.assert_told(self.problem("port", **self.port_setting(port)), "config", what=f"port {port}", why="in use",
                             remedy="agt settings set proxy.port")

    def test_2_a_doubled_v1(self):
        self.gateway.start()
        self.client_file(json.dumps({"env": {"ANTHROPIC_BASE_URL": f"{self.gateway.url}/v1"}}))
        self.assert_told(self.problem("client"), "path_corrected", what="Claude Code", why="/v1 too many",
                         remedy="agt connect claude-code --write")
        self.gateway.cli("connect", "claude-code", "--write")
        self.assertTrue(self.doctor()["ok"], "the remedy is one")
        self.client_file(f'model_provider = "agt"\n[model_providers.agt]\nbase_url = "{self.gateway.url}/v1/v1"\n',
                         ".codex/config.toml")
        self.assert_told(self.problem("client"), "path_corrected", what="Codex", why="/v1/v1", remedy="agt connect codex")

    def test_3_a_wrong_clock(self):
        if SANITIZED:
            self.skipTest("a sanitizer must be loaded before libfaketime")
        self.assertTrue(FAKETIME.exists(), "libfaketime is missing: apt-get install libfaketime")
        self.gateway.add_account("openai", "work", "sk-doctor")
        for offset, words in (("+3h", "3 h ahead"), ("-3h", "3 h behind")):
            answer = {"content-type": "application/json", "date": email.utils.formatdate(usegmt=True)}
            self.sim.script({"status": 200, "headers": answer, "body": '{"data":[]}'}, times=1)
            finding = self.problem("clock", LD_PRELOAD=str(FAKETIME), FAKETIME=offset, FAKETIME_DONT_FAKE_MONOTONIC="1")
            self.assert_told(finding, what=words, why="another time", remedy="timedatectl")

    def test_4_an_authority_that_is_not_trusted_and_a_file_that_is_none(self):
        signed_by_itself = Sim(tls=True)
        try:
            self.gateway.add_account("openai", "work", "sk-doctor", signed_by_itself.url + "/v1")
            self.assert_told(self.problem("tls"), "tls", what="not trusted", why="work", remedy="network.ca_file")
            trusted = {"AGT_NETWORK_CA_FILE": str(signed_by_itself.ca_file)}
            self.assertTrue(self.doctor(**trusted)["ok"], "the remedy is one")
            finding = self.problem("tls", AGT_NETWORK_CA_FILE="/nowhere/ca.pem")
            self.assert_told(finding, "config", what="/nowhere/ca.pem", why="No such file", remedy="network.ca_file")
        finally:
            signed_by_itself.stop()

    def test_5_a_proxy_that_is_dead(self):
        with socket.create_server(("127.0.0.1", 0)) as closed_soon:
            dead = f"http://ada:sk-doctor@127.0.0.1:{closed_soon.getsockname()[1]}"
        for accounts in (0, 1):
            finding = self.problem("proxy", AGT_NETWORK_UPSTREAM_PROXY=dead)
            self.assert_told(finding, "proxy_down", what="127.0.0.1", why="Cannot connect", remedy="network.upstream_proxy")
            if not accounts:
                self.gateway.add_account("openai", "work", "sk-doctor")

    def test_6_a_token_that_was_revoked(self):
        self.gateway.start()
        account = self.gateway.sign_in()
        self.assertTrue(self.doctor()["ok"])
        self.sim.script({"status": 400, "body": '{"error":"invalid_grant","error_description":"Token has been revoked."}'},
                        model="token", times=1)
        self.assertGreaterEqual(self.gateway.admin_call("POST", f"/api/v1/accounts/{account['id']}/refresh").status, 400)
        finding = self.problem("account")
        self.assert_told(finding, "token_revoked", what="does not work", why="Token has been revoked", remedy="Sign in")

    def test_7_a_key_that_is_rejected(self):
        self.gateway.add_account("openai", "work", "sk-doctor")
        for runs in (False, True):
            if runs:
                self.gateway.start()
            self.sim.script({"error": "401"}, key="sk-doctor", times=1)
            self.assert_told(self.problem("account"), "key_rejected", what="work (openai)", remedy="replace it")

    def test_8_a_home_that_cannot_be_read(self):
        home = self.gateway.home
        home.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(home, 65534, 65534)  # root may read everything, but keeps no secrets in others' folders
        else:
            home.chmod(0)
        try:
            self.assert_told(self.problem("home"), "storage", what=str(home), why="Accounts", remedy="chmod 700")
        finally:
            if os.geteuid() == 0:
                os.chown(home, 0, 0)
            home.chmod(0o700)
        home.rmdir()
        home.write_text("a file")
        self.assert_told(self.problem("home"), "storage", what="not a folder", remedy="--home")

    def test_9_a_disk_that_is_full(self):
        small = ["unshare", "--user", "--map-root-user", "--mount"]
        if subprocess.run([*small, "true"], capture_output=True).returncode != 0:
            small = ["unshare", "--mount"]
            if subprocess.run([*small, "true"], capture_output=True).returncode != 0:
                self.skipTest("unshare is not permitted")
        self.gateway.home.mkdir(mode=0o700)
        script = ('mount -t tmpfs -o size=4m,mode=700 tmpfs "$AGT_HOME" && '
                  '{ cat /dev/zero > "$AGT_HOME/filler" 2>/dev/null; exec "$@"; }')
        finding = self.problem("disk", prefix=(*small, "sh", "-c", script, "sh"))
        self.assert_told(finding, "storage", what="The disk is full: 0 MB", remedy="Free some space")

    def test_10_a_variable_that_wins_over_a_file(self):
        self.gateway.start()
        self.gateway.cli("connect", "claude-code", "--write")
        finding = self.problem("client", ANTHROPIC_BASE_URL="https://someone:sk-doctor@elsewhere.invalid")
        self.assert_told(finding, "config", what="ANTHROPIC_BASE_URL", remedy="unset ANTHROPIC_BASE_URL")
        finding = self.problem("client", ANTHROPIC_BASE_URL="https://elsewhere.invalid")
        self.assert_told(finding, "config", what="https://elsewhere.invalid", why="settings.json",
                         remedy="unset ANTHROPIC_BASE_URL")

    def test_11_a_port_for_everybody_without_a_key(self):
        self.gateway.home.mkdir(mode=0o700)
        (self.gateway.home / "config.toml").write_text('[proxy]\nallow_lan_access = true\nauth_mode = "off"\n')
        finding = self.problem("exposure")
        self.assert_told(finding, "config", what="no key is demanded", why="config.toml:3", remedy="proxy.auth_mode")

    def test_12_a_host_that_is_not_found(self):
        self.gateway.add_account("openai", "lost", "sk-doctor", "https://api.nowhere.invalid/v1")
        self.assert_told(self.problem("dns"), "dns", what="api.nowhere.invalid", why="lost", remedy="name server")
        self.gateway.add_account("openai", "work", "sk-doctor")
        self.assert_told(self.problem("dns"), "dns", what="api.nowhere.invalid", remedy="Correct the account's base URL")


if __name__ == "__main__":
    main()
