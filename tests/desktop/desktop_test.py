"""The desktop program in a real window under Xvfb, on a private D-Bus with a tray host that the test plays.

Needs Debian's xvfb, dbus, xdotool, imagemagick and python3-gi; AGT_DESKTOP_BINARY and AGT_BINARY name the programs. With
AGT_SCREENSHOTS=DIR the screen is kept there.
"""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import CHAT, AGT, CleanCase, Folders, Program, Sim, call, clean_environment, main, wait_until  # noqa: E402

DESKTOP = os.environ.get("AGT_DESKTOP_BINARY") or str(pathlib.Path(AGT).parent / "agt-desktop")
WATCHER = """<node><interface name="org.kde.StatusNotifierWatcher">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
</interface></node>"""


class Loop:
    """GLib's main loop on a thread: D-Bus needs one to answer."""

    def __init__(self):
        self.loop = GLib.MainLoop()
        self.thread = threading.Thread(target=self.loop.run, daemon=True)
        self.thread.start()

    def stop(self):
        self.loop.quit()
        self.thread.join(5)


class TrayHost:
    """The part of a desktop that shows tray icons."""

    def __init__(self, address):
        self.bus = Gio.DBusConnection.new_for_address_sync(address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.items = []
        interface = Gio.DBusNodeInfo.new_for_xml(WATCHER).interfaces[0]
        self.bus.register_object("/StatusNotifierWatcher", interface, self._called, self._read, None)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", ("org.kde.StatusNotifierWatcher", 0)), None, 0, -1, None)

    def _called(self, _bus, sender, _path, _interface, method, parameters, invocation):
        if method == "RegisterStatusNotifierItem":
            self.items.append((sender, parameters.unpack()[0]))
        invocation.return_value(None)

    def _read(self, _bus, _sender, _path, _interface, name):
        return {"IsStatusNotifierHostRegistered": GLib.Variant("b", True), "ProtocolVersion": GLib.Variant("i", 0),
                "RegisteredStatusNotifierItems": GLib.Variant("as", [path for _, path in self.items])}[name]

    def item(self):
        owner, path = wait_until(lambda: self.items and self.items[-1], 20, "the program registers its tray icon")
        return owner, path

    def icon(self):
        owner, path = self.item()
        return self.bus.call_sync(owner, path, "org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "IconName")), None, 0, 5000, None).unpack()[0]

    def menu(self):
        """{label: id} of the whole menu, and the labels in their order."""
        owner, path = self.item()
        _, tree = self.bus.call_sync(owner, path + "/Menu", "com.canonical.dbusmenu", "GetLayout", GLib.Variant("(iias)", (0, -1, [])), None, 0, 5000, None).unpack()
        found = {}

        def walk(node):
            number, properties, children = node
            if properties.get("label"):
                found[properties["label"].replace("__", "_")] = number
            for child in children:
                walk(child)
        walk(tree)
        return found

    def click(self, label):
        owner, path = self.item()
        number = self.menu()[label]
        self.bus.call_sync(owner, path + "/Menu", "com.canonical.dbusmenu", "Event", GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("i", 0), 0)), None, 0, 5000, None)

    def close(self):
        self.bus.close_sync(None)


NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
  <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
