#!/usr/bin/env python3
"""Accounts that are signed in: the sign-in itself, refreshing under load, refusals, and rotation across kill -9.

AGT_SOAK=1: a thousand kills instead of a few.
"""
import concurrent.futures
import http.client
import json
import random
import subprocess
import time
import unittest
import urllib.parse

from harness import AGT, CHAT, call, clean_environment, main, wait_until
from signed_in import SOAK, SignedInCase as Case, token_calls


class SignIn(Case):
    def test_the_browser_comes_back_to_a_port_that_is_open_for_this_one_answer(self):
        login = self.gateway.start_login()
        self.assertTrue(login["listening"])
        back = urllib.parse.urlsplit(self.gateway.agree(login["url"]))
        self.assertEqual(back.hostname, "127.0.0.1")
        reply = call(back.port, "GET", f"{back.path}?{back.query}")
        self.assertEqual(reply.status, 200, reply)
        self.assertIn("default-src 'none'", reply.headers["content-security-policy"])
        standing = self.gateway.admin_call("GET", f"/api/v1/accounts/oauth/{login['login_id']}").json()
        self.assertEqual(standing["state"], "done", standing)
        account = standing["account"]
        self.assertEqual((account["kind"], account["state"], account["oauth"]["subject"]), ("oauth", "ready", "sim@example.com"))

        def closed():
            try:
                call(back.port, "GET", "/", timeout=2)
            except ConnectionRefusedError:
                return True
        wait_until(closed, 5, "the port of the sign-in is closed")
        self.assertEqual(self.say().status, 200)
        self.assertEqual(len(token_calls(self.sim)), 1)

    def test_a_wrong_state_a_foreign_host_and_a_second_use_are_refused(self):
        login = self.gateway.start_login()
        back = urllib.parse.urlsplit(self.gateway.agree(login["url"]))
        query = dict(urllib.parse.parse_qsl(back.query))
        wrong = urllib.parse.urlencode({**query, "state": "x" * 32})
        self.assertEqual(call(back.port, "GET", f"{back.path}?{wrong}").status, 400)
        self.assertEqual(call(back.port, "GET", f"{back.path}?code={query['code']}").status, 400)
        foreign = call(back.port, "GET", f"{back.path}?{back.query}", headers={"host": "evil.example"})
        self.assertEqual(foreign.status, 404)
        self.assertEqual(len(token_calls(self.sim)), 0)
        self.assertEqual(call(back.port, "GET", f"{back.path}?{back.query}").status, 200)
        again = self.gateway.paste(login, f"http://127.0.0.1{back.path}?{back.query}")
        self.assertEqual(again.status, 409, again)

    def test_a_no_of_the_user_ends_the_sign_in(self):
        login = self.gateway.start_login()
        back = urllib.parse.urlsplit(self.gateway.agree(login["url"]))
        state = dict(urllib.parse.parse_qsl(back.query))["state"]
        self.assertEqual(call(back.port, "GET", f"{back.path}?error=access_denied&state={state}").status, 400)
        standing = self.gateway.admin_call("GET", f"/api/v1/accounts/oauth/{login['login_id']}").json()
        self.assertEqual(standing["state"], "failed")
        self.assertIn("access_denied", standing["error"]["message"])

    def test_a_bare_code_is_enough_and_the_same_user_is_updated(self):
        first = self.gateway.sign_in()
        login = self.gateway.start_login(listen=False)
        code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.gateway.agree(login["url"])).query))["code"]
        reply = self.gateway.paste(login, code)
        self.assertEqual((reply.status, reply.json()["updated"]), (200, True), reply)
        self.assertEqual(reply.json()["account"]["id"], first["id"])

    def test_google_without_a_client_says_what_to_do(self):
        reply = self.gateway.admin_call("POST", "/api/v1/accounts/oauth/start", {"service": "google"})
        self.assertEqual(reply.status, 400)
        self.assertIn("https://console.cloud.google.com", reply.json()["error"]["message"])

    def test_the_command_line_takes_a_pasted_address(self):
        client = self.gateway.client()
        command = [AGT, "account", "login", "custom", "--no-browser", "--client-id", "c", "--provider", client["provider"],
                   "--base-url", client["base_url"], "--auth-url", client["auth_url"], "--token-url", client["token_url"]]
        done = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=clean_environment(AGT_HOME=self.gateway.home, HOME=self.gateway.folder))
        link = next(line.strip() for line in done.stderr if line.strip().startswith("http"))
        out, err = done.communicate(self.gateway.agree(link) + "\n", timeout=20)
        self.assertEqual(done.returncode, 0, err)
        self.assertTrue(out.strip().startswith("acc_"), out)

    def test_no_secret_is_shown_or_logged(self):
        account = self.gateway.sign_in()
        self.say()
        shown = json.dumps(self.gateway.account(account["id"])) + self.gateway.program.stderr() + self.gateway.program.stdout()
        for secret in ("ya29.sim-", "1//sim-", "secret-1", "4/sim-"):
            self.assertNotIn(secret, shown)


