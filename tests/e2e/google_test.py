"""Gemini behind Google Cloud: service accounts and express keys of Vertex AI, and the envelope of Code Assist."""
import concurrent.futures
import json
import time
import unittest

from harness import CHAT, DIALECTS, GEMINI, GOOGLE, Gateway, WithGateway

MODEL = "gemini-2.5-flash"
PARALLEL = 40
TOOL = [{"functionDeclarations": [{"name": "weather", "parametersJsonSchema": {"type": "object"}}]}]


class Google(WithGateway):
    def ask_with_every_client(self, model, look):
        """Whole and streamed; `look` sees the client, whether it streams, and its answer."""
        for client in DIALECTS:
            for stream in (False, True):
                with self.subTest(f"{client.name} stream={stream}"):
                    reply = client.post(self.gateway, model, "Hello there", stream=stream)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertIn("Hello there", client.said(reply, stream))
                    look(client, stream, reply)


class Vertex(Google):
    @classmethod
    def accounts(cls):
        return ()

    @classmethod
    def routes(cls):
        return [("to-vertex", f"service/{MODEL}"), ("to-express", f"express/{MODEL}")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key_file = cls.sim.call("GET", "/sim/service-account").text()
        cls.gateway.add_account("vertex", "service", cls.key_file, None, "--location", "europe-west4")
        cls.gateway.add_account("vertex", "express", "AQ.express-key")

    def paths(self):
        return [entry["path"] for entry in self.sim.log()]

    def test_every_client_is_served_at_the_address_of_the_project(self):
        def look(_client, stream, _reply):
            verb = "streamGenerateContent" if stream else "generateContent"
            self.assertEqual(self.paths()[-1], f"/v1beta1/projects/sim-project/locations/europe-west4/publishers/google/models/{MODEL}:{verb}")
        self.ask_with_every_client("to-vertex", look)

    def test_an_express_key_needs_no_project(self):
        reply = CHAT.post(self.gateway, "to-express", "Hello there")
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(self.paths(), [f"/v1beta1/publishers/google/models/{MODEL}:generateContent"])

    def test_gemini_clients_pass_through_and_count(self):
        body = b'{"contents":[ {"role":"user","parts":[{"text":"H\\u0069"}]}],\n "labels":{"a":"b"}}'
        reply = self.gateway.call("POST", "/v1beta/models/to-vertex:generateContent", body, GOOGLE)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(self.sim.last()["body"].encode(), body)
        counted = self.gateway.call("POST", "/v1beta/models/to-vertex:countTokens", body, GOOGLE)
        self.assertEqual(counted.status, 200, counted)
        self.assertGreater(counted.json()["totalTokens"], 0)
        self.assertTrue(self.paths()[-1].endswith(":countTokens"))

    def test_the_account_can_be_tested_and_shows_no_key(self):
        self.assertIn("works", self.gateway.cli("account", "test", "service").stdout)
        shown = self.gateway.cli("account", "show", "service", "--json").stdout
        self.assertIn("simulator@sim-project.iam.gserviceaccount.com", shown)
        self.assertNotIn("PRIVATE", shown + self.gateway.stderr())

    def test_a_wrong_file_is_refused_before_it_is_kept(self):
        broken = json.loads(self.key_file)
        del broken["client_email"]
        done = self.gateway.cli("account", "add", "vertex", "--key-stdin", stdin=json.dumps(broken), check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("client_email", done.stderr)


class AccessTokens(WithGateway):
    """One gateway for each test: what was got before must not help."""
    @classmethod
    def accounts(cls):
        return ()

    @classmethod
    def routes(cls):
        return ()

    def fresh(self, **rules):
        self.sim.call("POST", "/sim/oauth", {"expires_in": 3599, **rules})
        gateway = Gateway(self.sim, routes=[("to-vertex", f"service/{MODEL}")])
        gateway.add_account("vertex", "service", self.sim.call("GET", "/sim/service-account").text())
        return gateway.start()

    def tokens_asked(self):
        return sum(entry["path"] == "/token" for entry in self.sim.log())

    def test_many_requests_share_one_token(self):
        gateway = self.fresh()
        try:
            with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
                replies = list(pool.map(lambda n: CHAT.post(gateway, "to-vertex", f"Hi {n}"), range(PARALLEL)))
            self.assertEqual({r.status for r in replies}, {200})
            self.assertEqual(self.tokens_asked(), 1)
        finally:
            gateway.stop()

    def test_a_token_near_its_end_is_renewed(self):
        gateway = self.fresh(expires_in=31)  # a second above what a request may begin with
        try:
            self.assertEqual(CHAT.post(gateway, "to-vertex").status, 200)
            time.sleep(1.2)
            self.assertEqual(CHAT.post(gateway, "to-vertex").status, 200)
            self.assertGreaterEqual(self.tokens_asked(), 2)
        finally:
            self.sim.call("POST", "/sim/oauth", {"expires_in": 3599})
            gateway.stop()

    def test_a_revoked_token_is_got_anew_once(self):
        gateway = self.fresh()
        try:
            self.assertEqual(CHAT.post(gateway, "to-vertex").status, 200)
            gone = {"error": {"code": 401, "message": "gone", "status": "UNAUTHENTICATED"}}
            self.sim.script({"status": 401, "body": gone}, model=MODEL)
            reply = CHAT.post(gateway, "to-vertex")
            self.assertEqual(reply.status, 200, reply)
            self.assertEqual(self.tokens_asked(), 2)
        finally:
            gateway.stop()

    def test_a_token_endpoint_that_refuses_is_told(self):
        gateway = self.fresh()
        try:
            refusal = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            self.sim.script({"status": 400, "body": refusal}, model="token", times=-1)
            reply = CHAT.post(gateway, "to-vertex")
            self.assertEqual(reply.status, 502, reply)
            self.assertIn("Invalid JWT Signature", reply.json()["error"]["message"])
            self.assertEqual(self.tokens_asked(), 1)
        finally:
            gateway.stop()


class CodeAssist(Google):
    @classmethod
    def accounts(cls):
        return [("code-assist", "assist", "ya29.access-token")]

    @classmethod
    def routes(cls):
        return [("to-assist", f"assist/{MODEL}")]

    def requests(self):
        return [entry for entry in self.sim.log() if not entry["path"].endswith("loadCodeAssist")]

    def test_38_the_envelope_is_put_on_and_taken_off(self):
        def look(client, stream, reply):
            if stream:
                self.assertTrue(client.stream_ended_well(reply), reply)
            sent = json.loads(self.requests()[-1]["body"])
            self.assertEqual(sorted(sent), ["model", "project", "request", "user_prompt_id"])
            self.assertEqual((sent["model"], sent["project"]), (MODEL, "sim-project"))
            self.assertIn("contents", sent["request"])
            self.assertNotIn('"response"', reply.text())
        self.ask_with_every_client("to-assist", look)

    def test_38_a_gemini_client_keeps_its_bytes_inside_of_it(self):
        inner = '{"contents":[ {"role":"user","parts":[{"text":"H\\u0069"}]}],\n "labels": {}}'
        reply = self.gateway.call("POST", "/v1beta/models/to-assist:generateContent", inner.encode(), GOOGLE)
        self.assertEqual(reply.status, 200, reply)
        self.assertIn('"request":' + inner, self.requests()[-1]["body"])
        self.assertEqual(self.gateway.trace(reply)["attempts"][0]["lane"], "envelope")
        self.assertTrue(reply.json()["responseId"])

    def test_38_a_client_that_wants_an_array_gets_one(self):
        reply = self.gateway.call("POST", "/v1beta/models/to-assist:streamGenerateContent",
                                  {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}, GOOGLE)
        self.assertEqual(reply.status, 200, reply)
        self.assertIsInstance(json.loads(reply.text()), list)

    def test_38_tokens_are_counted_in_its_own_form(self):
        body = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}, {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "Hi"}]}]}
        reply = self.gateway.call("POST", "/v1beta/models/to-assist:countTokens", body, GOOGLE)
        self.assertEqual(reply.status, 200, reply)
        self.assertGreater(reply.json()["totalTokens"], 0)
        sent = json.loads(self.requests()[-1]["body"])
        self.assertEqual(sent["request"]["model"], "models/" + MODEL)
        self.assertNotIn("thought", self.requests()[-1]["body"])

    def test_38_errors_come_without_it(self):
        gateway = Gateway(self.sim, accounts=self.accounts(), routes=self.routes()).start()  # its account rests afterwards
        try:
            self.sim.script({"error": "gemini_503"}, model=MODEL, times=-1)
            for client in (CHAT, GEMINI):
                for stream in (False, True):
                    reply = client.post(gateway, "to-assist", stream=stream)
                    self.assertEqual(reply.status, 503, reply)
                    client.error(reply)
        finally:
            gateway.stop()

    def test_the_project_is_asked_for_once(self):
        gateway = Gateway(self.sim, accounts=self.accounts(), routes=self.routes()).start()
        try:
            for _ in range(3):
                self.assertEqual(CHAT.post(gateway, "to-assist").status, 200)
            self.assertEqual(sum(entry["path"].endswith("loadCodeAssist") for entry in self.sim.log()), 1)
        finally:
            gateway.stop()

    def test_the_account_is_tested_by_its_quotas(self):
        self.assertIn("works: 2 models", self.gateway.cli("account", "test", "assist").stdout)

    def test_tools_come_back_through_it(self):
        body = {"contents": [{"role": "user", "parts": [{"text": '[[tool weather {"city":"Rome"}]]'}]}], "tools": TOOL}
        reply = self.gateway.call("POST", "/v1beta/models/to-assist:streamGenerateContent?alt=sse", body, GOOGLE)
        self.assertEqual(reply.status, 200, reply)
        parts = [p for _, e in reply.events() for c in e.get("candidates", []) for p in c.get("content", {}).get("parts", [])]
        self.assertIn("weather", [p["functionCall"]["name"] for p in parts if "functionCall" in p])


