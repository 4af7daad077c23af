"""What people bring from elsewhere: the folder of Antigravity Manager, key files of Google Cloud, variables, an export with
a choice. First what would happen, line by line, then that it does."""
import json
import subprocess
import unittest

from harness import AGT, CHAT, CleanCase, Folders, clean_environment
from signed_in import SignedInCase

MAPPING = {"gpt-4*": "gemini-3-flash", "claude-haiku": "gemini-3-flash-lite"}


def config(**proxy):
    return {"language": "zh", "theme": "dark", "proxy": {
        "enabled": True, "port": 8099, "allow_lan_access": False, "auth_mode": "auto", "api_key": "sk-0123456789abcdef",
        "custom_mapping": MAPPING, "upstream_proxy": {"enabled": False, "url": "http://127.0.0.1:1"},
        "scheduling": {"mode": "PerformanceFirst", "max_wait_seconds": 60}, "thinking_budget": {"mode": "auto"}, **proxy}}


def account_file(email, token, **more):
    return {"id": email, "email": email, "token": {"refresh_token": token, "access_token": "ya29.x", "expires_in": 3599,
                                                   "email": email, "project_id": "p-1"},
            "device_history": [{"machine_id": "m"}] * 50, "quota": {"models": []}, **more}


class Imports(CleanCase):
    def setUp(self):
        self.folder = Folders.new()
        self.addCleanup(Folders.drop, self.folder)

    def agt(self, *arguments, home="home", **env):
        return subprocess.run([AGT, "--home", str(self.folder / home), *[str(a) for a in arguments]], capture_output=True,
                              text=True, timeout=30, env=clean_environment(HOME=self.folder, **env))

    def items(self, *arguments, code=0, **env):
        done = self.agt(*arguments, "--json", **env)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)["items"]

    def setting(self, name, **env):
        return self.agt("settings", "get", name, **env).stdout.strip()

    def manager_folder(self, accounts, settings):
        folder = self.folder / ".antigravity_tools"
        (folder / "accounts").mkdir(parents=True)
        for number, account in enumerate(accounts):
            text = account if isinstance(account, str) else json.dumps(account)
            (folder / f"accounts/{number}.json").write_text(text)
        (folder / "accounts.json").write_text("{}")
        (folder / "gui_config.json").write_text("\ufeff" + json.dumps(settings))
        return folder

    def test_the_settings_of_antigravity_manager(self):
        folder = self.manager_folder([], config(zai={"enabled": True, "api_key": "zai-key-0123456789"}))
        shown = self.items("import", folder, "--dry-run")
        told = [(i["recognised"], i["subject"], i["result"]) for i in shown]
        self.assertEqual(told[0], ("Z.ai key of Antigravity Manager", "", "add"))
        self.assertEqual(told[1], ("rule of Antigravity Manager", "gpt-4* → gemini/gemini-3-flash", "add"))
        self.assertIn(("setting of Antigravity Manager", "proxy.port = 8099", "add"), told)
        self.assertIn(("setting of Antigravity Manager", "proxy.allow_lan_access = false", "duplicate"), told)
        self.assertIn(("setting of Antigravity Manager", 'scheduling.mode = "performance_first"', "add"), told)
        self.assertNotIn("0123456789abcdef", json.dumps(shown))
        self.assertEqual(self.setting("proxy.port"), "8045")  # nothing has happened yet
        done = self.items("import", folder)
        self.assertEqual({i["result"] for i in done}, {"added", "duplicate"})
        self.assertEqual(self.setting("proxy.port"), "8099")
        self.assertEqual(self.setting("proxy.auth_mode"), "auto")
        self.assertEqual(self.setting("scheduling.mode"), "performance_first")
        self.assertEqual(self.agt("settings", "get", "proxy.api_key", "--reveal").stdout.strip(), "sk-0123456789abcdef")
        self.assertIn("gemini/gemini-3-flash-lite", self.agt("route", "list").stdout)
        self.assertIn("zai-anthropic", self.agt("account", "list").stdout)
        again = self.items("import", folder, "--dry-run")
        self.assertEqual({i["result"] for i in again if i["recognised"].startswith("rule")}, {"duplicate"})

    def test_settings_that_do_not_fit_are_named_and_left(self):
        folder = self.manager_folder([], config(auth_mode="off", allow_lan_access=True, port=99999))
        shown = {i["subject"].split(" ")[0]: i for i in self.items("import", folder, code=1)}
        self.assertEqual(shown["proxy.port"]["result"], "invalid")
        self.assertIn("65535", shown["proxy.port"]["why"])
        self.assertEqual(shown["proxy.allow_lan_access"]["result"], "invalid")
        self.assertIn("auth_mode", shown["proxy.allow_lan_access"]["why"])
        self.assertEqual(self.setting("proxy.allow_lan_access"), "false")
        self.assertEqual(self.setting("proxy.port"), "8045")
        self.assertIn("gpt-4*", self.agt("route", "list").stdout)  # the rest came all the same

    def test_a_folder_without_a_client_still_brings_the_rest(self):
        folder = self.manager_folder([account_file("a@example.com", "1//refresh-token-aaaa"), "{broken"], config())
        items = self.items("import", folder, code=1)
        self.assertEqual(items[0]["result"], "invalid")
        self.assertIn("No OAuth client", items[0]["why"])
        self.assertIn("1.json", items[1]["why"])
        self.assertEqual(self.setting("proxy.port"), "8099")

    def test_what_is_no_such_folder_is_refused(self):
        (self.folder / "empty").mkdir()
        done = self.agt("import", self.folder / "empty", "--dry-run")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no folder of Antigravity Manager", done.stderr)

    def test_keys_of_the_environment(self):
        keys = {"OPENAI_API_KEY": "sk-openai-0123456789", "GROQ_API_KEY": "gsk-0123456789", "GEMINI_API_KEY": ""}
        shown = self.items("import", "env", "--dry-run", **keys)
        self.assertEqual([(i["recognised"], i["provider"], i["result"]) for i in shown],
                         [("variable OPENAI_API_KEY", "openai", "add"), ("variable GROQ_API_KEY", "groq", "add")])
        self.assertNotIn("0123456789", json.dumps(shown))
        self.assertNotIn("openai", self.agt("account", "list").stdout)
        self.items("import", "env", **keys)
        listed = self.agt("account", "list").stdout
        self.assertIn("openai", listed)
        self.assertIn("groq", listed)
        self.assertEqual({i["result"] for i in self.items("import", "env", **keys)}, {"duplicate"})
        done = self.agt("import", "env")
        self.assertEqual(done.returncode, 2)
        self.assertIn("OPENAI_API_KEY", done.stderr)

    def test_files_of_google(self):
        adc = {"type": "authorized_user", "client_id": "c.apps", "client_secret": "s", "refresh_token": "1//refresh-token",
               "quota_project_id": "p-1"}
        cli = {"access_token": "ya29.x", "refresh_token": "1//refresh-token-cli", "scope": "s", "expiry_date": 1}
        for content, provider, result, why in (
                (adc, "vertex", "add", None),
                ({**adc, "quota_project_id": None}, "vertex", "invalid", "set-quota-project"),
                (cli, "", "invalid", "Gemini CLI's own OAuth client"),
                ({"type": "service_account", "project_id": "p", "client_email": "s@p", "private_key": "no key"}, "vertex",
                 "invalid", "service account file")):
            path = self.folder / "file.json"
            path.write_text(json.dumps(content))
            item, = self.items("import", path, "--dry-run", code=0 if result == "add" else 1)
            self.assertEqual((item["provider"], item["result"]), (provider, result), item)
            if why:
                self.assertIn(why, item["why"])
        path.write_text(json.dumps(cli))
        item, = self.items("import", path, "--dry-run", "--client-id", "mine", "--provider", "gemini")
        self.assertEqual(item["result"], "add", item)

    def test_an_export_with_a_choice(self):
        for label in ("one", "two"):
            self.agt("account", "add", "openai", "--label", label, "--key-env", "K", K=f"sk-{label}-0123456789")
        self.agt("route", "add", "--match", "a", "--to", "one/m")
        self.agt("settings", "set", "scheduling.max_attempts", "7")
        words = "quite long words"

        def brought(*options):
            file = self.folder / "saved.agt"
            done = self.agt("export", file, "--passphrase-env", "WORDS", *options, WORDS=words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("0123456789", file.read_text())
            home = Folders.new()
            self.addCleanup(Folders.drop, home)
            got = subprocess.run([AGT, "import", str(file), "--passphrase-env", "WORDS", "--json", "--home", str(home / "h")],
                                 capture_output=True, text=True, timeout=30,
                                 env=clean_environment(HOME=self.folder, WORDS=words))
            self.assertEqual(got.returncode, 0, got.stdout + got.stderr)
            answer = json.loads(got.stdout)
            return [i.get("label") or i["subject"] for i in answer["items"]], answer["routes"]

        self.assertEqual(brought(), (["one", "two"], 1))
        self.assertEqual(brought("--account", "two", "--no-rules"), (["two"], 0))
        labels, _ = brought("--settings")
        self.assertIn("scheduling.max_attempts = 7", labels)
        self.assertIn("proxy.api_key", labels)
        done = self.agt("export", self.folder / "x", "--passphrase-env", "WORDS", "--account", "three", WORDS=words)
        self.assertEqual(done.returncode, 2)
        self.assertIn("three", done.stderr)


class WithTokens(SignedInCase):
    """Tokens are tried where they are redeemed, and a running gateway follows its new rules at once."""

    def test_the_whole_folder_into_a_running_gateway(self):
        folder = self.gateway.folder / ".antigravity_tools"
        (folder / "accounts").mkdir(parents=True)
        (folder / "accounts/a.json").write_text(json.dumps(account_file("a@example.com", "1//good-refresh-token", custom_label="mine")))
        (folder / "accounts/b.json").write_text(json.dumps(account_file("b@example.com", "bad-refresh-token-1")))
        (folder / "gui_config.json").write_text(json.dumps(config(custom_mapping={"old-name": "sim-chat"})))
        done = self.gateway.cli("import", str(folder), "--provider", "openai-compatible", "--base-url", self.sim.url + "/v1",
                                "--client-id", "client-1", "--token-url", self.sim.url + "/token", "--json", check=False)
        items = json.loads(done.stdout)["items"]
        self.assertEqual([i["result"] for i in items[:2]], ["added", "rejected"], items)
        self.assertEqual(items[2]["subject"], "old-name → openai-compatible/sim-chat")
        reply = CHAT.post(self.gateway, "old-name")
        self.assertEqual(reply.status, 200, reply)


if __name__ == "__main__":
    unittest.main()