class Refresh(Case):
    def test_500_requests_on_an_expired_token_make_one_refresh(self):
        self.expired()
        self.sim.script({"delay_ms": 300}, model="token")
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            statuses = list(pool.map(lambda _: self.say().status, range(500)))
        self.assertEqual(set(statuses), {200})
        self.assertEqual(len(token_calls(self.sim)), 1)

    def test_a_client_that_leaves_does_not_end_the_refresh(self):
        account = self.expired()
        self.sim.script({"delay_ms": 600}, model="token")
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=5)
        connection.request("POST", "/v1/chat/completions", json.dumps(CHAT.body("openai-compatible/gpt-5.5", "Hi")),
                           {"content-type": "application/json"})
        time.sleep(0.2)
        connection.close()
        wait_until(lambda: self.gateway.account(account["id"])["oauth"]["expires_in_ms"] > 60_000, 5, "the new token is there")
        self.assertEqual(self.say().status, 200)
        self.assertEqual(len(token_calls(self.sim)), 1)

    def test_401_for_a_token_that_has_not_expired_makes_exactly_one_refresh(self):
        self.gateway.sign_in()
        self.sim.script({"status": 401}, model="gpt-5.5", times=1)
        self.assertEqual(self.say().status, 200)
        self.assertEqual(len(token_calls(self.sim)), 2)
        self.sim.script({"status": 401}, model="gpt-5.5", times=-1)
        refused = self.say()
        self.assertGreaterEqual(refused.status, 400)
        self.assertNotEqual(refused.status, 401)
        self.assertEqual(len(token_calls(self.sim)), 2)

    def test_a_dead_grant_is_told_and_never_sent_again_until_somebody_acts(self):
        account = self.expired()
        self.sim.script({"status": 400, "body": '{"error":"invalid_grant","error_description":"Token has been revoked."}'},
                        model="token", times=1)
        self.assertGreaterEqual(self.say().status, 400)
        before = len(self.sim.log())
        for _ in range(3):
            self.assertGreaterEqual(self.say().status, 400)
        self.assertEqual(len(self.sim.log()), before)
        shown = self.gateway.account(account["id"])
        self.assertEqual(shown["state"], "needs_sign_in")
        self.assertIn("Token has been revoked", shown["oauth"]["refused_why"])
        self.assertIn("must sign in again", self.gateway.cli("account", "list").stdout)
        self.gateway.cli("account", "refresh", account["id"])
        self.assertEqual(self.say().status, 200)

    def test_a_failing_endpoint_keeps_the_token_that_still_holds(self):
        account = self.gateway.sign_in()
        self.sim.script({"status": 503}, model="token", times=-1)
        self.assertEqual(self.gateway.admin_call("POST", f"/api/v1/accounts/{account['id']}/refresh").status, 502)
        self.assertEqual(self.say().status, 200)
        self.assertEqual(self.gateway.account(account["id"])["state"], "ready")

    def test_a_stop_waits_for_a_rotation(self):
        account = self.expired()
        self.sim.script({"delay_ms": 1500}, model="token")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self.say)
            wait_until(lambda: len(token_calls(self.sim)) > 0, 5, "the refresh is under way")
            time.sleep(0.3)
            self.assertEqual(self.gateway.program.stop(15), 0)
            asked.exception()
        self.gateway.start()
        self.assertGreater(self.gateway.account(account["id"])["oauth"]["expires_in_ms"], 60_000)
        self.assertEqual(self.say().status, 200)

    def test_disabled_accounts_are_refreshed_ahead(self):
        self.rules(expires_in=2)
        account = self.gateway.sign_in()
        self.gateway.cli("account", "disable", account["id"])
        self.rules(expires_in=3599)
        wait_until(lambda: self.gateway.account(account["id"])["oauth"]["expires_in_ms"] > 60_000, 10, "a new token")


