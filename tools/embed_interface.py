#!/usr/bin/env python3
"""Puts the files of the interface into the program: embed_interface.py DIST FALLBACK OUT

Writes OUT/interface.bin (all bytes, one after the other), OUT/interface.S (which includes them) and OUT/interface.cpp
(the table). DIST is what Vite built; without an index.html there the page FALLBACK stands in. Each file is compressed
ahead of time: gzip always, brotli when Node is there to do it.
"""
import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TYPES = {
    ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".png": "image/png",
    ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = {".png", ".woff2", ".ico"}
NOT_SERVED = {".br", ".gz", ".map"}
NAMED_BY_CONTENT = re.compile(r"^/assets/.*[-.][A-Za-z0-9_-]{8,}\.\w+$")
WORTH_IT = 0.95  # a compressed form must be at least so much smaller

BROTLI = """
const fs = require("fs"), zlib = require("zlib");
for (const file of process.argv.slice(1)) {
  const bytes = fs.readFileSync(file);
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  fs.writeFileSync(file + ".br", zlib.brotliCompressSync(bytes, { params }));
}
"""


def files_of(dist, fallback):
    if not (dist / "index.html").is_file():
        return {"/index.html": fallback.read_bytes()}
    found = {}
    for path in sorted(dist.rglob("*")):
        if path.is_file() and path.suffix not in NOT_SERVED and not path.name.startswith("."):
            if path.suffix not in TYPES:
                sys.exit(f"embed_interface: no content type is known for {path}")
            found["/" + path.relative_to(dist).as_posix()] = path.read_bytes()
    return found


def worth_it(packed, plain):
    return packed if packed is not None and len(packed) < len(plain) * WORTH_IT else b""


def brotli_forms(files):
    """{path: bytes} by Node's zlib; nothing without Node."""
    node = shutil.which("node")
    wanted = [path for path in files if pathlib.PurePath(path).suffix not in COMPRESSED_ALREADY]
    if not node or not wanted:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        names = {path: pathlib.Path(folder) / str(number) for number, path in enumerate(wanted)}
        for path, name in names.items():
            name.write_bytes(files[path])
        done = subprocess.run([node, "-e", BROTLI, *map(str, names.values())], check=False)
        if done.returncode != 0:
            return {}
        return {path: pathlib.Path(str(name) + ".br").read_bytes() for path, name in names.items()}


def main():
    dist, fallback, out = (pathlib.Path(argument) for argument in sys.argv[1:4])
    files = files_of(dist, fallback)
    brotli = brotli_forms({path: data for path, data in files.items() if path != "/index.html"})
    blob, rows = bytearray(), []

    def place(data):
        start = len(blob)
        blob.extend(data)
        return f"piece({start}, {len(data)})" if data else "{}"

    for path, data in files.items():
        suffix = pathlib.PurePath(path).suffix
        packable = suffix not in COMPRESSED_ALREADY and path != "/index.html"  # the page changes with each answer
        zipped = gzip.compress(data, 9, mtime=0) if packable else None
        etag = hashlib.sha256(data).hexdigest()[:16]
        named = "true" if NAMED_BY_CONTENT.match(path) else "false"
        rows.append(f'      Asset{{"{path}", "{TYPES[suffix]}", "\\"{etag}\\"", {named},\n            {place(data)}, '
                    f"{place(worth_it(zipped, data))}, {place(worth_it(brotli.get(path), data))}}},\n")
    out.mkdir(parents=True, exist_ok=True)
    (out / "interface.bin").write_bytes(blob)
    (out / "interface.S").write_text(
        '  .section .rodata\n  .global agt_interface_bytes\n  .balign 16\nagt_interface_bytes:\n'
        f'  .incbin "{(out / "interface.bin").resolve()}"\n  .byte 0\n  .section .note.GNU-stack,"",%progbits\n')
    (out / "interface.cpp").write_text(
        "// Made by tools/embed_interface.py.\n#include \"app/interface.h\"\n\n#include <array>\n\n"
        "extern \"C\" const char agt_interface_bytes[];\n\nnamespace agt::app {\nnamespace {\n\n"
        "std::string_view piece(std::size_t begin, std::size_t size) { return {agt_interface_bytes + begin, size}; }\n\n"
        "}  // namespace\n\nadmin::Assets interface_files() {\n  using admin::Asset;\n  static const std::array all{\n"
        + "".join(rows) + "  };\n  return all;\n}\n\n}  // namespace agt::app\n")


if __name__ == "__main__":
    main()
