"""The pages in the engine of the desktop window: WebKitGTK under Xvfb, driven by WebKitWebDriver (Debian's
webkit2gtk-driver) over plain W3C WebDriver calls. The window itself is desktop_test.py's."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import CHAT, CleanCase, Gateway, Program, call, clean_environment, main, wait_until, Folders  # noqa: E402

BROWSERS = [path for path in pathlib.Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")]
PAGES = {"/": "Traffic by outcome", "/accounts": "work", "/proxy/access": "Only this computer", "/proxy/keys": "Primary key", "/monitor": "Model → served",
         "/stats": "Requests", "/settings/general": "Single-key shortcuts", "/welcome/client": "Claude Code"}
ROWS = 400
FRAME_MS = 34  # software rendering on two shared cores; 20 is the aim on a machine of one's own

# Visible, inside the window, on top at its middle.
SEEN = """const wanted = arguments[0]; const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
for (let it = walker.nextNode(); it; it = walker.nextNode()) {
  if (![...it.childNodes].some((child) => child.nodeType === 3 && child.data.includes(wanted))) continue;
  it.scrollIntoView({ block: 'center' });
  const box = it.getBoundingClientRect(); const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  if (box.width > 0 && top && (it.contains(top) || top.contains(it))) return true;
} return false;"""
GO = "history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'));"
SCROLL = """const done = arguments[arguments.length - 1]; const grid = document.querySelector('[data-grid]'); const box = grid.getBoundingClientRect();
const gaps = []; let blank = 0; let last = 0; let count = 0;
const look = (now) => {
  if (last) gaps.push(now - last);
  last = now;
  const row = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)?.closest('[role=row]');
  if (!row || row.textContent.trim().length < 10) blank += 1;
  grid.scrollTop += 100; count += 1;
  if (count < 90) requestAnimationFrame(look);
  else { gaps.sort((a, b) => a - b); done({ median: gaps[Math.floor(gaps.length / 2)], blank, rows: document.querySelectorAll('[role=row]').length }); }
}; requestAnimationFrame(look);"""


class Driver:
    """A WebDriver session."""

    def __init__(self, port):
        self.port = port
        made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": {"binary": str(BROWSERS[0]), "args": ["--automation"]}}}})
        self.base = f"/session/{made['sessionId']}"

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        reply = call(self.port, method, path, data, {"content-type": "application/json"} if data else {}, timeout=60)
        value = reply.json()["value"]
        if reply.status != 200:
            raise AssertionError(f"{method} {path}: {value}")
        return value

    def run(self, script, *arguments, wait=False):
        return self.ask("POST", f"{self.base}/execute/{'async' if wait else 'sync'}", {"script": script, "args": list(arguments)})

    def go(self, url):
        self.ask("POST", f"{self.base}/url", {"url": url})

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("POST", f"{self.base}/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def close(self):
        self.ask("DELETE", self.base)


class Engine(CleanCase):
    def driver(self):
        folder = Folders.new("agt-engine-")
        self.addCleanup(Folders.drop, folder)
        screen = Program(["Xvfb", "-displayfd", "1", "-screen", "0", "1300x900x24", "-noreset", "-nolisten", "tcp"], clean_environment())
        self.addCleanup(screen.stop)
        display = ":" + wait_until(lambda: screen.out and screen.out[0].strip(), 20, "Xvfb is up")
        env = clean_environment(DISPLAY=display, HOME=folder, XDG_RUNTIME_DIR=folder, GDK_BACKEND="x11", NO_AT_BRIDGE="1", WEBKIT_DISABLE_COMPOSITING_MODE="1",
                                LIBGL_ALWAYS_SOFTWARE="1", LANG="C.UTF-8", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS="1")
        # It takes no port of 0; one that is free now is free a moment later.
        import socket
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        program = Program(["WebKitWebDriver", f"--port={port}"], env)
        self.addCleanup(program.stop)

        def answers():
            try:
                return call(port, "GET", "/status", None, {}).status == 200
            except OSError:
                return False
        wait_until(answers, 20, "the driver answers")
        driver = Driver(port)
        self.addCleanup(driver.close)
        return driver

    def test_the_pages_in_the_windows_engine(self):
        gateway = Gateway().start()
        self.addCleanup(gateway.stop)
        gateway.admin_call("POST", "/api/v1/accounts", {"provider": "ollama", "label": "work", "models": ["m"]})
        for _ in range(ROWS):
            self.assertEqual(call(gateway.port, "POST", "/v1/chat/completions", CHAT.body("demo", "Hi")).status, 200)
        driver = self.driver()
        driver.go(gateway.admin_call("POST", "/api/v1/login/link").json()["url"])
        wait_until(lambda: driver.run("return !!document.querySelector('main')"), 30, "the page is there")
        for path, wanted in PAGES.items():
            with self.subTest(path):
                driver.run(GO, path)
                wait_until(lambda: driver.run(SEEN, wanted), 15, f"\"{wanted}\" can be seen on {path}")
                self.assertLessEqual(driver.run("return document.documentElement.scrollWidth - innerWidth"), 0)

        driver.run(GO, "/monitor")
        wait_until(lambda: driver.run("return document.querySelectorAll('[role=row]').length > 10"), 15, "rows are listed")
        # The list as it scrolls, and the newest request by keyboard.
        best = min((driver.run(SCROLL, wait=True) for _ in range(3)), key=lambda one: (one["blank"], one["median"]))
        print(f"W1 median frame {best['median']:.1f} ms, {best['rows']} rows", flush=True)
        self.assertEqual(best["blank"], 0, "every frame has rows")
        self.assertLessEqual(best["rows"], 64)
        self.assertLessEqual(best["median"], FRAME_MS)
        driver.run("document.querySelector('[data-grid]').scrollTop = 0; document.querySelector('[data-grid]').focus()")
        time.sleep(0.3)
        driver.press("j")
        driver.press("\ue007")
        wait_until(lambda: "/monitor/tr_" in driver.run("return location.pathname"), 10, "Enter opens the request")
        wait_until(lambda: driver.run(SEEN, "To the client:"), 10, "its trace is shown")
        driver.press("]")
        wait_until(lambda: "tab=overview" in driver.run("return location.search"), 10, "a bracket goes to the next tab")
        driver.press("\ue00c")
        wait_until(lambda: driver.run("return location.pathname") == "/monitor", 10, "Escape closes it")


if __name__ == "__main__":
    main()