class Import(Case):
    def body(self, text, **more):
        client = {name: value for name, value in self.gateway.client().items() if name not in ("auth_url", "scopes")}
        return {**client, "text": text, **more}

    def preview(self, text, **more):
        return self.gateway.admin_call("POST", "/api/v1/accounts/import/preview", self.body(text, **more))

    def apply(self, text, **more):
        reply = self.gateway.admin_call("POST", "/api/v1/accounts/import/apply", self.body(text, **more))
        self.assertEqual(reply.status, 200, reply)
        return reply.json()

    def accounts(self):
        return self.gateway.admin_call("GET", "/api/v1/accounts").json()["accounts"]

    def test_lines_are_judged_one_by_one_and_nothing_is_changed_by_looking(self):
        text = "1//first-refresh-token\nme@example.com,1//second-refresh-token\n\n# a remark\nya29.an-access-token\n1//first-refresh-token\nshort\n"
        items = self.preview(text).json()["items"]
        self.assertEqual([(i["place"], i["result"]) for i in items],
                         [(1, "add"), (2, "add"), (5, "invalid"), (6, "duplicate"), (7, "invalid")])
        self.assertIn("access token", items[2]["why"])
        self.assertNotIn("first-refresh-token", json.dumps(items))
        self.assertEqual((self.accounts(), token_calls(self.sim)), ([], []))

    def test_a_refused_token_leaves_nothing_and_the_others_serve(self):
        done = self.apply(json.dumps([{"email": "a@example.com", "refresh_token": "1//good-refresh-token"},
                                      {"email": "b@example.com", "refresh_token": "bad-refresh-token-1"}]))
        self.assertEqual([i["result"] for i in done["items"]], ["added", "rejected"], done)
        self.assertEqual([a["label"] for a in self.accounts()], ["a@example.com"])
        self.assertEqual(self.say().status, 200)
        again = self.apply("1//good-refresh-token-of-somebody-else\n")
        self.assertEqual(again["counts"], {"added": 1})

    def test_accounts_of_the_manager_come_with_label_and_state(self):
        account = {"id": "x", "email": "m@example.com", "custom_label": "Mine", "disabled": True,
                   "token": {"access_token": "ya29.x", "refresh_token": "1//manager-refresh-token", "expires_in": 3599,
                             "expiry_timestamp": 1, "token_type": "Bearer", "project_id": "p-1"}, "quota": {"models": []}}
        done = self.apply(json.dumps(account))
        self.assertEqual((done["items"][0]["result"], done["items"][0]["label"]), ("added", "Mine"), done)
        self.assertEqual((self.accounts()[0]["state"], self.accounts()[0]["oauth"]["subject"]), ("disabled", "m@example.com"))
        index = self.preview(json.dumps({"version": "2.0", "accounts": [{"id": "x", "email": "m@example.com"}]})).json()
        self.assertIn("index", index["items"][0]["why"])

    def test_an_endpoint_that_is_down_is_no_reason_to_throw_a_token_away(self):
        self.sim.script({"status": 503}, model="token", times=-1)
        done = self.apply("1//some-refresh-token\n")
        self.assertEqual(done["items"][0]["result"], "unchecked", done)
        self.sim.reset()
        self.gateway.cli("account", "refresh", done["items"][0]["account"])
        self.assertEqual(self.say().status, 200)

    def test_an_export_comes_back_in_another_home_with_its_passphrase_only(self):
        self.rules(rotate=False)
        self.apply("me@example.com 1//kept-refresh-token\n")
        self.gateway.cli("account", "add", "openai-compatible", "--label", "with-key", "--base-url", self.sim.url + "/v1",
                         "--key-stdin", stdin="sk-exported-key-1")
        self.gateway.cli("route", "add", "--match", "fast", "--to", "with-key/gpt-5.5")
        file = self.gateway.folder / "saved"

        def run(home, *arguments, passphrase="long enough words"):
            return subprocess.run([AGT, *arguments, "--passphrase-env", "WORDS"], capture_output=True, text=True, timeout=60,
                                  env=clean_environment(AGT_HOME=home, HOME=self.gateway.folder, WORDS=passphrase))
        done = run(self.gateway.home, "export", str(file))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        for secret in (b"kept-refresh-token", b"sk-exported-key-1", b"me@example.com"):
            self.assertNotIn(secret, file.read_bytes())
        other = self.gateway.folder / "other"
        self.assertEqual(run(other, "import", str(file), passphrase="other long words").returncode, 2)
        self.assertEqual(run(other, "export", str(self.gateway.folder / "x"), passphrase="short").returncode, 2)
        done = run(other, "import", str(file))
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        again = run(other, "import", str(file))
        self.assertEqual(again.stdout.count("duplicate"), 2, again.stdout)
        listed = subprocess.run([AGT, "account", "list"], capture_output=True, text=True,
                                env=clean_environment(AGT_HOME=other, HOME=self.gateway.folder)).stdout
        self.assertIn("with-key", listed)
        self.assertIn("me@example.com", listed)
        routes = subprocess.run([AGT, "route", "list"], capture_output=True, text=True,
                                env=clean_environment(AGT_HOME=other, HOME=self.gateway.folder)).stdout
        self.assertIn("fast", routes)


class Kill(Case):
    """kill -9 at any moment of a rotation: the next start goes on with the newest token, or with the one before, which
    the endpoint takes within its grace. Never an account that has to sign in again, never a revoked family."""

    def test_kills_during_rotation_lose_no_token(self):
        self.rules(expires_in=1, grace_ms=30_000)
        account = self.gateway.sign_in()
        chance = random.Random(7)
        for round_number in range(1000 if SOAK else 12):
            self.sim.script({"delay_ms": chance.choice((0, 5, 30))}, model="token", times=1)
            refresh = concurrent.futures.ThreadPoolExecutor(1)
            refresh.submit(lambda: self.gateway.admin_call("POST", f"/api/v1/accounts/{account['id']}/refresh"))
            time.sleep(chance.uniform(0, 0.06))
            self.gateway.program.kill()
            refresh.shutdown()
            self.gateway.start()
            reply = self.gateway.admin_call("POST", f"/api/v1/accounts/{account['id']}/refresh")
            self.assertEqual(reply.status, 200, f"round {round_number}: {reply}")
        self.assertEqual(self.gateway.account(account["id"])["state"], "ready")


if __name__ == "__main__":
    main()
