#!/usr/bin/env python3
"""docs/sbom.cdx.json: what the program is made of besides its own sources (CycloneDX 1.5). `tools/sbom.py` writes it,
`tools/sbom.py --check` (a test) fails when it no longer tells what the lock file and `do` say."""
import base64
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "sbom.cdx.json"
LOCK = ROOT / "ui" / "package-lock.json"
# Of BUILD_PACKAGES and DESKTOP_PACKAGES in ./do, what becomes a part of the programs or is loaded by them.
LIBRARY = re.compile(r"^(lib[\w.+-]+-dev|node-llhttp)$")
NOT_IN_IT = {"libgtest-dev"}  # tests only


def npm_components():
    """What the interface is made of; what only builds and tests it is marked so."""
    packages = json.loads(LOCK.read_text())["packages"]
    components = []
    for path, facts in sorted(packages.items()):
        if not path:
            continue
        name = path.rsplit("node_modules/", 1)[1]
        algorithm, _, digest = facts["integrity"].partition("-")
        components.append({
            "type": "library", "name": name, "version": facts["version"], "purl": f"pkg:npm/{name.replace('@', '%40', 1)}@{facts['version']}",
            "scope": "excluded" if facts.get("dev") or facts.get("devOptional") else "required",
            "hashes": [{"alg": {"sha512": "SHA-512", "sha1": "SHA-1"}[algorithm], "content": base64.b64decode(digest).hex()}],
            **({"licenses": [{"expression": facts["license"]}]} if "license" in facts else {}),
        })
    return components


def debian_names():
    text = (ROOT / "do").read_text()
    lists = re.findall(r'^(?:BUILD|DESKTOP)_PACKAGES="([^"]*)"', text, re.MULTILINE)
    return sorted({name for one in lists for name in one.split() if LIBRARY.match(name)} - NOT_IN_IT)


def debian_components():
    components = []
    for name in debian_names():
        told = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], capture_output=True, text=True)
        version = told.stdout if told.returncode == 0 else ""
        components.append({"type": "library", "name": name, **({"version": version} if version else {}),
                           "purl": f"pkg:deb/debian/{name}" + (f"@{version}" if version else "") + "?distro=bookworm", "scope": "required"})
    return components


def document():
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"component": {"type": "application", "name": "agt"}},
            "components": debian_components() + npm_components()}


def check():
    said = json.loads(FILE.read_text())["components"]
    npm = [one for one in said if one["purl"].startswith("pkg:npm/")]
    problems = []
    if npm != npm_components():
        problems.append("the npm packages differ from ui/package-lock.json")
    if [one["name"] for one in said if one["purl"].startswith("pkg:deb/")] != debian_names():
        problems.append("the libraries differ from the packages in ./do")
    for one in npm:
        if not one["hashes"][0]["content"]:
            problems.append(f"{one['name']} has no checksum")
    for problem in problems:
        print(f"docs/sbom.cdx.json: {problem}; write it anew with tools/sbom.py")
    print(f"parts of the program: {len(said)}, problems: {len(problems)}")
    return 1 if problems else 0


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(check())
    FILE.write_text(json.dumps(document(), indent=1) + "\n")
    print(f"{FILE.relative_to(ROOT)}: {len(document()['components'])} parts")
