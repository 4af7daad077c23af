#!/usr/bin/env python3
"""Two Debian packages of a release build: the gateway, and the window. `tools/package.py BUILD OUT` writes into OUT.

No debhelper: what goes where is the list below. The manual page and the completions come from the program itself. The
same sources give the same bytes (SOURCE_DATE_EPOCH, or the date of the changelog)."""
import argparse
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from email.utils import parsedate_to_datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
# Whoever builds a package for others says so as with all of Debian's tools; else the address is one that nobody has.
MAINTAINER = f"{os.environ.get('DEBFULLNAME', 'Antigravity Tools')} <{os.environ.get('DEBEMAIL', 'antigravity-tools@packages.invalid')}>"
# Headers only, so that nothing of them is a dependency, but their code is in the program.
HEADERS_OF = ["libtomlplusplus-dev", "node-llhttp"]  # Boost asks nothing of object code

FOR_DEVELOPERS = {"ARCHITECTURE.md", "STYLE.md", "GOALS.md"}  # of docs/

GATEWAY = {
    "Package": "antigravity-tools",
    "Section": "net",
    # Sources: what the maintainer scripts call, then the certificate authorities of providers.
    "Depends": "debconf (>= 0.5) | debconf-2.0, systemd | systemd-standalone-sysusers | systemd-sysusers, ca-certificates",
    "Suggests": "antigravity-tools-desktop, xdg-utils",
    "Description": "local gateway for AI models",
    "text": """One local address for every model: clients send their requests in the OpenAI,
 the Anthropic or the Gemini protocol, and the gateway picks one of your
 accounts, passes the request on or translates it, and tries the next account
 when one is limited or broken.
 .
 This package has the gateway with its web interface and command line, units for
 systemd (disabled until you enable them), and agt-sim, which plays the
 providers so that everything can be tried without an account.""",
}
DESKTOP = {
    "Package": "antigravity-tools-desktop",
    "Section": "net",
    "Depends": "antigravity-tools (= {version})",
    "Description": "local gateway for AI models - desktop window",
    "text": """The interface of Antigravity Tools in a window of its own, with a tray icon
 whose menu starts and stops the clients' port.""",
}


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def changelog_head():
    """Version and date of the newest entry."""
    text = (PACKAGING / "debian/changelog").read_text()
    version = re.match(r"\S+ \(([^)]+)\)", text).group(1)
    date = re.search(r"^ -- .*?>  (.*)$", text, re.M).group(1)
    return version, int(parsedate_to_datetime(date).timestamp())


def put(source, target, mode=0o644):
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(source, Path):
        source = source.read_bytes()
    target.write_bytes(source.encode() if isinstance(source, str) else source)
    target.chmod(mode)


def put_packed(source, target):
    put(gzip.compress(source.encode() if isinstance(source, str) else source.read_bytes(), 9, mtime=0), target)


