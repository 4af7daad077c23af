#!/usr/bin/env python3
"""The TypeScript types of the admin API: api_types.py [--check] AGT [FILE]

Asks the program AGT for its OpenAPI document and writes FILE (ui/src/api/types.ts), or with --check fails when FILE is
another than it would write.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "ui" / "src" / "api" / "types.ts"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def document_of(agt):
    with tempfile.TemporaryDirectory(prefix="agt-types-") as home:
        env = {"PATH": os.environ.get("PATH", ""), "AGT_HOME": home, "HOME": home}
        done = subprocess.run([agt, "openapi"], env=env, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        sys.exit(f"api_types: {agt} openapi failed: {done.stderr}")
    return json.loads(done.stdout)


def type_of(schema):
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(word) for word in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array":
        inner = type_of(schema["items"])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if kind == "object" and "properties" not in schema:
        return f"Record<string, {type_of(schema.get('additionalProperties', {}))}>"
    return PLAIN.get(kind, "unknown")


def declared(name, schema):
    lines = [f"/** {schema['description']} */"] if "description" in schema else []
    if "properties" not in schema:
        return lines + [f"export type {name} = {type_of(schema)};", ""]
    lines.append(f"export interface {name} {{")
    for field, inner in schema["properties"].items():
        if "description" in inner:
            lines.append(f"  /** {inner['description']} */")
        spelled = field if re.fullmatch(r"[A-Za-z_]\w*", field) else json.dumps(field)
        lines.append(f"  {spelled}{'' if field in schema['required'] else '?'}: {type_of(inner)};")
    return lines + ["}", ""]


def content_of(holder):
    content = holder.get("content", {})
    return type_of(content["application/json"]["schema"]) if "application/json" in content else "never"


def types_of(document):
    lines = ["// Made by tools/api_types.py from the OpenAPI document of the admin API; not to be edited.", ""]
    for name, schema in document["components"]["schemas"].items():
        lines += declared(name, schema)
    lines += ["/** What each endpoint takes and gives, by method and path below /api/v1. */", "export interface Endpoints {"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {})
            optional = "" if body.get("required", True) else " | undefined"
            lines += [f"  /** {operation['summary']} */",
                      f"  {json.dumps(method.upper() + ' ' + path)}: {{ answer: {content_of(operation['responses']['2XX'])}; body: {content_of(body)}{optional} }};"]
    return "\n".join(lines + ["}", ""])


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    if not arguments:
        sys.exit(__doc__)
    target = pathlib.Path(arguments[1]) if len(arguments) > 1 else TARGET
    text = types_of(document_of(arguments[0]))
    if "--check" in sys.argv:
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            sys.exit(f"{target} is not what the admin API says now: run tools/api_types.py {arguments[0]}")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
