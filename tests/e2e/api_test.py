"""Every answer of the admin API has the shape that the API says of itself."""
import json
import unittest
import urllib.parse

from harness import CHAT, MESSAGES, Gateway, WithGateway, call, main
from interface_test import Watch

PYTHON = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def problems(value, schema, schemas, path="$"):
    """Where `value` is not what the schema says; the part of JSON Schema that openapi.json uses, and no more."""
    known = {"$ref", "const", "enum", "anyOf", "type", "items", "properties", "required", "additionalProperties", "description"}
    assert set(schema) <= known, f"{path}: {set(schema) - known}"
    if "$ref" in schema:
        return problems(value, schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, path)
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        return [f"{path}: {value!r} is none of the words"]
    if "anyOf" in schema:
        each = [problems(value, one, schemas, path) for one in schema["anyOf"]]
        return [] if any(not found for found in each) else min(each, key=len)
    kind = schema.get("type")
    if kind in ("integer", "number"):
        good = isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    else:
        good = kind is None or isinstance(value, PYTHON[kind])
    if not good:
        return [f"{path}: {value!r} is no {kind}"]
    if kind == "array":
        return [found for number, one in enumerate(value) for found in problems(one, schema.get("items", {}), schemas, f"{path}[{number}]")]
    if kind != "object":
        return []
    found = [f"{path}.{name}: is missing" for name in schema.get("required", []) if name not in value]
    rest = schema.get("additionalProperties", {})
    for name, inner in value.items():
        member = schema.get("properties", {}).get(name)
        if member is None and rest is False:
            found.append(f"{path}.{name}: is not in shapes.txt")
        else:
            found += problems(inner, member if member is not None else rest, schemas, f"{path}.{name}")
    return found


