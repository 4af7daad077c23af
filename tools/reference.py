#!/usr/bin/env python3
"""Documents that follow the program: reference.py [--check] AGT

Asks the program AGT for its settings and providers, reads the table of failures, and writes docs/CONFIGURATION.md and
the table in docs/guide/5-troubleshooting.md. With --check it fails when they are other than it would write, when
docs/PROVIDERS.md misses a provider, when the guide or the README names a command or an option that does not exist, or
when the translations of the README have other headings, code blocks or links than the English one.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
READMES = [ROOT / "README.md", ROOT / "README.ru.md", ROOT / "README.zh.md"]
BEGIN, END = "<!-- made by tools/reference.py -->", "<!-- end -->"

CONFIGURATION_HEAD = """# Configuration

Made by `tools/reference.py` from the table of settings; `agt settings list` shows the same with the values of your
gateway. A value comes from the last of these that says anything:

1. the default;
2. what `agt settings set NAME VALUE` or the interface stored;
3. `config.toml` (`~/.config/agt/config.toml`, or `config.toml` in the folder that `AGT_HOME` or `--home` names), which
   the program never writes: `[proxy]` and below it `port = 8045`;
4. the environment: `AGT_PROXY_PORT` for `proxy.port`;
5. options of `agt serve`: `--host`, `--port`, `--admin-port`, `--workers`, `--log-level`.

A change takes effect at once, except where "new start" says so. What is wrong is refused with the name of the setting
and the place where it stands.
"""


def asked(agt, *arguments):
    with tempfile.TemporaryDirectory(prefix="agt-reference-") as home:
        env = {"PATH": os.environ.get("PATH", ""), "AGT_HOME": home, "HOME": home}
        done = subprocess.run([agt, *arguments], env=env, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        sys.exit(f"reference: {agt} {' '.join(arguments)} failed: {done.stderr}")
    return done.stdout


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def shown_default(setting):
    if setting["kind"] == "secret":
        return "made at the first start" if setting["name"] == "proxy.api_key" else "none"
    value = setting["value"]
    value = str(value).lower() if isinstance(value, bool) else value
    return "empty" if value == "" else f"`{value}`" + (f" {setting['unit']}" if setting.get("unit") else "")


def configuration(agt):
    groups = {}
    for setting in json.loads(asked(agt, "settings", "list", "--json"))["settings"]:
        group, dot, _ = setting["name"].partition(".")
        groups.setdefault(group if dot else "general", []).append(setting)
    parts = [CONFIGURATION_HEAD]
    for group, settings in groups.items():
        parts.append(f"\n## {group}\n\n| setting | takes | default | what it does |\n|---|---|---|---|\n")
        for setting in settings:
            what = setting["description"] + (" New start." if setting["needs_restart"] else "")
            parts.append(f"| `{setting['name']}` | {cell(setting['allowed'])} | {cell(shown_default(setting))} | {cell(what)} |\n")
    return "".join(parts)


def failures():
    """[(class, code, remedy)] in the order of the table."""
    text = (ROOT / "src/core/failure.cpp").read_text()
    rows = re.findall(r'CodeFacts\{Code::\w+,\s*"(\w+)",\s*(?:FailureClass::)?(\w+),\s*M::\w+,\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}', text)
    if len(rows) != len(re.findall(r"CodeFacts\{Code::", text)):
        sys.exit("reference: the table of src/core/failure.cpp is not read as a whole")
    return [(kind, code, "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', remedy))) for code, kind, remedy in rows]


def failure_table():
    titles = json.loads((ROOT / "ui/src/i18n/en/failures.json").read_text())
    lines, last = [], None
    for kind, code, remedy in failures():
        if kind != last:
            lines += ["", f"### `{kind}`", "", "| code | what | what to do |", "|---|---|---|"]
            last = kind
        lines.append(f"| `{code}` | {cell(titles.get(f'code.{code}', ''))} | {cell(remedy)} |")
    return "\n".join(lines).strip("\n")


def with_table(text):
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit("reference: docs/guide/5-troubleshooting.md has lost its marks")
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{failure_table()}\n\n{END}{rest.partition(END)[2]}"


def targets(agt):
    trouble = DOCS / "guide/5-troubleshooting.md"
    return {DOCS / "CONFIGURATION.md": configuration(agt), trouble: with_table(trouble.read_text())}


def check_providers(agt):
    text = (DOCS / "PROVIDERS.md").read_text()
    listed = set(re.findall(r"^\| `([\w-]+)` \|", text, re.M))
    known = {provider["name"] for provider in json.loads(asked(agt, "provider", "list", "--json"))["providers"]}
    problems = [f"docs/PROVIDERS.md misses {name}" for name in sorted(known - listed)]
    problems += [f"docs/PROVIDERS.md names {name}, which the program has not" for name in sorted(listed - known)]
    for row in re.findall(r"^\| `.*$", text, re.M):
        cells = [part.strip() for part in row.strip("|").split("|")]
        if len(cells) != 4 or not cells[2]:
            problems.append(f"docs/PROVIDERS.md: no terms in: {row[:60]}")
    return problems


def code_blocks(text):
    """Fenced and indented blocks, without what stands behind a # in them: comments are translated."""
    fenced = re.findall(r"^```.*?^```", text, re.M | re.S)
    indented = re.findall(r"(?:^(?: {4}).*\n)+", text, re.M)
    return [re.sub(r" +# .*$|^ +…$", "", block, flags=re.M).rstrip() for block in fenced + indented]


