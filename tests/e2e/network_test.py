"""A network that loses packets, resets connections and is slow: in a namespace of its own, by nftables and tc. Nothing may
hang, and when the fault is over all is as before. AGT_SOAK=1 takes longer."""
import os
import shutil
import subprocess
import sys
import threading
import time
import unittest

SOAK = bool(os.environ.get("AGT_SOAK"))
INSIDE = "AGT_NETWORK_INSIDE"
FAULT_S = 20 if SOAK else 5
REQUEST_S_MAX = 45
RECOVERY_S_MAX = 5
NFT = "/usr/sbin/nft"
TC = "/usr/sbin/tc" if os.path.exists("/usr/sbin/tc") else "/sbin/tc"

if os.environ.get(INSIDE):
    from harness import CHAT, MESSAGES, CleanCase, Gateway, Sim, call
else:
    CleanCase = unittest.TestCase


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"


def rules(port, *lines):
    """What happens to packets from and to the upstream."""
    run(NFT, "flush", "ruleset")
    if not lines:
        return
    body = "\n".join(f"    tcp dport {port} {line}\n    tcp sport {port} {line}" for line in lines)
    subprocess.run([NFT, "-f", "-"], input=f"table inet faults {{\n  chain input {{\n    type filter hook input priority 0;\n{body}\n  }}\n}}\n", text=True, check=True)


@unittest.skipUnless(os.environ.get(INSIDE), "runs inside its namespace")
class Faults(CleanCase):
    @classmethod
    def setUpClass(cls):
        run("ip", "link", "set", "lo", "up")
        cls.sim = Sim(tls=False)
        cls.gateway = Gateway(cls.sim, settings={"AGT_NETWORK_FIRST_BYTE_TIMEOUT_S": "8", "AGT_NETWORK_IDLE_TIMEOUT_S": "8", "AGT_NETWORK_CONNECT_TIMEOUT_S": "3", "AGT_LOGGING_LEVEL": "warn"},
                              accounts=[("openai-compatible", "a", "key-a"), ("anthropic-compatible", "b", "key-b")]).start()

    @classmethod
    def tearDownClass(cls):
        run(NFT, "flush", "ruleset")
        cls.gateway.stop()
        cls.sim.stop()
        super().tearDownClass()

    def under(self, name, *lines, shaped=None):
        """Asks all the while; gives what became of the requests and how long it took until all was well again."""
        port, seen, slowest, stop = self.sim.port, {}, [0.0], threading.Event()
        lock = threading.Lock()

        def ask(number):
            count = 0
            while not stop.is_set():
                count += 1
                client, model = ((CHAT, "a/m"), (MESSAGES, "b/m"), (CHAT, "b/m"))[number % 3]
                begun = time.monotonic()
                try:
                    reply = call(self.gateway.port, "POST", client.path(model, count % 2 == 0), client.body(f"{model}{count % 7}", "[[long 5]]", count % 2 == 0), client.headers, timeout=REQUEST_S_MAX)
                    what = str(reply.status)
                except TimeoutError:
                    what = "hung"
                with lock:
                    seen[what] = seen.get(what, 0) + 1
                    slowest[0] = max(slowest[0], time.monotonic() - begun)
        if shaped:
            run(TC, "qdisc", "replace", "dev", "lo", "root", *shaped.split())
        rules(port, *lines)
        threads = [threading.Thread(target=ask, args=(i,)) for i in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(FAULT_S)
        rules(port)
        if shaped:
            run(TC, "qdisc", "del", "dev", "lo", "root")
        ended = time.monotonic()
        last = None
        while time.monotonic() - ended < 30:  # what began before may still be waiting; what begins now must not
            for account in "ab":
                self.gateway.admin_call("POST", f"/api/v1/accounts/{account}/reset")
            last = CHAT.post(self.gateway, f"a/after-{name.replace(' ', '-').replace('%', '')}", "Hi")
            if last.status == 200:
                break
            time.sleep(0.1)
        took = time.monotonic() - ended
        stop.set()
        for thread in threads:
            thread.join()
        print(f"{name}: {seen}, slowest {slowest[0]:.1f} s, well again after {took:.1f} s", flush=True)
        self.assertNotIn("hung", seen)
        self.assertGreater(sum(seen.values()), 0)
        self.assertEqual(last.status, 200, last)
        self.assertLess(took, RECOVERY_S_MAX)

    def lose(self, percent):
        self.under(f"{percent}% of the packets lost", f"numgen random mod 100 < {percent} drop")

    def test_packets_that_are_lost(self):
        self.lose(1)

    def test_more_packets_that_are_lost(self):
        self.lose(5)

    def test_many_packets_that_are_lost(self):
        self.lose(30)

    def test_connections_that_are_reset(self):
        self.under("resets", "numgen random mod 100 < 10 reject with tcp reset")

    def test_nothing_comes_through(self):
        self.under("nothing comes through", "drop")

    def test_a_slow_line(self):
        self.under("64 kbit/s", shaped="tbf rate 64kbit burst 16kb latency 400ms")


@unittest.skipIf(os.environ.get(INSIDE), "the outer one")
class Namespace(unittest.TestCase):
    def test_in_a_namespace_of_its_own(self):
        if not os.path.exists(NFT):
            self.skipTest("nft is not installed")
        probe = subprocess.run(["unshare", "-n", "sh", "-c", f"{NFT} list ruleset && ip link set lo up"], capture_output=True)
        if probe.returncode != 0 or shutil.which("unshare") is None:
            self.skipTest("network namespaces are not permitted here")
        names = [name for name in dir(Faults) if name.startswith("test_")]  # each with a network of its own, at the same time
        running = {name: subprocess.Popen(["unshare", "-n", sys.executable, "-B", __file__, f"Faults.{name}"], env={**os.environ, INSIDE: "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                   for name in names}
        for name, process in running.items():
            said, _ = process.communicate(timeout=220 if not SOAK else 900)
            with self.subTest(name):
                print(said, flush=True)
                self.assertEqual(process.returncode, 0, said[-2000:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