</interface></node>"""


class NoticeHost:
    """The part of a desktop that shows notifications."""

    def __init__(self, address):
        self.bus = Gio.DBusConnection.new_for_address_sync(address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.shown = []  # (id, title, text)
        self.bus.register_object("/org/freedesktop/Notifications", Gio.DBusNodeInfo.new_for_xml(NOTIFICATIONS).interfaces[0], self._called, None, None)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", ("org.freedesktop.Notifications", 0)), None, 0, -1, None)

    def _called(self, _bus, _sender, _path, _interface, _method, parameters, invocation):
        _, replaces, _, title, text, _, _, _ = parameters.unpack()
        number = replaces or len(self.shown) + 1
        self.shown.append((number, title, text))
        invocation.return_value(GLib.Variant("(u)", (number,)))

    def click(self, number):
        self.bus.emit_signal(None, "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "ActionInvoked", GLib.Variant("(us)", (number, "default")))

    def titles(self):
        return [title for _, title, _ in self.shown]

    def close(self):
        self.bus.close_sync(None)


class Screen:
    """An X server and a session bus of our own."""

    def __init__(self, language="en_US.UTF-8"):
        self.folder = Folders.new("agt-desktop-")
        self.x = Program(["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-noreset", "-nolisten", "tcp"], clean_environment())
        self.display = ":" + wait_until(lambda: self.x.out and self.x.out[0].strip(), 20, "Xvfb is up")
        self.dbus = Program(["dbus-daemon", "--session", "--nofork", "--print-address=1"], clean_environment(HOME=self.folder))
        self.bus = self.dbus.line_with("unix:", 10)
        self.home = self.folder / "home"
        self.env = clean_environment(DISPLAY=self.display, DBUS_SESSION_BUS_ADDRESS=self.bus, HOME=self.folder, AGT_HOME=self.home, XDG_CONFIG_HOME=self.folder / "config",
                                     LANG="C.UTF-8", LANGUAGE=language[:2], GDK_BACKEND="x11", NO_AT_BRIDGE="1", GTK_USE_PORTAL="0", GSK_RENDERER="cairo",
                                     WEBKIT_DISABLE_COMPOSITING_MODE="1", LIBGL_ALWAYS_SOFTWARE="1", AGT_PROXY_PORT="0", AGT_ADMIN_PORT="0", XDG_RUNTIME_DIR=self.folder,
                                     WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS="1")  # the test runs as root in a container, where WebKit's sandbox cannot start

        # The number is told a little before clients are let in.
        wait_until(lambda: self.run("xdotool", "getdisplaygeometry").returncode == 0, 20, "Xvfb takes clients")

    def start(self, *arguments):
        return Program([DESKTOP, *arguments], self.env)

    def run(self, *command):
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=30, check=False)

    def windows(self):
        return self.run("xdotool", "search", "--onlyvisible", "--name", "^Antigravity Tools$").stdout.split()

    def close_window(self):
        """Ctrl+W: there is no window manager here whose button could be clicked."""
        self.run("xdotool", "windowfocus", "--sync", self.windows()[0], "key", "ctrl+w")

    def picture(self, name):
        folder = pathlib.Path(os.environ.get("AGT_SCREENSHOTS") or self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / (name + ".png")
        self.run("import", "-window", "root", str(file))
        return file

    def colours(self, name):
        """How many colours are on the screen: one or two mean that nothing was drawn."""
        return int(self.run("identify", "-format", "%k", str(self.picture(name))).stdout or 0)

    def pixels(self, name):
        return self.run("identify", "-format", "%#", str(self.picture(name))).stdout

    def admin(self):
        file = self.home / "admin.json"
        wait_until(file.exists, 20, "the gateway has been started")
        return json.loads(file.read_text())

    def ask(self, method, path, body=None):
        admin = self.admin()
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": "Bearer " + admin["token"]} | ({"content-type": "application/json"} if data else {})
        return call(int(admin["address"].rsplit(":", 1)[1]), method, "/api/v1" + path, data, headers).json()

    def status(self):
        return self.ask("GET", "/status")

    def stop(self):
        for program in (self.dbus, self.x):
            program.stop()
        Folders.drop(self.folder)


class Desktop(CleanCase):
    def setUp(self):
        self.loop = Loop()
        self.addCleanup(self.loop.stop)

    def screen(self, **more):
        screen = Screen(**more)
        self.addCleanup(screen.stop)
        return screen

    def start(self, screen, *arguments):
        program = screen.start(*arguments)
        self.addCleanup(lambda: program.kill() if program.alive() else None)
        return program

    def host(self, screen):
        host = TrayHost(screen.bus)
        self.addCleanup(host.close)
        return host

    def ended(self, program):
        """Its exit code."""
        program.wait(20)
        return program.stop()

    def gone(self, pid):
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists() or b"Z" == pathlib.Path(f"/proc/{pid}/stat").read_bytes().split()[2], 20, f"process {pid} ends")

    def test_a_window_a_tray_and_a_gateway_from_nothing(self):
        screen = self.screen()
        host = self.host(screen)
        program = self.start(screen)
        pid = screen.admin()["pid"]
        wait_until(screen.windows, 20, "a window is shown")
        waiting = wait_until(lambda: screen.colours("desktop-starting") > 16 and screen.pixels("desktop-starting"), 20, "it says that it starts")
        wait_until(lambda: host.icon() == "agt-running-symbolic", 20, "the tray shows that it runs")
        address = screen.status()["proxy"]["address"]
        menu = host.menu()
        self.assertEqual([label for label in menu if label != next(iter(menu))],
                         ["Open", "Stop the proxy", "Copy base URL", "OpenAI (…/v1)", "Anthropic", "Gemini", "Settings", "Open in browser",
                          "Notify me", "An account needs you", "No account is ready", "The gateway has ended", "Start with the system", "Quit"])
        self.assertIn(address, next(iter(menu)))
        wait_until(lambda: screen.colours("desktop") > 16 and screen.pixels("desktop") != waiting, 30, "the page is drawn")

        host.click("Stop the proxy")
        wait_until(lambda: not screen.status()["proxy"]["running"], 10, "the port is closed")
        wait_until(lambda: host.icon() == "agt-stopped-symbolic" and "Start the proxy" in host.menu(), 10, "the tray shows it")
        host.click("Start the proxy")
        wait_until(lambda: screen.status()["proxy"]["running"], 10, "the port is open again")
        self.assertEqual(screen.status()["proxy"]["address"], address)
        port = int(address.rsplit(":", 1)[1])
        self.assertEqual(call(port, "POST", "/v1/chat/completions", CHAT.body("demo", "Hi")).status, 200)

        screen.close_window()
        wait_until(lambda: not screen.windows(), 10, "closing hides the window")
        self.assertTrue(program.alive())
        second = self.start(screen)
        self.assertEqual(self.ended(second), 0)  # it asked the first to show itself
        wait_until(screen.windows, 10, "the window is back")
        self.assertEqual(screen.admin()["pid"], pid)

        host.click("Quit")
        self.assertEqual(self.ended(program), 0)
        self.gone(pid)

    def test_the_tray_speaks_russian_and_autostart_is_an_entry(self):
        screen = self.screen(language="ru")
        host = self.host(screen)
        program = self.start(screen, "--hidden")
        wait_until(lambda: "Остановить прокси" in host.menu(), 20, "the menu is Russian")
        self.assertEqual(screen.windows(), [])
        entry = screen.folder / "config" / "autostart" / "agt-desktop.desktop"
        host.click("Запускать вместе с системой")
        wait_until(entry.exists, 5, "the entry is written")  # whole, or not there
        self.assertIn("--hidden", entry.read_text())
        host.click("Запускать вместе с системой")
        wait_until(lambda: not entry.exists(), 5, "the entry is taken back")
        self.assertEqual(self.ended(self.start(screen, "--quit")), 0)
        self.assertEqual(self.ended(program), 0)

    def test_a_gateway_that_ran_before_is_used_and_left(self):
        screen = self.screen()
        host = self.host(screen)
        gateway = Program([AGT, "serve"], screen.env)
        self.addCleanup(gateway.stop)
        gateway.line_with("for clients")
        program = self.start(screen)
        wait_until(lambda: host.icon() == "agt-running-symbolic", 20, "the tray shows that it runs")
        self.assertEqual(screen.admin()["pid"], gateway.pid)
        host.click("Quit")
        self.assertEqual(self.ended(program), 0)
        self.assertTrue(gateway.alive())

    def test_a_gateway_that_ends_is_told_and_can_be_started_again(self):
        screen = self.screen()
        host = self.host(screen)
        program = self.start(screen)
        wait_until(lambda: host.icon() == "agt-running-symbolic", 20, "the tray shows that it runs")
        first = screen.admin()["pid"]
        os.kill(first, 15)
        wait_until(lambda: host.icon() == "agt-error-symbolic", 20, "the tray shows that it is gone")
        wait_until(lambda: "Start the proxy" in host.menu(), 10, "the menu offers to start it")
        host.click("Start the proxy")
        wait_until(lambda: host.icon() == "agt-running-symbolic", 20, "it runs again")
        self.assertNotEqual(screen.admin()["pid"], first)
        self.ended(self.start(screen, "--quit"))
        self.assertEqual(self.ended(program), 0)

    def test_the_end_of_a_session_ends_the_gateway_too(self):
        screen = self.screen()
        program = self.start(screen, "--hidden")
        pid = screen.admin()["pid"]
        self.assertEqual(program.stop(), 0)
        self.gone(pid)

    def test_the_user_is_told_what_was_asked_for_and_nothing_else(self):
        screen = self.screen()
        host = self.host(screen)
        notices = NoticeHost(screen.bus)
        self.addCleanup(notices.close)
        sim = Sim(tls=False)
        self.addCleanup(sim.stop)
        screen.env["AGT_SCHEDULING_MAX_ATTEMPTS"] = "1"  # a refusal is the answer, and not waited for
        program = self.start(screen, "--hidden")
        wait_until(lambda: host.icon() == "agt-running-symbolic", 20, "the tray shows that it runs")
        for label in ("An account needs you", "No account is ready", "The gateway has ended"):
            host.click(label)
        wait_until(lambda: "notify_gateway=1" in (screen.home / "desktop.ini").read_text(), 5, "the choice is kept")
        port = int(screen.status()["proxy"]["address"].rsplit(":", 1)[1])

        def add(label, secret, model):
            screen.ask("POST", "/accounts", {"provider": "openai-compatible", "label": label, "base_url": f"http://127.0.0.1:{sim.port}/v1", "key": secret, "models": [model]})

        def use(model):
            return call(port, "POST", "/v1/chat/completions", CHAT.body(model, "Hi")).status
        add("a <b> & c", "x-sim:error=401", "m")
        add("tired", "x-sim:error=openai_429_rate,retry_after=4", "n")
        time.sleep(3.5)  # it has looked at both
        self.assertEqual(notices.titles(), [])
        use("m")
        wait_until(lambda: notices.shown, 20, "the user is told of the account")
        number, title, text = notices.shown[0]
        self.assertEqual((title, text), ("An account needs you", "a &lt;b&gt; &amp; c"))
        wait_until(lambda: host.icon() == "agt-attention-symbolic", 10, "the tray shows it")
        notices.click(number)
        wait_until(screen.windows, 10, "a click shows the window")

        use("n")
        wait_until(lambda: "No account is ready" in notices.titles(), 20, "none is ready")
        self.assertRegex(notices.shown[-1][2], r"The first is back at \d\d:\d\d")
        wait_until(lambda: notices.titles()[-1] == "An account is ready again", 20, "one is back")
        self.assertEqual(notices.shown[-1][2], "tired")
        os.kill(screen.admin()["pid"], 15)
        wait_until(lambda: notices.titles()[-1] == "The gateway has ended", 20, "the gateway's end is told")
        self.assertEqual(notices.titles(), ["An account needs you", "No account is ready", "An account is ready again", "The gateway has ended"])
        self.ended(self.start(screen, "--quit"))
        self.assertEqual(self.ended(program), 0)

    def test_without_a_tray_the_user_is_asked(self):
        screen = self.screen()
        program = self.start(screen)
        wait_until(screen.windows, 20, "a window is shown")
        screen.admin()
        screen.close_window()
        time.sleep(1)
        self.assertTrue(program.alive())
        screen.picture("without-tray")
        screen.run("xdotool", "key", "Return")  # Keep running
        wait_until(lambda: not screen.windows(), 10, "the window is hidden")
        self.assertTrue(program.alive())
        self.assertIn("without_tray=1", (screen.home / "desktop.ini").read_text())
        self.assertEqual(self.ended(self.start(screen)), 0)
        wait_until(screen.windows, 10, "the window is back")
        self.ended(self.start(screen, "--quit"))
        self.assertEqual(self.ended(program), 0)


if __name__ == "__main__":
    main()