def put_program(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    run("strip", "--strip-unneeded", "--remove-section=.comment", "--remove-section=.note", "-o", str(target), str(source))
    target.chmod(0o755)


def licence_text(text):
    """Debian has this one in common, and does not want it again in every package."""
    if not re.search(r"Apache License\s+Version 2\.0", text) or "TERMS AND CONDITIONS" not in text:
        return text
    holders = [line.strip() for line in text.splitlines() if re.match(r"\s*Copyright \S*\s*[\d(]", line)]
    return "\n".join(holders + ["Apache License, version 2.0: /usr/share/common-licenses/Apache-2.0", ""])


def third_party_notices():
    """The licences of what is inside the program: they want to be with every copy of it."""
    lock = json.loads((ROOT / "ui/package-lock.json").read_text())["packages"]
    parts = []
    for folder, facts in sorted(lock.items()):
        if not folder or facts.get("dev") or facts.get("devOptional") or facts.get("optional") or facts.get("peer"):
            continue
        files = [f for f in sorted((ROOT / "ui" / folder).glob("*")) if re.match(r"(licen[cs]e|copying|notice)", f.name, re.I)]
        text = "\n".join(licence_text(f.read_text()) for f in files) or f"Licence: {facts.get('license', 'see its page')}\n"
        parts.append(f"{'-' * 72}\n{folder.removeprefix('node_modules/')} {facts.get('version')}\n\n{text}")
    for package in HEADERS_OF:
        text = Path(f"/usr/share/doc/{package}/copyright").read_text()
        parts.append(f"{'-' * 72}\n{package} (Debian)\n\n{text}")
    return "\n".join(parts)


def copyright_text():
    return ("Antigravity Tools: Copyright 2026, its authors. No licence has been chosen yet: all rights reserved.\n\n"
            "The program contains the following works of others, each under its own licence. Where a text names\n"
            "/usr/share/common-licenses, the licence is there.\n\n" + third_party_notices())


def stage_gateway(build, tree):
    agt = build / "agt"
    put_program(agt, tree / "usr/bin/agt")
    put_program(build / "agt-sim", tree / "usr/bin/agt-sim")
    share = tree / "usr/share"
    put_packed(run(agt, "manual"), share / "man/man1/agt.1.gz")
    put_packed(PACKAGING / "man/agt-sim.1", share / "man/man1/agt-sim.1.gz")
    put(run(agt, "completion", "bash"), share / "bash-completion/completions/agt")
    put(run(agt, "completion", "zsh"), share / "zsh/vendor-completions/_agt")
    put(run(agt, "completion", "fish"), share / "fish/vendor_completions.d/agt.fish")
    for unit in ("agt.service", "agt.socket"):
        put(PACKAGING / "systemd/system" / unit, tree / "lib/systemd/system" / unit)
        put(PACKAGING / "systemd/user" / unit, tree / "usr/lib/systemd/user" / unit)
    put(PACKAGING / "systemd/sysusers.conf", tree / "usr/lib/sysusers.d/agt.conf")
    put(PACKAGING / "debian/lintian-overrides", share / "lintian/overrides/antigravity-tools")
    put(PACKAGING / "systemd/tmpfiles.conf", tree / "usr/lib/tmpfiles.d/agt.conf")


def stage_desktop(build, tree):
    put_program(build / "agt-desktop", tree / "usr/bin/agt-desktop")
    share = tree / "usr/share"
    put_packed(PACKAGING / "man/agt-desktop.1", share / "man/man1/agt-desktop.1.gz")
    put(PACKAGING / "agt-desktop.desktop", share / "applications/agt-desktop.desktop")
    put(PACKAGING / "agt-desktop.metainfo.xml", share / "metainfo/agt-desktop.metainfo.xml")
    put(PACKAGING / "icons/agt-desktop.svg", share / "icons/hicolor/scalable/apps/agt-desktop.svg")
    for icon in (PACKAGING / "icons").glob("*.svg"):
        put(icon, share / "agt/icons" / icon.name)


def shared_libraries(tree):
    """What dpkg-shlibdeps finds; it wants a source package around it."""
    with tempfile.TemporaryDirectory() as folder:
        put("Source: antigravity-tools\n\nPackage: any\nArchitecture: any\n", Path(folder) / "debian/control")
        programs = [str(p) for p in sorted((tree / "usr/bin").iterdir())]
        return run("dpkg-shlibdeps", "-O", *programs, cwd=folder).strip().removeprefix("shlibs:Depends=")


def write_control(tree, facts, version, scripts):
    folder = tree / "DEBIAN"
    size = sum((f.stat().st_size + 1023) // 1024 for f in tree.rglob("*") if f.is_file())
    depends = ", ".join([facts["Depends"].format(version=version), shared_libraries(tree)])
    fields = {"Package": facts["Package"], "Version": version, "Architecture": run("dpkg", "--print-architecture").strip(),
              "Maintainer": MAINTAINER, "Installed-Size": str(size), "Depends": depends, "Suggests": facts.get("Suggests"),
              "Section": facts["Section"], "Priority": "optional", "Description": f"{facts['Description']}\n {facts['text']}"}
    sums = "".join(f"{hashlib.md5(f.read_bytes()).hexdigest()}  {f.relative_to(tree)}\n"
                   for f in sorted(tree.rglob("*")) if f.is_file())
    put("".join(f"{name}: {value}\n" for name, value in fields.items() if value), folder / "control")
    put(sums, folder / "md5sums")
    for script in scripts:
        put(PACKAGING / "debian" / f"{facts['Package']}.{script}", folder / script, 0o644 if script == "templates" else 0o755)


def build_package(stage, facts, build, out, version, scripts=()):
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / facts["Package"]
        tree.mkdir()
        stage(build, tree)
        doc = tree / "usr/share/doc" / facts["Package"]
        put(copyright_text(), doc / "copyright")
        put_packed(PACKAGING / "debian/changelog", doc / "changelog.gz")
        if stage is stage_gateway:
            pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/guide").glob("*.md"))]
            for page in pages:
                if page.name not in FOR_DEVELOPERS:
                    put(page, doc / page.relative_to(ROOT))
        write_control(tree, facts, version, scripts)
        for each in [tree, *tree.rglob("*")]:
            if each.is_dir():
                each.chmod(0o755)
        print(run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(out)).strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--version", help="instead of that of the changelog; for the test of upgrades")
    parser.add_argument("--gateway-only", action="store_true")
    options = parser.parse_args()
    version, date = changelog_head()
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(date))
    os.umask(0o022)
    built = run(options.build / "agt", "version").split()[1]
    if built != version:
        raise SystemExit(f"package: the changelog says {version}, the program {built}")
    version = options.version or version
    options.out.mkdir(parents=True, exist_ok=True)
    build_package(stage_gateway, GATEWAY, options.build, options.out, version, ("postinst", "prerm", "postrm", "templates"))
    if not options.gateway_only:
        build_package(stage_desktop, DESKTOP, options.build, options.out, version)


if __name__ == "__main__":
    main()