def shape_of(path):
    text = path.read_text()
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return {"headings": [len(mark) for mark in re.findall(r"^(#+) ", prose, re.M)],
            "code blocks": code_blocks(text),
            "links": sorted(set(re.findall(r"\]\(([^)#]+)\)", prose)) - {readme.name for readme in READMES}),
            "table rows": len(re.findall(r"^\|", prose, re.M))}


def check_readmes():
    problems, wanted = [], shape_of(READMES[0])
    for path in READMES[1:]:
        got = shape_of(path)
        for what, value in wanted.items():
            if got[what] != value:
                first = next((f"{a!r} / {b!r}" for a, b in zip(value, got[what]) if a != b), "another number") if isinstance(value, list) else f"{value} / {got[what]}"
                problems.append(f"{path.name}: other {what} than README.md: {first[:300]}")
    return problems


def check_commands(agt):
    """Every `agt …` in a code block or between backticks must be a command, and its options must be known to it."""
    help_text = asked(agt, "help")
    known = {re.sub(r" (\[|[A-Z]).*", "", line).strip() for line in re.findall(r"^  agt (.{26}) ", help_text, re.M)}
    pages = {name: asked(agt, "help", *name.split()) for name in known if name != "help"}
    problems = []
    for path in [*READMES, *sorted((DOCS / "guide").glob("*.md"))]:
        text = path.read_text()
        spans = re.findall(r"`(agt [^`]+)`", text) + re.findall(r"^(?:    |\$ )?(?:[A-Z_]+=\S+ )*(agt (?!stands).*)$", text, re.M)
        for span in spans:
            words = span.split("#")[0].split("|")[0].split()[1:]
            plain = [word for word in words if not word.startswith("-")]
            if plain and not re.fullmatch(r"[a-z-]+", plain[0]):
                continue  # what a command printed, or a word that stands for any
            name = next((n for n in (" ".join(plain[:2]), plain[0] if plain else "") if n in known), None)
            group = any(n.startswith(" ".join(plain[:1]) + " ") for n in known)
            if name is None and not (group and len(plain) == 1):
                problems.append(f"{path.relative_to(ROOT)}: there is no command `{span}`")
            for option in re.findall(r"(?<!\S)--[a-z-]+", " ".join(words)):
                if name and name != "help" and f"  {option} " not in pages[name] and f"  {option}\n" not in pages[name]:
                    problems.append(f"{path.relative_to(ROOT)}: `agt {name}` has no {option}")
    return problems


def main():
    check = "--check" in sys.argv
    agt = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if len(agt) != 1:
        sys.exit(__doc__)
    made = targets(agt[0])
    if not check:
        for path, text in made.items():
            path.write_text(text)
        return
    problems = [f"{path.relative_to(ROOT)} is not up to date: run tools/reference.py {agt[0]}"
                for path, text in made.items() if not path.exists() or path.read_text() != text]
    problems += check_providers(agt[0]) + check_readmes() + check_commands(agt[0])
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
