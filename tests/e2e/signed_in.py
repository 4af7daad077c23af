"""Accounts that are signed in at the simulator, for the suites that need them."""
import os
import time
import urllib.parse

from harness import CHAT, CleanCase, Gateway, Sim, wait_until

SOAK = bool(os.environ.get("AGT_SOAK"))


class OAuthGateway(Gateway):
    """A gateway whose accounts are signed in at the simulator."""

    def client(self):
        return {"service": "custom", "client_id": "client-1", "client_secret": "secret-1", "scopes": "chat",
                "auth_url": self.sim.url + "/authorize", "token_url": self.sim.url + "/token",
                "userinfo_url": self.sim.url + "/userinfo", "provider": "openai-compatible",
                "base_url": self.sim.url + "/v1"}

    def start_login(self, **more):
        reply = self.admin_call("POST", "/api/v1/accounts/oauth/start", {**self.client(), **more})
        assert reply.status == 201, reply
        return reply.json()

    def agree(self, url):
        """What the user does in the browser: the address that it is sent back to."""
        parts = urllib.parse.urlsplit(url)
        reply = self.sim.call("GET", f"{parts.path}?{parts.query}")
        assert reply.status == 302, reply
        return reply.headers["location"]

    def paste(self, login, answer):
        return self.admin_call("POST", "/api/v1/accounts/oauth/finish", {"login_id": login["login_id"], "answer": answer})

    def sign_in(self, **more):
        login = self.start_login(listen=False, **more)
        reply = self.paste(login, self.agree(login["url"]))
        assert reply.status in (200, 201), reply
        return reply.json()["account"]

    def account(self, account_id):
        return self.admin_call("GET", f"/api/v1/accounts/{account_id}").json()


def token_calls(sim):
    return [r for r in sim.log() if r["path"].startswith("/token")]


class SignedInCase(CleanCase):
    def setUp(self):
        self.sim = Sim(tls=False)
        self.gateway = OAuthGateway(self.sim).start()

    def tearDown(self):
        if self.gateway.program.alive():
            self.gateway.stop()
        self.sim.stop()

    def rules(self, **rules):
        assert self.sim.call("POST", "/sim/oauth", rules).status == 200

    def expired(self):
        """An account whose access token has just expired, and which is not refreshed ahead for a minute."""
        self.rules(expires_in=1)
        account = self.gateway.sign_in()
        wait_until(lambda: len(token_calls(self.sim)) == 2, 10, "the code is redeemed and one refresh ahead made")
        time.sleep(1.2)
        self.rules(expires_in=3599)
        self.sim.reset()
        return account

    def say(self, model="gpt-5.5"):
        return CHAT.post(self.gateway, f"openai-compatible/{model}")