class SignedIn(Google):
    """Code Assist with the user's own OAuth client: sign-in, project, requests and refreshing in one piece."""
    @classmethod
    def accounts(cls):
        return ()

    @classmethod
    def routes(cls):
        return [("to-assist", f"code-assist/{MODEL}")]

    def refreshes(self):
        return [entry for entry in self.sim.log() if entry["path"] == "/token" and "grant_type=refresh_token" in entry["body"]]

    def test_38_from_the_sign_in_to_the_answers_of_every_client(self):
        self.sim.call("POST", "/sim/oauth", {"expires_in": 3599})
        account = self.gateway.login("code-assist", "mine", self.sim.url)
        redeemed = self.sim.last_of("/token")["body"]
        for word in ("grant_type=authorization_code", "client_id=client-1", "client_secret=secret-1", "code_verifier="):
            self.assertIn(word, redeemed)
        self.assertIn("works: 2 models", self.gateway.cli("account", "test", "mine").stdout)
        tokens = set()
        def look(_client, _stream, _reply):
            sent = self.sim.last()
            tokens.add(sent["key_fingerprint"])
            self.assertEqual(json.loads(sent["body"])["project"], "sim-project")
        self.ask_with_every_client("to-assist", look)
        self.assertEqual((len(tokens), self.refreshes()), (1, []))
        # A token that the provider takes back is renewed once, with the user's own client, and nobody notices.
        gone = {"error": {"code": 401, "message": "gone", "status": "UNAUTHENTICATED"}}
        self.sim.script({"status": 401, "body": gone}, model=MODEL, times=2)  # the project may be stale too
        reply = CHAT.post(self.gateway, "to-assist", "Hello again")
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(len(self.refreshes()), 1)
        self.assertNotIn(self.sim.last()["key_fingerprint"], tokens)
        self.assertIn("client_id=client-1", self.refreshes()[0]["body"])
        shown = self.gateway.cli("account", "show", account, "--json").stdout + self.gateway.stderr()
        for secret in ("ya29.sim-", "1//sim-", "secret-1"):
            self.assertNotIn(secret, shown)


if __name__ == "__main__":
    unittest.main(verbosity=2)