class Shapes(WithGateway):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls.gateway.admin_call("GET", "/api/v1/openapi.json").json()
        cls.schemas = cls.document["components"]["schemas"]
        cls.gateway.admin_call("PATCH", "/api/v1/settings", {"logging.bodies": "all"})
        cls.asked = set()

    def ask(self, method, pattern, body=None, query="", expected=200, **words):
        """Calls it and checks the answer, and the body, against the document."""
        operation = self.document["paths"][pattern][method.lower()]
        if body is not None:
            form = operation["requestBody"]["content"]["application/json"]["schema"]
            self.assertEqual(problems(body, form, self.schemas), [], pattern)
        for parameter in query.split("&"):
            self.assertTrue(not query or parameter.split("=")[0] in [p["name"] for p in operation["parameters"] if p["in"] == "query"], query)
        path = pattern
        for name, word in words.items():
            path = path.replace("{" + name + "}", str(word))
        reply = self.gateway.admin_call(method, f"/api/v1{path}{'?' + query if query else ''}", body)
        self.assertEqual(reply.status, expected, reply)
        answer = reply.json()
        self.fits(answer, operation["responses"]["2XX" if expected < 300 else "default"]["content"]["application/json"]["schema"])
        type(self).asked.add((method, pattern))
        return answer

    def fits(self, value, schema):
        self.assertEqual(problems(value, schema, self.schemas), [], json.dumps(value)[:2000])

    def test_all_of_it(self):
        for pattern in ("/health", "/status", "/openapi.json", "/proxy", "/accounts", "/routes", "/keys", "/settings", "/catalogue/models", "/catalogue/providers", "/catalogue/prices", "/clients"):
            self.ask("GET", pattern)
        self.ask_accounts()
        self.ask_sign_ins()
        self.ask_rules_and_keys()
        self.ask_requests()
        self.ask_settings_and_port()
        self.ask_client_setup()
        self.ask_login()
        every = {(method.upper(), pattern) for pattern, methods in self.document["paths"].items() for method in methods}
        self.assertEqual(self.not_covered(every - self.asked), set())

    def not_covered(self, left):
        """Endpoints with a suite of their own, where their answers are looked at."""
        return left - {("GET", "/events")}

    def ask_accounts(self):
        form = {"provider": "openai-compatible", "label": "new", "base_url": self.sim.url + "/v1", "key": "key-new"}
        self.ask("POST", "/accounts", form, expected=201)
        self.ask("PUT", "/accounts/{account}", {**form, "priority": -1}, account="new")
        self.ask("PATCH", "/accounts/{account}", {"models": ["a"], "max_concurrency": 2}, account="new")
        self.ask("POST", "/accounts/{account}/test", account="new")
        self.ask("POST", "/accounts/{account}/quota", account="new", expected=409)
        self.ask("POST", "/accounts", {"provider": "code-assist", "label": "assist", "base_url": self.sim.url, "key": "ya29.new", "groups": ["team"], "reserve_percent": 30}, expected=201)
        self.ask("POST", "/accounts/{account}/quota", account="assist")
        self.ask("DELETE", "/accounts/{account}", account="assist")
        self.ask("POST", "/accounts/{account}/refresh", account="new")
        self.ask("POST", "/accounts/{account}/reset", account="new")
        self.ask("POST", "/accounts/{account}/disable", account="new")
        self.ask("POST", "/accounts/{account}/enable", account="new")
        self.ask("GET", "/accounts/{account}", account="new")
        self.ask("DELETE", "/accounts/{account}", account="new")
        self.ask("GET", "/accounts/{account}", account="new", expected=404)
        self.ask("POST", "/accounts", {**form, "provider": "nobody"}, expected=400)
        self.ask("POST", "/accounts", {"provider": "openai-compatible", "label": "gone", "base_url": "http://127.0.0.1:9"}, expected=201)
        self.ask("POST", "/accounts/{account}/test", account="gone")
        self.ask("DELETE", "/accounts/{account}", account="gone")

    def ask_sign_ins(self):
        client = {"service": "custom", "client_id": "client-1", "client_secret": "secret-1", "token_url": self.sim.url + "/token", "userinfo_url": self.sim.url + "/userinfo",
                  "provider": "openai-compatible", "base_url": self.sim.url + "/v1"}
        login = {**client, "auth_url": self.sim.url + "/authorize", "scopes": "chat", "listen": False}
        given_up = self.ask("POST", "/accounts/oauth/start", login, expected=201)["login_id"]
        self.ask("GET", "/accounts/oauth/{login}", login=given_up)
        self.ask("DELETE", "/accounts/oauth/{login}", login=given_up)
        begun = self.ask("POST", "/accounts/oauth/start", login, expected=201)
        agreed = urllib.parse.urlsplit(begun["url"])
        answer = self.sim.call("GET", f"{agreed.path}?{agreed.query}").headers["location"]
        account = self.ask("POST", "/accounts/oauth/finish", {"login_id": begun["login_id"], "answer": answer}, expected=201)["account"]
        self.ask("GET", "/accounts/oauth/{login}", login=begun["login_id"])
        self.ask("POST", "/accounts/import/preview", {**client, "text": "1//first-refresh-token\nshort\n"})
        self.ask("POST", "/accounts/import/apply", {**client, "text": "short\n"})
        exported = self.ask("POST", "/accounts/export", {"passphrase": "a long passphrase for this test"})
        self.ask("POST", "/accounts/import/preview", {"text": exported["text"], "passphrase": "a long passphrase for this test"})
        self.ask("DELETE", "/accounts/{account}", account=account["id"])

    def ask_rules_and_keys(self):
        rule = {"match": "x-*", "targets": ["nobody/x"]}
        self.ask("POST", "/routes", {**rule, "position": 0}, expected=201)
        self.ask("POST", "/routes/{position}/move", {"to": 1}, position=0)
        self.ask("PUT", "/routes/{position}", rule, position=1)
        self.ask("DELETE", "/routes/{position}", position=1)
        before = self.ask("GET", "/routes")["routes"]
        for preset in self.ask("GET", "/routes/presets")["presets"]:
            self.assertFalse(self.ask("POST", "/routes/presets/{preset}", {}, preset=preset["name"])["written"])
        self.assertEqual(self.ask("GET", "/routes")["routes"], before)
        for _ in range(2):
            self.ask("POST", "/routes/presets/{preset}", {"write": True, "instead": ["gemini=code-assist"]}, preset="claude-on-gemini")
        self.ask("POST", "/routes/presets/{preset}", {"instead": ["openai=x"]}, preset="claude-on-gemini", expected=400)
        self.ask("POST", "/routes/presets/{preset}", {}, preset="claude", expected=404)
        self.ask("PUT", "/routes", {"routes": before})
        asked = {"model": "to-chat", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
        self.assertIn("body", self.ask("POST", "/routes/explain", {"path": "/v1/messages", "body": asked})["would_send"])
        self.assertIn("error", self.ask("POST", "/routes/explain", {"path": "/v1/messages", "body": asked, "without": ["openai-compatible"]}))
        self.assertIn("error", self.ask("POST", "/routes/explain", {"body": {"model": 5}}))
        self.ask("POST", "/keys", {"name": "one"}, expected=201)
        self.ask("PATCH", "/keys/{key}", {"models": ["demo"], "networks": ["127.0.0.0/8"], "requests_per_minute": 60, "concurrency": 2, "tokens_per_day": 1000, "expires_ms": 4102444800000}, key="one")
        self.ask("PATCH", "/keys/{key}", {"models": None, "expires_ms": None}, key="one")
        self.ask("POST", "/keys/{key}/rotate", {"overlap_hours": 1}, key="one", expected=201)
        self.ask("POST", "/keys/{key}/rotate", key="one", expected=201)
        self.ask("POST", "/keys", {"name": "short", "expires_ms": 4102444800000}, expected=201)
        self.ask("POST", "/keys", {"name": "wrong", "expires_ms": -1}, expected=400)
        self.ask("POST", "/keys/{key}/rotate", key="nobody", expected=404)
        self.assertEqual([(one["name"], "revoked_ms" in one, "expires_ms" in one) for one in self.ask("GET", "/keys")["keys"]],
                         [("one (old)", False, True), ("one", True, False), ("one", False, False), ("short", False, True)])
        self.ask("DELETE", "/keys/{key}", key="one")

    def ask_requests(self):
        good = MESSAGES.post(self.gateway, "to-chat").headers["x-agt-trace"]
        self.sim.script({"status": 429, "headers": {"retry-after": "1"}}, key="key-gemini-a")
        self.sim.script({"status": 429, "headers": {"retry-after": "1"}}, key="key-gemini-b")
        watch = Watch(self.gateway)
        self.addCleanup(watch.close)
        bad = CHAT.post(self.gateway, "to-gemini").headers["x-agt-trace"]
        CHAT.post(self.gateway, "no such model")
        self.gateway.call("POST", "/v1/v1/chat/completions", CHAT.body("demo", "Hi"), CHAT.headers)
        for kind, shape in (("hello", "Hello"), ("request.started", "RequestStarted"), ("request.finished", "Request"), ("account", "AccountRests")):
            self.fits(watch.until(kind)[1], {"$ref": "#/components/schemas/" + shape})
        self.ask("GET", "/accounts")
        self.ask("GET", "/requests", query="limit=3&failures=1")
        for one in (good, bad):
            self.ask("GET", "/requests/{id}", id=one)
            self.ask("GET", "/requests/{id}/trace", id=one)
        for row in self.ask("GET", "/requests")["requests"]:
            self.ask("GET", "/requests/{id}/trace", id=row["id"])
        self.ask("GET", "/requests/{id}/body/{kind}", id=good, kind="upstream")
        self.ask("POST", "/requests/{id}/replay", {"stream": True}, id=good)
        self.ask("POST", "/recording", {"minutes": 1})
        self.ask("GET", "/recording")
        traced = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
        kept = MESSAGES.post(self.gateway, "to-chat", headers=traced).headers["x-agt-trace"]
        self.ask("GET", "/requests/{id}/bundle", id=kept)
        self.assertEqual(self.ask("GET", "/requests/{id}/trace", id=kept)["traceparent"], traced["traceparent"])
        self.ask("DELETE", "/recording")
        for by in ("model", "account", "client", "provider", "day"):
            self.ask("GET", "/stats", query=f"by={by}&slice_ms=3600000")
        self.ask("DELETE", "/requests")

    def ask_settings_and_port(self):
        self.ask("PATCH", "/settings", {"scheduling.max_attempts": 2})
        self.ask("POST", "/settings/validate", {"proxy.allow_lan_access": True, "x": 1})
        self.ask("GET", "/settings/{name}", name="proxy.api_key", query="reveal=1")
        self.ask("GET", "/settings/{name}", name="proxy.port")
        self.ask("POST", "/proxy/selftest")
        self.ask("POST", "/proxy/stop", {"now": True})
        self.ask("POST", "/proxy/start")

    def ask_client_setup(self):
        """There and back, byte for byte; the gateway's home is a folder of the test."""
        file = self.gateway.folder / ".codex" / "config.toml"
        file.parent.mkdir()
        before = b'# mine\r\nmodel = "other"\r\n\r\n[tools]\r\nweb = true\r\n'
        file.write_bytes(before)
        self.ask("POST", "/clients/{client}/preview", client="opencode", expected=400)  # it names a model
        planned = self.ask("POST", "/clients/{client}/preview", {"model": "demo"}, client="codex")
        self.assertEqual((planned["connection"], planned["can_be_undone"], file.read_bytes()), ("none", False, before))
        self.assertIn("added", {line["kind"] for change in planned["changes"] for line in change["diff"]})
        written = self.ask("POST", "/clients/{client}/connect", {"model": "demo"}, client="codex")
        self.assertEqual((written["connection"], written["can_be_undone"]), ("here", True))
        self.assertIn(self.gateway.url.encode(), file.read_bytes())
        self.assertIn(b"# mine", file.read_bytes())
        self.ask("POST", "/clients/{client}/disconnect", client="codex")
        self.assertEqual(file.read_bytes(), before)
        self.ask("POST", "/clients/{client}/disconnect", client="codex", expected=404)
        self.ask("POST", "/clients/{client}/connect", client="curl", expected=400)
        self.ask("POST", "/clients/{client}/preview", client="nobody", expected=404)

    def ask_login(self):
        looker = self.ask("POST", "/login/link", {"rights": "view"}, expected=201)["url"].split("#login=")[1]
        self.assertEqual(self.ask("POST", "/login", {"code": looker})["rights"], "view")
        code = self.ask("POST", "/login/link", expected=201)["url"].split("#login=")[1]
        token = self.ask("POST", "/login", {"code": code})["token"]
        done = call(self.gateway.admin_port, "POST", "/api/v1/logout", None, {"authorization": "Bearer " + token})
        self.fits(done.json(), {"$ref": "#/components/schemas/Done"})
        type(self).asked.add(("POST", "/logout"))


class Offline(unittest.TestCase):
    def test_the_document_is_the_same_without_a_gateway(self):
        gateway = Gateway()
        self.addCleanup(gateway.stop)
        self.assertEqual(json.loads(gateway.cli("openapi").stdout)["openapi"], "3.1.0")


if __name__ == "__main__":
    main()
